import { type Axis, indexAt } from './axis.js';
import type { Cursor } from './cursor.js';
import { stepForKey } from './step-for-key.js';

/** Arrow keys move the crosshair by a step, with Shift by ten. */
export const readingKeys =
  (axis: Axis, cursor: Cursor) =>
  (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return cursor.set(null);
    const count = axis.times.length;
    const current = cursor.time === null ? count : indexAt(axis, cursor.time);
    const step = stepForKey(event.key, current, count, event.shiftKey);
    if (step === undefined) return;
    event.preventDefault();
    cursor.set(axis.times[step] ?? null);
  };

import { type Axis, indexAt } from './axis.js';
import type { Cursor } from './cursor.js';

/** The step that a key leads to, or `undefined` for other keys. */
export function stepForKey(
  key: string,
  current: number,
  count: number,
  fast: boolean,
): number | undefined {
  const by = fast ? 10 : 1;
  const targets = new Map([
    ['ArrowLeft', current - by],
    ['ArrowRight', current + by],
    ['Home', 0],
    ['End', count - 1],
  ]);
  const target = targets.get(key);
  return target === undefined
    ? undefined
    : Math.max(0, Math.min(count - 1, target));
}

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

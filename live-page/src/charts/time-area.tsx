import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { type Axis, indexAt, nearestStep, placeOf } from './axis.js';
import { useCursor, useCursorTime } from './use-cursor.js';
import { readingKeys } from './reading-keys.js';

export interface TimeAreaProps {
  readonly axis: Axis;
  readonly children: ComponentChildren;
  /** Makes the area a stop of the Tab key. */
  readonly label?: string;
}

/** The crosshair and the pointer of drawings that are not uPlot's. */
export function TimeArea({ axis, children, label }: TimeAreaProps) {
  const cursor = useCursor();
  const area = useRef<HTMLDivElement>(null);
  const move = ({ clientX }: PointerEvent) => {
    const { left, width } = area.current!.getBoundingClientRect();
    const index = Math.floor(((clientX - left) / width) * axis.times.length);
    cursor.set(axis.times[nearestStep(axis, index)] ?? null);
  };
  const named = label && {
    tabIndex: 0,
    role: 'group' as const,
    'aria-label': label,
    onKeyDown: readingKeys(axis, cursor),
    onBlur: () => cursor.set(null),
  };
  return (
    <div
      class="timearea"
      ref={area}
      onPointerMove={move}
      onPointerLeave={() => cursor.set(null)}
      {...named}
    >
      {children}
      <Crosshair axis={axis} />
    </div>
  );
}

function Crosshair({ axis }: { readonly axis: Axis }) {
  const index = indexAt(axis, useCursorTime());
  if (index < 0) return null;
  return <i class="cross" style={{ left: `${placeOf(axis, index)}%` }} />;
}

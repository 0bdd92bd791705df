import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { axisClock, clock } from '../format/clock.js';
import { type Axis, indexAt, placeOf, timeTicks } from './axis.js';
import { useCursorTime } from './use-cursor.js';
import { px } from './tokens.js';

/** Times below lanes and heat maps. */
export function TimeAxis({ axis }: { readonly axis: Axis }) {
  const [box, width] = useWidth();
  const time = useCursorTime();
  const { from, to } = axis;
  const margin = ((to - from) * px(1.125)) / width;
  const ticks = timeTicks(from, to, width / px(4)).filter(
    (tick) => tick - from > margin && to - tick > margin,
  );
  return (
    <div class="timeaxis" ref={box} aria-hidden="true">
      {ticks.map((tick) => (
        <span
          key={tick}
          style={{ left: `${((tick - from) / (to - from)) * 100}%` }}
        >
          {axisClock(tick)}
        </span>
      ))}
      {time !== null && (
        <span class="now" style={{ left: nowPlace(axis, time) }}>
          {clock(time)}
        </span>
      )}
    </div>
  );
}

/** Near the edges the text stays inside. */
function nowPlace(axis: Axis, time: number): string {
  const place = placeOf(axis, indexAt(axis, time));
  return `${Math.max(6, Math.min(94, place))}%`;
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => setWidth(element.clientWidth || 600);
    const observer = new ResizeObserver(measure);
    measure();
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}

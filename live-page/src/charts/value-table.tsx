import { axisClock, clock } from '../format/clock.js';
import { printable } from '../format/names.js';
import { aligned, type Axis } from './axis.js';
import type { ChartSeries, Format } from './series.js';

export interface ValueTableProps {
  readonly axis: Axis;
  readonly series: readonly ChartSeries[];
  readonly format: Format;
  readonly title: string;
}

/** The values of a chart, minute by minute. */
export function ValueTable({ axis, series, format, title }: ValueTableProps) {
  const columns = series.map(({ label, points }) => ({
    label: printable(label),
    points: aligned(axis, points),
  }));
  const time = axis.step < 60 ? clock : axisClock;
  return (
    <div
      class="scroll values"
      tabIndex={0}
      role="region"
      aria-label={`${title}, values`}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {columns.map(({ label }, place) => (
              <th key={place} scope="col" class="num">
                <bdi>{label}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {minutesOf(axis).map((index) => (
            <tr key={axis.times[index]}>
              <th scope="row">{time(axis.times[index]!)}</th>
              {columns.map(({ points }, place) => (
                <td key={place} class="num">
                  {format(points[index])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One step of each minute, the latest first. */
function minutesOf({ times, step }: Axis): number[] {
  const every = Math.max(1, Math.round(60 / step));
  const last = times.length - 1;
  return Array.from(
    { length: Math.ceil(times.length / every) },
    (_, index) => last - index * every,
  );
}

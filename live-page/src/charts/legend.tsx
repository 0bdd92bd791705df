import { clock } from '../format/clock.js';
import { printable } from '../format/names.js';
import { aligned, type Axis, indexAt, valueAt } from './axis.js';
import { useCursorTime } from './use-cursor.js';
import type { ChartKind, ChartSeries, Format } from './series.js';

export interface LegendProps {
  readonly axis: Axis;
  readonly series: readonly ChartSeries[];
  readonly kind: ChartKind;
  readonly format: Format;
  /** Whether values are read aloud as the crosshair moves. */
  readonly reading: boolean;
}

/** The series with the value at the crosshair, or else the latest one. */
export function Legend({ axis, series, kind, format, reading }: LegendProps) {
  const time = useCursorTime();
  const index = indexAt(axis, time);
  const aloud = reading && time !== null;
  return (
    <ul class="legend" aria-live={aloud ? 'polite' : 'off'}>
      {aloud && (
        <li key="time" class="vh">
          {clock(time)}
        </li>
      )}
      {series.map((one, place) => (
        <li key={place}>
          <Swatch series={one} kind={kind} />
          <span class="name" title={printable(one.label)}>
            <bdi>{printable(one.label)}</bdi>
          </span>{' '}
          <b>{format(valueAt(aligned(axis, one.points), index))}</b>
        </li>
      ))}
    </ul>
  );
}

interface SwatchProps {
  readonly series: ChartSeries;
  readonly kind: ChartKind;
}

function Swatch({ series, kind }: SwatchProps) {
  const color = `var(${series.color})`;
  return (
    <svg class="swatch" viewBox="0 0 14 10" aria-hidden="true">
      {kind === 'line' ? (
        <line
          x1="0"
          x2="14"
          y1="5"
          y2="5"
          style={{ stroke: color }}
          stroke-width={series.width ?? 2}
          stroke-dasharray={series.dash?.join(' ')}
        />
      ) : (
        <rect x="2" width="10" height="10" rx="2" style={{ fill: color }} />
      )}
    </svg>
  );
}

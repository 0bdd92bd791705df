import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Heat } from '../../../src/live/answers.js';
import { ThemeContext } from '../app/theme.js';
import { count, counted, withoutZeros } from '../format/numbers.js';
import { aligned, type Axis, indexAt } from './axis.js';
import { useCursorTime } from './use-cursor.js';
import {
  boundTicks,
  bucketBounds,
  heatPeak,
  heatPixels,
  rgbOf,
} from './heat-cells.js';
import { TimeArea } from './time-area.js';
import { TimeAxis } from './time-axis.js';
import { color } from './tokens.js';

const RAMP = ['--heat-0', '--heat-1', '--heat-2', '--heat-3', '--heat-4'];

export interface HeatMapProps {
  readonly axis: Axis;
  readonly heat: Heat;
  readonly label: string;
  /** The text of a bound, short enough for the axis. */
  readonly format: (bound: number) => string;
  /** What a cell counts, such as `call`. */
  readonly unit: string;
}

/** Time by size: how many calls took how long. */
export function HeatMap({ axis, heat, label, format, unit }: HeatMapProps) {
  const cells = aligned(axis, heat.cells);
  const [bucket, setBucket] = useState<number | null>(null);
  const canvas = useCells(cells, heat.bounds.length, axis.begun);
  const move = (event: PointerEvent) =>
    setBucket(bucketAt(event, heat.bounds.length));
  return (
    <>
      <HeatLegend {...{ axis, heat, cells, bucket, format, unit }} />
      <div class="heat">
        <div class="heaty" aria-hidden="true">
          {boundTicks(heat).map(([bound, place]) => (
            <span key={bound} style={{ bottom: `${place * 100}%` }}>
              {withoutZeros(format(bound))}
            </span>
          ))}
        </div>
        <div
          class="heatbox"
          onPointerMove={move}
          onPointerLeave={() => setBucket(null)}
        >
          <TimeArea
            axis={axis}
            label={`Heat map: ${label}. Arrow keys read single times.`}
          >
            <canvas ref={canvas} aria-hidden="true" />
          </TimeArea>
        </div>
        <div class="heatx">
          <TimeAxis axis={axis} />
        </div>
      </div>
    </>
  );
}

function bucketAt(
  { currentTarget, clientY }: PointerEvent,
  buckets: number,
): number {
  const { top, height } = (currentTarget as Element).getBoundingClientRect();
  const place = Math.floor((1 - (clientY - top) / height) * buckets);
  return Math.max(0, Math.min(buckets - 1, place));
}

/** A canvas with one pixel for each cell. */
function useCells(cells: Heat['cells'], buckets: number, begun: number) {
  const theme = useContext(ThemeContext);
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const element = canvas.current!;
    const ramp = RAMP.map((name) => rgbOf(color(name)));
    const pixels = heatPixels(
      cells,
      buckets,
      ramp,
      rgbOf(color('--gap')),
      begun,
    );
    element.width = cells.length;
    element.height = buckets;
    element
      .getContext('2d')
      ?.putImageData(new ImageData(pixels, cells.length, buckets), 0, 0);
  }, [cells, buckets, begun, theme]);
  return canvas;
}

interface HeatLegendProps {
  readonly axis: Axis;
  readonly heat: Heat;
  readonly cells: Heat['cells'];
  readonly bucket: number | null;
  readonly format: (bound: number) => string;
  readonly unit: string;
}

/** The scale, and what the cell below the pointer counts. */
function HeatLegend({
  axis,
  heat,
  cells,
  bucket,
  format,
  unit,
}: HeatLegendProps) {
  const cell = cells[indexAt(axis, useCursorTime())];
  const peak = heatPeak(cells);
  return (
    <div class="heatlegend">
      <span>1</span>
      <i class="ramp" />
      <span>{counted(peak, unit)}</span>
      <b aria-live="polite">
        {cell && cellText(heat, cell, bucket, format, unit)}
      </b>
    </div>
  );
}

function cellText(
  heat: Heat,
  cell: readonly number[],
  bucket: number | null,
  format: (bound: number) => string,
  unit: string,
): string {
  if (bucket === null)
    return counted(
      cell.reduce((sum, value) => sum + value, 0),
      unit,
    );
  const [low, high] = bucketBounds(heat, bucket);
  const short = (bound: number) => withoutZeros(format(bound));
  const range =
    high === null ? `> ${short(low)}` : `${short(low)} – ${short(high)}`;
  return `${range}: ${count(cell[bucket] ?? 0)}`;
}

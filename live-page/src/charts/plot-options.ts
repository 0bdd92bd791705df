import uPlot from 'uplot';
import { axisClock } from '../format/clock.js';
import { axisDuration } from '../format/durations.js';
import { withoutZeros } from '../format/numbers.js';
import { type Axis, timeTicks } from './axis.js';
import {
  DURATION_STEPS,
  logRange,
  logTicks,
  mirrorRange,
  zeroRange,
} from './scales.js';
import type { ChartKind, ChartSeries, Format } from './series.js';
import { color, px } from './tokens.js';

/** The gutter of all plots, in rem, so that their times align. */
const GUTTER = 3.375;
const RIGHT = 0.625;

/** What a plot needs to know of the chart that it is in. */
export interface PlotModel {
  readonly kind: ChartKind;
  readonly series: readonly ChartSeries[];
  readonly format: Format;
  readonly log: boolean;
  readonly durations: boolean;
  /** The axis of now: it goes on while the plot stays. */
  readonly axis: () => Axis;
  readonly onPoint: (time: number | null, plot: uPlot) => void;
}

export function plotOptions(
  model: PlotModel,
  size: { readonly width: number; readonly height: number },
): uPlot.Options {
  return {
    ...size,
    padding: [px(0.5), px(RIGHT), 0, 0],
    legend: { show: false },
    cursor: cursorOptions(model),
    scales: { x: { range: () => xRange(model.axis()) }, y: yScale(model) },
    axes: [xAxis(), yAxis(model)],
    series: [{}, ...drawn(model).map((series) => lineOf(model, series))],
    hooks: {
      drawClear: [(plot) => drawGaps(plot, model.axis())],
      setCursor: [(plot) => point(plot, model)],
    },
  };
}

/** Stacks are drawn from the highest sum down. */
const drawn = ({ kind, series }: PlotModel): readonly ChartSeries[] =>
  kind === 'stack' ? [...series].reverse() : series;

const xRange = ({ from, to }: Axis): [number, number] => [from, to];

function yScale({ kind, log }: PlotModel): uPlot.Scale {
  if (log)
    return { distr: 3, range: (_plot, low, high) => logRange(low, high) };
  const range = kind === 'mirror' ? mirrorRange : zeroRange;
  return { range: (_plot, low, high) => range(low, high) };
}

const font = (): string => `${px(0.6875)}px ${color('--sans')}`;

function xAxis(): uPlot.Axis {
  return {
    stroke: color('--muted'),
    font: font(),
    size: px(1.625),
    gap: 4,
    grid: { show: false },
    ticks: { stroke: color('--grid'), size: 4, width: 1 },
    splits: (plot) => {
      const { min = 0, max = 0 } = plot.scales['x']!;
      return timeTicks(min, max, plot.bbox.width / devicePixelRatio / px(4));
    },
    values: (_plot, times) => times.map((time) => axisClock(time)),
  };
}

function yAxis({ log, format, durations }: PlotModel): uPlot.Axis {
  const text = durations ? axisDuration : format;
  return {
    stroke: color('--muted'),
    font: font(),
    size: px(GUTTER),
    gap: 6,
    space: px(2.125),
    grid: { stroke: color('--grid'), width: 1 },
    ticks: { show: false },
    ...(durations && { incrs: DURATION_STEPS }),
    ...(log && {
      splits: (plot: uPlot) => {
        const { min = 0, max = 0 } = plot.scales['y']!;
        return logTicks(min, max);
      },
      filter: (_plot: uPlot, splits: number[]) => splits,
    }),
    values: (_plot, values) =>
      values.map((value) =>
        value === null ? '' : withoutZeros(text(Math.abs(value))),
      ),
  };
}

function lineOf({ kind }: PlotModel, series: ChartSeries): uPlot.Series {
  const stroke = color(series.color);
  const common = {
    label: series.label,
    stroke,
    points: { show: false },
    spanGaps: false,
  };
  return kind === 'line'
    ? {
        ...common,
        width: series.width ?? 2,
        ...(series.dash && { dash: [...series.dash] }),
      }
    : { ...common, width: 0, fill: stroke, paths: bars() };
}

const bars = (): uPlot.Series.PathBuilder =>
  uPlot.paths.bars!({ size: [0.78, 40], align: 0 });

function cursorOptions({ kind }: PlotModel): uPlot.Cursor {
  const surface = color('--surface');
  return {
    y: false,
    drag: { setScale: false, x: false },
    points: { show: kind === 'line', size: 7, width: 2, fill: () => surface },
  };
}

/** Reports moves of the pointer. Other drawings cause moves too, which have no event. */
function point(plot: uPlot, model: PlotModel): void {
  if (!plot.cursor.event) return;
  const { left = -1 } = plot.cursor;
  const time =
    left < 0 ? null : (model.axis().times[plot.posToIdx(left)] ?? null);
  model.onPoint(time, plot);
}

/** Where nothing was sampled the ground is grey: no data is not zero. */
function drawGaps(plot: uPlot, axis: Axis): void {
  const [, ...series] = plot.data;
  const { top, height } = plot.bbox;
  plot.ctx.fillStyle = color('--gap');
  axis.times.forEach((time, index) => {
    if (index >= axis.begun) return;
    if (series.some((points) => points[index] != null)) return;
    const left = Math.floor(plot.valToPos(time - axis.step / 2, 'x', true));
    const right = Math.ceil(plot.valToPos(time + axis.step / 2, 'x', true));
    plot.ctx.fillRect(left, top, right - left, height);
  });
}

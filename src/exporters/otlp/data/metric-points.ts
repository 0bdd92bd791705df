import type { Delta } from '../../pipeline/deltas.js';
import { seriesOf } from '../../pipeline/series-reader.js';
import type {
  CounterSnapshot,
  ExemplarSnapshot,
  GaugeSnapshot,
  HistogramSnapshot,
  MetricSnapshot,
  SeriesReader,
  SummarySnapshot,
} from '../../snapshot.js';
import type { PointContext } from './point-context.js';
import type { OtlpMetricHeader, PointSink } from './points.js';
import { ucumOf } from './units.js';

/** The series of one metric, to be written one by one. */
export interface MetricPoints {
  readonly terms: OtlpMetricHeader;
  readonly length: number;
  /** Writes a series, if there is anything new to say of it. */
  write(index: number): void;
  /** The backend has the series from one index to before another. */
  acknowledge(from: number, to: number): void;
}

const NO_EXEMPLARS: readonly ExemplarSnapshot[] = [];

export function metricPoints(
  metric: MetricSnapshot,
  context: PointContext,
  sink: PointSink,
): MetricPoints {
  switch (metric.type) {
    case 'counter':
      return counterPoints(metric, context, sink);
    case 'gauge':
      return gaugePoints(metric, context, sink);
    case 'histogram':
      return histogramPoints(metric, context, sink);
    case 'summary':
      return summaryPoints(metric, context, sink);
  }
}

function counterPoints(
  metric: CounterSnapshot,
  context: PointContext,
  sink: PointSink,
): MetricPoints {
  const { name } = metric;
  const series = seriesOf(metric);
  const { time, starts, deltas } = context;
  const exemplars = context.exemplars.ofMetric(name, time);
  return {
    terms: termsOf(metric, 'sum', deltas !== undefined),
    length: series.length,
    write(index) {
      const one = series.at(index)!;
      const { labels, key, exemplar } = one;
      const began = starts.of(name, one, one.value, time);
      const growth = deltas?.ofValue(name, one);
      const { value } = growth ?? one;
      if (isIdle(growth, one, value)) return;
      const all = exemplar === undefined ? NO_EXEMPLARS : [exemplar];
      sink.number({
        labels,
        start: Math.min(growth?.startTime ?? began, time),
        time,
        value,
        exemplars: exemplars.toWrite(index, key, all),
      });
    },
    acknowledge(from, to) {
      exemplars.acknowledge(from, to);
      deltas?.acknowledgeValues(name, between(series, from, to), time);
    },
  };
}

function gaugePoints(
  metric: GaugeSnapshot,
  { time }: PointContext,
  sink: PointSink,
): MetricPoints {
  const series = seriesOf(metric);
  return {
    terms: termsOf(metric, 'gauge', false),
    length: series.length,
    write(index) {
      const { labels, value } = series.at(index)!;
      const exemplars = NO_EXEMPLARS;
      sink.number({ labels, start: undefined, time, value, exemplars });
    },
    acknowledge: () => {},
  };
}

function histogramPoints(
  metric: HistogramSnapshot,
  context: PointContext,
  sink: PointSink,
): MetricPoints {
  const { name, bounds } = metric;
  const series = seriesOf(metric);
  const { time, starts, deltas } = context;
  const exemplars = context.exemplars.ofMetric(name, time);
  const hasSums = !(bounds[0]! < 0);
  return {
    terms: termsOf(metric, 'histogram', deltas !== undefined, bounds),
    length: series.length,
    write(index) {
      const one = series.at(index)!;
      const { labels, key } = one;
      const began = starts.of(name, one, one.count, time);
      const growth = deltas?.ofDistribution(name, one);
      const { counts, count, sum } = growth ?? one;
      if (isIdle(growth, one, count)) return;
      sink.histogram({
        labels,
        start: Math.min(growth?.startTime ?? began, time),
        time,
        counts,
        count,
        // "sum": not to be filled out where negative events can be recorded.
        sum: hasSums && one.sum >= 0 && sum >= 0 ? sum : undefined,
        exemplars: exemplars.toWrite(index, key, one.exemplars ?? NO_EXEMPLARS),
      });
    },
    acknowledge(from, to) {
      exemplars.acknowledge(from, to);
      deltas?.acknowledgeDistributions(name, between(series, from, to), time);
    },
  };
}

/** They have no temporality: what is written is always the total. */
function summaryPoints(
  metric: SummarySnapshot,
  { time, starts }: PointContext,
  sink: PointSink,
): MetricPoints {
  const { name } = metric;
  const series = seriesOf(metric);
  return {
    terms: termsOf(metric, 'summary', false),
    length: series.length,
    write(index) {
      const one = series.at(index)!;
      const { labels, quantiles, count, sum } = one;
      const start = Math.min(starts.of(name, one, count, time), time);
      sink.summary({ labels, start, time, quantiles, count, sum });
    },
    acknowledge: () => {},
  };
}

function* between<S>(
  series: SeriesReader<S>,
  from: number,
  to: number,
): Generator<S> {
  for (let i = from; i < to; i++) yield series.at(i)!;
}

function termsOf(
  { name, help, unit, type }: MetricSnapshot,
  kind: OtlpMetricHeader['kind'],
  isDelta: boolean,
  bounds: readonly number[] = [],
): OtlpMetricHeader {
  return {
    kind,
    name,
    description: help,
    unit: ucumOf(unit, name),
    type,
    isDelta,
    bounds,
  };
}

/** Whether a series has not grown since the last delivery. It is told of once, though it is still 0. */
function isIdle(
  growth: Delta | undefined,
  { created }: { readonly created: number | undefined },
  amount: number,
): boolean {
  return growth !== undefined && growth.startTime !== created && amount === 0;
}

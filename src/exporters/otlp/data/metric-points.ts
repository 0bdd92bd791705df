import { genAiMetricNamed } from '../../../core/gen-ai-conventions.js';
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
import type { ExportState } from './export-state.js';
import type { OtlpMetricHeader, PointSink } from './points.js';
import { attributesFor } from './attributes.js';
import { ucumOf } from './units.js';

/** The series of one metric, to be written one by one. */
export interface MetricPoints {
  readonly header: OtlpMetricHeader;
  readonly length: number;
  /** Writes a series. One that has not grown since the last delivery is left out of deltas. */
  write(index: number): void;
  /** Takes note that the backend has the series from one index to before another. */
  acknowledge(from: number, to: number): void;
}

export function metricPoints(
  metric: MetricSnapshot,
  state: ExportState,
  sink: PointSink,
): MetricPoints {
  switch (metric.type) {
    case 'counter':
      return counterPoints(metric, state, sink);
    case 'gauge':
      return gaugePoints(metric, state, sink);
    case 'histogram':
      return histogramPoints(metric, state, sink);
    case 'summary':
      return summaryPoints(metric, state, sink);
  }
}

function counterPoints(
  metric: CounterSnapshot,
  state: ExportState,
  sink: PointSink,
): MetricPoints {
  const { name } = metric;
  const attributesOf = attributesFor(name);
  const series = seriesOf(metric);
  const { time, deltas } = state;
  const exemplars = new MetricExemplars(name, series, state);
  return {
    header: headerOf(metric, 'sum', deltas !== undefined),
    length: series.length,
    write(index) {
      const one = series.at(index)!;
      const began = state.startTimeOf(name, one, one.value);
      const delta = deltas?.ofValue(name, one);
      const { value } = delta ?? one;
      if (isIdle(delta, one, value)) return;
      sink.number({
        attributes: attributesOf(one.labels),
        start: Math.min(delta?.startTime ?? began, time),
        time,
        value,
        exemplars: exemplars.toWrite(index, one.exemplar && [one.exemplar]),
      });
    },
    acknowledge(from, to) {
      exemplars.acknowledge(from, to);
      deltas?.acknowledge(name, between(series, from, to), time);
    },
  };
}

function gaugePoints(
  metric: GaugeSnapshot,
  { time }: ExportState,
  sink: PointSink,
): MetricPoints {
  const series = seriesOf(metric);
  return {
    header: headerOf(metric, 'gauge', false),
    length: series.length,
    write(index) {
      const { labels: attributes, value } = series.at(index)!;
      const exemplars = NO_EXEMPLARS;
      sink.number({ attributes, start: undefined, time, value, exemplars });
    },
    acknowledge: () => {},
  };
}

function histogramPoints(
  metric: HistogramSnapshot,
  state: ExportState,
  sink: PointSink,
): MetricPoints {
  const { name, bounds } = metric;
  const attributesOf = attributesFor(name);
  const series = seriesOf(metric);
  const { time, deltas } = state;
  const exemplars = new MetricExemplars(name, series, state);
  const hasSums = !(bounds[0]! < 0);
  return {
    header: headerOf(metric, 'histogram', deltas !== undefined, bounds),
    length: series.length,
    write(index) {
      const one = series.at(index)!;
      const began = state.startTimeOf(name, one, one.count);
      const delta = deltas?.ofDistribution(name, one);
      const { counts, count, sum } = delta ?? one;
      if (isIdle(delta, one, count)) return;
      sink.histogram({
        attributes: attributesOf(one.labels),
        start: Math.min(delta?.startTime ?? began, time),
        time,
        counts,
        count,
        // "sum": not to be filled out where negative events can be recorded.
        sum: hasSums && one.sum >= 0 && sum >= 0 ? sum : undefined,
        exemplars: exemplars.toWrite(index, one.exemplars),
      });
    },
    acknowledge(from, to) {
      exemplars.acknowledge(from, to);
      deltas?.acknowledge(name, between(series, from, to), time);
    },
  };
}

/** Summaries have no temporality: totals are written, and never deltas. */
function summaryPoints(
  metric: SummarySnapshot,
  state: ExportState,
  sink: PointSink,
): MetricPoints {
  const { name } = metric;
  const series = seriesOf(metric);
  const { time } = state;
  return {
    header: headerOf(metric, 'summary', false),
    length: series.length,
    write(index) {
      const one = series.at(index)!;
      const { labels: attributes, quantiles, count, sum } = one;
      const start = Math.min(state.startTimeOf(name, one, count), time);
      sink.summary({ attributes, start, time, quantiles, count, sum });
    },
    acknowledge: () => {},
  };
}

const NO_EXEMPLARS: readonly ExemplarSnapshot[] = [];

/** The exemplars of a metric in one export. */
class MetricExemplars {
  /** The indexes of the series whose exemplars were written. */
  private readonly written: number[] = [];

  constructor(
    private readonly metric: string,
    private readonly series: SeriesReader<object>,
    private readonly state: ExportState,
  ) {}

  /** The exemplars of a series that the backend does not have yet. */
  toWrite(
    index: number,
    all: readonly (ExemplarSnapshot | undefined)[] | undefined,
  ): readonly ExemplarSnapshot[] {
    if (all === undefined) return NO_EXEMPLARS;
    const key = this.series.keyAt(index);
    const unsent = this.state.unsentExemplars(this.metric, key, all);
    if (unsent.length > 0) this.written.push(index);
    return unsent;
  }

  acknowledge(from: number, to: number): void {
    for (const index of this.written) {
      if (index < from || index >= to) continue;
      this.state.acknowledgeExemplars(this.metric, this.series.keyAt(index));
    }
  }
}

function* between<S>(
  series: SeriesReader<S>,
  from: number,
  to: number,
): Generator<S> {
  for (let i = from; i < to; i++) yield series.at(i)!;
}

function headerOf(
  { name, help, unit, type }: MetricSnapshot,
  kind: OtlpMetricHeader['kind'],
  isDelta: boolean,
  bounds: readonly number[] = [],
): OtlpMetricHeader {
  const convention = genAiMetricNamed(name);
  return {
    kind,
    name: convention?.instrument ?? name,
    description: help,
    unit: convention?.unit ?? ucumOf(unit, name),
    type,
    isDelta,
    bounds,
  };
}

/** Whether a series has not grown since the last delivery. A new one is sent once, even if it is 0. */
function isIdle(
  delta: Delta | undefined,
  { created }: { readonly created: number | undefined },
  amount: number,
): boolean {
  return delta !== undefined && delta.startTime !== created && amount === 0;
}

/**
 * All metrics of a collector at one moment, including those that were made with prom-client. It belongs to its reader and does not change.
 */
export interface MetricsSnapshot {
  /** When the snapshot was taken, in seconds since the Unix epoch. */
  readonly time: number;
  /** All metrics, in the order of the page. */
  readonly metrics: readonly MetricSnapshot[];
  /**
   * The names of registered metrics that could not be read this time, because their callback
   * failed or took too long: they are missing in `metrics`, or lack the series of the callback.
   * A reader that remembers what it delivered keeps that for these metrics. Default: none.
   */
  readonly unread?: readonly string[];
}

/** A metric with its series. Told apart by `type`. */
export type MetricSnapshot =
  CounterSnapshot | GaugeSnapshot | HistogramSnapshot | SummarySnapshot;

/** What all metrics have. */
interface Metric<S> {
  /** The exposed name, as on the page. */
  readonly name: string;
  /** The help text. */
  readonly help: string;
  /** The unit of the values in words, e.g. `seconds`. */
  readonly unit: string | undefined;
  /** The series: one for each label set that was recorded. */
  readonly series: readonly S[];
  /**
   * The same series, each made only when it is read, so that thousands of them never exist at the
   * same time. Not enumerable: a copy of the metric has none, and its own `series` count.
   * Default: `series` is read.
   */
  readonly seriesReader?: SeriesReader<S>;
}

/** Makes the series of a metric one by one. */
export interface SeriesReader<S> {
  /** How many series the metric has. */
  readonly length: number;
  /** The series at an index; `undefined` beyond the last. */
  at(index: number): S | undefined;
  /** The `key` of the series at an index, without making the series. */
  keyAt(index: number): string;
}

/** A counter with its totals. */
export interface CounterSnapshot extends Metric<ValueSnapshot> {
  /** Tells counters from the other metrics. */
  readonly type: 'counter';
}

/** A gauge with its values; also a metric of prom-client that has no known type. */
export interface GaugeSnapshot extends Metric<ValueSnapshot> {
  /** Tells gauges from the other metrics. */
  readonly type: 'gauge';
}

/** A histogram with its observations. Timers are histograms too, in seconds. */
export interface HistogramSnapshot extends Metric<DistributionSnapshot> {
  /** Tells histograms from the other metrics. */
  readonly type: 'histogram';
  /** The upper bounds of the buckets, without `+Inf`. */
  readonly bounds: readonly number[];
}

/** A summary with its quantiles. Only prom-client has summaries. */
export interface SummarySnapshot extends Metric<QuantilesSnapshot> {
  /** Tells summaries from the other metrics. */
  readonly type: 'summary';
}

/** What all series have. */
interface Series {
  /** The same for a series in all snapshots, and another for every other series of the metric. */
  readonly key: string;
  /** The labels of the series, default labels included. */
  readonly labels: Readonly<Record<string, string>>;
  /** When the series began, in seconds since the Unix epoch; `undefined` for those of prom-client. */
  readonly created: number | undefined;
  /**
   * Changes when the series was reset: its values then count from zero again, even if they are
   * not smaller than in the last snapshot. `undefined` for series of prom-client, whose
   * resets show only in smaller values.
   */
  readonly generation?: number | undefined;
}

/** A series of a counter or a gauge. */
export interface ValueSnapshot extends Series {
  /** The total of a counter, or the present value of a gauge. */
  readonly value: number;
  /** A recording of the counter that was made in a trace, if there is one. */
  readonly exemplar?: ExemplarSnapshot | undefined;
}

/** A series of a histogram or a timer. */
export interface DistributionSnapshot extends Series {
  /** Observations by bucket, not cumulated; the last is what is above all bounds. */
  readonly counts: readonly number[];
  /** All observations. */
  readonly count: number;
  /** The sum of all observed values. */
  readonly sum: number;
  /** The exemplars of the buckets, in the order of `counts`. */
  readonly exemplars?: readonly (ExemplarSnapshot | undefined)[] | undefined;
}

/** A series of a summary. */
export interface QuantilesSnapshot extends Series {
  /** The quantiles, in the order of the summary. */
  readonly quantiles: readonly {
    /** Which quantile, from 0 to 1. */
    readonly quantile: number;
    /** The value that this share of the observations does not exceed. */
    readonly value: number;
  }[];
  /** All observations. */
  readonly count: number;
  /** The sum of all observed values. */
  readonly sum: number;
}

/** A recording with the trace that it was made in: `trace_id` and `span_id`, or what prom-client was given. */
export interface ExemplarSnapshot {
  /** The labels that name the trace. */
  readonly labels: Readonly<Record<string, string>>;
  /** What was added or observed. */
  readonly value: number;
  /** When the exemplar was recorded, in seconds since the Unix epoch. */
  readonly timestamp: number;
}

/**
 * All metrics of a collector as they were at one moment, those that were made with
 * prom-client too. It is the reader's own: nothing in it changes any more.
 */
export interface MetricsSnapshot {
  /** When it was taken, in seconds since the Unix epoch. */
  readonly time: number;
  /** All metrics, in the order of the page. */
  readonly metrics: readonly MetricSnapshot[];
  /**
   * The names of metrics that are there, but could not be read this time, as their callback
   * failed or took too long: they are not in `metrics`, or without the series of the callback. A
   * reader that keeps what was delivered keeps it for these. Default: none.
   */
  readonly unread?: readonly string[];
}

/** A metric with its series. Told apart by `type`. */
export type MetricSnapshot =
  CounterSnapshot | GaugeSnapshot | HistogramSnapshot | SummarySnapshot;

/** What all metrics have. */
interface Head {
  /** The exposed name, as on the page. */
  readonly name: string;
  /** The help text. */
  readonly help: string;
  /** The unit of the values in words, e.g. `seconds`. */
  readonly unit: string | undefined;
}

/** A counter with its totals. */
export interface CounterSnapshot extends Head {
  /** Tells counters from the other metrics. */
  readonly type: 'counter';
  /** One for each label set that was recorded. */
  readonly series: readonly ValueSnapshot[];
}

/** A gauge with its values; also a metric of prom-client that has no known type. */
export interface GaugeSnapshot extends Head {
  /** Tells gauges from the other metrics. */
  readonly type: 'gauge';
  /** One for each label set that was set. */
  readonly series: readonly ValueSnapshot[];
}

/** A histogram with its observations. Timers are histograms too, in seconds. */
export interface HistogramSnapshot extends Head {
  /** Tells histograms from the other metrics. */
  readonly type: 'histogram';
  /** The upper bounds of the buckets, without `+Inf`. */
  readonly bounds: readonly number[];
  /** One for each label set that was observed. */
  readonly series: readonly DistributionSnapshot[];
}

/** A summary with its quantiles. Only prom-client has summaries. */
export interface SummarySnapshot extends Head {
  /** Tells summaries from the other metrics. */
  readonly type: 'summary';
  /** One for each label set that was observed. */
  readonly series: readonly QuantilesSnapshot[];
}

/** What all series have. */
interface Series {
  /** The same for a series in all snapshots, and another for every other series of the metric. */
  readonly key: string;
  /** The labels of the series, default labels included. */
  readonly labels: Readonly<Record<string, string>>;
  /** When the series began, in seconds since the Unix epoch; not known of those of prom-client. */
  readonly created: number | undefined;
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
  /** By bucket. */
  readonly exemplars?: readonly (ExemplarSnapshot | undefined)[] | undefined;
}

/** A series of a summary. */
export interface QuantilesSnapshot extends Series {
  /** The quantiles, in the order of the summary. */
  readonly quantiles: readonly {
    /** Which quantile, from 0 to 1. */
    readonly quantile: number;
    /** The value that so many observations do not exceed. */
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
  /** When it was recorded, in seconds since the Unix epoch. */
  readonly timestamp: number;
}

/**
 * All metrics of a collector as they were at one moment, those that were made with
 * prom-client too. It is the reader's own: nothing in it changes any more.
 */
export interface MetricsSnapshot {
  /** When it was taken, in seconds since the Unix epoch. */
  readonly time: number;
  readonly metrics: readonly MetricSnapshot[];
  /**
   * The names of metrics that are there, but could not be read this time, as their callback
   * failed or took too long: they are not in `metrics`, or without series. Who keeps what was
   * delivered goes on keeping it for these. Default: none.
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
  readonly help: string;
  /** The unit of the values in words, e.g. `seconds`. */
  readonly unit: string | undefined;
}

export interface CounterSnapshot extends Head {
  readonly type: 'counter';
  readonly series: readonly ValueSnapshot[];
}

export interface GaugeSnapshot extends Head {
  readonly type: 'gauge';
  readonly series: readonly ValueSnapshot[];
}

/** Timers are histograms too, in seconds. */
export interface HistogramSnapshot extends Head {
  readonly type: 'histogram';
  /** The upper bounds of the buckets, without `+Inf`. */
  readonly bounds: readonly number[];
  readonly series: readonly DistributionSnapshot[];
}

/** Only prom-client has summaries. */
export interface SummarySnapshot extends Head {
  readonly type: 'summary';
  readonly series: readonly QuantilesSnapshot[];
}

/** What all series have. */
interface Series {
  /** The same for a series in all snapshots, and another for every other series of the metric. */
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  /** When the series began, in seconds since the Unix epoch; not known of those of prom-client. */
  readonly created: number | undefined;
}

export interface ValueSnapshot extends Series {
  readonly value: number;
  readonly exemplar?: ExemplarSnapshot | undefined;
}

export interface DistributionSnapshot extends Series {
  /** Observations by bucket, not cumulated; the last is what is above all bounds. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
  /** By bucket. */
  readonly exemplars?: readonly (ExemplarSnapshot | undefined)[] | undefined;
}

export interface QuantilesSnapshot extends Series {
  readonly quantiles: readonly {
    readonly quantile: number;
    readonly value: number;
  }[];
  readonly count: number;
  readonly sum: number;
}

/** A recording with the trace that it was made in: `trace_id` and `span_id`, or what prom-client was given. */
export interface ExemplarSnapshot {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** In seconds since the Unix epoch. */
  readonly timestamp: number;
}

import type { HealthStatus } from '../health/health-status.js';
import type { Counter } from '../model/counter.js';
import type { Aggregator } from '../model/aggregator.js';
import type { Gauge, GaugeCallback } from '../model/gauge.js';
import type { Histogram } from '../model/histogram.js';
import type { Labels } from '../model/labels.js';
import type { MetricEventInit } from '../model/metric-event.js';
import type { MetricDeclaration } from './metric-declaration.js';

/** Options that every instrument takes. */
export interface InstrumentOptions {
  /** The metric's help text. The first one that is given stays. */
  description?: string;
  /** The unit of the values as a word, e.g. `bytes`. */
  unit?: string;
  /** The label names of values that are given by position, as in `labels('GET', '/runs')`. */
  labelNames?: readonly string[];
  /**
   * The labels of series that exist before anything is recorded in them, and again after a
   * reset; an empty array stands for none. Default: none, but a counter without `labelNames`
   * starts with the series without labels, which goes when the first one with labels comes.
   *
   * @example
   * collector.counter('payments_total', {
   *   initialLabels: [{ status: 'success' }, { status: 'error' }],
   * });
   */
  initialLabels?: readonly Labels[];
  /**
   * Seconds after which a series that is not recorded in is removed, by the next page or snapshot
   * after one that has shown it; longer than the interval of all scrapes and exports. Series
   * that are there from the start stay. Not for counters and histograms with `processes` or
   * `persistence`. Default: they stay.
   *
   * @example
   * collector.gauge('tenant_sessions', { expireAfter: 3600 });
   */
  expireAfter?: number;
  /** Whether namespace and subsystem precede the name. Default: `true`. */
  prefixed?: boolean;
}

/** Options of a gauge. */
export interface GaugeOptions extends InstrumentOptions {
  /**
   * Reads the value whenever the gauge is scraped. A series that it sets at one scrape and
   * not at the next one is removed. If it fails, none of its series is shown. A later
   * callback takes the place of an earlier one.
   *
   * @example
   * collector.gauge('queue_length', {
   *   collect: (gauge) => {
   *     for (const { name, length } of queues) gauge.set({ queue: name }, length);
   *   },
   * });
   */
  collect?: GaugeCallback;
  /**
   * How prom-client's `AggregatorRegistry` aggregates the values of several processes:
   * `'max'` suits durations, ages and timestamps, `'min'` a state whose worst value counts,
   * `'first'` a value that is the same everywhere, and `'omit'` leaves the gauge out. The
   * first one that is given stays. Default: `'sum'`.
   *
   * @example
   * collector.gauge('last_import_timestamp_seconds', { aggregator: 'max' });
   */
  aggregator?: Aggregator;
  /**
   * Whether the last value is shown after a restart until the app sets it, with the option
   * `persistence`. Suits what is true until it changes, such as the time of the last import.
   * Default: `false`.
   */
  persistent?: boolean;
}

/** Options of a histogram or a timer. */
export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds: finite, strictly increasing, without `+Inf`. */
  buckets?: readonly number[];
}

/**
 * Records metrics, as events or through instruments. Inject this class, and replace it in
 * tests; {@link PrometheusCollector} implements it.
 *
 * The first call with a name creates the instrument; later calls return the same one.
 */
export abstract class MetricsCollector {
  /**
   * Records an event.
   *
   * @throws {MetricsError} if the event cannot be recorded as it is; nothing is recorded then.
   */
  abstract record(event: MetricEventInit): void;

  /**
   * Records an event as {@link record} does. Rejects with the errors that {@link record} throws.
   */
  abstract sendMetric(event: MetricEventInit): Promise<void>;

  /**
   * Returns the counter of this name, created if it is new.
   *
   * @throws {MetricNameError} if the name is invalid; {MetricConflictError} if another type has the name.
   */
  abstract counter(name: string, options?: InstrumentOptions): Counter;

  /** Returns the gauge of this name. Throws as {@link counter} does. */
  abstract gauge(name: string, options?: GaugeOptions): Gauge;

  /** Returns the histogram of this name. Throws as {@link counter} does, and {BucketsError}. */
  abstract histogram(name: string, options?: HistogramOptions): Histogram;

  /** Returns the histogram of this name, for durations in seconds. Throws as {@link histogram} does. */
  abstract timer(name: string, options?: HistogramOptions): Histogram;

  /**
   * Whether filters drop the metric of this name, so that measuring for it is not
   * needed. Default: `false`; subclasses with filters override it.
   */
  isDenied(_name: string): boolean {
    return false;
  }

  /**
   * @internal Declares the metrics of decorators before their first recording. Does
   * nothing unless a subclass overrides it.
   *
   * @throws {MetricConflictError} naming the two places that conflict.
   */
  declare(
    _declarations: readonly MetricDeclaration[],
    _isLate?: boolean,
  ): void {}

  /** @internal Whether the metric of this name was declared, so that its buckets are known. */
  isDeclared(_name: string, _prefixed?: boolean): boolean {
    return false;
  }

  /**
   * @internal Calls back when the collector shuts down, whether or not it was started. Does
   * nothing unless a subclass overrides it.
   */
  onShutdown(_close: () => void): void {}

  /** The number of metrics, by name. */
  abstract getMetricCount(): number;

  /**
   * Removes all metrics. An instrument that the app keeps starts again at its next recording. With the
   * options `processes` and `persistence`, the totals of ended processes and what was saved are
   * removed too; other processes keep what they have counted themselves.
   */
  abstract clearMetrics(): void;

  /**
   * Delivers all metrics through all exporters now. Call it at the end of a job that no
   * scraper reads. Without exporters it does nothing.
   *
   * @param _timeout the time limit in milliseconds. Default: `flushTimeout`.
   * @throws {ExportError} naming the exporters that failed.
   * @throws {OptionsError} if the timeout is not a valid time.
   */
  async flush(_timeout?: number): Promise<void> {}

  /**
   * Saves the counters and histograms now, with the option `persistence`. Call it at the end
   * of a job, or before a risky step. Without the option it does nothing.
   *
   * @throws {MetricsError} with the code `persistence` if they cannot be saved.
   *
   * @example
   * await collector.restore();
   * await importRows();
   * await collector.save();
   */
  async save(): Promise<void> {}

  /**
   * Adds what was saved to the metrics, once. `initialize()` does so too; a job that does not
   * serve its metrics calls this before its work. Without the option `persistence` it does nothing.
   *
   * @throws {MetricsError} with the code `persistence` if it cannot be loaded.
   */
  async restore(): Promise<void> {}

  /** Returns the health report, as `/health` shows it. */
  abstract healthCheck(): Promise<HealthStatus>;

  /** Starts serving and exporting. A second call does nothing. */
  abstract initialize(): Promise<void>;

  /** Stops serving and exporting. A second call does nothing. */
  abstract shutdown(): Promise<void>;

  /**
   * Reports an error that instrumentation must not throw into the measured code: it is
   * counted by `metrics_errors_total{cause}` and logged once for each cause and place.
   *
   * @param cause a fixed word for what failed; it becomes a label value.
   * @param where the place of the error, e.g. `gauge "queue_length"`, for the warning.
   */
  abstract reportError(cause: string, error: unknown, where?: string): void;
}

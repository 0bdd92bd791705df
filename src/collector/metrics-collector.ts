import type { HealthStatus } from '../health/health-status.js';
import type { Counter } from '../model/counter.js';
import type { Aggregator } from '../model/aggregator.js';
import type { Gauge, GaugeCallback } from '../model/gauge.js';
import type { Histogram } from '../model/histogram.js';
import type { MetricEventInit } from '../model/metric-event.js';
import type { MetricDeclaration } from './metric-declaration.js';

/** Options that every instrument takes. */
export interface InstrumentOptions {
  /** The metric's help text. The first one that is given stays. */
  description?: string;
  /** The unit of the values in words, e.g. `bytes`. */
  unit?: string;
  /** Only needed for `labels('GET', '/runs')`: which labels the values are of, by position. */
  labelNames?: readonly string[];
  /** Whether namespace and subsystem stand before the name. Default: `true`. */
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
   * How prom-client's `AggregatorRegistry` makes one value of those of several processes:
   * `'max'` for durations, ages and times, `'min'` for a state of which the worst counts, `'first'`
   * for what is the same everywhere, `'omit'` to leave it out. The first one that is given
   * stays. Default: `'sum'`.
   *
   * @example
   * collector.gauge('last_import_timestamp_seconds', { aggregator: 'max' });
   */
  aggregator?: Aggregator;
}

/** Options of a histogram or a timer. */
export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds: finite, strictly increasing, without `+Inf`. */
  buckets?: readonly number[];
}

/**
 * Takes metrics in, as events or through instruments. This is the class to
 * depend on and to replace in tests; {@link PrometheusCollector} implements it.
 *
 * Instruments are made when they are first asked for; asking again gives the same.
 */
export abstract class MetricsCollector {
  /**
   * Records an event.
   *
   * @throws {MetricsError} if the event cannot be recorded as it is; nothing is recorded then.
   */
  abstract record(event: MetricEventInit): void;

  /**
   * Records an event as {@link record} does; what that throws, this rejects with.
   */
  abstract sendMetric(event: MetricEventInit): Promise<void>;

  /**
   * The counter of this name.
   *
   * @throws {MetricNameError} if the name is unusable; {MetricConflictError} if it is known as something else.
   */
  abstract counter(name: string, options?: InstrumentOptions): Counter;

  /** The gauge of this name. Throws as {@link counter} does. */
  abstract gauge(name: string, options?: GaugeOptions): Gauge;

  /** The histogram of this name. Throws as {@link counter} does, and {BucketsError}. */
  abstract histogram(name: string, options?: HistogramOptions): Histogram;

  /** A histogram of durations in seconds. Throws as {@link histogram} does. */
  abstract timer(name: string, options?: HistogramOptions): Histogram;

  /**
   * Whether the metric of this name is recorded nowhere, so that nothing needs to
   * be measured for it. Here it never is.
   */
  isDenied(_name: string): boolean {
    return false;
  }

  /**
   * @internal Prepares for metrics that decorators make, before the first of them is
   * recorded. Here nothing needs to be prepared.
   *
   * @throws {MetricConflictError} naming two places that do not agree.
   */
  declare(
    _declarations: readonly MetricDeclaration[],
    _isLate?: boolean,
  ): void {}

  /** @internal Whether the metric of this name was declared, so that its buckets are known. */
  isDeclared(_name: string, _prefixed?: boolean): boolean {
    return false;
  }

  /** How many metrics there are, each name counted once. */
  abstract getMetricCount(): number;

  /** Removes all metrics. An instrument that is still held begins again at its next recording. */
  abstract clearMetrics(): void;

  /**
   * Has all exporters deliver what there is, now. Call it at the end of a job that no
   * scraper reads. Without exporters it does nothing, as here.
   *
   * @param _timeout milliseconds that they have for it. Default: `flushTimeout`.
   * @throws {ExportError} saying which of them could not.
   * @throws {OptionsError} if the timeout is no time.
   */
  async flush(_timeout?: number): Promise<void> {}

  /** What `/health` answers. */
  abstract healthCheck(): Promise<HealthStatus>;

  /** Begins to serve. Calling it again does nothing. */
  abstract initialize(): Promise<void>;

  /** Stops serving. Calling it again does nothing. */
  abstract shutdown(): Promise<void>;

  /**
   * Takes note of an error that instrumentation met and kept from the code that
   * it measures: one warning per cause and place, and `metrics_errors_total{cause}`.
   *
   * @param cause a fixed word for what failed; it becomes a label value.
   * @param where what it failed for, e.g. `gauge "queue_length"`; it stands in the warning.
   */
  abstract reportError(cause: string, error: unknown, where?: string): void;
}

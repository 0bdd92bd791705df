import type { MetricEvent } from '../model/metric-event.js';
import type { MetricsLogger } from '../core/logger.js';
import type { MetricType } from '../model/metric-type.js';
import type { MetricsSnapshot } from './snapshot.js';

/**
 * Brings metrics to a backend. `export()` gets all metrics at an interval, `receive()` gets each
 * recording; an exporter has one of them, or both. Exporters affect neither each other nor
 * the app: one that is slow, hangs or fails costs a bounded queue of events and a warning when
 * it begins to fail. An instance belongs to one collector at a time.
 *
 * @example
 * class ConsoleExporter implements MetricsExporter {
 *   readonly name = 'console';
 *   readonly interval = 10_000;
 *
 *   export({ metrics }: MetricsSnapshot): void {
 *     for (const { name, series } of metrics) console.log(name, series.length);
 *   }
 * }
 */
export interface MetricsExporter {
  /** The name of the exporter in logs, in the label `exporter` and in `/health`. It must be unique among the exporters of a collector. */
  readonly name: string;
  /**
   * Milliseconds from the start of an export to the start of the next, or `false` for
   * exports by `flush()` and at shutdown only. Default: 60000.
   */
  readonly interval?: number | false;
  /** Milliseconds after which a delivery counts as failed and its signal is aborted. Default: 10000. */
  readonly timeout?: number;
  /** Whether the exporter delivers at shutdown what is not delivered yet, as `flush()` would. Default: `true`. */
  readonly flushAtShutdown?: boolean;
  /**
   * Whether `export()` reads its snapshot. An exporter that renders a page instead sets `false`: no
   * snapshot is taken for it, so that the callbacks of gauges run once per export, for the page,
   * and `export()` gets an empty one. Default: `true`.
   */
  readonly needsSnapshot?: boolean;
  /**
   * Whether one process exports for all that the option `processes` joins, as its page has the
   * metrics of all: for exporters that render a page. The first process with an exporter of this name
   * that answers exports at the interval, and the last one that ends at shutdown; `flush()` exports
   * in each. Default: `false`, each process exports its own metrics.
   */
  readonly oncePerGroup?: boolean;
  /** The types of the metrics whose recordings `receive()` gets. Default: all. */
  readonly eventTypes?: readonly MetricType[];
  /** How many events may wait for `receive()`; more are dropped and counted. Default: 10000. */
  readonly maxQueueSize?: number;
  /** How many events the exporter itself keeps for its next export. The queue length that is shown includes them. Default: 0. */
  readonly waiting?: number;

  /**
   * Called first, and again if the collector is initialized again. If it throws,
   * or takes longer than `timeout`, the app does not start.
   *
   * @param logger logs warnings.
   */
  start?(logger: MetricsLogger): void | Promise<void>;

  /**
   * Delivers a snapshot. Called again only after the last call has settled. When it
   * fulfils, the snapshot counts as delivered; when it rejects, it is called again with a
   * new snapshot, after a pause that grows with each failure.
   *
   * @param signal aborted when `timeout` is over, or the app ends.
   * @throws {ExportError} to say whether and when to retry; after any other error it is retried.
   */
  export?(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): void | ExportReport | Promise<void | ExportReport>;

  /**
   * Takes recordings as events, in order, a moment after they were made. Called again only
   * after the last call has settled; if that rejected, with the same events. Events that come
   * meanwhile wait; beyond `maxQueueSize` they are dropped and counted. An event has the exposed
   * name of the metric and the labels of the series; the value of a gauge is its value after the
   * recording. Gauges that are read through a callback make no events. The events belong to
   * this exporter: no other listener sees what it changes in them.
   *
   * @param signal aborted when `timeout` is over, or the app ends.
   * @throws {ExportError} as {@link export} does.
   */
  receive?(
    events: readonly MetricEvent[],
    signal: AbortSignal,
  ): void | ExportReport | Promise<void | ExportReport>;

  /**
   * Called after the last delivery, to release connections and other resources.
   *
   * @param isLast `false` if the exporter is `oncePerGroup`, and other processes go on exporting.
   */
  shutdown?(isLast: boolean): void | Promise<void>;
}

/** Details of a successful delivery. */
export interface ExportReport {
  /**
   * How many points or events the backend or the exporter did not take. They are counted and
   * not sent again. Anything but a safe integer of 0 or more is logged and not counted.
   */
  readonly dropped?: number;
  /** Why points or events were dropped; the reason is logged once. */
  readonly reason?: string;
  /** Another warning of the backend; it is logged once. */
  readonly warning?: string;
}

import type { MetricEvent } from '../model/metric-event.js';
import type { MetricsLogger } from '../core/logger.js';
import type { MetricType } from '../model/metric-type.js';
import type { MetricsSnapshot } from './snapshot.js';

/**
 * Brings metrics to a backend. It has `export()` to be given all metrics every now
 * and then, `receive()` to hear of each recording, or both. Exporters are held apart
 * from each other and from the app: one that is slow, hangs or fails costs a bounded
 * number of waiting events, a warning when it begins to fail, and nothing else. An instance
 * belongs to one collector at a time.
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
  /** Its name in logs, in the label `exporter` and in `/health`, which no other has. */
  readonly name: string;
  /**
   * Milliseconds from the begin of an export to that of the next, or `false` for
   * exports by `flush()` and at shutdown only. Default: 60000.
   */
  readonly interval?: number | false;
  /** Milliseconds after which a delivery counts as failed and its signal is aborted. Default: 10000. */
  readonly timeout?: number;
  /** Whether it delivers what is left when it ends, as `flush()` would. Default: `true`. */
  readonly flushAtShutdown?: boolean;
  /**
   * Whether `export()` reads the snapshot that it is given. An exporter that has no use for one, as
   * it renders a page of its own, says `false`: no snapshot is taken for it, so that the callbacks
   * of gauges run once per export, and it is given an empty one. Default: `true`.
   */
  readonly needsSnapshot?: boolean;
  /** The types of the metrics whose recordings `receive()` hears of. Default: all. */
  readonly eventTypes?: readonly MetricType[];
  /** How many events may wait for `receive()`; what comes beyond is dropped and counted. Default: 10000. */
  readonly maxQueueSize?: number;
  /** How many events it keeps itself, for its next export; told together with those that wait for `receive()`. */
  readonly waiting?: number;

  /**
   * Called before anything else; again if the collector is initialized anew. If it throws,
   * or takes longer than `timeout`, the app does not start.
   *
   * @param logger takes what is worth a warning.
   */
  start?(logger: MetricsLogger): void | Promise<void>;

  /**
   * Delivers a snapshot. Called again only after the last call has settled. Once it
   * fulfils, the snapshot counts as delivered; if it rejects, it is called again, after
   * a growing while, with a new snapshot.
   *
   * @param signal aborted when the time for it is over.
   * @throws {ExportError} to say whether and when to try again; anything else is tried again.
   */
  export?(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): void | ExportReport | Promise<void | ExportReport>;

  /**
   * Hears of recordings, in order, a moment after they were made. Called again only
   * after the last call has settled; if that rejected, with the same events. What comes
   * meanwhile waits; beyond `maxQueueSize` it is dropped and counted. An event's name is
   * the exposed one and its labels are those of the series; a gauge's value is what it is
   * now. Gauges that are read through a callback make no events. The events belong to this
   * exporter: no other listener sees what it changes in them.
   *
   * @param signal aborted when the time for it is over.
   * @throws {ExportError} as {@link export} does.
   */
  receive?(
    events: readonly MetricEvent[],
    signal: AbortSignal,
  ): void | ExportReport | Promise<void | ExportReport>;

  /** Called after the last delivery, to let go of what it holds. */
  shutdown?(): void | Promise<void>;
}

/** What became of a delivery that went through. */
export interface ExportReport {
  /**
   * How many points or events the backend or the exporter did not take. They are counted and
   * not sent again. Anything but a safe integer of 0 or more is logged and not counted.
   */
  readonly dropped?: number;
  /** Why; it is logged once. */
  readonly reason?: string;
  /** What else the backend says of a delivery that went through; it is logged once. */
  readonly warning?: string;
}

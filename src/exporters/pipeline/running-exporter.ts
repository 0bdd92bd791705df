import { maskCredentials } from '../../core/error-text.js';
import type { ExporterState } from './exporter-state.js';
import { withTimeout } from '../../core/time-limit.js';
import { ExportError, messageOf, OptionsError } from '../../core/errors.js';
import type { MetricsLogger } from '../../core/logger.js';
import { sharedWeakMap } from '../../core/shared-state.js';
import { unixTime } from '../../core/wall-clock.js';
import { EventQueue } from './event-queue.js';
import type { ExporterContext } from './exporter-context.js';
import type { ExportGroup } from './export-group.js';
import type { ExporterMetrics, ExporterGauges } from './exporter-metrics.js';
import { ExporterStatus, ReceiveStatus } from './exporter-status.js';
import type { MetricsExporter } from '../exporter.js';
import { PeriodicExport } from './periodic-export.js';
import type { MetricsSnapshot } from '../snapshot.js';
import {
  type Deadline,
  type Deliver,
  MAX_PAUSE,
  Retrier,
  type DeliveryObserver,
} from './retrier.js';

const DEFAULTS = { interval: 60_000, timeout: 10_000, maxQueueSize: 10_000 };

/** Milliseconds that `shutdown()` of an exporter has, even if the time is over. */
const MIN_SHUTDOWN = 1_000;

/** Milliseconds that a snapshot waits for a metric at most: without one that hangs, the others are delivered in time. */
const SNAPSHOT_LIMIT = 2_000;

/** Exporters that a collector runs: two collectors would disturb each other's deliveries. */
const IN_USE = sharedWeakMap<MetricsExporter, true>('exporters');

/** An exporter in a collector. Runs its exports and its deliveries of events. */
export class RunningExporter implements ExporterGauges {
  readonly name: string;
  /** Whether it delivers the metrics of all processes of a group, for which one of them is enough. */
  readonly isShared: boolean;
  private readonly timeout: number;
  private readonly status: ExporterStatus;
  private readonly receiving: ReceiveStatus | undefined;
  private readonly retriers: Retrier[] = [];
  private readonly exports: PeriodicExport | undefined;
  /** The events that wait for the exporter's `receive()`. */
  readonly queue: EventQueue | undefined;
  private phase: 'idle' | 'starting' | 'started' | 'ending' = 'idle';
  private starting: Promise<void> = Promise.resolve();
  private ending: Promise<void> = Promise.resolve();

  constructor(
    private readonly exporter: MetricsExporter,
    snapshot: (limit: number) => Promise<MetricsSnapshot>,
    metrics: ExporterMetrics,
    logger: MetricsLogger,
    private readonly context: ExporterContext,
    private readonly group: ExportGroup | undefined,
  ) {
    this.name = exporter.name;
    this.isShared = group !== undefined && exporter.oncePerGroup === true;
    this.status = new ExporterStatus(this.name, metrics, logger);
    this.timeout = exporter.timeout ?? DEFAULTS.timeout;
    if (exporter.receive !== undefined) {
      // An exporter with export() keeps the events until then: receiving them is no delivery yet.
      this.receiving =
        exporter.export && new ReceiveStatus(this.status, this.name, metrics);
      this.queue = this.newQueue(this.receiving ?? this.status);
    }
    if (exporter.export !== undefined) {
      this.exports = this.newExports(snapshot);
    }
  }

  get queueLength(): number {
    const own = Number(this.exporter.waiting);
    return (
      (this.queue?.length ?? 0) +
      (Number.isSafeInteger(own) && own > 0 ? own : 0)
    );
  }

  get lastSuccess(): number | undefined {
    return this.status.lastSuccess;
  }

  get state(): ExporterState {
    const { interval = DEFAULTS.interval } = this.exporter;
    const failure = this.status.failure ?? this.receiving?.failure;
    return {
      name: this.name,
      queued: this.queueLength,
      lastSuccess: this.lastSuccess,
      interval: this.exports === undefined || !interval ? undefined : interval,
      failure: failure && maskCredentials(failure),
    };
  }

  check(): object {
    return this.status.check(this.queueLength, this.receiving?.failure);
  }

  /** Starts the exporter, unless it has started or is about to stop. */
  start(): Promise<void> {
    if (this.phase === 'ending') return this.ending;
    if (this.phase === 'idle') {
      this.phase = 'starting';
      this.starting = this.begin();
    }
    return this.starting;
  }

  /**
   * Delivers now: first the events, which the exporter may keep for its export.
   *
   * @param isLast whether no delivery follows.
   */
  async flush(deadline: Deadline, isLast = false): Promise<void> {
    if (this.phase === 'idle' || this.phase === 'starting') {
      throw this.failure(
        'it is not started, as the collector is not initialized',
      );
    }
    try {
      const left = Math.ceil(deadline.left);
      await withTimeout(
        left,
        this.deliverAll(deadline, isLast),
        'The delivery',
      );
    } catch (error) {
      // Why the attempts failed says more than that the time is over.
      throw this.failure(this.status.failure ?? messageOf(error), error);
    }
  }

  /** Delivers what can be delivered by the deadline, and stops the exporter. Never rejects. */
  stop(deadline: Deadline): Promise<void> {
    const { phase } = this;
    if (phase === 'starting' || phase === 'started') {
      this.phase = 'ending';
      const end = phase === 'started' ? this.end(deadline) : this.giveUp();
      this.ending = end.finally(() => {
        this.phase = 'idle';
      });
    }
    return this.ending;
  }

  private async begin(): Promise<void> {
    const { exporter, name } = this;
    if (IN_USE.has(exporter)) {
      this.phase = 'idle';
      throw new OptionsError(
        `The exporter "${name}" belongs to another collector, which is running; expected an instance for each`,
      );
    }
    IN_USE.set(exporter, true);
    const started = this.context.run(() =>
      exporter.start?.(this.status.logger),
    );
    try {
      await withTimeout(
        this.timeout,
        started,
        `The start of exporter "${name}"`,
      );
    } catch (error) {
      this.phase = 'idle';
      IN_USE.delete(exporter);
      // An exporter whose start was only too slow still has to be shut down.
      started.then(() => this.shutDown(MIN_SHUTDOWN)).catch(() => {});
      throw error;
    }
    if (this.phase !== 'starting') return this.shutDown(MIN_SHUTDOWN);
    this.phase = 'started';
    this.status.ending(false);
    for (const retrier of this.retriers) retrier.open();
    this.queue?.start();
    this.exports?.start();
  }

  /** Waits for the start during which the exporter is stopped. If that start fails, the error goes to the caller of `start()`. */
  private giveUp(): Promise<void> {
    return this.starting.catch(() => {});
  }

  private async end(deadline: Deadline): Promise<void> {
    this.status.ending(true);
    this.queue?.stop();
    this.exports?.stop();
    if (this.exporter.flushAtShutdown !== false) await this.flushLast(deadline);
    const reason = new Error('The app ends');
    await Promise.all(this.retriers.map((retrier) => retrier.close(reason)));
    await this.shutDown(Math.max(deadline.left, MIN_SHUTDOWN));
  }

  /** Whether this process delivers now, or, if it has left the group, whether none is left that does. */
  private async isOurs(): Promise<boolean> {
    return !this.isShared || this.group!.isFirst(this.name);
  }

  private async shutDown(milliseconds: number): Promise<void> {
    try {
      const isLast = await this.isOurs();
      const shutdown = this.context.run(() => this.exporter.shutdown?.(isLast));
      await withTimeout(milliseconds, shutdown, 'The shutdown');
    } catch (error) {
      this.status.warn(
        `Exporter "${this.name}" could not be shut down: ${messageOf(error)}`,
        'export',
      );
    }
    IN_USE.delete(this.exporter);
  }

  private failure(reason: string, cause?: unknown): ExportError {
    const message = `Exporter "${this.name}" could not deliver: ${reason}`;
    return new ExportError(message, { cause });
  }

  private async flushLast(deadline: Deadline): Promise<void> {
    try {
      await this.flush(deadline, true);
    } catch (error) {
      this.status.warn(
        `${(error as Error).message}; it is not tried again, as the app ends`,
        'export',
      );
    }
  }

  /** Events that cannot be received do not keep the export from being made. */
  private async deliverAll(deadline: Deadline, isLast: boolean): Promise<void> {
    try {
      await this.queue?.flush(deadline, isLast);
    } finally {
      if (!isLast || (await this.isOurs()))
        await this.exports?.flush(deadline, isLast);
    }
  }

  private newQueue(observer: DeliveryObserver): EventQueue {
    const { exporter } = this;
    return new EventQueue(
      exporter.eventTypes,
      exporter.maxQueueSize ?? DEFAULTS.maxQueueSize,
      (events, signal) =>
        this.context.run(() => exporter.receive!(events, signal)),
      (deliver) => this.newRetrier(deliver, observer, MAX_PAUSE),
      (count, reason) => this.status.dropped(count, reason),
    );
  }

  private newExports(
    snapshot: (limit: number) => Promise<MetricsSnapshot>,
  ): PeriodicExport {
    const { interval = DEFAULTS.interval } = this.exporter;
    const limit = Math.min(SNAPSHOT_LIMIT, this.timeout / 2);
    const { needsSnapshot = true } = this.exporter;
    const deliver: Deliver = async (signal) => {
      const taken = needsSnapshot
        ? await snapshot(limit)
        : { time: unixTime(), metrics: [] };
      signal.throwIfAborted();
      return this.context.run(() => this.exporter.export!(taken, signal));
    };
    const maxPause = Math.min(interval || MAX_PAUSE, MAX_PAUSE);
    const retrier = this.newRetrier(deliver, this.status, maxPause);
    return new PeriodicExport(retrier, interval, () => this.isOurs());
  }

  private newRetrier(
    deliver: Deliver,
    observer: DeliveryObserver,
    maxPause: number,
  ): Retrier {
    const retrier = new Retrier(deliver, observer, this.timeout, maxPause);
    this.retriers.push(retrier);
    return retrier;
  }
}

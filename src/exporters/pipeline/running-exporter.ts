import { withTimeout } from '../../core/time-limit.js';
import { ExportError, messageOf, OptionsError } from '../../core/errors.js';
import type { MetricsLogger } from '../../core/logger.js';
import { sharedWeakMap } from '../../core/shared-state.js';
import { unixTime } from '../../core/wall-clock.js';
import type { Deadline } from './deadline.js';
import { EventQueue } from './event-queue.js';
import type { ExporterContext } from './exporter-context.js';
import type { ExporterMetrics, ExporterGauges } from './exporter-metrics.js';
import { ExporterStatus } from './exporter-status.js';
import type { MetricsExporter } from '../exporter.js';
import { ReceiveStatus } from './receive-status.js';
import { PeriodicExport } from './periodic-export.js';
import type { MetricsSnapshot } from '../snapshot.js';
import {
  type Deliver,
  MAX_PAUSE,
  Retrier,
  type DeliveryObserver,
} from './retrier.js';

const DEFAULTS = { interval: 60_000, timeout: 10_000, maxQueueSize: 10_000 };

/** Milliseconds that an exporter has to let go of what it holds, even if the time is over. */
const MIN_SHUTDOWN = 1_000;

/** Milliseconds that a snapshot waits for a metric at most: one that hangs is left out, and the others delivered in time. */
const SNAPSHOT_LIMIT = 2_000;

/** Exporters that some collector has started: two would get into each other's way. */
const IN_USE = sharedWeakMap<MetricsExporter, true>('exporters');

/** An exporter at work: its exports, its events, and what becomes of them. */
export class RunningExporter implements ExporterGauges {
  readonly name: string;
  private readonly timeout: number;
  private readonly state: ExporterStatus;
  private readonly hearing: ReceiveStatus | undefined;
  private readonly tries: Retrier[] = [];
  private readonly exports: PeriodicExport | undefined;
  /** What it hears of recordings by. */
  readonly feed: EventQueue | undefined;
  private phase: 'idle' | 'starting' | 'started' | 'ending' = 'idle';
  private starting: Promise<void> = Promise.resolve();
  private ending: Promise<void> = Promise.resolve();

  constructor(
    private readonly exporter: MetricsExporter,
    snapshot: (limit: number) => Promise<MetricsSnapshot>,
    metrics: ExporterMetrics,
    logger: MetricsLogger,
    private readonly context: ExporterContext,
  ) {
    this.name = exporter.name;
    this.state = new ExporterStatus(this.name, metrics, logger);
    this.timeout = exporter.timeout ?? DEFAULTS.timeout;
    if (exporter.receive !== undefined) {
      // Who has exports keeps events for them: that it has heard them is no delivery yet.
      this.hearing =
        exporter.export && new ReceiveStatus(this.state, this.name, metrics);
      this.feed = this.newFeed(this.hearing ?? this.state);
    }
    if (exporter.export !== undefined) {
      this.exports = this.newExports(snapshot);
    }
  }

  get waiting(): number {
    const own = Number(this.exporter.waiting);
    return (
      (this.feed?.length ?? 0) +
      (Number.isSafeInteger(own) && own > 0 ? own : 0)
    );
  }

  get lastSuccess(): number | undefined {
    return this.state.lastSuccess;
  }

  check(): object {
    return this.state.check(this.waiting, this.hearing?.failure);
  }

  /** Started once, and not while it ends. */
  start(): Promise<void> {
    if (this.phase === 'ending') return this.ending;
    if (this.phase === 'idle') {
      this.phase = 'starting';
      this.starting = this.begin();
    }
    return this.starting;
  }

  /**
   * Delivers all there is. What hears events first keeps them for its exports.
   *
   * @param isLast whether nothing will be delivered after it.
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
      // Why the tries have failed says more than that the time is over.
      throw this.failure(this.state.failure ?? messageOf(error), error);
    }
  }

  /** Delivers all there is, as far as that is possible until then, and ends. Never rejects. */
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
    const started = this.context.run(() => exporter.start?.(this.state.logger));
    try {
      await withTimeout(
        this.timeout,
        started,
        `The start of exporter "${name}"`,
      );
    } catch (error) {
      this.phase = 'idle';
      IN_USE.delete(exporter);
      // If it was too slow, there is something to let go of later.
      started.then(() => this.letGo(MIN_SHUTDOWN)).catch(() => {});
      throw error;
    }
    if (this.phase !== 'starting') return this.letGo(MIN_SHUTDOWN);
    this.phase = 'started';
    this.state.ending(false);
    for (const tries of this.tries) tries.open();
    this.feed?.start();
    this.exports?.start();
  }

  /** Ends while it is being started. Whoever starts it hears of an error. */
  private giveUp(): Promise<void> {
    return this.starting.catch(() => {});
  }

  private async end(deadline: Deadline): Promise<void> {
    this.state.ending(true);
    this.feed?.stop();
    this.exports?.stop();
    if (this.exporter.flushAtShutdown !== false) await this.flushLast(deadline);
    const reason = new Error('The app ends');
    await Promise.all(this.tries.map((tries) => tries.close(reason)));
    await this.letGo(Math.max(deadline.left, MIN_SHUTDOWN));
  }

  private async letGo(milliseconds: number): Promise<void> {
    try {
      const shutdown = this.context.run(() => this.exporter.shutdown?.());
      await withTimeout(milliseconds, shutdown, 'The shutdown');
    } catch (error) {
      this.state.warn(
        `Exporter "${this.name}" could not be shut down: ${messageOf(error)}`,
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
      this.state.warn(
        `${(error as Error).message}; it is not tried again, as the app ends`,
      );
    }
  }

  /** What could not be heard keeps nothing from being exported. */
  private async deliverAll(deadline: Deadline, isLast: boolean): Promise<void> {
    try {
      await this.feed?.flush(deadline, isLast);
    } finally {
      await this.exports?.flush(deadline, isLast);
    }
  }

  private newFeed(notes: DeliveryObserver): EventQueue {
    const { exporter } = this;
    return new EventQueue(
      exporter.eventTypes,
      exporter.maxQueueSize ?? DEFAULTS.maxQueueSize,
      (events, signal) =>
        this.context.run(() => exporter.receive!(events, signal)),
      (deliver) => this.newTries(deliver, notes, MAX_PAUSE),
      (count, reason) => this.state.dropped(count, reason),
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
    const tries = this.newTries(deliver, this.state, maxPause);
    return new PeriodicExport(tries, interval);
  }

  private newTries(
    deliver: Deliver,
    notes: DeliveryObserver,
    maxPause: number,
  ): Retrier {
    const tries = new Retrier(deliver, notes, this.timeout, maxPause);
    this.tries.push(tries);
    return tries;
  }
}

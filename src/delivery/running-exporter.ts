import { within } from '../model/deadline.js';
import { ExportError, messageOf } from '../model/errors.js';
import type { MetricsLogger } from '../model/logger.js';
import type { Deadline } from './deadline.js';
import { EventFeed } from './event-feed.js';
import type { ExporterMetrics, ExporterVitals } from './exporter-metrics.js';
import { ExporterState } from './exporter-state.js';
import type { MetricsExporter } from './exporter.js';
import { PeriodicExport } from './periodic-export.js';
import type { MetricsSnapshot } from './snapshot.js';
import { MAX_PAUSE, Tries, type TryNotes } from './tries.js';

const DEFAULTS = { interval: 60_000, timeout: 10_000 };

/** An exporter at work: its exports, its events, and what becomes of them. */
export class RunningExporter implements ExporterVitals {
  readonly name: string;
  private readonly state: ExporterState;
  private readonly tries: Tries[] = [];
  private readonly exports: PeriodicExport | undefined;
  /** What it hears of recordings by. */
  readonly feed: EventFeed | undefined;
  private phase: 'idle' | 'starting' | 'started' | 'ending' = 'idle';

  constructor(
    private readonly exporter: MetricsExporter,
    snapshot: () => Promise<MetricsSnapshot>,
    metrics: ExporterMetrics,
    logger: MetricsLogger,
  ) {
    this.name = exporter.name;
    this.state = new ExporterState(this.name, metrics, logger);
    const { interval = DEFAULTS.interval } = exporter;
    if (exporter.receive !== undefined) {
      this.feed = new EventFeed(
        exporter.eventTypes,
        (events, signal) => exporter.receive!(events, signal),
        this.newTries(this.notesOfEvents(), MAX_PAUSE),
        (count, reason) => this.state.dropped(count, reason),
      );
    }
    if (exporter.export !== undefined) {
      this.exports = new PeriodicExport(
        async (signal) => exporter.export!(await snapshot(), signal),
        this.newTries(this.state, Math.min(interval || MAX_PAUSE, MAX_PAUSE)),
        interval,
      );
    }
  }

  get waiting(): number {
    return this.feed?.length ?? 0;
  }

  get lastSuccess(): number | undefined {
    return this.state.lastSuccess;
  }

  check(): object {
    return this.state.check(this.waiting);
  }

  async start(): Promise<void> {
    if (this.phase !== 'idle') return;
    this.phase = 'starting';
    this.state.ending(false);
    try {
      await this.exporter.start?.();
    } catch (error) {
      this.phase = 'idle';
      throw error;
    }
    this.phase = 'started';
    this.feed?.start();
    this.exports?.start();
  }

  /** Delivers all there is. What hears events first keeps them for its exports. */
  async flush(deadline: Deadline): Promise<void> {
    if (this.phase === 'idle' || this.phase === 'starting') {
      throw this.failure(
        'it is not started, as the collector is not initialized',
      );
    }
    try {
      const left = Math.ceil(deadline.left);
      await within(left, this.deliverAll(deadline), 'The delivery');
    } catch (error) {
      // Why the tries have failed says more than that the time is over.
      throw this.failure(this.state.failure ?? messageOf(error), error);
    }
  }

  /** Delivers all there is, as far as that is possible until then, and ends. Never rejects. */
  async stop(deadline: Deadline): Promise<void> {
    if (this.phase !== 'started') return;
    this.phase = 'ending';
    this.state.ending(true);
    this.feed?.stop();
    this.exports?.stop();
    if (this.exporter.flushAtShutdown !== false) await this.flushLast(deadline);
    for (const tries of this.tries) tries.abort(new Error('The app ends'));
    try {
      const shutdown = (async () => this.exporter.shutdown?.())();
      await within(
        Math.max(deadline.left, MIN_SHUTDOWN),
        shutdown,
        'The shutdown',
      );
    } catch (error) {
      this.state.warn(
        `Exporter "${this.name}" could not be shut down: ${messageOf(error)}`,
      );
    }
    this.phase = 'idle';
  }

  private failure(reason: string, cause?: unknown): ExportError {
    const message = `Exporter "${this.name}" could not deliver: ${reason}`;
    return new ExportError(message, { cause });
  }

  private async flushLast(deadline: Deadline): Promise<void> {
    try {
      await this.flush(deadline);
    } catch (error) {
      this.state.warn(
        `${(error as Error).message}; it is not tried again, as the app ends`,
      );
    }
  }

  private async deliverAll(deadline: Deadline): Promise<void> {
    await this.feed?.flush(deadline);
    await this.exports?.flush(deadline);
  }

  private newTries(notes: TryNotes, maxPause: number): Tries {
    const { timeout = DEFAULTS.timeout } = this.exporter;
    const tries = new Tries(notes, timeout, maxPause);
    this.tries.push(tries);
    return tries;
  }

  /** Who has exports keeps events for them: that it has heard them is no delivery yet. */
  private notesOfEvents(): TryNotes {
    const { state } = this;
    if (this.exporter.export === undefined) return state;
    return {
      delivered: (report) => state.lost(report),
      failed: (error) => state.failedToHear(error),
      retried: () => {},
    };
  }
}

/** Milliseconds that an exporter has to let go of what it holds, even if the time is over. */
const MIN_SHUTDOWN = 1_000;

import type { ExportReport } from '../exporter.js';
import { type Instant, instant, secondsSince } from '../../core/clock.js';
import { messageOf, shown } from '../../core/errors.js';
import { logNews, logWarning, type MetricsLogger } from '../../core/logger.js';
import {
  type SteadyTime,
  steadyTime,
  unixTime,
  unixTimeAt,
} from '../../core/wall-clock.js';
import type { ExporterMetrics } from './exporter-metrics.js';
import { MAX_ASKED_PAUSE, type DeliveryObserver } from './retrier.js';

/** Takes note of what becomes of an exporter's deliveries: in metrics, in the log, for the health. */
export class ExporterStatus implements DeliveryObserver {
  /** Deliveries that failed since one went through. */
  private failures = 0;
  private error = '';
  private failingSince: Instant = 0n;
  private isEnding = false;
  /** Whether the log says that it fails. */
  private isTold = false;
  /** When the log said so last. */
  private toldAt: Instant | undefined = undefined;
  /** Whether the log says that the backend asks for a long pause. */
  private isPauseTold = false;
  /** What is logged once only. */
  private readonly told = new Set<string>();
  private succeededAt: SteadyTime | undefined = undefined;

  /** For the exporter itself. It never throws. */
  readonly logger: MetricsLogger = { warn: (message) => this.warn(message) };

  constructor(
    private readonly name: string,
    private readonly metrics: ExporterMetrics,
    private readonly appLogger: MetricsLogger,
  ) {
    metrics.begin(name);
  }

  /** When a delivery went through last, in seconds since the Unix epoch; never later than now. */
  get lastSuccess(): number | undefined {
    return this.succeededAt === undefined
      ? undefined
      : Math.min(unixTime(), unixTimeAt(this.succeededAt));
  }

  /** Why the last delivery has failed; `undefined` if it has not. */
  get failure(): string | undefined {
    return this.failures > 0 ? this.error : undefined;
  }

  delivered(report: ExportReport | void): void {
    this.succeededAt = steadyTime();
    this.metrics.exported(this.name, 'success');
    if (this.failures > 0) this.recovered();
    this.reported(report);
  }

  /** Takes note of what a delivery that went through says of itself. What it says may be of any kind. */
  reported(report: ExportReport | void): void {
    const { dropped, reason, warning } = (report ?? {}) as Record<
      string,
      unknown
    >;
    this.droppedOf(
      dropped,
      typeof reason === 'string' ? reason : 'the backend refused them',
    );
    if (typeof warning === 'string' && warning !== '') {
      this.warnOnce(`Exporter "${this.name}" has delivered, but ${warning}`);
    }
  }

  failed(error: unknown, asked: number): void {
    this.metrics.exported(this.name, 'error');
    this.error = messageOf(error);
    if (this.failures++ === 0) this.failingSince = instant();
    if (this.isEnding) return;
    const isQuiet = this.isTold || this.isRecent();
    // An outage that is told of already may become a long one.
    if (isQuiet && (asked < LONG_PAUSE || this.isPauseTold)) return;
    this.isPauseTold = asked >= LONG_PAUSE;
    this.isTold = true;
    this.toldAt = instant();
    this.warn(
      `Exporter "${this.name}" could not deliver: ${this.error}${pauseText(asked)} [logged once until it delivers again, counted]`,
    );
  }

  /** The last deliveries come now: whoever has them made says how that ends. */
  ending(isEnding: boolean): void {
    this.isEnding = isEnding;
  }

  retried(): void {
    this.metrics.retried(this.name);
  }

  /** Some points or events will not reach the backend. Logged once for each reason. */
  dropped(count: number, reason: string): void {
    this.metrics.dropped(this.name, count);
    this.warnOnce(`Exporter "${this.name}" drops points or events: ${reason}`);
  }

  /**
   * As a health check says it.
   *
   * @param unheard why it could not take the last events; `undefined` if it could.
   */
  check(waiting: number, unheard?: string): object {
    const details = {
      waiting_events: waiting,
      ...(this.lastSuccess !== undefined && {
        last_success: new Date(this.lastSuccess * 1_000).toISOString(),
      }),
    };
    const { failures, failure: message = unheard } = this;
    return message === undefined
      ? { status: 'up', ...details }
      : { status: 'down', ...details, failures, message };
  }

  /** Never throws. */
  warn(message: string): void {
    logWarning(this.appLogger, message);
  }

  /** Logs what is new; of what there is too much only the first. */
  warnOnce(message: string): void {
    if (this.told.has(message) || this.told.size >= MAX_TOLD) return;
    this.told.add(message);
    this.warn(`${message} [logged once, counted]`);
  }

  /** Whether the log told of an outage a moment ago: one that comes and goes would fill it. */
  private isRecent(): boolean {
    return this.toldAt !== undefined && secondsSince(this.toldAt) < QUIET;
  }

  private droppedOf(count: unknown, reason: string): void {
    if (count === undefined || count === 0) return;
    if (Number.isSafeInteger(count) && (count as number) > 0) {
      return this.dropped(count as number, reason);
    }
    this.warnOnce(
      `Exporter "${this.name}" reports ${shown(count)} as dropped, which is not counted; expected a safe integer of 0 or more`,
    );
  }

  private recovered(): void {
    const seconds = Math.round(secondsSince(this.failingSince));
    const message = `Exporter "${this.name}" delivers again, after ${this.failures} failures in ${seconds} s`;
    this.failures = 0;
    if (this.isTold) logNews(this.appLogger, message);
    this.isTold = false;
    this.isPauseTold = false;
  }
}

/** Seconds from one outage that is told of to the next. */
const QUIET = 60;

/** Milliseconds of a pause that is told of, though the log says already that the exporter fails. */
const LONG_PAUSE = 60_000;

/** How many messages are told apart. */
const MAX_TOLD = 20;

function pauseText(asked: number): string {
  if (asked <= 0) return '';
  const seconds = Math.round(asked / 1_000);
  const most = MAX_ASKED_PAUSE / 1_000;
  const bound = seconds > most ? `; it waits ${most} s, the most allowed` : '';
  return `; the backend asks for a pause of ${seconds} s${bound}`;
}

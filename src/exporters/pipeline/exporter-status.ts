import type { ExportReport } from '../exporter.js';
import { type Instant, instant, secondsSince } from '../../core/clock.js';
import { messageOf, shown } from '../../core/errors.js';
import {
  forwardWarning,
  logRecovery,
  logWarning,
  type MetricsLogger,
} from '../../core/logger.js';
import type { Topic } from '../../core/message-links.js';
import {
  type SteadyTime,
  steadyTime,
  unixTime,
  unixTimeAt,
} from '../../core/wall-clock.js';
import type { ExporterMetrics } from './exporter-metrics.js';
import { MAX_ASKED_PAUSE, type DeliveryObserver } from './retrier.js';

/** Seconds between two outages that are logged: one that comes and goes would fill the log. */
const QUIET = 60;

/** Milliseconds of an asked pause that is logged even if the log already says that the exporter fails. */
const LONG_PAUSE = 60_000;

/** How many messages are remembered as logged. */
const MAX_LOGGED = 20;

/** Shows the outcome of an exporter's deliveries in metrics, in the log and in the health. */
export class ExporterStatus implements DeliveryObserver {
  /** Deliveries that failed since one succeeded. */
  private failures = 0;
  private error = '';
  private failingSince: Instant = 0n;
  private isEnding = false;
  /** Whether a failure of the exporter is logged, and its recovery is not yet. */
  private isLogged = false;
  /** When a failure was last logged. */
  private loggedAt: Instant | undefined = undefined;
  /** Whether it is logged that the backend asks for a long pause. */
  private isPauseLogged = false;
  /** Messages that are logged once only. */
  private readonly logged = new Set<string>();
  private succeededAt: SteadyTime | undefined = undefined;

  /** The logger that the exporter gets. It never throws. */
  readonly logger: MetricsLogger = {
    warn: (message) => forwardWarning(this.appLogger, message),
  };

  constructor(
    private readonly name: string,
    private readonly metrics: ExporterMetrics,
    private readonly appLogger: MetricsLogger,
  ) {
    metrics.begin(name);
  }

  /** When the last delivery succeeded, in seconds since the Unix epoch; never later than now. */
  get lastSuccess(): number | undefined {
    return this.succeededAt === undefined
      ? undefined
      : Math.min(unixTime(), unixTimeAt(this.succeededAt));
  }

  /** Why the last delivery failed; `undefined` if it succeeded. */
  get failure(): string | undefined {
    return this.failures > 0 ? this.error : undefined;
  }

  delivered(report: ExportReport | void): void {
    this.succeededAt = steadyTime();
    this.metrics.exported(this.name, 'success');
    if (this.failures > 0) this.recovered();
    this.reported(report);
  }

  /** Takes in what a successful delivery reports: anything, if user code made the report. */
  reported(report: ExportReport | void): void {
    const { dropped, reason, warning } = (report ?? {}) as Record<
      string,
      unknown
    >;
    this.countDropped(
      dropped,
      typeof reason === 'string' ? reason : 'the backend refused them',
    );
    if (typeof warning === 'string' && warning !== '') {
      this.warnOnce(
        `Exporter "${this.name}" has delivered, but ${warning}`,
        'exporter_report',
      );
    }
  }

  failed(error: unknown, asked: number): void {
    this.metrics.exported(this.name, 'error');
    this.error = messageOf(error);
    if (this.failures++ === 0) this.failingSince = instant();
    if (this.isEnding) return;
    const isQuiet = this.isLogged || this.wasLoggedRecently();
    // An outage that is logged already may become a long one.
    if (isQuiet && (asked < LONG_PAUSE || this.isPauseLogged)) return;
    this.isPauseLogged = asked >= LONG_PAUSE;
    this.isLogged = true;
    this.loggedAt = instant();
    this.warn(
      `Exporter "${this.name}" could not deliver: ${this.error}${pauseText(asked)} [logged once until it delivers again, counted]`,
      'export',
    );
  }

  /** While the app ends, the caller of the last deliveries logs how they end. */
  ending(isEnding: boolean): void {
    this.isEnding = isEnding;
  }

  retried(): void {
    this.metrics.retried(this.name);
  }

  /** Some points or events will not reach the backend. Logged once for each reason. */
  dropped(count: number, reason: string): void {
    this.metrics.dropped(this.name, count);
    this.warnOnce(
      `Exporter "${this.name}" drops points or events: ${reason}`,
      'dropped_points',
    );
  }

  /**
   * The result of the health check.
   *
   * @param receiveFailure why it could not receive the last events; `undefined` if it could.
   */
  check(queueLength: number, receiveFailure?: string): object {
    const details = {
      waiting_events: queueLength,
      ...(this.lastSuccess !== undefined && {
        last_success: new Date(this.lastSuccess * 1_000).toISOString(),
      }),
    };
    const { failures, failure: message = receiveFailure } = this;
    return message === undefined
      ? { status: 'up', ...details }
      : { status: 'down', ...details, failures, message };
  }

  /** Never throws. */
  warn(message: string, topic: Topic): void {
    logWarning(this.appLogger, message, topic);
  }

  /** Logs a message unless it was logged before, up to a number of messages. */
  warnOnce(message: string, topic: Topic): void {
    if (this.logged.has(message) || this.logged.size >= MAX_LOGGED) return;
    this.logged.add(message);
    this.warn(`${message} [logged once, counted]`, topic);
  }

  private wasLoggedRecently(): boolean {
    return this.loggedAt !== undefined && secondsSince(this.loggedAt) < QUIET;
  }

  private countDropped(count: unknown, reason: string): void {
    if (count === undefined || count === 0) return;
    if (Number.isSafeInteger(count) && (count as number) > 0) {
      return this.dropped(count as number, reason);
    }
    this.warnOnce(
      `Exporter "${this.name}" reports ${shown(count)} as dropped, which is not counted; expected a safe integer of 0 or more`,
      'exporter_report',
    );
  }

  private recovered(): void {
    const seconds = Math.round(secondsSince(this.failingSince));
    const message = `Exporter "${this.name}" delivers again, after ${this.failures} failures in ${seconds} s`;
    this.failures = 0;
    if (this.isLogged) logRecovery(this.appLogger, message);
    this.isLogged = false;
    this.isPauseLogged = false;
  }
}

/**
 * How an exporter receives events that it keeps for its exports: to receive them is no
 * delivery yet, not to receive them is a failure.
 */
export class ReceiveStatus implements DeliveryObserver {
  /** Why the last events were not received; `undefined` if they were. */
  failure: string | undefined = undefined;

  constructor(
    private readonly status: ExporterStatus,
    private readonly name: string,
    private readonly metrics: ExporterMetrics,
  ) {}

  delivered(report: ExportReport | void): void {
    this.failure = undefined;
    this.status.reported(report);
  }

  failed(error: unknown): void {
    this.failure = messageOf(error);
    this.metrics.exported(this.name, 'error');
    this.status.warnOnce(
      `Exporter "${this.name}" could not receive events: ${this.failure}`,
      'export',
    );
  }

  retried(): void {
    this.metrics.retried(this.name);
  }
}

function pauseText(asked: number): string {
  if (asked <= 0) return '';
  const seconds = Math.round(asked / 1_000);
  const most = MAX_ASKED_PAUSE / 1_000;
  const bound = seconds > most ? `; it waits ${most} s, the most allowed` : '';
  return `; the backend asks for a pause of ${seconds} s${bound}`;
}

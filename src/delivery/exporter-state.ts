import type { ExportReport } from './exporter.js';
import { messageOf } from '../model/errors.js';
import { logNews, logWarning, type MetricsLogger } from '../model/logger.js';
import { unixTime } from '../model/wall-clock.js';
import type { ExporterMetrics } from './exporter-metrics.js';
import type { TryNotes } from './tries.js';

/** Takes note of what becomes of an exporter's deliveries: in metrics, in the log, for the health. */
export class ExporterState implements TryNotes {
  /** Deliveries that failed since one went through. */
  private failures = 0;
  private error = '';
  private failingSince = 0;
  private isEnding = false;
  /** Whether the log says that it fails. */
  private isTold = false;
  /** Until then the log says nothing of it, in seconds since the Unix epoch. */
  private quietUntil = 0;
  /** What is logged once only. */
  private readonly told = new Set<string>();
  /** When a delivery went through last, in seconds since the Unix epoch. */
  lastSuccess: number | undefined = undefined;

  constructor(
    private readonly name: string,
    private readonly metrics: ExporterMetrics,
    private readonly logger: MetricsLogger,
  ) {
    metrics.begin(name);
  }

  /** Why the last delivery has failed; `undefined` if it has not. */
  get failure(): string | undefined {
    return this.failures > 0 ? this.error : undefined;
  }

  delivered(report: ExportReport | void): void {
    this.lastSuccess = unixTime();
    this.metrics.exported(this.name, 'success');
    if (this.failures > 0) this.recovered();
    this.lost(report);
  }

  /** Takes note of what a delivery that went through has left behind. */
  lost(report: ExportReport | void): void {
    const { dropped, reason } = (report ?? {}) as Record<string, unknown>;
    if (typeof dropped !== 'number' || !(dropped > 0 && dropped < Infinity)) {
      return;
    }
    this.dropped(
      dropped,
      typeof reason === 'string' ? reason : 'the backend refused them',
    );
  }

  failed(error: unknown): void {
    this.metrics.exported(this.name, 'error');
    this.error = messageOf(error);
    if (this.failures++ === 0) this.failingSince = unixTime();
    if (this.isTold || this.isEnding || unixTime() < this.quietUntil) return;
    this.isTold = true;
    this.quietUntil = unixTime() + QUIET;
    this.warn(
      `Exporter "${this.name}" could not deliver: ${this.error} [logged once until it delivers again, counted]`,
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
    logWarning(this.logger, message);
  }

  /** Logs what is new; of what there is too much only the first. */
  warnOnce(message: string): void {
    if (this.told.has(message) || this.told.size >= MAX_TOLD) return;
    this.told.add(message);
    this.warn(`${message} [logged once, counted]`);
  }

  private recovered(): void {
    const seconds = Math.round(unixTime() - this.failingSince);
    const message = `Exporter "${this.name}" delivers again, after ${this.failures} failures in ${seconds} s`;
    this.failures = 0;
    if (this.isTold) logNews(this.logger, message);
    this.isTold = false;
  }
}

/** Seconds from one outage that is told of to the next: one that comes and goes would fill the log. */
const QUIET = 60;

/** How many messages are told apart. */
const MAX_TOLD = 20;

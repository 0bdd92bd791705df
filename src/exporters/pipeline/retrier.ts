import { type Instant, instant, secondsSince } from '../../core/clock.js';
import { sleep, withTimeout } from '../../core/time-limit.js';
import { isExportError } from '../../core/errors.js';
import type { ExportReport } from '../exporter.js';

/** Makes a delivery. */
export type Deliver = (
  signal: AbortSignal,
) => void | ExportReport | Promise<void | ExportReport>;

/** Follows the attempts to deliver. Never throws. */
export interface DeliveryObserver {
  delivered(report: ExportReport | void): void;
  /** @param asked milliseconds for which the backend wants no further attempt; 0 if it asks for none. */
  failed(error: unknown, asked: number): void;
  /** An attempt begins after one that failed. */
  retried(): void;
}

/** What became of an attempt. */
export type AttemptResult =
  | { readonly status: 'delivered' }
  | {
      /** `refused`: the same would be refused again. */
      readonly status: 'failed' | 'refused';
      /** Milliseconds until the next attempt, of the same or of what follows it. */
      readonly pause: number;
      readonly error: unknown;
    };

/** An attempt that has not begun: all that ask for one meanwhile share it. */
interface QueuedAttempt {
  readonly result: Promise<AttemptResult>;
  /** The latest deadline among the callers that share the attempt. */
  deadline: Deadline;
  /** Whether the attempt is made in spite of a pause that the backend asked for. */
  isUrgent: boolean;
}

const DELIVERED: AttemptResult = { status: 'delivered' };

/** The longest first pause after a failure, in milliseconds. */
const FIRST_PAUSE = 1_000;

/** Milliseconds between attempts, at most, unless the backend asks for more. */
export const MAX_PAUSE = 60_000;

/** Milliseconds that a backend can ask for, at most: a longer pause is a mistake of the backend. */
// Why: docs/decisions/exporters.md, "The backend decides when to retry".
export const MAX_ASKED_PAUSE = 3_600_000;

/** Milliseconds that an aborted delivery has to end in. */
const GRACE = 100;

/** A moment until which something has to be done. */
export class Deadline {
  private readonly start: Instant = instant();

  constructor(readonly milliseconds: number) {}

  /** Milliseconds until the deadline; 0 once it has passed. */
  get left(): number {
    return Math.max(0, this.milliseconds - secondsSince(this.start) * 1_000);
  }
}

/** Attempts to deliver: one at a time, each with a time-out. Never rejects. */
export class Retrier {
  private failures = 0;
  private isRetry = false;
  /** Whether an abandoned delivery has not settled yet. */
  private unsettled = false;
  private last: Promise<AttemptResult> = Promise.resolve(DELIVERED);
  private queued: QueuedAttempt | undefined = undefined;
  /** The last error, and the pause that the backend asked for with it. */
  private asked:
    { readonly error: unknown; readonly pause: Deadline } | undefined =
    undefined;
  private running: AbortController | undefined = undefined;
  private closed: Error | undefined = undefined;

  constructor(
    private readonly deliver: Deliver,
    private readonly observer: DeliveryObserver,
    private readonly timeout: number,
    private readonly maxPause: number,
  ) {}

  /** Makes one attempt when the running one has ended, if there is still time then. */
  attempt(
    deadline = new Deadline(Infinity),
    isUrgent = false,
  ): Promise<AttemptResult> {
    const { queued } = this;
    if (queued !== undefined) {
      if (deadline.left > queued.deadline.left) queued.deadline = deadline;
      queued.isUrgent ||= isUrgent;
      return queued.result;
    }
    const result = this.last.then(() => this.begin());
    this.last = result;
    this.queued = { result, deadline, isUrgent };
    return result;
  }

  /**
   * Delivers by the deadline.
   *
   * @param isLast whether no delivery follows. If the last attempt failed, there is one more and
   *   no other: an app that ends does not wait for a backend that is down.
   */
  // Why: docs/decisions/exporters.md, "A shutdown tries once if the last attempt failed".
  async flush(deadline: Deadline, isLast: boolean): Promise<AttemptResult> {
    if (!isLast) return this.retryUntil(deadline);
    const wasFailing = this.failures > 0;
    const running = this.running && (await this.last);
    if (this.failures === 0) return this.retryUntil(deadline);
    return wasFailing && running !== undefined
      ? running
      : this.attempt(deadline, true);
  }

  open(): void {
    this.closed = undefined;
  }

  /** Ends the running attempt, and lets no other begin. */
  async close(reason: Error): Promise<void> {
    this.closed = reason;
    this.running?.abort(reason);
    await this.last;
  }

  /**
   * Makes an attempt at once, whatever pause the backend asked for; then others after the usual
   * pauses, until one is delivered or refused, or there is no time for another.
   */
  private async retryUntil(deadline: Deadline): Promise<AttemptResult> {
    for (let isUrgent = true; ; isUrgent = false) {
      const result = await this.attempt(deadline, isUrgent);
      const isLast =
        result.status !== 'failed' || result.pause >= deadline.left;
      if (isLast) return result;
      await sleep(result.pause);
    }
  }

  private async begin(): Promise<AttemptResult> {
    const { deadline, isUrgent } = this.queued!;
    this.queued = undefined;
    if (this.closed !== undefined) return failedForGood(this.closed);
    if (deadline.left === 0) {
      return failedForGood(new Error('There was no time left for an attempt'));
    }
    const left = this.asked?.pause.left ?? 0;
    return left > 0 && !isUrgent
      ? { status: 'failed', pause: left, error: this.asked!.error }
      : this.deliverNow();
  }

  private async deliverNow(): Promise<AttemptResult> {
    if (this.isRetry) this.observer.retried();
    let report: ExportReport | void;
    try {
      report = await this.deliverInTime();
    } catch (error) {
      return this.failed(error);
    }
    this.failures = 0;
    this.isRetry = false;
    this.asked = undefined;
    this.observer.delivered(report);
    return DELIVERED;
  }

  private failed(error: unknown): AttemptResult {
    this.failures++;
    this.isRetry = isRetryable(error);
    const asked = this.isRetry ? askedPause(error) : 0;
    this.observer.failed(error, asked);
    if (this.closed !== undefined) return failedForGood(error);
    const own = backoff(this.failures, this.maxPause);
    if (!this.isRetry) {
      // What follows may well be accepted, unless the last deliveries were refused too.
      return { status: 'refused', pause: this.failures > 1 ? own : 0, error };
    }
    const pause = Math.min(asked, MAX_ASKED_PAUSE);
    this.asked = { error, pause: new Deadline(pause) };
    return { status: 'failed', pause: Math.max(pause, own), error };
  }

  private async deliverInTime(): Promise<ExportReport | void> {
    if (this.unsettled) throw new Error('The last delivery has not ended yet');
    const aborter = new AbortController();
    this.running = aborter;
    this.unsettled = true;
    const delivery = (async () => this.deliver(aborter.signal))().finally(
      () => {
        this.unsettled = false;
      },
    );
    try {
      const aborted = rejectionOf(aborter.signal);
      return await withTimeout(
        this.timeout,
        Promise.race([delivery, aborted]),
        'The delivery',
      );
    } catch (error) {
      aborter.abort(error);
      // The next delivery must not begin before this one has ended.
      await withTimeout(GRACE, delivery, 'Its end').catch(() => {});
      throw error;
    } finally {
      this.running = undefined;
    }
  }
}

/** Whether another attempt may succeed. */
export function isRetryable(error: unknown): boolean {
  return !isExportError(error) || error.retryable;
}

/**
 * Milliseconds until the next attempt: twice as long after each failure, and less by up to
 * a half at random, so that a fleet does not come back to its backend all at once.
 *
 * @param failures how many there were in a row, 1 or more.
 * @param atMost in milliseconds.
 */
function backoff(failures: number, atMost: number): number {
  const longest = Math.min(FIRST_PAUSE * 2 ** (failures - 1), atMost);
  return longest * (1 - Math.random() / 2);
}

function failedForGood(error: unknown): AttemptResult {
  return { status: 'failed', pause: Infinity, error };
}

/** Milliseconds that the backend asks for; 0 if that is no time. */
function askedPause(error: unknown): number {
  const { retryAfter = 0 } = isExportError(error) ? error : {};
  return retryAfter > 0 ? retryAfter : 0;
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  const rejection = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(signal.reason as Error);
    signal.addEventListener('abort', fail, { once: true });
  });
  // The promise may reject after the delivery has ended.
  rejection.catch(() => {});
  return rejection;
}

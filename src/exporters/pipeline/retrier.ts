import { sleep, withTimeout } from '../../core/time-limit.js';
import { isExportError } from '../../core/errors.js';
import { backoff } from './backoff.js';
import { Deadline } from './deadline.js';
import type { ExportReport } from '../exporter.js';

/** Makes a delivery. */
export type Deliver = (
  signal: AbortSignal,
) => void | ExportReport | Promise<void | ExportReport>;

/** Takes note of what comes of tries. Never throws. */
export interface DeliveryObserver {
  delivered(report: ExportReport | void): void;
  /** @param asked milliseconds for which the backend wants no further try; 0 if it asks for none. */
  failed(error: unknown, asked: number): void;
  /** A delivery that has failed is tried again. */
  retried(): void;
}

/**
 * What came of a try: delivered; failed, and when to try again; refused, so that there is
 * no use in trying the same again, and what to wait for before the next is tried.
 */
export type Outcome =
  | { readonly result: 'delivered' }
  | {
      readonly result: 'failed' | 'refused';
      /** In milliseconds. */
      readonly pause: number;
      readonly error: unknown;
    };

/** A try that has not begun: all who ask for one meanwhile wait for the same. */
interface Queued {
  readonly outcome: Promise<Outcome>;
  /** The latest deadline of those that wait for it. */
  until: Deadline;
  /** Whether it is made although the backend asked for a pause that is not over. */
  isUrgent: boolean;
}

const DELIVERED: Outcome = { result: 'delivered' };

/** Milliseconds between tries, at most, unless the backend asks for more. */
export const MAX_PAUSE = 60_000;

/** Milliseconds that a backend can ask for, at most: a longer pause is a mistake of the backend. */
export const MAX_ASKED_PAUSE = 3_600_000;

/** Milliseconds that a delivery has to end in after it was told to. */
const GRACE = 100;

/** Tries to deliver: one try at a time, each with a time-out. Never rejects. */
export class Retrier {
  private failures = 0;
  private isRetry = false;
  /** What was begun has not settled, though nobody waits for it any more. */
  private unsettled = false;
  private last: Promise<Outcome> = Promise.resolve(DELIVERED);
  private queued: Queued | undefined = undefined;
  /** The last error and the pause that the backend asked for with it. */
  private asked:
    { readonly error: unknown; readonly pause: Deadline } | undefined =
    undefined;
  private running: AbortController | undefined = undefined;
  private closed: Error | undefined = undefined;

  constructor(
    private readonly deliver: Deliver,
    private readonly notes: DeliveryObserver,
    private readonly timeout: number,
    private readonly maxPause: number,
  ) {}

  /** Tries once, when the try that is on has ended, if there is still time then. */
  once(until = new Deadline(Infinity), isUrgent = false): Promise<Outcome> {
    const { queued } = this;
    if (queued !== undefined) {
      if (until.left > queued.until.left) queued.until = until;
      queued.isUrgent ||= isUrgent;
      return queued.outcome;
    }
    const outcome = this.last.then(() => this.begin());
    this.last = outcome;
    this.queued = { outcome, until, isUrgent };
    return outcome;
  }

  /**
   * Delivers what there is until the deadline.
   *
   * @param isLast whether nothing will be delivered after it.
   */
  flush(deadline: Deadline, isLast: boolean): Promise<Outcome> {
    return isLast ? this.conclude(deadline) : this.insist(deadline);
  }

  /**
   * Tries now, whatever pause the backend asked for; then again after the usual pauses, until
   * it is delivered or refused, or there is no time for another try.
   */
  private async insist(deadline: Deadline): Promise<Outcome> {
    for (let isUrgent = true; ; isUrgent = false) {
      const outcome = await this.once(deadline, isUrgent);
      const isLast =
        outcome.result !== 'failed' || outcome.pause >= deadline.left;
      if (isLast) return outcome;
      await sleep(outcome.pause);
    }
  }

  /** As {@link insist}, but tries once only where the last try has failed: an app that ends does not wait for a backend that is down. */
  private async conclude(deadline: Deadline): Promise<Outcome> {
    const wasFailing = this.failures > 0;
    const running = this.running && (await this.last);
    if (this.failures === 0) return this.insist(deadline);
    return wasFailing && running !== undefined
      ? running
      : this.once(deadline, true);
  }

  open(): void {
    this.closed = undefined;
  }

  /** Ends the try that is on, and lets no other begin. */
  async close(reason: Error): Promise<void> {
    this.closed = reason;
    this.running?.abort(reason);
    await this.last;
  }

  private async begin(): Promise<Outcome> {
    const { until, isUrgent } = this.queued!;
    this.queued = undefined;
    if (this.closed !== undefined) return never(this.closed);
    if (until.left === 0) {
      return never(new Error('There was no time left for a try'));
    }
    const left = this.asked?.pause.left ?? 0;
    return left > 0 && !isUrgent
      ? { result: 'failed', pause: left, error: this.asked!.error }
      : this.attempt();
  }

  private async attempt(): Promise<Outcome> {
    if (this.isRetry) this.notes.retried();
    let report: ExportReport | void;
    try {
      report = await this.deliverInTime();
    } catch (error) {
      return this.failed(error);
    }
    this.failures = 0;
    this.isRetry = false;
    this.asked = undefined;
    this.notes.delivered(report);
    return DELIVERED;
  }

  private failed(error: unknown): Outcome {
    this.failures++;
    this.isRetry = isRetryable(error);
    const asked = this.isRetry ? askedPause(error) : 0;
    this.notes.failed(error, asked);
    if (this.closed !== undefined) return never(error);
    const own = backoff(this.failures, this.maxPause);
    if (!this.isRetry) {
      // The next may well be taken, unless the last ones were not either.
      return { result: 'refused', pause: this.failures > 1 ? own : 0, error };
    }
    const wait = Math.min(asked, MAX_ASKED_PAUSE);
    this.asked = { error, pause: new Deadline(wait) };
    return { result: 'failed', pause: Math.max(wait, own), error };
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
      // However it ends, and if in time: the next is not to begin before.
      await withTimeout(GRACE, delivery, 'Its end').catch(() => {});
      throw error;
    } finally {
      this.running = undefined;
    }
  }
}

/** Whether the same may be taken by another try. */
export function isRetryable(error: unknown): boolean {
  return !isExportError(error) || error.retryable;
}

function never(error: unknown): Outcome {
  return { result: 'failed', pause: Infinity, error };
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
  // Also when the delivery has ended before.
  rejection.catch(() => {});
  return rejection;
}

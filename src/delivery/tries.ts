import { within } from '../model/deadline.js';
import { ExportError } from '../model/errors.js';
import { MAX_MILLISECONDS } from '../model/validate.js';
import { backoff } from './backoff.js';
import { Deadline } from './deadline.js';
import type { ExportReport } from './exporter.js';

/** Makes a delivery. */
export type Deliver = (
  signal: AbortSignal,
) => void | ExportReport | Promise<void | ExportReport>;

/** Takes note of what comes of tries. */
export interface TryNotes {
  delivered(report: ExportReport | void): void;
  failed(error: unknown): void;
  /** A delivery that has failed is tried again. */
  retried(): void;
}

/** What came of a try: delivered; failed, and when to try again; refused, so that there is no use in trying the same again. */
export type Outcome =
  | { readonly result: 'delivered' }
  | {
      readonly result: 'failed';
      readonly pause: number;
      readonly error: unknown;
    }
  | { readonly result: 'refused'; readonly error: unknown };

const DELIVERED: Outcome = { result: 'delivered' };

/** Milliseconds between tries, at most, unless the backend asks for more. */
export const MAX_PAUSE = 60_000;

/** Tries to deliver: one try at a time, each with a time-out. Never rejects. */
export class Tries {
  private failures = 0;
  /** What was begun has not settled, though nobody waits for it any more. */
  private unsettled = false;
  private last: Promise<unknown> = Promise.resolve();
  /** The last error and the pause that the backend asked for with it. */
  private asked:
    { readonly error: unknown; readonly pause: Deadline } | undefined =
    undefined;
  private running: AbortController | undefined = undefined;

  constructor(
    private readonly notes: TryNotes,
    private readonly timeout: number,
    private readonly maxPause: number,
  ) {}

  /** Tries once, when the tries before have ended. */
  once(deliver: Deliver): Promise<Outcome> {
    const outcome = this.last.then(() => this.attempt(deliver));
    this.last = outcome;
    return outcome;
  }

  /**
   * Tries until it is delivered.
   *
   * @throws what the last try has failed with, if there is no use in another or no time for it.
   */
  async insist(deliver: Deliver, deadline: Deadline): Promise<void> {
    await this.obey(deadline);
    for (;;) {
      const outcome = await this.once(deliver);
      if (outcome.result === 'delivered') return;
      const isLast =
        outcome.result === 'refused' || outcome.pause >= deadline.left;
      if (isLast) throw outcome.error;
      await pause(outcome.pause);
    }
  }

  /** Waits for as long as the backend has asked for. */
  private async obey(deadline: Deadline): Promise<void> {
    const left = this.asked?.pause.left ?? 0;
    if (left === 0) return;
    if (left >= deadline.left) throw this.asked!.error;
    await pause(left);
  }

  /** Ends the try that is on. */
  abort(reason: Error): void {
    this.running?.abort(reason);
  }

  private async attempt(deliver: Deliver): Promise<Outcome> {
    if (this.failures > 0) this.notes.retried();
    try {
      this.notes.delivered(await this.deliverInTime(deliver));
      this.failures = 0;
      return DELIVERED;
    } catch (error) {
      this.failures++;
      this.notes.failed(error);
      if (!isRetryable(error)) return { result: 'refused', error };
      const asked = askedPause(error);
      this.asked = { error, pause: new Deadline(asked) };
      const own = backoff(this.failures, this.maxPause);
      return { result: 'failed', pause: Math.max(asked, own), error };
    }
  }

  private async deliverInTime(deliver: Deliver): Promise<ExportReport | void> {
    if (this.unsettled) throw new Error('The last delivery has not ended yet');
    const aborter = new AbortController();
    this.running = aborter;
    this.unsettled = true;
    const delivery = (async () => deliver(aborter.signal))().finally(() => {
      this.unsettled = false;
    });
    try {
      const aborted = rejectionOf(aborter.signal);
      return await within(
        this.timeout,
        Promise.race([delivery, aborted]),
        'The delivery',
      );
    } catch (error) {
      // Nobody waits for it any more; how it ends is known already.
      delivery.catch(() => {});
      aborter.abort(error);
      throw error;
    } finally {
      this.running = undefined;
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Milliseconds that the backend asks for, as far as that is a time which timers take. */
function askedPause(error: unknown): number {
  const { retryAfter = 0 } = error instanceof ExportError ? error : {};
  return retryAfter > 0 ? Math.min(retryAfter, MAX_MILLISECONDS) : 0;
}

function isRetryable(error: unknown): boolean {
  return !(error instanceof ExportError) || error.retryable;
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

import { messageOf } from '../../core/errors.js';
import type { MetricEvent } from '../../model/metric-event.js';
import type { MetricType } from '../../model/metric-type.js';
import type { Deadline } from './deadline.js';
import type { ExportReport } from '../exporter.js';
import { type Deliver, isRetryable, type Retrier } from './retrier.js';
import { clearTimeout, setImmediate, setTimeout } from '../../core/timers.js';

/** How many are delivered at once. */
const BATCH = 1_000;

/** Takes a batch of events to whoever wants them. */
export type Receive = (
  events: readonly MetricEvent[],
  signal: AbortSignal,
) => void | ExportReport | Promise<void | ExportReport>;

/** A bounded queue of events between the code that records and one listener. */
export class EventQueue {
  private waiting: MetricEvent[] = [];
  private lost = 0;
  private started = false;
  /** Counts the starts and stops. */
  private life = 0;
  /** Whether somebody is delivering or about to. */
  private awake = false;
  private timer: NodeJS.Timeout | undefined = undefined;
  private readonly tries: Retrier;

  /**
   * @param types those whose events are wanted. Default: all.
   * @param limit how many may wait. What comes beyond is dropped: the oldest are those that a backend wants first.
   * @param newTries gives the tries that a delivery is made by.
   * @param dropped receives the number of events that are not delivered, and why.
   */
  constructor(
    private readonly types: readonly MetricType[] | undefined,
    private readonly limit: number,
    private readonly receive: Receive,
    newTries: (deliver: Deliver) => Retrier,
    private readonly dropped: (count: number, reason: string) => void,
  ) {
    this.tries = newTries((signal) => this.deliver(signal));
  }

  get length(): number {
    return this.waiting.length;
  }

  wants(type: MetricType): boolean {
    return this.types?.includes(type) ?? true;
  }

  /** Whether there is room for one more event. One that there is no room for is counted. */
  hasRoom(): boolean {
    if (this.waiting.length < this.limit) return true;
    this.lost++;
    return false;
  }

  push(event: MetricEvent): void {
    this.waiting.push(event);
    if (this.started && !this.awake) this.wake();
  }

  start(): void {
    this.started = true;
    this.life++;
    if (this.waiting.length > 0) this.wake();
  }

  stop(): void {
    this.started = false;
    this.life++;
    this.awake = false;
    this.clearTimer();
    this.tellLost();
  }

  /**
   * Delivers what waits now, but what is refused. Throws what the last failure of it was.
   *
   * @param isLast whether nothing will be delivered after it.
   */
  async flush(deadline: Deadline, isLast: boolean): Promise<void> {
    let refusal: { readonly error: unknown } | undefined;
    for (let left = this.waiting.length; left > 0; left -= BATCH) {
      if (this.waiting.length === 0) break;
      const outcome = await this.tries.flush(deadline, isLast);
      if (outcome.result === 'failed') throw outcome.error;
      if (outcome.result === 'refused') refusal = outcome;
    }
    this.tellLost();
    this.endPause();
    if (refusal !== undefined) throw refusal.error;
  }

  /** Lets go of all that waits, as there will be no other delivery. */
  discard(): void {
    const { length } = this.waiting;
    this.waiting = [];
    if (length > 0) this.dropped(length, 'the exporter was removed');
  }

  private wake(): void {
    this.awake = true;
    const { life } = this;
    setImmediate(() => void this.drain(life));
  }

  /** Ends when the feed is stopped, though it is started again. */
  private async drain(life: number): Promise<void> {
    while (life === this.life && this.waiting.length > 0) {
      const outcome = await this.tries.once();
      if (life !== this.life) return;
      this.tellLost();
      const wait = outcome.result === 'delivered' ? 0 : outcome.pause;
      if (wait > 0) return this.pause(wait, life);
      // Between two batches the app can run.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (life === this.life) this.awake = false;
  }

  private pause(milliseconds: number, life: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.drain(life);
    }, milliseconds);
    this.timer.unref();
  }

  /** It works again: what has come meanwhile need not wait for the next try. */
  private endPause(): void {
    if (this.timer === undefined) return;
    this.clearTimer();
    this.wake();
  }

  private clearTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async deliver(signal: AbortSignal): Promise<ExportReport | void> {
    const batch = this.waiting.slice(0, BATCH);
    // User code may shorten the array that it gets.
    const { length } = batch;
    if (length === 0) return undefined;
    try {
      const report = await this.receive(batch, signal);
      this.waiting.splice(0, length);
      return report;
    } catch (error) {
      if (!isRetryable(error)) {
        this.waiting.splice(0, length);
        this.dropped(length, `they were refused: ${messageOf(error)}`);
      }
      throw error;
    }
  }

  private tellLost(): void {
    if (this.lost === 0) return;
    const { lost } = this;
    this.lost = 0;
    this.dropped(lost, `${this.limit} events are waiting already`);
  }
}

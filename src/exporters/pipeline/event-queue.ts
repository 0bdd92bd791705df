import { messageOf } from '../../core/errors.js';
import type { MetricEvent } from '../../model/metric-event.js';
import type { MetricType } from '../../model/metric-type.js';
import type { ExportReport } from '../exporter.js';
import {
  type Deadline,
  type Deliver,
  isRetryable,
  type Retrier,
} from './retrier.js';
import { clearTimeout, setImmediate, setTimeout } from '../../core/timers.js';

/** How many events are delivered at once. */
const BATCH = 1_000;

/** Delivers a batch of events. */
export type Receive = (
  events: readonly MetricEvent[],
  signal: AbortSignal,
) => void | ExportReport | Promise<void | ExportReport>;

/** A bounded queue of events between the code that records and one listener. */
// Why: docs/decisions/exporters.md, "Events are for what a snapshot cannot show".
export class EventQueue {
  private events: MetricEvent[] = [];
  /** Events that found the queue full and were not reported yet. */
  private lost = 0;
  private started = false;
  /** Counts the starts and stops. */
  private life = 0;
  /** Whether a delivery runs or is scheduled. */
  private awake = false;
  private timer: NodeJS.Timeout | undefined = undefined;
  private readonly retrier: Retrier;

  /**
   * @param types the types of metrics whose events it takes. Default: all.
   * @param maxSize how many events it holds. It drops those that come when it is full: a backend wants the oldest first.
   * @param newRetrier makes the retrier of the deliveries.
   * @param dropped receives how many events are not delivered, and why.
   */
  constructor(
    private readonly types: readonly MetricType[] | undefined,
    private readonly maxSize: number,
    private readonly receive: Receive,
    newRetrier: (deliver: Deliver) => Retrier,
    private readonly dropped: (count: number, reason: string) => void,
  ) {
    this.retrier = newRetrier((signal) => this.deliver(signal));
  }

  get length(): number {
    return this.events.length;
  }

  wants(type: MetricType): boolean {
    return this.types?.includes(type) ?? true;
  }

  /** Whether there is room for one more event. If not, that event is counted as dropped. */
  hasRoom(): boolean {
    if (this.events.length < this.maxSize) return true;
    this.lost++;
    return false;
  }

  push(event: MetricEvent): void {
    this.events.push(event);
    if (this.started && !this.awake) this.wake();
  }

  start(): void {
    this.started = true;
    this.life++;
    if (this.events.length > 0) this.wake();
  }

  stop(): void {
    this.started = false;
    this.life++;
    this.awake = false;
    this.clearTimer();
    this.reportLost();
  }

  /**
   * Delivers the events that are in the queue now. Goes on after a batch that is refused.
   *
   * @param isLast whether no delivery follows.
   * @throws the error of the last batch that was not delivered.
   */
  async flush(deadline: Deadline, isLast: boolean): Promise<void> {
    let refusal: { readonly error: unknown } | undefined;
    for (let left = this.events.length; left > 0; left -= BATCH) {
      if (this.events.length === 0) break;
      const result = await this.retrier.flush(deadline, isLast);
      if (result.status === 'failed') throw result.error;
      if (result.status === 'refused') refusal = result;
    }
    this.reportLost();
    this.endPause();
    if (refusal !== undefined) throw refusal.error;
  }

  /** Drops all events, as no delivery follows. */
  discard(): void {
    const { length } = this.events;
    this.events = [];
    if (length > 0) this.dropped(length, 'the exporter was removed');
  }

  private wake(): void {
    this.awake = true;
    const { life } = this;
    setImmediate(() => void this.drain(life));
  }

  /** Delivers batch by batch, until the queue is empty or was stopped. */
  private async drain(life: number): Promise<void> {
    while (life === this.life && this.events.length > 0) {
      const result = await this.retrier.attempt();
      if (life !== this.life) return;
      this.reportLost();
      const pause = result.status === 'delivered' ? 0 : result.pause;
      if (pause > 0) return this.pause(pause, life);
      // The app can run between two batches.
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

  /** A flush went through: events that came meanwhile need not wait for the next attempt. */
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
    const batch = this.events.slice(0, BATCH);
    // User code may shorten the array that it gets.
    const { length } = batch;
    if (length === 0) return undefined;
    try {
      const report = await this.receive(batch, signal);
      this.events.splice(0, length);
      return report;
    } catch (error) {
      if (!isRetryable(error)) {
        this.events.splice(0, length);
        this.dropped(length, `they were refused: ${messageOf(error)}`);
      }
      throw error;
    }
  }

  private reportLost(): void {
    if (this.lost === 0) return;
    const { lost } = this;
    this.lost = 0;
    this.dropped(lost, `${this.maxSize} events are waiting already`);
  }
}

import type { MetricEvent } from '../model/metric-event.js';
import type { MetricType } from '../model/metric-type.js';
import type { Deadline } from './deadline.js';
import type { ExportReport } from './exporter.js';
import type { Outcome, Tries } from './tries.js';

/** How many events may wait. What comes beyond is dropped: the oldest are those that a backend wants first. */
export const MAX_WAITING = 10_000;

/** How many are delivered at once. */
const BATCH = 1_000;

/** Takes a batch of events to whoever wants them. */
export type Receive = (
  events: readonly MetricEvent[],
  signal: AbortSignal,
) => void | ExportReport | Promise<void | ExportReport>;

/** A bounded queue of events between those who record and one who wants to hear of it. */
export class EventFeed {
  private readonly waiting: MetricEvent[] = [];
  private lost = 0;
  private batchSize = 0;
  private started = false;
  /** Whether somebody is delivering or about to. */
  private awake = false;
  private timer: NodeJS.Timeout | undefined = undefined;

  /**
   * @param types those whose events are wanted. Default: all.
   * @param dropped hears of events that are not delivered, and why.
   */
  constructor(
    private readonly types: readonly MetricType[] | undefined,
    private readonly receive: Receive,
    private readonly tries: Tries,
    private readonly dropped: (count: number, reason: string) => void,
  ) {}

  get length(): number {
    return this.waiting.length;
  }

  wants(type: MetricType): boolean {
    return this.types?.includes(type) ?? true;
  }

  /** Whether there is room for one more event. One that there is no room for is counted. */
  hasRoom(): boolean {
    if (this.waiting.length < MAX_WAITING) return true;
    this.lost++;
    return false;
  }

  push(event: MetricEvent): void {
    this.waiting.push(event);
    if (this.started && !this.awake) this.wake();
  }

  start(): void {
    this.started = true;
    if (this.waiting.length > 0) this.wake();
  }

  stop(): void {
    this.started = false;
    this.awake = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tellLost();
  }

  /** Delivers what waits now. Throws what the last try has failed with. */
  async flush(deadline: Deadline): Promise<void> {
    for (let left = this.waiting.length; left > 0; left -= BATCH) {
      if (this.waiting.length === 0) break;
      await this.tries.insist(this.deliver, deadline);
    }
    this.tellLost();
    this.endPause();
  }

  private wake(): void {
    this.awake = true;
    setImmediate(() => void this.drain());
  }

  private async drain(): Promise<void> {
    while (this.started && this.waiting.length > 0) {
      const outcome = await this.tries.once(this.deliver);
      this.tellLost();
      if (outcome.result === 'refused') this.refused(outcome);
      if (outcome.result === 'failed') return this.pause(outcome.pause);
      // The app has its turn between two batches.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.awake = false;
  }

  private pause(milliseconds: number): void {
    if (!this.started) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.drain();
    }, milliseconds);
    this.timer.unref();
  }

  /** It works again: what has come meanwhile need not wait for the next try. */
  private endPause(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wake();
  }

  private readonly deliver = async (
    signal: AbortSignal,
  ): Promise<ExportReport | void> => {
    const batch = this.waiting.slice(0, BATCH);
    this.batchSize = batch.length;
    const report = await this.receive(batch, signal);
    this.waiting.splice(0, batch.length);
    return report;
  };

  private refused({ error }: Outcome & { result: 'refused' }): void {
    this.waiting.splice(0, this.batchSize);
    this.dropped(this.batchSize, `they were refused: ${String(error)}`);
  }

  private tellLost(): void {
    if (this.lost === 0) return;
    const { lost } = this;
    this.lost = 0;
    this.dropped(lost, `${MAX_WAITING} events are waiting already`);
  }
}

import { instant, secondsSince } from '../model/clock.js';
import type { Deadline } from './deadline.js';
import type { Deliver, Outcome, Tries } from './tries.js';

/** Delivers again and again: at an interval, and while that fails, when the tries say so. */
export class PeriodicExport {
  private timer: NodeJS.Timeout | undefined = undefined;
  private started = false;

  /** @param interval in milliseconds; `false`: only when flushed. */
  constructor(
    private readonly deliver: Deliver,
    private readonly tries: Tries,
    private readonly interval: number | false,
  ) {}

  start(): void {
    this.started = true;
    if (this.interval !== false) this.schedule(this.interval);
  }

  stop(): void {
    this.started = false;
    clearTimeout(this.timer);
  }

  /** Delivers now. Throws what the last try has failed with. */
  flush(deadline: Deadline): Promise<void> {
    return this.tries.insist(this.deliver, deadline);
  }

  private schedule(milliseconds: number): void {
    this.timer = setTimeout(() => void this.tick(), milliseconds);
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    const start = instant();
    const outcome = await this.tries.once(this.deliver);
    if (this.started) this.schedule(this.pauseAfter(outcome, start));
  }

  private pauseAfter(outcome: Outcome, start: bigint): number {
    if (outcome.result === 'failed') return outcome.pause;
    const took = secondsSince(start) * 1_000;
    return Math.max(0, Number(this.interval) - took);
  }
}

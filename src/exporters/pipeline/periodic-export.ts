import { instant, secondsSince } from '../../core/clock.js';
import type { Deadline } from './deadline.js';
import type { Outcome, Retrier } from './retrier.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';

/** Delivers again and again: at an interval, and while that fails, when the tries say so. */
export class PeriodicExport {
  private timer: NodeJS.Timeout | undefined = undefined;
  /** Whether the timer is for a further try, and not for the next export. */
  private isRetry = false;
  /** Counts the starts and stops. */
  private life = 0;

  /** @param interval in milliseconds; `false`: only when flushed. */
  constructor(
    private readonly tries: Retrier,
    private readonly interval: number | false,
  ) {}

  start(): void {
    this.life++;
    if (this.interval !== false) this.schedule(this.interval);
  }

  stop(): void {
    this.life++;
    this.isRetry = false;
    clearTimeout(this.timer);
  }

  /**
   * Delivers now. Throws what the last try has failed with.
   *
   * @param isLast whether nothing will be delivered after it.
   */
  async flush(deadline: Deadline, isLast: boolean): Promise<void> {
    const { life } = this;
    const outcome = await this.tries.flush(deadline, isLast);
    if (life === this.life) this.changePause(outcome);
    if (outcome.result !== 'delivered') throw outcome.error;
  }

  /** The pause before the next try, of up to an hour, may be over or another by now. */
  private changePause(outcome: Outcome): void {
    const milliseconds =
      outcome.result === 'failed' ? outcome.pause : Number(this.interval);
    if (!this.isRetry || milliseconds === Infinity) return;
    clearTimeout(this.timer);
    this.isRetry = outcome.result === 'failed';
    this.schedule(milliseconds);
  }

  private schedule(milliseconds: number): void {
    this.timer = setTimeout(() => void this.tick(), milliseconds);
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    const { life } = this;
    const start = instant();
    this.isRetry = false;
    const outcome = await this.tries.once();
    // If it was stopped and started meanwhile, it has a timer already.
    if (life !== this.life) return;
    this.isRetry = outcome.result === 'failed';
    this.schedule(this.pauseAfter(outcome, start));
  }

  private pauseAfter(outcome: Outcome, start: bigint): number {
    if (outcome.result === 'failed') return outcome.pause;
    const took = secondsSince(start) * 1_000;
    return Math.max(0, Number(this.interval) - took);
  }
}

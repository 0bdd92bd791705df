import { instant, secondsSince } from '../../core/clock.js';
import type { AttemptResult, Deadline, Retrier } from './retrier.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';

/** Delivers again and again: at an interval, and after failures when the retrier says so. */
export class PeriodicExport {
  private timer: NodeJS.Timeout | undefined = undefined;
  /** Whether the timer is for another attempt, and not for the next export. */
  private isRetry = false;
  /** Counts the starts and stops. */
  private life = 0;

  /**
   * @param interval in milliseconds; `false`: only when flushed.
   * @param isDue whether this process delivers at the interval, or another one for it. Never rejects.
   */
  constructor(
    private readonly retrier: Retrier,
    private readonly interval: number | false,
    private readonly isDue: () => Promise<boolean>,
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
   * Delivers now.
   *
   * @param isLast whether no delivery follows.
   * @throws the error of the last attempt.
   */
  async flush(deadline: Deadline, isLast: boolean): Promise<void> {
    const { life } = this;
    const result = await this.retrier.flush(deadline, isLast);
    if (life === this.life) this.changePause(result);
    if (result.status !== 'delivered') throw result.error;
  }

  /** The pause before the next attempt, of up to an hour, may be over or another by now. */
  private changePause(result: AttemptResult): void {
    const milliseconds =
      result.status === 'failed' ? result.pause : Number(this.interval);
    if (!this.isRetry || milliseconds === Infinity) return;
    clearTimeout(this.timer);
    this.isRetry = result.status === 'failed';
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
    const isDue = await this.isDue();
    if (life !== this.life) return;
    if (!isDue) return this.schedule(this.intervalAfter(start));
    const result = await this.retrier.attempt();
    // The exports were stopped and started during this export: another timer runs already.
    if (life !== this.life) return;
    this.isRetry = result.status === 'failed';
    this.schedule(this.pauseAfter(result, start));
  }

  private pauseAfter(result: AttemptResult, start: bigint): number {
    return result.status === 'failed'
      ? result.pause
      : this.intervalAfter(start);
  }

  /** The rest of the interval that began then. */
  private intervalAfter(start: bigint): number {
    const took = secondsSince(start) * 1_000;
    return Math.max(0, Number(this.interval) - took);
  }
}

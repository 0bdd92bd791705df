import { instant, secondsSince } from './clock.js';
import { clearTimeout, setTimeout } from './timers.js';

/** A wait whose end can be brought forward. */
export class AdjustableDelay {
  /** Resolves at the earliest of the ends that it was given. */
  readonly over: Promise<void>;
  private end!: () => void;
  private timer: NodeJS.Timeout | undefined = undefined;
  private readonly start = instant();
  /** Milliseconds from the start. */
  private endsAt = Infinity;

  constructor() {
    this.over = new Promise((resolve) => (this.end = resolve));
  }

  /** Ends in so many milliseconds at the latest. */
  endIn(milliseconds: number): void {
    const endsAt = secondsSince(this.start) * 1_000 + milliseconds;
    if (endsAt >= this.endsAt) return;
    this.endsAt = endsAt;
    clearTimeout(this.timer);
    if (milliseconds > 0) this.timer = setTimeout(this.end, milliseconds);
    else this.end();
  }
}

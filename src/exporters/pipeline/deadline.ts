import { type Instant, instant, secondsSince } from '../../core/clock.js';

/** A moment until which something has to be done. */
export class Deadline {
  private readonly start: Instant = instant();

  constructor(readonly milliseconds: number) {}

  /** Milliseconds until then, 0 at least. */
  get left(): number {
    return Math.max(0, this.milliseconds - secondsSince(this.start) * 1_000);
  }
}

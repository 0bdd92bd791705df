import { type Instant, instant, secondsSince } from '../../core/clock.js';

/** Measures time that may be interrupted. */
export class Stopwatch {
  private before = 0;
  private since: Instant | undefined;

  constructor(start: Instant = instant()) {
    this.since = start;
  }

  get seconds(): number {
    const { before, since } = this;
    return since === undefined ? before : before + secondsSince(since);
  }

  pause(): void {
    this.before = this.seconds;
    this.since = undefined;
  }

  resume(): void {
    this.since ??= instant();
  }
}

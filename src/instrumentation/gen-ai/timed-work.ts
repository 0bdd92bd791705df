import type { Run } from '../calls/run.js';
import { Stopwatch } from '../calls/stopwatch.js';

/** Some work that is timed until its end. */
export interface Work {
  /** Does a part of it. */
  enter<T>(part: () => T): T;
  /** Takes note of its end. Never throws. */
  end(seconds: number, error: unknown): void;
}

/** Times work. A stream's consumer has its own time. */
export class TimedWork implements Run {
  private readonly clock = new Stopwatch();
  private readonly work: Work;
  private ended = false;

  /** @param open begins the work: anew for everybody who consumes a stream. */
  constructor(private readonly open: () => Work) {
    this.work = open();
  }

  enter<T>(part: () => T): T {
    return this.work.enter(part);
  }

  succeed(): void {
    this.end(undefined);
  }

  fail(error: unknown): void {
    this.end(error ?? new Error('unknown'));
  }

  cancel(): void {
    this.end(undefined);
  }

  item(): void {}

  pause(): void {
    this.clock.pause();
  }

  resume(): void {
    this.clock.resume();
  }

  postpone(): void {}

  again(): Run {
    return new TimedWork(this.open);
  }

  private end(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.work.end(this.clock.seconds, error);
  }
}

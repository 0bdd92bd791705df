import { Stopwatch } from '../calls/stopwatch.js';

/** Some work that is timed until its end. */
export interface Work {
  /** Does a part of it. */
  enter<T>(part: () => T): T;
  /** See `Run.open()`. */
  open?(): () => void;
  /** Takes note of its end. Never throws. */
  end(seconds: number, error: unknown): void;
}

/**
 * An agent run or a tool call while it goes on: tell it how it ended. Only the
 * first end counts. Nothing of it throws.
 */
export class RunningWork {
  private readonly clock = new Stopwatch();
  private ended = false;

  /** @internal */
  constructor(private readonly work: Work) {}

  /**
   * Does a part of the work. What an agent run calls in here, now or later, counts for it.
   *
   * @returns what the part returns.
   */
  enter<T>(part: () => T): T {
    return this.work.enter(part);
  }

  /** @internal See `Run.open()`. */
  open(): (() => void) | undefined {
    return this.work.open?.();
  }

  /** From now on the consumer of what it yields is at work, whose time does not count. */
  pause(): void {
    this.clock.pause();
  }

  /** It goes on. */
  resume(): void {
    this.clock.resume();
  }

  /** It is done, or nobody wants the rest of it. */
  end(): void {
    this.finish(undefined);
  }

  /** It failed. */
  fail(error: unknown): void {
    this.finish(error ?? new Error('unknown'));
  }

  private finish(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.work.end(this.clock.seconds, error);
  }
}

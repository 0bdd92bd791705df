import { ObservedRun } from '../calls/observed-run.js';
import type { StartObserver } from '../calls/run.js';

/**
 * An agent run or a tool call while it goes on: report here how it ended. Only the
 * first end counts. None of its methods throws.
 */
export class RunningWork {
  private readonly run: ObservedRun;

  /** @internal */
  constructor(startObserver: StartObserver) {
    this.run = new ObservedRun([], startObserver, [], true);
  }

  /**
   * Runs a part of the work. What an agent run calls in it, now or later, counts for the run.
   *
   * @returns what the part returns.
   */
  enter<T>(part: () => T): T {
    return this.run.runInContext(part);
  }

  /** Stops the clock: the consumer of what the work yields is busy, and its time does not count. */
  pause(): void {
    this.run.pause();
  }

  /** Starts the clock again. */
  resume(): void {
    this.run.resume();
  }

  /** Ends the work: it is done, or the rest of it is not wanted. */
  end(): void {
    this.run.succeed(undefined);
  }

  /** Ends the work with an error. */
  fail(error: unknown): void {
    this.run.fail(error);
  }
}

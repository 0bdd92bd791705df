import { type Follow, followerOf } from '../calls/follow.js';
import type { Run } from '../calls/run.js';
import { RunningWork, type Work } from './running-work.js';

/**
 * Does some work as a run, and follows it to its end.
 *
 * @param followResult see {@link followerOf}.
 * @returns what the work returns.
 */
export function doRun<T>(
  run: Run,
  work: () => T,
  followResult: Follow = followerOf(work),
): T {
  let result: T;
  try {
    result = run.enter(work);
  } catch (error) {
    run.fail(error);
    throw error;
  }
  return followResult(result, run);
}

/** Times work. A stream's consumer has its own time. */
export class TimedWork implements Run {
  private readonly running: RunningWork;

  /** @param begin begins the work: another time for everybody who consumes a stream. */
  constructor(private readonly begin: () => Work) {
    this.running = new RunningWork(begin());
  }

  enter<T>(part: () => T): T {
    return this.running.enter(part);
  }

  open(): (() => void) | undefined {
    return this.running.open();
  }

  succeed(): void {
    this.running.end();
  }

  fail(error: unknown): void {
    this.running.fail(error);
  }

  cancel(): void {
    this.running.end();
  }

  item(): void {}

  pause(): void {
    this.running.pause();
  }

  resume(): void {
    this.running.resume();
  }

  postpone(): void {}

  again(): Run {
    return new TimedWork(this.begin);
  }
}

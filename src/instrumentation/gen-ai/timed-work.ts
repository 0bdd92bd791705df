import { follow } from '../calls/follow.js';
import type { Run } from '../calls/run.js';
import { RunningWork, type Work } from './running-work.js';

/**
 * Does some work and follows it to its end.
 *
 * @param open begins the work: anew for everybody who consumes a stream.
 * @returns what the work returns.
 */
export function doTimed<T>(open: () => Work, work: () => T): T {
  const run = new TimedWork(open);
  let result: T;
  try {
    result = run.enter(work);
  } catch (error) {
    run.fail(error);
    throw error;
  }
  return follow(result, run);
}

/** Times work. A stream's consumer has its own time. */
class TimedWork implements Run {
  private readonly running: RunningWork;

  constructor(private readonly open: () => Work) {
    this.running = new RunningWork(open());
  }

  enter<T>(part: () => T): T {
    return this.running.enter(part);
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
    return new TimedWork(this.open);
  }
}

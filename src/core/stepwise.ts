import type { TimeSlice } from './event-loop-yielder.js';

/** A task that can be interrupted after each of its steps. */
export type Stepwise<T> = Generator<void, T, void>;

/** Runs a task, and yields to the event loop whenever the time slice is used up. */
export async function runInSlices<T>(
  task: Stepwise<T>,
  slice: TimeSlice,
): Promise<T> {
  for (;;) {
    const step = task.next();
    if (step.done) return step.value;
    if (slice.isUsedUp()) await slice.yield();
  }
}

/** Runs a task at once, e.g. while the process ends. */
export function runNow<T>(task: Stepwise<T>): T {
  for (;;) {
    const step = task.next();
    if (step.done) return step.value;
  }
}

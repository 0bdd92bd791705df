// The global of this name is a getter, which costs as much as the reading.
import process from 'node:process';

/** A moment on a clock that never goes back, in nanoseconds; its zero has no meaning. */
export type Instant = bigint;

export function instant(): Instant {
  return process.hrtime.bigint();
}

/** The difference is taken before it becomes a number: that is faster and exact. */
export function secondsSince(start: Instant): number {
  return Number(process.hrtime.bigint() - start) / 1e9;
}

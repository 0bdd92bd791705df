// The global `process` is a getter, and the object behind it a slow one: both cost as much as the
// reading. An import of `node:process` would open the standard streams, which takes milliseconds.
const { hrtime } = process;

/** A moment on a clock that never goes back, in nanoseconds; its zero has no meaning. */
export type Instant = bigint;

export function instant(): Instant {
  return hrtime.bigint();
}

/** The difference is taken before it becomes a number: that is faster and exact. */
export function secondsSince(start: Instant): number {
  return Number(hrtime.bigint() - start) / 1e9;
}

// The global `process` is a getter, and the object behind it a slow one: both cost as much as the
// reading. An import of `node:process` would open the standard streams, which takes milliseconds.
const { hrtime } = process;

/** A moment on a monotonic clock, in nanoseconds from an arbitrary origin. */
export type Instant = bigint;

export function instant(): Instant {
  return hrtime.bigint();
}

/** Subtracts before the conversion to a number, which is faster and exact. */
export function secondsSince(start: Instant): number {
  return Number(hrtime.bigint() - start) / 1e9;
}

/** Milliseconds on that clock: all processes of the machine have the same, and another one after its restart. */
export function monotonicMilliseconds(): number {
  return Number(hrtime.bigint() / 1_000_000n);
}

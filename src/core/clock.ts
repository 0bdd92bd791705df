// The global `process` is a getter, and the object behind it a slow one: both cost as much as the
// reading. An import of `node:process` would open the standard streams, which takes milliseconds.
const { hrtime } = process;

/** A moment on a monotonic clock, in nanoseconds from an arbitrary origin. */
export type Instant = bigint;

const realTime = (): Instant => hrtime.bigint();

/** The clock of all durations: the real one, unless a test has replaced it. */
// Why: docs/decisions/testing.md, "A fake clock is one function in place of another".
let now: () => Instant = realTime;

export function instant(): Instant {
  return now();
}

/** Subtracts before the conversion to a number, which is faster and exact. */
export function secondsSince(start: Instant): number {
  return Number(now() - start) / 1e9;
}

/** Measures durations by another clock. @returns a function that goes back to the real one. */
export function replaceClock(clock: () => Instant): () => void {
  now = clock;
  return () => {
    if (now === clock) now = realTime;
  };
}

/** Milliseconds on the real clock: all processes of the machine have the same, and another one after its restart. */
export function monotonicMilliseconds(): number {
  return Number(realTime() / 1_000_000n);
}

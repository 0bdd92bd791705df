import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UnseenPromises } from '../../src/instrumentation/calls/unseen-promises.js';

vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Milliseconds that promises take to settle, at most. */
const LONGEST = 3_600;

/** A promise that settles after so many milliseconds, and notices when it is checked. */
class Pending {
  private readonly start = Date.now();
  private last = 0;

  constructor(readonly duration: number) {}

  /** Milliseconds from its end to the check that has noticed it. Negative if none has. */
  get lateness(): number {
    return this.last - this.duration;
  }

  check(): boolean {
    this.last = Date.now() - this.start;
    return this.last >= this.duration;
  }
}

/** Adds promises that take some time. They are returned, so that no garbage collection takes them. */
function add(unseen: UnseenPromises, durations: readonly number[]): Pending[] {
  const promises = durations.map((duration) => new Pending(duration));
  for (const one of promises) unseen.add(one);
  return promises;
}

/** So many durations, mixed. */
const durations = (count: number) =>
  Array.from({ length: count }, (_, i) => 10 + ((i * 7_919) % LONGEST));

describe('promises that no code handles', () => {
  test.each([1, 50, 51, 1_000, 10_000])(
    'the end of each of %i is noticed within a quarter of the time that has passed',
    (count) => {
      const promises = add(new UnseenPromises(), durations(count));
      vi.advanceTimersByTime(2 * LONGEST);
      // A round has steps of 2 ms, at least.
      const shortest = 2 * Math.ceil(count / 50);
      for (const { duration, lateness } of promises) {
        expect(lateness).toBeGreaterThanOrEqual(0);
        expect(lateness).toBeLessThanOrEqual(duration / 4 + shortest + 2);
      }
    },
  );

  test('promises that are pending for long are checked about once a second, and those that are added meanwhile soon', () => {
    const unseen = new UnseenPromises();
    const [old] = add(unseen, [Infinity]);
    const check = vi.spyOn(old!, 'check');
    vi.advanceTimersByTime(60_000);
    check.mockClear();
    vi.advanceTimersByTime(60_000);
    expect(check).toHaveBeenCalledTimes(60);
    const [added] = add(unseen, [10]);
    vi.advanceTimersByTime(15);
    expect(added!.lateness).toBeGreaterThanOrEqual(0);
  });

  test('no timer is left when all have settled', () => {
    add(new UnseenPromises(), durations(120));
    vi.advanceTimersByTime(2 * LONGEST);
    expect(vi.getTimerCount()).toBe(0);
  });
});

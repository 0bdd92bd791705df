let now = 0n;

/** Lets time pass; without this call none does. */
export function pass(seconds: number): void {
  now += BigInt(Math.round(seconds * 1e9));
}

/**
 * In place of `src/core/clock.ts`, where time is to pass at points of a test's
 * own choosing, whatever sockets and timers do meanwhile.
 *
 * @example
 * vi.mock('../../src/core/clock.js', () => import('./manual-clock.js'));
 */
export function instant(): bigint {
  return now;
}

export function secondsSince(start: bigint): number {
  return Number(now - start) / 1e9;
}

/**
 * In place of `src/core/clock.ts`, which binds the real clock when it is
 * imported: reads the global, where fake timers put theirs.
 *
 * @example
 * vi.mock('../../src/core/clock.js', () => import('./process-clock.js'));
 */
export function instant(): bigint {
  return process.hrtime.bigint();
}

export function secondsSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** Seconds on a clock that never goes back. Its zero has no meaning. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

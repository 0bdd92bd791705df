/** Milliseconds until the first try after a failure, at most. */
const FIRST = 1_000;

/**
 * Milliseconds until the next try: twice as long after each failure, and less by up to
 * a half at random, so that a fleet does not come back to its backend all at once.
 *
 * @param failures how many there were in a row, 1 or more.
 * @param atMost in milliseconds.
 */
export function backoff(failures: number, atMost: number): number {
  const longest = Math.min(FIRST * 2 ** (failures - 1), atMost);
  return longest * (1 - Math.random() / 2);
}

import { BucketsError, shown } from '../core/errors.js';

/** Upper bounds for durations of agent calls: 1 ms to 100 s. */
export const DEFAULT_TIMER_BUCKETS: readonly number[] = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100,
];

/** The default buckets of the Prometheus client libraries. */
export const DEFAULT_HISTOGRAM_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/**
 * Checks upper bounds and returns a copy. `+Inf` is implied and must not be given.
 *
 * @throws {BucketsError} if they are not finite, strictly increasing numbers.
 */
export function checkBuckets(
  buckets: readonly number[],
  metric: string,
): readonly number[] {
  const valid =
    Array.isArray(buckets) &&
    buckets.length > 0 &&
    buckets.every(
      (bound: unknown, i) =>
        Number.isFinite(bound) && (i === 0 || buckets[i]! > buckets[i - 1]!),
    );
  if (!valid) {
    throw new BucketsError(
      `Buckets of metric "${metric}" are ${shown(buckets)}; expected finite numbers in strictly increasing order, without +Inf, such as [0.1, 1, 10]`,
    );
  }
  return [...buckets];
}

/** Linear search is faster up to about this many bounds, binary search above. */
const LINEAR_LIMIT = 35;

/** The index of the first bound that is not below `value`; `bounds.length` if all bounds are below it. */
export function bucketOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length;
  while (high - low > LINEAR_LIMIT) {
    const middle = (low + high) >>> 1;
    if (bounds[middle]! < value) low = middle + 1;
    else high = middle;
  }
  while (low < high && bounds[low]! < value) low++;
  return low;
}

import type { Quantile, Quantiles } from '../answers.js';

/**
 * The quantile of a histogram as Prometheus' `histogram_quantile()` estimates it: by linear
 * interpolation in the bucket that it lies in.
 *
 * @param bounds the upper bounds, without `+Inf`.
 * @param counts of each bucket, the last one of values above all bounds.
 */
export function quantileOf(
  q: number,
  bounds: readonly number[],
  counts: ArrayLike<number>,
): Quantile {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  if (total === 0 || bounds.length === 0) return null;
  const rank = q * total;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = counts[i]!;
    if (below + count >= rank)
      return valueIn(i, bounds, (rank - below) / count);
    below += count;
  }
  return { above: bounds.at(-1)! };
}

/** @param share of the bucket's observations that are below the value. */
function valueIn(
  bucket: number,
  bounds: readonly number[],
  share: number,
): number {
  const upper = bounds[bucket]!;
  // The first bucket begins at 0, unless its values may be negative.
  if (bucket === 0 && upper <= 0) return upper;
  const lower = bucket === 0 ? 0 : bounds[bucket - 1]!;
  return lower + (upper - lower) * share;
}

export const NO_QUANTILES: Quantiles = { p50: null, p95: null, p99: null };

/** A quantile for a line: one in the last bucket is drawn at its lower bound. */
export function drawn(quantile: Quantile): number | null {
  return typeof quantile === 'object' && quantile !== null
    ? quantile.above
    : quantile;
}

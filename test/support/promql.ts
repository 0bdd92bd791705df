/** A sample as Prometheus gives it: seconds since the epoch, and the value as text. */
export type RawSample = [number, string];

/**
 * What `rate()` gives for these samples: Prometheus extends the increase to the
 * borders of the range, but not further than where the counter would be zero. Since
 * version 3 the two limits are applied in the other order; both results are given.
 */
export function rates(
  samples: RawSample[],
  at: number,
  range: number,
): number[] {
  const first = samples[0]!;
  const last = samples.at(-1)!;
  const covered = last[0] - first[0];
  const step = covered / (samples.length - 1);
  const increase = Number(last[1]) - Number(first[1]);
  const toZero =
    increase > 0 ? covered * (Number(first[1]) / increase) : Infinity;
  const limited = (gap: number) => (gap < step * 1.1 ? gap : step / 2);
  const gap = first[0] - (at - range);
  const end = limited(at - last[0]);
  return [limited(Math.min(gap, toZero)), Math.min(limited(gap), toZero)].map(
    (begin) => (increase * ((begin + covered + end) / covered)) / range,
  );
}

/** What `histogram_quantile()` gives for cumulated buckets, sorted by their bounds. */
export function quantile(
  q: number,
  buckets: { bound: number; count: number }[],
): number {
  const rank = q * buckets.at(-1)!.count;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const { bound, count } = buckets[index]!;
  if (bound === Infinity) return buckets.at(-2)!.bound;
  const below = buckets[index - 1] ?? { bound: 0, count: 0 };
  const share = (rank - below.count) / (count - below.count);
  return below.bound + (bound - below.bound) * share;
}

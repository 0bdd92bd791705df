import type { DistributionSnapshot } from '../exporters/snapshot.js';

/** A bucket as Prometheus has it: cumulated, with the observations of all lower buckets. */
export interface BucketReading {
  /** The upper bound; `Infinity` for the last bucket. */
  readonly le: number;
  /** The observations that are not above the bound. */
  readonly count: number;
}

/** The observations of a histogram or a timer, of one series or of several together. */
export class HistogramReading {
  /** The number of observations. */
  readonly count: number;
  /** The sum of all observed values; seconds for a timer. */
  readonly sum: number;
  /** The cumulated buckets in the order of their bounds; the last one is `Infinity`. */
  readonly buckets: readonly BucketReading[];

  /** @internal */
  constructor(
    bounds: readonly number[],
    series: readonly Pick<DistributionSnapshot, 'counts' | 'sum'>[],
  ) {
    let count = 0;
    this.buckets = [...bounds, Infinity].map((le, i) => {
      for (const { counts } of series) count += counts[i]!;
      return { le, count };
    });
    this.count = count;
    this.sum = series.reduce((total, { sum }) => total + sum, 0);
  }

  /**
   * A quantile, estimated as Prometheus' `histogram_quantile()` does: linearly within a
   * bucket; the highest bound for observations above all bounds. `NaN` without observations.
   *
   * @param q from 0 to 1, such as 0.95.
   */
  quantile(q: number): number {
    if (Number.isNaN(q) || this.count === 0) return NaN;
    if (q < 0) return -Infinity;
    if (q > 1) return Infinity;
    const rank = q * this.count;
    const index = this.buckets.findIndex(({ count }) => count >= rank);
    return this.interpolate(index, rank);
  }

  private interpolate(index: number, rank: number): number {
    const { le, count } = this.buckets[index]!;
    const lower = this.buckets[index - 1];
    if (le === Infinity) return lower?.le ?? NaN;
    // The first bucket begins at 0, unless it ends there.
    if (lower === undefined && le <= 0) return le;
    const start = lower?.le ?? 0;
    const below = lower?.count ?? 0;
    return start + (le - start) * ((rank - below) / (count - below));
  }
}

import type {
  DistributionSnapshot,
  MetricsSnapshot,
  ValueSnapshot,
} from './snapshot.js';

/** What a series has grown by. */
export interface Growth {
  /** Since when, in seconds since the Unix epoch: the last acknowledged snapshot, else the series' beginning if it is known. */
  readonly since: number | undefined;
}

export interface ValueGrowth extends Growth {
  readonly value: number;
}

export interface DistributionGrowth extends Growth {
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
}

interface Acknowledged<S> {
  readonly time: number;
  readonly series: S;
}

type Known<S> = Map<string, Map<string, Acknowledged<S>>>;

/**
 * For backends that add up: what has come since they were last told. A series that
 * was delivered is acknowledged; until then its growth is told again, and greater, so
 * that a delivery that fails loses nothing and needs no memory of its own.
 */
export class Deltas {
  private readonly values: Known<ValueSnapshot> = new Map();
  private readonly distributions: Known<DistributionSnapshot> = new Map();

  /** @param metric its name. */
  ofValue(metric: string, series: ValueSnapshot): ValueGrowth {
    const last = this.values.get(metric)?.get(series.key);
    return last === undefined ||
      hasBegunAnew(last.series, series) ||
      series.value < last.series.value
      ? { since: series.created, value: series.value }
      : { since: last.time, value: series.value - last.series.value };
  }

  /** @param metric its name. */
  ofDistribution(
    metric: string,
    series: DistributionSnapshot,
  ): DistributionGrowth {
    const { counts, count, sum, created } = series;
    const last = this.distributions.get(metric)?.get(series.key);
    if (last === undefined || hasBegunAnew(last.series, series)) {
      return { since: created, counts, count, sum };
    }
    const before = last.series;
    const grown = counts.map((n, i) => n - (before.counts[i] ?? 0));
    return count < before.count || grown.some((n) => n < 0)
      ? { since: created, counts, count, sum }
      : {
          since: last.time,
          counts: grown,
          count: count - before.count,
          sum: sum - before.sum,
        };
  }

  /**
   * The backend has these series.
   *
   * @param time that of the snapshot.
   */
  acknowledgeValues(
    metric: string,
    series: readonly ValueSnapshot[],
    time: number,
  ): void {
    acknowledge(this.values, metric, series, time);
  }

  /** As {@link acknowledgeValues}. */
  acknowledgeDistributions(
    metric: string,
    series: readonly DistributionSnapshot[],
    time: number,
  ): void {
    acknowledge(this.distributions, metric, series, time);
  }

  /** Forgets the series that are not there any more. */
  forgetOthers({ metrics }: MetricsSnapshot): void {
    for (const known of [this.values, this.distributions]) {
      const there = new Set(metrics.map(({ name }) => name));
      for (const name of known.keys()) if (!there.has(name)) known.delete(name);
      for (const { name, series } of metrics) {
        const ofMetric = known.get(name);
        if (ofMetric === undefined || ofMetric.size <= series.length) continue;
        const keys = new Set(series.map(({ key }) => key));
        for (const key of ofMetric.keys()) {
          if (!keys.has(key)) ofMetric.delete(key);
        }
      }
    }
  }
}

function hasBegunAnew(
  last: { readonly created: number | undefined },
  series: { readonly created: number | undefined },
): boolean {
  return last.created !== series.created;
}

function acknowledge<S extends { readonly key: string }>(
  known: Known<S>,
  metric: string,
  all: readonly S[],
  time: number,
): void {
  let ofMetric = known.get(metric);
  if (ofMetric === undefined) known.set(metric, (ofMetric = new Map()));
  for (const series of all) ofMetric.set(series.key, { time, series });
}

import type { TimeSlice } from '../../core/event-loop-yielder.js';
import { prune, knownOf, type SeriesState } from './series-state.js';
import { originOf } from './series-reader.js';
import type {
  DistributionSnapshot,
  MetricsSnapshot,
  ValueSnapshot,
} from '../snapshot.js';

/** What a series has grown by. */
export interface Delta {
  /** Since when, in seconds since the Unix epoch: the last acknowledged snapshot, else the series' beginning if it is known. */
  readonly since: number | undefined;
}

export interface ValueDelta extends Delta {
  readonly value: number;
}

export interface DistributionDelta extends Delta {
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
}

interface Acknowledged<S> {
  readonly time: number;
  readonly series: S;
}

/**
 * For backends that add up: what has come since they were last told. A series that
 * was delivered is acknowledged; until then its growth is told again, and greater, so
 * that a delivery that fails loses nothing and needs no memory of its own.
 */
export class Deltas {
  private readonly values: SeriesState<Acknowledged<ValueSnapshot>> = new Map();
  private readonly distributions: SeriesState<
    Acknowledged<DistributionSnapshot>
  > = new Map();

  /** @param metric its name. */
  ofValue(metric: string, series: ValueSnapshot): ValueDelta {
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
  ): DistributionDelta {
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
    series: Iterable<ValueSnapshot>,
    time: number,
  ): void {
    acknowledge(this.values, metric, series, time);
  }

  /** As {@link acknowledgeValues}. */
  acknowledgeDistributions(
    metric: string,
    series: Iterable<DistributionSnapshot>,
    time: number,
  ): void {
    acknowledge(this.distributions, metric, series, time);
  }

  /** Forgets the series that are not there any more. */
  async prune(snapshot: MetricsSnapshot, slice: TimeSlice): Promise<void> {
    await prune(this.values, snapshot, slice);
    await prune(this.distributions, snapshot, slice);
  }
}

interface Begun {
  readonly created: number | undefined;
}

function hasBegunAnew(last: Begun, series: Begun): boolean {
  const [before, now] = [originOf(last), originOf(series)];
  // When it was created changes if the clock is set back. What users have copied says no more than that.
  return before !== undefined && now !== undefined
    ? before !== now
    : last.created !== series.created;
}

function acknowledge<S extends { readonly key: string }>(
  known: SeriesState<Acknowledged<S>>,
  metric: string,
  all: Iterable<S>,
  time: number,
): void {
  const ofMetric = knownOf(known, metric);
  for (const series of all) ofMetric.set(series.key, { time, series });
}

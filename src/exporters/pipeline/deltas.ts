import type { TimeSlice } from '../../core/event-loop-yielder.js';
import { prune, knownOf, type SeriesState } from './series-state.js';
import type {
  DistributionSnapshot,
  MetricsSnapshot,
  ValueSnapshot,
} from '../snapshot.js';

/** What a series has grown by. */
export interface Delta {
  /** In seconds since the Unix epoch: when the last acknowledged snapshot was taken, else when the series began, if that is known. */
  readonly startTime: number | undefined;
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
      wasReset(last.series, series) ||
      series.value < last.series.value
      ? { startTime: series.created, value: series.value }
      : { startTime: last.time, value: series.value - last.series.value };
  }

  /** @param metric its name. */
  ofDistribution(
    metric: string,
    series: DistributionSnapshot,
  ): DistributionDelta {
    const { counts, count, sum, created } = series;
    const last = this.distributions.get(metric)?.get(series.key);
    if (last === undefined || wasReset(last.series, series)) {
      return { startTime: created, counts, count, sum };
    }
    const before = last.series;
    const grown = counts.map((n, i) => n - (before.counts[i] ?? 0));
    return count < before.count || grown.some((n) => n < 0)
      ? { startTime: created, counts, count, sum }
      : {
          startTime: last.time,
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

interface Resettable {
  readonly created: number | undefined;
  readonly generation?: number | undefined;
}

/** The time of creation is coarse, and shifts when the clock is set back: it counts only without a generation. */
function wasReset(last: Resettable, now: Resettable): boolean {
  return last.generation !== undefined && now.generation !== undefined
    ? last.generation !== now.generation
    : last.created !== now.created;
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

import type { TimeSlice } from '../../core/event-loop-yielder.js';
import { SeriesLedger } from './series-ledger.js';
import type {
  DistributionSnapshot,
  MetricsSnapshot,
  ValueSnapshot,
} from '../snapshot.js';

/** How much a series has grown. */
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

/** For backends that add up: the growth of each series since the backend acknowledged it. */
// Why: docs/decisions/exporters.md, "A retry takes a new snapshot".
export class Deltas {
  constructor(private readonly ledger = new SeriesLedger()) {}

  /** @param metric its name. */
  ofValue(metric: string, series: ValueSnapshot): ValueDelta {
    const { value, created } = series;
    const last = this.ledger.find(metric, series.key)?.acknowledged;
    const before = last?.series;
    return before === undefined ||
      !('value' in before) ||
      wasReset(before, series) ||
      value < before.value
      ? { startTime: created, value }
      : { startTime: last!.time, value: value - before.value };
  }

  /** @param metric its name. */
  ofDistribution(
    metric: string,
    series: DistributionSnapshot,
  ): DistributionDelta {
    const { counts, count, sum, created } = series;
    const last = this.ledger.find(metric, series.key)?.acknowledged;
    const before = last?.series;
    const whole = { startTime: created, counts, count, sum };
    if (before === undefined || !('counts' in before)) return whole;
    if (wasReset(before, series) || count < before.count) return whole;
    const grown = counts.map((n, i) => n - (before.counts[i] ?? 0));
    if (grown.some((n) => n < 0)) return whole;
    return {
      startTime: last!.time,
      counts: grown,
      count: count - before.count,
      sum: sum - before.sum,
    };
  }

  /**
   * Takes note that the backend has these series.
   *
   * @param metric its name.
   * @param time that of the snapshot.
   */
  acknowledge(
    metric: string,
    series: Iterable<ValueSnapshot | DistributionSnapshot>,
    time: number,
  ): void {
    for (const one of series) {
      const state = this.ledger.getOrCreate(metric, one.key);
      state.acknowledged = { time, series: one };
    }
  }

  /** Forgets the series that are gone. */
  prune(snapshot: MetricsSnapshot, slice: TimeSlice): Promise<void> {
    return this.ledger.prune(snapshot, slice);
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

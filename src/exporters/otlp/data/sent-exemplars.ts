import {
  prune,
  knownOf,
  type SeriesState,
} from '../../pipeline/series-state.js';
import type { ExemplarSnapshot, MetricsSnapshot } from '../../snapshot.js';
import type { TimeSlice } from '../../../core/event-loop-yielder.js';

const NONE: readonly ExemplarSnapshot[] = [];

/** Which exemplars the backend has, so that each is sent once. Times are in seconds since the Unix epoch. */
export class SentExemplars {
  /** That of the last snapshot which was delivered as a whole. */
  private wholeAt = -Infinity;
  /** That of the last snapshot. */
  private lastAt = -Infinity;
  /** Of series that were delivered since, of snapshots that were not as a whole. */
  private readonly partsAt: SeriesState<number> = new Map();

  /** @param time of the snapshot that the metric is of. */
  ofMetric(metric: string, time: number): MetricExemplars {
    if (time < this.lastAt) this.forgetAll();
    this.lastAt = time;
    return new MetricExemplars(
      (key) => this.partsAt.get(metric)?.get(key) ?? this.wholeAt,
      (key) => knownOf(this.partsAt, metric).set(key, time),
    );
  }

  /** The backend has all of the snapshot of that time. */
  acknowledgeAll(time: number): void {
    this.wholeAt = time;
    this.partsAt.clear();
  }

  /** The clock was set back: to send an exemplar twice is better than to send none for as long. */
  private forgetAll(): void {
    this.wholeAt = -Infinity;
    this.partsAt.clear();
  }

  /** Forgets the series that are not there any more. */
  prune(snapshot: MetricsSnapshot, slice: TimeSlice): Promise<void> {
    return prune(this.partsAt, snapshot, slice);
  }
}

/** The exemplars of a metric in one export. */
export class MetricExemplars {
  private readonly written: { index: number; key: string }[] = [];

  constructor(
    private readonly sentAt: (key: string) => number,
    private readonly setSent: (key: string) => void,
  ) {}

  /** Those of a series that the backend has not, which are written now. */
  toWrite(
    index: number,
    key: string,
    all: readonly (ExemplarSnapshot | undefined)[],
  ): readonly ExemplarSnapshot[] {
    if (all.length === 0) return NONE;
    const sentAt = this.sentAt(key);
    const found = all.filter(
      (exemplar) => exemplar !== undefined && exemplar.timestamp > sentAt,
    ) as ExemplarSnapshot[];
    if (found.length === 0) return NONE;
    this.written.push({ index, key });
    return found;
  }

  /** The backend has what was written of the series from one index to before another. */
  acknowledge(from: number, to: number): void {
    for (const { index, key } of this.written) {
      if (index >= from && index < to) this.setSent(key);
    }
  }
}

import {
  prune,
  knownOf,
  type SeriesState,
} from '../../pipeline/series-state.js';
import type { MetricsSnapshot } from '../../snapshot.js';
import type { TimeSlice } from '../../../core/event-loop-yielder.js';

/** What must not go down: a series whose total does was reset. */
interface Rising {
  readonly key: string;
  readonly created: number | undefined;
}

interface Seen {
  start: number;
  total: number;
}

/**
 * When series began. Those of prom-client do not say it: they began when they were seen first,
 * and again when they are lower than before (OpenTelemetry specification, "Metrics Data
 * Model", "Cumulative streams: handling unknown start time").
 */
export class StartTimes {
  private readonly seen: SeriesState<Seen> = new Map();

  /**
   * @param metric its name.
   * @param total its value, or its count.
   * @param time of the snapshot, in seconds since the Unix epoch.
   */
  of(metric: string, series: Rising, total: number, time: number): number {
    if (series.created !== undefined) return series.created;
    const ofMetric = knownOf(this.seen, metric);
    const seen = ofMetric.get(series.key);
    // Seen in the future is seen before the clock was set back.
    if (seen === undefined || total < seen.total || seen.start > time) {
      ofMetric.set(series.key, { start: time, total });
      return time;
    }
    seen.total = total;
    return seen.start;
  }

  /** Forgets the series that are not there any more. */
  prune(snapshot: MetricsSnapshot, slice: TimeSlice): Promise<void> {
    return prune(this.seen, snapshot, slice);
  }
}

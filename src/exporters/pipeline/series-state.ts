import {
  STEPS_PER_CLOCK_READ,
  type TimeSlice,
} from '../../core/event-loop-yielder.js';
import { seriesOf } from './series-reader.js';
import type { MetricsSnapshot, SeriesReader } from '../snapshot.js';

/** What is known of series, by the name of the metric and the key of the series. */
export type SeriesState<T> = Map<string, Map<string, T>>;

/** What is known of the series of a metric; a place for it is made if there is none. */
export function knownOf<T>(
  known: SeriesState<T>,
  metric: string,
): Map<string, T> {
  let ofMetric = known.get(metric);
  if (ofMetric === undefined) known.set(metric, (ofMetric = new Map()));
  return ofMetric;
}

/** Forgets the series that are not there any more. Of a metric that was not read, that is not known. */
export async function prune(
  known: SeriesState<unknown>,
  { metrics, unread = [] }: MetricsSnapshot,
  slice: TimeSlice,
): Promise<void> {
  const there = new Map(metrics.map((metric) => [metric.name, metric]));
  const unknown = new Set(unread);
  for (const [name, ofMetric] of known) {
    if (unknown.has(name)) continue;
    const metric = there.get(name);
    if (metric === undefined) known.delete(name);
    else await forgetAllBut(seriesOf<Begun>(metric), ofMetric, slice);
  }
}

interface Begun {
  readonly key: string;
  readonly created: number | undefined;
}

async function forgetAllBut(
  series: SeriesReader<Begun>,
  known: Map<string, unknown>,
  slice: TimeSlice,
): Promise<void> {
  // One that is gone and comes back says itself that it has begun anew, if series say when they began.
  const first = series.length > 0 ? series.at(0) : undefined;
  const tellTheirBeginning = first?.created !== undefined;
  if (tellTheirBeginning && known.size <= series.length) return;
  const keys = new Set<string>();
  for (let i = 0; i < series.length; i++) {
    keys.add(series.keyAt(i));
    if (i % STEPS_PER_CLOCK_READ === 0 && slice.isUsedUp()) await slice.next();
  }
  let looked = 0;
  for (const key of known.keys()) {
    if (!keys.has(key)) known.delete(key);
    if (++looked % STEPS_PER_CLOCK_READ === 0 && slice.isUsedUp())
      await slice.next();
  }
}

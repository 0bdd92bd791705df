import {
  forEachInSlices,
  STEPS_PER_CLOCK_READ,
  type TimeSlice,
} from '../../core/event-loop-yielder.js';
import { seriesOf } from './series-reader.js';
import type {
  DistributionSnapshot,
  MetricsSnapshot,
  SeriesReader,
  ValueSnapshot,
} from '../snapshot.js';

/** What an exporter remembers of one series from export to export. Times are in seconds since the Unix epoch. */
export class SeriesState {
  /** The start time of a series whose time of creation is unknown: when the series was first seen, or when its total was first lower than before. */
  startTime: number | undefined = undefined;
  /** The total in the last snapshot of a series whose time of creation is unknown. */
  total = 0;
  /** The last snapshot of the series that the backend has acknowledged, and when that was taken. */
  acknowledged:
    | {
        readonly time: number;
        readonly series: ValueSnapshot | DistributionSnapshot;
      }
    | undefined = undefined;
  /** When the last snapshot was taken whose exemplars of the series the backend has. */
  exemplarsSentAt = -Infinity;
}

/** What an exporter remembers of all series. */
// Why: docs/decisions/exporters.md, "Generations number the life of a series".
export class SeriesLedger {
  /** The states of series by the name of the metric and the key of the series. */
  private readonly metrics = new Map<string, Map<string, SeriesState>>();

  find(metric: string, key: string): SeriesState | undefined {
    return this.metrics.get(metric)?.get(key);
  }

  getOrCreate(metric: string, key: string): SeriesState {
    let series = this.metrics.get(metric);
    if (series === undefined) this.metrics.set(metric, (series = new Map()));
    let state = series.get(key);
    if (state === undefined) series.set(key, (state = new SeriesState()));
    return state;
  }

  *all(): Generator<SeriesState> {
    for (const series of this.metrics.values()) yield* series.values();
  }

  /** Forgets the series that no longer exist. Series of a metric that could not be read are kept, as they may still exist. */
  async prune(
    { metrics, unread = [] }: MetricsSnapshot,
    slice: TimeSlice,
  ): Promise<void> {
    const present = new Map(metrics.map((metric) => [metric.name, metric]));
    const unknown = new Set(unread);
    for (const [name, states] of this.metrics) {
      if (unknown.has(name)) continue;
      const metric = present.get(name);
      if (metric === undefined) this.metrics.delete(name);
      else await pruneMetric(states, seriesOf<PresentSeries>(metric), slice);
    }
  }
}

interface PresentSeries {
  readonly key: string;
  readonly created: number | undefined;
}

async function pruneMetric(
  states: Map<string, unknown>,
  series: SeriesReader<PresentSeries>,
  slice: TimeSlice,
): Promise<void> {
  // A state that is left behind is harmless where series tell that they were reset.
  const tellResets = series.at(0)?.created !== undefined;
  if (tellResets && states.size <= series.length) return;
  const keys = new Set<string>();
  for (let i = 0; i < series.length; i++) {
    keys.add(series.keyAt(i));
    if (i % STEPS_PER_CLOCK_READ === 0 && slice.isUsedUp()) await slice.yield();
  }
  await forEachInSlices(states.keys(), slice, (key) => {
    if (!keys.has(key)) states.delete(key);
  });
}

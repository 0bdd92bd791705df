import { relabelled } from '../../registry/relabelled.js';
import type { MetricFamily } from '../../registry/metric-family.js';
import type { Gatherer } from '../../registry/gatherer.js';
import {
  TimeSlice,
  type EventLoopYielder,
} from '../../core/event-loop-yielder.js';
import type { Cell } from '../../model/cells.js';
import type { LabelSet } from '../../model/labels.js';
import { unixTime } from '../../core/wall-clock.js';
import { type TakenSeries, takenSeriesOf } from './series-reader.js';
import type { MetricsSnapshot, MetricSnapshot } from '../snapshot.js';

/** Series that are taken between two looks at the clock; the first ones of a process take long. */
const SERIES_PER_CLOCK_READ = 16;

/** The type in a snapshot by the type of the metric. Values of a prom-client metric without a known type may fall, so it becomes a gauge. */
const TYPES: Record<MetricFamily['type'], MetricSnapshot['type']> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  unknown: 'gauge',
};

/** Takes snapshots of a registry, a millisecond at a time. */
export class Snapshots {
  /** @param exemplarsShown is called when a snapshot was taken. */
  constructor(
    private readonly gatherer: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly exemplarsShown: () => void,
  ) {}

  /** @param limit milliseconds to wait for a metric that is read through a callback. Default: as pages do. */
  async take(limit?: number): Promise<MetricsSnapshot> {
    const slice = new TimeSlice(this.yielder);
    const gathered = await this.gatherer.gather({ limit }, slice);
    const { metrics: families, added, unread } = gathered;
    const time = unixTime();
    const metrics: MetricSnapshot[] = [];
    for (const family of families) {
      const series = await takeSeries(family, added, slice);
      metrics.push(metricSnapshot(family, series));
    }
    this.exemplarsShown();
    return { time, metrics, unread };
  }

  /** A snapshot without what a callback or prom-client would have to be asked for; that is `unread`. */
  takeNow(): MetricsSnapshot {
    const { metrics: families, added, unread } = this.gatherer.gatherNow();
    const metrics = families.map((family) => {
      const series = takenSeriesOf(family);
      for (const cell of family.cells)
        series.take(labelled(cell, family, added), cell.generation);
      return metricSnapshot(family, series);
    });
    return { time: unixTime(), metrics, unread };
  }
}

async function takeSeries(
  family: MetricFamily,
  added: LabelSet,
  slice: TimeSlice,
): Promise<TakenSeries> {
  const { cells } = family;
  const series = takenSeriesOf(family);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    series.take(labelled(cell, family, added), cell.generation);
    if (i % SERIES_PER_CLOCK_READ === 0 && slice.isUsedUp())
      await slice.yield();
  }
  return series;
}

/** The cell with the labels that the registry adds. */
function labelled(cell: Cell, { name }: MetricFamily, added: LabelSet): Cell {
  return added.names.length === 0 ? cell : relabelled(cell, name, added);
}

/** A metric whose `series` are made when they are first asked for. */
function metricSnapshot(
  { name, type, help, unit, bounds }: MetricFamily,
  reader: TakenSeries,
): MetricSnapshot {
  const metric = {
    name,
    type: TYPES[type],
    help,
    unit,
    ...(type === 'histogram' && { bounds: [...bounds] }),
  };
  let made: object[] | undefined;
  const get = () =>
    (made ??= Array.from({ length: reader.length }, (_, i) => reader.at(i)!));
  Object.defineProperty(metric, 'series', { enumerable: true, get });
  Object.defineProperty(metric, 'seriesReader', { value: reader });
  return metric as unknown as MetricSnapshot;
}

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
import {
  TakenDistributions,
  TakenQuantiles,
  type TakenSeries,
  TakenValues,
  withSeries,
} from './series-reader.js';
import type { MetricsSnapshot, MetricSnapshot } from '../snapshot.js';

/** Series that are taken between two looks at the clock; the first ones of a process take long. */
const SERIES_AT_ONCE = 16;

/** Takes snapshots of a registry, a millisecond at a time. */
export class Snapshots {
  /** @param exemplarsShown is called when a snapshot was taken. */
  constructor(
    private readonly reader: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly exemplarsShown: () => void,
  ) {}

  /** @param limit milliseconds that a metric is waited for which is read through a callback. Default: as pages do. */
  async take(limit?: number): Promise<MetricsSnapshot> {
    const slice = new TimeSlice(this.yielder);
    const reading = await this.reader.read({ limit }, slice);
    const { metrics: exposed, added, unread } = reading;
    const time = unixTime();
    const metrics: MetricSnapshot[] = [];
    for (const metric of exposed) {
      const series = await seriesTaken(metric, added, slice);
      const { name, type, help, unit, bounds } = metric;
      const head = { name, type: TYPES[type], help, unit };
      const terms =
        type === 'histogram' ? { ...head, bounds: [...bounds] } : head;
      metrics.push(withSeries(terms, series) as MetricSnapshot);
    }
    this.exemplarsShown();
    return { time, metrics, unread };
  }
}

async function seriesTaken(
  metric: MetricFamily,
  added: LabelSet,
  slice: TimeSlice,
): Promise<TakenSeries<Cell, object>> {
  const { name, cells } = metric;
  const isPlain = added.names.length === 0;
  const series = takerOf(metric);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    series.take(isPlain ? cell : relabelled(cell, name, added), cell);
    if (i % SERIES_AT_ONCE === 0 && slice.isUsedUp()) await slice.next();
  }
  return series;
}

/** What prom-client does not know the type of is a value that may do anything. */
const TYPES: Record<MetricFamily['type'], MetricSnapshot['type']> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  unknown: 'gauge',
};

function takerOf({
  type,
  cells,
  bounds,
}: MetricFamily): TakenSeries<Cell, object> {
  const { length } = cells;
  switch (type) {
    case 'histogram':
      return new TakenDistributions(length, bounds.length + 1) as never;
    case 'summary':
      return new TakenQuantiles() as never;
    default:
      return new TakenValues(length) as never;
  }
}

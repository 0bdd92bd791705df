import { relabelled } from '../exposition/foreign-labels.js';
import {
  type ExposedMetric,
  SummaryCell,
} from '../exposition/formats/exposed-metric.js';
import type { RegistryReader } from '../exposition/registry-reader.js';
import { Turn, type Turns } from '../exposition/turns.js';
import { type Cell, HistogramCell, type ValueCell } from '../model/cells.js';
import type { Exemplar } from '../model/exemplars.js';
import { parsedPairs } from '../model/label-text.js';
import { labelsOf } from '../model/labels.js';
import { NO_TIME, unixTime, unixTimeOf } from '../model/wall-clock.js';
import type {
  DistributionSnapshot,
  ExemplarSnapshot,
  MetricsSnapshot,
  MetricSnapshot,
  QuantilesSnapshot,
  ValueSnapshot,
} from './snapshot.js';

/** Series that are taken between two looks at the clock; the first ones of a process take long. */
const SERIES_AT_ONCE = 16;

/** Takes snapshots of a registry, a millisecond at a time. */
export class Snapshots {
  /** @param exemplarsShown is called when a snapshot was taken. */
  constructor(
    private readonly reader: RegistryReader,
    private readonly turns: Turns,
    private readonly exemplarsShown: () => void,
  ) {}

  async take(): Promise<MetricsSnapshot> {
    const turn = new Turn(this.turns);
    const exposed = await this.reader.collect(this.reader.all(), turn);
    const time = unixTime();
    const added = this.reader.defaultLabels();
    const metrics: MetricSnapshot[] = [];
    for (const metric of exposed) {
      const { name, type, help, unit, bounds, cells } = metric;
      const seriesOf = SERIES[type] as (cell: Cell) => unknown;
      const series: unknown[] = [];
      for (const cell of cells) {
        const isPlain = added.names.length === 0;
        series.push(seriesOf(isPlain ? cell : relabelled(cell, name, added)));
        const isTimeToLook = series.length % SERIES_AT_ONCE === 0;
        if (isTimeToLook && turn.isOver()) await turn.next();
      }
      const head = { name, type: TYPES[type], help, unit, series };
      metrics.push(
        (type === 'histogram' ? { ...head, bounds } : head) as MetricSnapshot,
      );
    }
    this.exemplarsShown();
    return { time, metrics };
  }
}

/** What prom-client does not know the type of is a value that may do anything. */
const TYPES: Record<ExposedMetric['type'], MetricSnapshot['type']> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  unknown: 'gauge',
};

const SERIES = {
  counter: valueOf,
  gauge: valueOf,
  histogram: distributionOf,
  summary: quantilesOf,
  unknown: valueOf,
};

/*
 * What a snapshot has is spelled out for each type: a spread of what they share takes
 * longer than all of the rest, and there may be many thousand series.
 */

function valueOf(cell: ValueCell): ValueSnapshot {
  const { text: key, value, exemplar } = cell;
  const labels = labelsOf(cell);
  const created = createdOf(cell);
  return { key, labels, created, value, exemplar: exemplarOf(exemplar) };
}

function distributionOf(cell: HistogramCell): DistributionSnapshot {
  const { text: key, counts, sum, exemplars: found } = cell;
  const labels = labelsOf(cell);
  const created = createdOf(cell);
  let count = 0;
  for (let i = 0; i < counts.length; i++) count += counts[i]!;
  const exemplars = found?.map(exemplarOf);
  return {
    key,
    labels,
    created,
    counts: counts.slice(),
    count,
    sum,
    exemplars,
  };
}

function quantilesOf(cell: SummaryCell): QuantilesSnapshot {
  const { text: key, quantiles, count, sum } = cell;
  const labels = labelsOf(cell);
  return { key, labels, created: createdOf(cell), quantiles, count, sum };
}

function createdOf({ created }: Cell): number | undefined {
  return created === NO_TIME ? undefined : unixTimeOf(created);
}

function exemplarOf(
  exemplar: Exemplar | undefined,
): ExemplarSnapshot | undefined {
  if (exemplar === undefined) return undefined;
  const { labels, value, timestamp } = exemplar;
  return { labels: parsedPairs(labels), value, timestamp };
}

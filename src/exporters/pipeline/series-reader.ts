import {
  type MetricFamily,
  SummaryCell,
} from '../../registry/metric-family.js';
import { type Cell, HistogramCell, ValueCell } from '../../model/cells.js';
import type { Exemplar } from '../../model/exemplars.js';
import { parsedPairs } from '../../model/label-text.js';
import { labelsOf } from '../../model/labels.js';
import { NO_TIME, unixTimeAt, unixTimeOf } from '../../core/wall-clock.js';
import type {
  DistributionSnapshot,
  ExemplarSnapshot,
  QuantilesSnapshot,
  SeriesReader,
  ValueSnapshot,
} from '../snapshot.js';

/** A metric whose series can be read. */
interface WithSeries<S> {
  readonly series: readonly S[];
  readonly seriesReader?: SeriesReader<S>;
}

interface Keyed {
  readonly key: string;
}

/**
 * The series of a metric, to be read one by one. Thousands of them as objects at the same time
 * would keep the garbage collector busy for longer than the app should wait.
 */
export function seriesOf<S extends Keyed>(
  metric: WithSeries<S>,
): SeriesReader<S> {
  return metric.seriesReader ?? readerOf(metric.series);
}

/** The series of a metric. Each object is created when the iteration reaches it. */
export function* eachSeries<S extends Keyed>(
  metric: WithSeries<S>,
): Generator<S> {
  const reader = seriesOf(metric);
  for (let i = 0; i < reader.length; i++) yield reader.at(i)!;
}

function readerOf<S extends Keyed>(series: readonly S[]): SeriesReader<S> {
  return {
    length: series.length,
    at: (index) => series[index],
    keyAt: (index) => series[index]!.key,
  };
}

/** The values of series at one moment, as plain numbers outside of the heap. */
export abstract class TakenSeries<
  C extends Cell = Cell,
  S extends object = object,
> implements SeriesReader<S> {
  private readonly cells: C[] = [];
  private readonly generations: Int32Array;

  constructor(length: number) {
    this.generations = new Int32Array(length);
  }

  get length(): number {
    return this.cells.length;
  }

  /**
   * Adds a series with its values of now.
   *
   * @param generation that of the original, if the cell is a copy.
   */
  take(cell: C, generation = cell.generation): void {
    const index = this.cells.length;
    this.generations[index] = generation;
    this.keep(index, cell);
    this.cells.push(cell);
  }

  at(index: number): S | undefined {
    const cell = this.cells[index];
    if (cell === undefined) return undefined;
    const { created } = cell;
    // prom-client's series are in new cells each time, which say nothing about resets.
    return created === NO_TIME
      ? this.read(index, cell, undefined, undefined)
      : this.read(index, cell, unixTimeOf(created), this.generations[index]);
  }

  keyAt(index: number): string {
    return this.cells[index]!.text;
  }

  protected abstract keep(index: number, cell: C): void;

  protected abstract read(
    index: number,
    cell: C,
    created: number | undefined,
    generation: number | undefined,
  ): S;
}

/** Room for the series of a metric. */
export function takenSeriesOf({
  type,
  cells,
  bounds,
}: MetricFamily): TakenSeries {
  const { length } = cells;
  switch (type) {
    case 'histogram':
      return new TakenDistributions(length, bounds.length + 1) as never;
    case 'summary':
      return new TakenQuantiles(length) as never;
    default:
      return new TakenValues(length) as never;
  }
}

class TakenValues extends TakenSeries<ValueCell, ValueSnapshot> {
  private readonly values: Float64Array;
  private readonly exemplars = new Map<number, Exemplar>();

  constructor(length: number) {
    super(length);
    this.values = new Float64Array(length);
  }

  protected keep(index: number, { value, exemplar }: ValueCell): void {
    this.values[index] = value;
    if (exemplar !== undefined) this.exemplars.set(index, exemplar);
  }

  protected read(
    index: number,
    cell: ValueCell,
    created: number | undefined,
    generation: number | undefined,
  ): ValueSnapshot {
    const { text: key } = cell;
    const labels = labelsOf(cell);
    const value = this.values[index]!;
    const exemplar = exemplarOf(this.exemplars.get(index));
    return { key, labels, created, generation, value, exemplar };
  }
}

class TakenDistributions extends TakenSeries<
  HistogramCell,
  DistributionSnapshot
> {
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  private readonly exemplars = new Map<number, (Exemplar | undefined)[]>();

  /** @param buckets of each series, `+Inf` included. */
  constructor(
    length: number,
    private readonly buckets: number,
  ) {
    super(length);
    this.counts = new Float64Array(length * buckets);
    this.sums = new Float64Array(length);
  }

  protected keep(index: number, cell: HistogramCell): void {
    const { counts, sum, exemplars } = cell;
    const start = index * this.buckets;
    for (let i = 0; i < counts.length; i++) this.counts[start + i] = counts[i]!;
    this.sums[index] = sum;
    if (exemplars !== undefined) this.exemplars.set(index, exemplars.slice());
  }

  protected read(
    index: number,
    cell: HistogramCell,
    created: number | undefined,
    generation: number | undefined,
  ): DistributionSnapshot {
    const { text: key } = cell;
    const labels = labelsOf(cell);
    const start = index * this.buckets;
    const counts: number[] = [];
    let count = 0;
    for (let i = start; i < start + this.buckets; i++) {
      const inBucket = this.counts[i]!;
      counts.push(inBucket);
      count += inBucket;
    }
    const sum = this.sums[index]!;
    const exemplars = this.exemplars.get(index)?.map(exemplarOf);
    return { key, labels, created, generation, counts, count, sum, exemplars };
  }
}

/** The series of a summary. Only prom-client has summaries; its cells are new at each reading, so no value is copied. */
class TakenQuantiles extends TakenSeries<SummaryCell, QuantilesSnapshot> {
  protected keep(): void {}

  protected read(
    _index: number,
    cell: SummaryCell,
    created: number | undefined,
    generation: number | undefined,
  ): QuantilesSnapshot {
    const { text: key, quantiles, count, sum } = cell;
    const labels = labelsOf(cell);
    return { key, labels, created, generation, quantiles, count, sum };
  }
}

function exemplarOf(
  exemplar: Exemplar | undefined,
): ExemplarSnapshot | undefined {
  if (exemplar === undefined) return undefined;
  const { labels, value, timestamp } = exemplar;
  return {
    labels: parsedPairs(labels),
    value,
    timestamp: unixTimeAt(timestamp),
  };
}

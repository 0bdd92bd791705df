import { SummaryCell } from '../../registry/metric-family.js';
import { type Cell, HistogramCell, ValueCell } from '../../model/cells.js';
import type { Exemplar } from '../../model/exemplars.js';
import { parsedPairs } from '../../model/label-text.js';
import { labelsOf } from '../../model/labels.js';
import { ORIGIN } from '../../core/shared-state.js';
import { NO_TIME, unixTimeAt, unixTimeOf } from '../../core/wall-clock.js';
import type {
  DistributionSnapshot,
  ExemplarSnapshot,
  QuantilesSnapshot,
  ValueSnapshot,
} from '../snapshot.js';

/** Series that can be read one by one; an array of them is one. */
export interface SeriesReader<S> {
  readonly length: number;
  /** `undefined` where there is none. */
  at(index: number): S | undefined;
}

/** Where a metric of a snapshot has its reader. */
const READER = Symbol('nestjs-agent-metrics:series');

/**
 * The series of a metric, to be read one by one. Each is made when it is read: of many
 * thousand series there need not be an object each at the same time, which would keep
 * the collector of garbage busy for longer than the app should wait.
 */
export function seriesOf<S>(metric: {
  readonly series: readonly S[];
}): SeriesReader<S> {
  return (metric as { [READER]?: SeriesReader<S> })[READER] ?? metric.series;
}

/** The series of a metric, one after the other, each made when its turn comes; they have their origins. */
export function* eachSeries<S>(metric: {
  readonly series: readonly S[];
}): Generator<S> {
  const series = seriesOf(metric);
  for (let i = 0; i < series.length; i++) yield tracedAt(series, i);
}

/** A series with its {@link originOf origin}, which takes longer to make than one without. */
export function tracedAt<S>(series: SeriesReader<S>, index: number): S {
  return series instanceof TakenSeries
    ? (series.tracedAt(index) as S)
    : series.at(index)!;
}

/** The key of a series, which need not be made for it. */
export function keyAt(
  series: SeriesReader<{ readonly key: string }>,
  index: number,
): string {
  return series instanceof TakenSeries
    ? series.keyAt(index)
    : series.at(index)!.key;
}

/** Gives a metric its `series`: all of them, made when they are first asked for. */
export function withSeries<M extends object, S>(
  metric: M,
  reader: SeriesReader<S>,
): M & { readonly series: readonly S[] } {
  let made: S[] | undefined;
  const get = () =>
    (made ??= Array.from({ length: reader.length }, (_, i) =>
      tracedAt(reader, i),
    ));
  Object.defineProperty(metric, 'series', { enumerable: true, get });
  Object.defineProperty(metric, READER, { value: reader });
  return metric as M & { readonly series: readonly S[] };
}

/**
 * What a series of a snapshot is of: the same in all snapshots until the series is
 * removed, and another when one with the same labels begins anew. When that was would
 * not tell, as clocks are coarse and are set back. Not known of those of prom-client.
 */
export function originOf(series: object): object | undefined {
  return (series as { [ORIGIN]?: object })[ORIGIN];
}

/** Takes what series say at a moment, as plain numbers outside of the heap. */
export abstract class TakenSeries<
  C extends Cell,
  S extends object,
> implements SeriesReader<S> {
  private readonly cells: C[] = [];
  /** Where they are others than the cells. */
  private readonly origins = new Map<C, Cell>();

  get length(): number {
    return this.cells.length;
  }

  /**
   * Takes what the next series says now.
   *
   * @param origin the cell that it is a copy of, if it is one.
   */
  take(cell: C, origin: Cell = cell): void {
    this.keep(this.cells.length, cell);
    this.cells.push(cell);
    if (origin !== cell) this.origins.set(cell, origin);
  }

  at(index: number): S | undefined {
    const cell = this.cells[index];
    if (cell === undefined) return undefined;
    return this.read(index, cell);
  }

  tracedAt(index: number): S {
    const cell = this.cells[index]!;
    const series = this.read(index, cell);
    if (cell.created === NO_TIME) return series;
    const value = this.origins.get(cell) ?? cell;
    return Object.defineProperty(series, ORIGIN, { value });
  }

  keyAt(index: number): string {
    return this.cells[index]!.text;
  }

  protected abstract keep(index: number, cell: C): void;
  protected abstract read(index: number, cell: C): S;
}

export class TakenValues extends TakenSeries<ValueCell, ValueSnapshot> {
  private readonly values: Float64Array;
  private readonly exemplars = new Map<number, Exemplar>();

  constructor(length: number) {
    super();
    this.values = new Float64Array(length);
  }

  protected keep(index: number, { value, exemplar }: ValueCell): void {
    this.values[index] = value;
    if (exemplar !== undefined) this.exemplars.set(index, exemplar);
  }

  protected read(index: number, cell: ValueCell): ValueSnapshot {
    const { text: key } = cell;
    const labels = labelsOf(cell);
    const created = createdOf(cell);
    const value = this.values[index]!;
    const exemplar = exemplarOf(this.exemplars.get(index));
    return { key, labels, created, value, exemplar };
  }
}

export class TakenDistributions extends TakenSeries<
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
    super();
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

  protected read(index: number, cell: HistogramCell): DistributionSnapshot {
    const { text: key } = cell;
    const labels = labelsOf(cell);
    const created = createdOf(cell);
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
    return { key, labels, created, counts, count, sum, exemplars };
  }
}

/** Only prom-client has summaries, and makes a new cell each time. */
export class TakenQuantiles extends TakenSeries<
  SummaryCell,
  QuantilesSnapshot
> {
  protected keep(): void {}

  protected read(_index: number, cell: SummaryCell): QuantilesSnapshot {
    const { text: key, quantiles, count, sum } = cell;
    const labels = labelsOf(cell);
    return { key, labels, created: createdOf(cell), quantiles, count, sum };
  }
}

function createdOf({ created }: Cell): number | undefined {
  return created === NO_TIME ? undefined : unixTimeOf(created);
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

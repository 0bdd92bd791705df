import type { Stepwise } from '../../core/stepwise.js';
import { NO_TIME } from '../../core/wall-clock.js';
import { type Cell, HistogramCell, ValueCell } from '../../model/cells.js';
import type { MetricFamily } from '../../registry/metric-family.js';
import { writeBuckets, writeValue } from './changes.js';
import type { History } from './history.js';
import { Places } from './places.js';
import type { SampledMetric } from './sampled-metric.js';
import type { TrackedSeries } from './tracked-series.js';

/** Series between two looks at the clock. */
const SERIES_PER_STEP = 128;

/** What a sample is taken from. */
export interface Gathered {
  readonly metrics: readonly MetricFamily[];
  /** Whether a cell is the same as long as its series is, so that another cell means a reset. */
  readonly keepsCells: boolean;
}

/** Writes what has changed since the last sample into a history. */
export class Recorder {
  private readonly places: Places;
  private counts = new Float64Array(32);
  private isFirst = true;
  private keepsCells = false;

  constructor(private readonly history: History) {
    this.places = new Places(history);
  }

  /** Has the first sample show increases too: nothing was recorded before. */
  startFromZero(): void {
    this.isFirst = false;
  }

  /** Writes the changes of one sample. The first one only sets where increases begin. */
  *record({ metrics, keepsCells }: Gathered): Stepwise<void> {
    const { history, places } = this;
    this.keepsCells = keepsCells;
    places.begin();
    for (const family of metrics) {
      if (family.type === 'summary') continue;
      const metric = history.metricOf(family);
      yield* this.recordMetric(metric, family);
    }
    const present = new Set(metrics.map(({ name }) => name));
    this.markAbsent(present);
    places.end(present);
    history.families = metrics;
    this.isFirst = false;
  }

  private *recordMetric(
    metric: SampledMetric,
    { cells }: MetricFamily,
  ): Stepwise<void> {
    metric.align(cells);
    const { tracked } = metric;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      const series = tracked[i] ?? this.admitted(metric, i, cell);
      if (series !== undefined) this.recordSeries(series, cell);
      if (i % SERIES_PER_STEP === SERIES_PER_STEP - 1) yield;
    }
    yield;
  }

  /** Tracks a series that was not, if it has something to record and there is room. */
  private admitted(
    metric: SampledMetric,
    at: number,
    cell: Cell,
  ): TrackedSeries | undefined {
    const total = totalOf(metric, cell);
    const before = at < metric.seen ? metric.totals[at]! : 0;
    if (total === 0) return undefined;
    if (before > 0 || !this.history.hasRoom) {
      // The increase of a candidate is that since the last review.
      if (before === 0 || this.places.isReview) metric.totals[at] = total;
      this.places.passedOver(metric, at, total - before);
      return undefined;
    }
    const series = this.history.track(metric, cell);
    metric.tracked[at] = series;
    if (this.isFirst) series.startFrom(cell);
    return series;
  }

  private recordSeries(series: TrackedSeries, cell: Cell): void {
    const { metric } = series;
    if (series.cell !== cell) {
      if (this.keepsCells && cell.created !== NO_TIME) series.startFromZero();
      series.cell = cell;
    }
    if (cell instanceof HistogramCell) this.recordBuckets(series, cell);
    else if (!(cell instanceof ValueCell)) return;
    else if (metric.type === 'counter') this.recordTotal(series, cell.value);
    else this.recordLevel(series, cell.value);
  }

  private recordTotal(series: TrackedSeries, value: number): void {
    const { previous } = series.metric;
    const before = previous[series.row]!;
    if (value === before) return;
    // A total that fell has started again at 0.
    const increase = value > before ? value - before : value;
    previous[series.row] = value;
    if (increase > 0 && this.history.makeRoom(0)) {
      writeValue(this.history.log, series.slot, increase);
      series.changed(this.history.next, 1);
    }
  }

  private recordLevel(series: TrackedSeries, level: number): void {
    if (level === series.level || Number.isNaN(level)) return;
    if (!this.history.makeRoom(0)) return;
    series.level = level;
    writeValue(this.history.log, series.slot, level);
    series.changed(this.history.next, 1);
  }

  private recordBuckets(series: TrackedSeries, cell: HistogramCell): void {
    const { metric, row, slot } = series;
    const { previous, width } = metric;
    const buckets = width - 1;
    const start = row * width;
    if (this.counts.length < buckets) this.counts = new Float64Array(buckets);
    const { counts } = this;
    let total = 0;
    for (let i = 0; i < buckets; i++) {
      total += counts[i] = cell.counts[i]! - previous[start + i]!;
      if (counts[i]! < 0) {
        // A count that fell has started again at 0.
        previous.fill(0, start, start + width);
        return this.recordBuckets(series, cell);
      }
    }
    if (total === 0) return;
    const sum = cell.sum - previous[start + buckets]!;
    for (let i = 0; i < buckets; i++) previous[start + i] = cell.counts[i]!;
    previous[start + buckets] = cell.sum;
    if (!this.history.makeRoom(buckets)) return;
    writeBuckets(this.history.log, slot, counts, buckets, sum);
    series.changed(this.history.next, total);
  }

  /** Gauges that are gone, or that could not be read this time, have no level. */
  private markAbsent(present: ReadonlySet<string>): void {
    const { history } = this;
    for (const metric of history.metrics.values()) {
      if (metric.width > 0) continue;
      for (const series of metric.gone) history.writeAbsent(series);
      if (present.has(metric.name)) continue;
      for (const series of metric.tracked) {
        if (series !== undefined) history.writeAbsent(series);
      }
    }
  }
}

/** What was recorded in a series; 0 for none. A gauge has a level in any case. */
function totalOf({ type }: SampledMetric, cell: Cell): number {
  if (cell instanceof ValueCell) {
    return type === 'counter' ? cell.value : 1;
  }
  if (!(cell instanceof HistogramCell)) return 0;
  let total = 0;
  for (const count of cell.counts) total += count;
  return total;
}

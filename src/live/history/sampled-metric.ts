import { sameItems } from '../../core/same-items.js';
import type { Cell } from '../../model/cells.js';
import type { MetricFamily, PageType } from '../../registry/metric-family.js';
import type { TrackedSeries } from './tracked-series.js';

/** How much longer the arrays become when they are full. */
const GROWTH = 1.25;

/** A metric in the history: its series by their position, and their values at the last sample. */
export class SampledMetric {
  readonly name: string;
  readonly type: PageType;
  /** The upper bounds of a histogram's buckets, without `+Inf`. */
  readonly bounds: readonly number[];
  /** The tracked series by the position of their cell; `undefined` for others. */
  readonly tracked: (TrackedSeries | undefined)[] = [];
  /** Tracked series without a cell now: their history is kept for its time. */
  readonly gone = new Set<TrackedSeries>();
  /** The cells at the last sample. */
  cells: readonly Cell[] = [];
  /** How many of the cells were there before this sample. */
  seen = 0;
  /** Numbers of a row: the value of a counter; the counts and the sum of a histogram. */
  readonly width: number;
  /** Values at the last sample, by row. */
  previous = new Float64Array(0);
  /** By position the total of a series that is not tracked; 0 as long as nothing was recorded in it. */
  totals = new Float32Array(0);
  private rows = 0;
  private readonly freeRows: number[] = [];

  constructor({ name, type, bounds }: MetricFamily) {
    this.name = name;
    this.type = type;
    this.bounds = bounds;
    this.width = rowWidth(type, bounds);
  }

  /** Whether a family is this metric as it was before. */
  isOf({ type, bounds }: MetricFamily): boolean {
    return type === this.type && sameItems(bounds, this.bounds);
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    const { previous, totals, cells } = this;
    return previous.byteLength + totals.byteLength + 16 * cells.length;
  }

  /** Takes in the cells of this sample. */
  align(cells: readonly Cell[]): void {
    if (!continues(this.cells, cells)) this.realign(cells);
    this.seen = Math.min(this.cells.length, cells.length);
    this.cells = cells;
    if (this.totals.length < cells.length) {
      this.totals = longer(this.totals, cells.length);
    }
  }

  newRow(): number {
    const row = this.freeRows.pop() ?? this.rows++;
    const length = (row + 1) * this.width;
    if (this.previous.length < length) {
      this.previous = longer(this.previous, length);
    }
    this.previous.fill(0, row * this.width, length);
    return row;
  }

  freeRow(row: number): void {
    this.freeRows.push(row);
  }

  /** Series were removed or come in another order: they are found by their labels. */
  private realign(cells: readonly Cell[]): void {
    const { tracked, totals, gone } = this;
    const positions = new Map(this.cells.map(({ text }, i) => [text, i]));
    const back = new Map([...gone].map((series) => [series.text, series]));
    for (const series of tracked) if (series !== undefined) gone.add(series);
    const before = { tracked: tracked.slice(), totals: totals.slice() };
    tracked.length = 0;
    // Series that are new come last in `cells`, so that the others count as seen.
    for (const [i, { text }] of cells.entries()) {
      const at = positions.get(text);
      const series = at === undefined ? undefined : before.tracked[at];
      tracked[i] = series ?? back.get(text);
      if (tracked[i] !== undefined) gone.delete(tracked[i]);
      if (this.totals.length <= i) this.totals = longer(this.totals, i + 1);
      this.totals[i] = at === undefined ? 0 : before.totals[at]!;
    }
    for (const series of gone) series.cell = undefined;
    this.cells = cells;
  }
}

function rowWidth(type: PageType, bounds: readonly number[]): number {
  if (type === 'counter') return 1;
  return type === 'histogram' ? bounds.length + 2 : 0;
}

/** Whether the series of before come first, in the same order. */
function continues(before: readonly Cell[], now: readonly Cell[]): boolean {
  return (
    before.length <= now.length &&
    before.every((cell, i) => {
      const same = now[i]!;
      return cell === same || cell.text === same.text;
    })
  );
}

function longer<T extends Float64Array | Float32Array>(
  array: T,
  least: number,
): T {
  const length = Math.max(least, Math.ceil(array.length * GROWTH));
  const copy = new (array.constructor as new (length: number) => T)(length);
  copy.set(array);
  return copy;
}

import type { TrackedSeries } from '../history/tracked-series.js';
import { labelOf, type Labelled, type Query } from './query.js';
import { RowMeasure } from './row-measure.js';

/** How the series of a histogram of calls become rows. */
export interface RowRules<K> {
  /** What the row is of; series with the same key are one row. */
  keyOf(series: Labelled): K;
  isFailed(series: Labelled): boolean;
}

/** Rows of a histogram of durations, by some of its labels. */
export class CallRows<K> {
  private readonly rows = new Map<string, { key: K; row: RowMeasure }>();

  /** @param isWanted whether a series counts. Default: each does. */
  constructor(
    private readonly query: Query,
    metric: string,
    private readonly rules: RowRules<K>,
    isWanted: (series: Labelled) => boolean = () => true,
  ) {
    for (const series of query.labelled(metric)) {
      if (isWanted(series)) this.of(series);
    }
    for (const series of query.series(metric)) {
      if (isWanted(series)) this.watch(series);
    }
  }

  map<R>(make: (key: K, row: RowMeasure) => R): R[] {
    return Array.from(this.rows.values(), ({ key, row }) => make(key, row));
  }

  of(series: Labelled): RowMeasure {
    const key = this.rules.keyOf(series);
    const text = JSON.stringify(key);
    let known = this.rows.get(text);
    if (known === undefined) {
      known = { key, row: new RowMeasure(this.query) };
      this.rows.set(text, known);
    }
    return known.row;
  }

  private watch(series: TrackedSeries): void {
    const { query, rules } = this;
    const row = this.of(series);
    query.watch(series, row.outcome(rules.isFailed(series)));
    row.watchDurations(series);
  }
}

/** Calls that failed have a type of error. */
export const hasError = (series: Labelled) =>
  labelOf(series, 'error_type') !== '';

import { getOrInsert } from '../../core/get-or-insert.js';
import { labelOf, type LabelSet } from '../../model/labels.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import type { Query } from './query.js';
import { RowMeasure } from './row-measure.js';

/** The outcome of a call that decorators or handlers record. */
export const hasErrorStatus = (series: LabelSet) =>
  labelOf(series, 'status') === 'error';

/** Calls that failed have a type of error. */
export const hasError = (series: LabelSet) =>
  labelOf(series, 'error_type') !== '';

/** How the series of a histogram of calls become rows. */
interface RowRules<K> {
  /** What the row is of; series with the same key are one row. */
  keyOf(series: LabelSet): K;
  isFailed(series: LabelSet): boolean;
}

/** Calls of tools. */
export const TOOL_CALLS: RowRules<string> = {
  keyOf: (series) => labelOf(series, 'gen_ai_tool_name'),
  isFailed: hasError,
};

/** Rows of a histogram of durations, by some of its labels. */
export class CallRows<K> {
  private readonly rows = new Map<string, { key: K; row: RowMeasure }>();

  /** @param isWanted whether a series counts. Default: each does. */
  constructor(
    private readonly query: Query,
    metric: string,
    private readonly rules: RowRules<K>,
    isWanted: (series: LabelSet) => boolean = () => true,
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

  of(series: LabelSet): RowMeasure {
    const key = this.rules.keyOf(series);
    const make = () => ({ key, row: new RowMeasure(this.query) });
    return getOrInsert(this.rows, JSON.stringify(key), make).row;
  }

  private watch(series: TrackedSeries): void {
    const { query, rules } = this;
    const row = this.of(series);
    query.watch(series, row.outcome(rules.isFailed(series)));
    row.watchDurations(series);
  }
}

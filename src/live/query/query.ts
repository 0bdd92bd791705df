import type { Stepwise } from '../../core/stepwise.js';
import { type Cell, type HistogramCell, ValueCell } from '../../model/cells.js';
import {
  type MetricFamily,
  SummaryCell,
} from '../../registry/metric-family.js';
import type { LabelSet } from '../../model/labels.js';
import type { History } from '../history/history.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import type { Measure } from './measure.js';
import type { MetricNames, TokenKind } from './metric-names.js';
import { Scan } from './scan.js';
import type { Window } from './window.js';

/** What a view asks of the history. All is asked first; then one scan answers. */
export class Query {
  private readonly scan: Scan;
  private readonly families: ReadonlyMap<string, MetricFamily>;

  constructor(
    private readonly history: History,
    readonly window: Window,
    readonly names: MetricNames,
  ) {
    this.scan = new Scan(history, window);
    const { families } = history;
    this.families = new Map(families.map((one) => [one.name, one]));
  }

  run(): Stepwise<void> {
    return this.scan.run();
  }

  watch(series: TrackedSeries, measure: Measure): void {
    this.scan.watch(series, measure);
  }

  /** Has the series of metrics measured, each by the measure that it belongs to, if there is one. */
  watchEach(
    metrics: readonly string[],
    measureOf: (series: TrackedSeries) => Measure | undefined,
  ): void {
    for (const series of this.series(...metrics)) {
      const measure = measureOf(series);
      if (measure !== undefined) this.watch(series, measure);
    }
  }

  /** A metric as it is now. */
  family(name: string): MetricFamily | undefined {
    return this.families.get(name);
  }

  /** All metrics as they are now. */
  get allFamilies(): readonly MetricFamily[] {
    return this.history.families;
  }

  /** A metric as it is now whose name ends so, as a prefix may have been given to metrics of the process. */
  familyEnding(name: string): MetricFamily | undefined {
    return (
      this.families.get(name) ??
      this.history.families.find((one) => one.name.endsWith(name))
    );
  }

  /** The series of metrics that have a history. */
  *series(...names: readonly string[]): Generator<TrackedSeries> {
    for (const name of names) {
      const metric = this.history.metrics.get(name);
      if (metric === undefined) continue;
      for (const one of metric.tracked) if (one !== undefined) yield one;
      yield* metric.gone;
    }
  }

  /** All series of metrics: those that are there now, and those with a history. */
  *labelled(...names: readonly string[]): Generator<LabelSet> {
    for (const name of names) {
      yield* this.families.get(name)?.cells ?? [];
      yield* this.history.metrics.get(name)?.gone ?? [];
    }
  }

  has(...names: readonly string[]): boolean {
    const [first] = this.labelled(...names);
    return first !== undefined;
  }

  /** Of the names that a metric has in several versions of the conventions, those of the first version that is there. */
  present(versions: readonly (readonly string[])[]): readonly string[] {
    return versions.find((names) => this.has(...names)) ?? [];
  }

  tokens(kind: TokenKind): readonly string[] {
    return this.present(this.names.tokens[kind]);
  }
}

/** The value of a counter or gauge, or the count of a histogram or summary. */
export function valueOf(cell: Cell): number {
  if (cell instanceof ValueCell) return cell.value;
  if (cell instanceof SummaryCell) return cell.count;
  const { counts } = cell as HistogramCell;
  return counts.reduce((sum, count) => sum + count, 0);
}

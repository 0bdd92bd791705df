import { sameItems } from '../../core/same-items.js';
import type { OutcomePoints, Row } from '../answers.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import { Measure } from './measure.js';
import { Buckets, Sums } from './measures.js';
import type { Query } from './query.js';
import { NO_QUANTILES } from './quantiles.js';
import type { SampleAt } from './window.js';

/** Measures what is called: an agent, a model, a tool, a route. */
export class RowMeasure {
  readonly calls: Sums;
  readonly failed: Sums;
  readonly recent = { calls: 0, failed: 0 };
  lastMinute = 0;
  /** How long the calls took; `undefined` if no metric tells it. */
  private durations: Buckets | undefined = undefined;
  private readonly succeeding = new Outcome(this, false);
  private readonly failing = new Outcome(this, true);

  constructor(private readonly query: Query) {
    this.calls = new Sums(query.window, 'bars');
    this.failed = new Sums(query.window, 'bars');
  }

  /** Measures series of calls that have ended in one way. */
  outcome(isFailed: boolean): Measure {
    return isFailed ? this.failing : this.succeeding;
  }

  /** Measures durations. Histograms with other bounds than the first one cannot be added to it, and are left out. */
  watchDurations(series: TrackedSeries): void {
    const { bounds } = series.metric;
    this.durations ??= new Buckets(bounds);
    if (sameItems(bounds, this.durations.bounds)) {
      this.query.watch(series, this.durations);
    }
  }

  /** Calls and failures per minute. */
  points(): OutcomePoints {
    return { calls: this.calls.per(60), failed: this.failed.per(60) };
  }

  row(name: string): Row {
    const { calls, failed, recent, durations, query } = this;
    return {
      name,
      calls: calls.total,
      failed: failed.total,
      recent,
      perMinute: this.lastMinute * query.window.perMinute,
      duration: durations?.quantiles() ?? NO_QUANTILES,
      lane: this.points(),
    };
  }
}

class Outcome extends Measure {
  constructor(
    private readonly row: RowMeasure,
    private readonly isFailed: boolean,
  ) {
    super();
  }

  override add(at: SampleAt, amount: number): void {
    const { row, isFailed } = this;
    row.calls.add(at, amount);
    if (isFailed) row.failed.add(at, amount);
    if (at.isRecent) row.recent.calls += amount;
    if (at.isRecent && isFailed) row.recent.failed += amount;
    if (at.isInLastMinute) row.lastMinute += amount;
  }
}

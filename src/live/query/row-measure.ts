import type { OutcomePoints, Row } from '../answers.js';
import { Measure } from './measure.js';
import { type Buckets, Sums } from './measures.js';
import { NO_QUANTILES, quantilesOf } from './quantiles.js';
import type { SampleAt, Window } from './window.js';

/** Measures what is called: an agent, a model, a tool, a route. */
export class RowMeasure {
  readonly calls: Sums;
  readonly failed: Sums;
  readonly recent = { calls: 0, failed: 0 };
  lastMinute = 0;
  /** How long the calls took; `undefined` if no metric tells it. */
  durations: Buckets | undefined = undefined;
  private readonly succeeding = new Outcome(this, false);
  private readonly failing = new Outcome(this, true);

  constructor(private readonly window: Window) {
    this.calls = new Sums(window, 'bars');
    this.failed = new Sums(window, 'bars');
  }

  /** Measures series of calls that have ended in one way. */
  outcome(isFailed: boolean): Measure {
    return isFailed ? this.failing : this.succeeding;
  }

  /** The measure of durations, made with the first series. */
  durationsBy(make: () => Buckets): Buckets {
    return (this.durations ??= make());
  }

  /** Calls and failures per minute. */
  points(): OutcomePoints {
    return { calls: this.calls.per(60), failed: this.failed.per(60) };
  }

  row(name: string): Row {
    const { calls, failed, recent, durations, window } = this;
    return {
      name,
      calls: calls.total,
      failed: failed.total,
      recent,
      perMinute: this.lastMinute * window.perMinute,
      duration:
        durations === undefined
          ? NO_QUANTILES
          : quantilesOf(durations.bounds, durations.counts),
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

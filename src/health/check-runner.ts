import { type Instant, instant, secondsSince } from '../core/clock.js';
import { withTimeout } from '../core/time-limit.js';
import type { ResolvedHealthCheck } from './health-check.js';
import { failure, type Outcome, outcomeOf } from './outcome.js';

/** The last run of a health check. */
export interface CheckRun extends Outcome {
  /** When it ended, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** Since when the check has been up or down, as {@link time}. */
  readonly since: number;
  readonly seconds: number;
}

/**
 * Runs one health check: never twice at a time, and not again while its last
 * result is fresh. Never throws.
 */
// Why: docs/decisions/endpoints.md, "Checks run on request".
export class CheckRunner {
  private last: CheckRun | undefined = undefined;
  private lastEnd: Instant = instant();
  /** When the check went up or down last. */
  private changedAt: Instant = instant();
  /** The run that is waited for. */
  private waitedFor: Promise<CheckRun> | undefined = undefined;
  /** When the run began that has outlived its timeout and still goes on. */
  private overdueSince: Instant | undefined = undefined;

  /**
   * @param onChange hears of a check that goes down, or comes up again after so many seconds.
   */
  constructor(
    readonly definition: ResolvedHealthCheck,
    private readonly onChange: (run: CheckRun, seconds: number) => void,
  ) {}

  /** The result of the check, from a run of now or of a moment ago. */
  run(): Promise<CheckRun> {
    if (this.waitedFor !== undefined) return this.waitedFor;
    if (this.overdueSince !== undefined) {
      return Promise.resolve(this.stillRunning(this.overdueSince));
    }
    if (this.last !== undefined && this.isFresh()) {
      return Promise.resolve(this.last);
    }
    this.waitedFor = this.start().finally(() => {
      this.waitedFor = undefined;
    });
    return this.waitedFor;
  }

  private isFresh(): boolean {
    return secondsSince(this.lastEnd) * 1_000 < this.definition.cacheFor;
  }

  private async start(): Promise<CheckRun> {
    const { check, timeout } = this.definition;
    const began = instant();
    const aborter = new AbortController();
    let hasEnded = false;
    const outcome = (async () => check(aborter.signal))()
      .then(outcomeOf)
      .catch(failure)
      .finally(() => {
        hasEnded = true;
        this.overdueSince = undefined;
      });
    try {
      const inTime = await withTimeout(timeout, outcome, 'The check');
      return this.record(inTime, began);
    } catch (overdue) {
      if (!hasEnded) this.overdueSince = began;
      aborter.abort(overdue);
      return this.record(failure(overdue), began);
    }
  }

  private stillRunning(began: Instant): CheckRun {
    const seconds = Math.round(secondsSince(began));
    const error = `it has been running for ${seconds} s and is not started again before it ends`;
    return this.record({ isUp: false, error }, began);
  }

  private record(outcome: Outcome, began: Instant): CheckRun {
    const time = Date.now();
    const { last } = this;
    const hasChanged = last?.isUp !== outcome.isUp;
    // Not in the future, should the clock have been set back.
    const since = hasChanged ? time : Math.min(last.since, time);
    const run = { ...outcome, time, since, seconds: secondsSince(began) };
    const lasted = last === undefined ? 0 : secondsSince(this.changedAt);
    this.last = run;
    this.lastEnd = instant();
    if (hasChanged) this.changedAt = this.lastEnd;
    // A check that nobody has asked yet is taken to be up.
    if (outcome.isUp !== (last?.isUp ?? true)) this.onChange(run, lasted);
    return run;
  }
}

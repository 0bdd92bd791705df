import { type Instant, instant, secondsSince } from '../core/clock.js';
import { withTimeout } from '../core/time-limit.js';
import type { ResolvedHealthCheck } from './health-check.js';
import {
  failedOutcome,
  type CheckOutcome,
  interpretResult,
} from './check-outcome.js';

/** The last run of a health check. */
export interface CheckRun extends CheckOutcome {
  /** When the run ended, in milliseconds since the Unix epoch. */
  readonly time: number;
  /** Since when the check has been up or down, in milliseconds since the Unix epoch. */
  readonly since: number;
  readonly seconds: number;
}

/**
 * Runs a health check: one run at a time, and none while the last result is fresh.
 * Never throws.
 */
// Why: docs/decisions/endpoints.md, "Checks run on request".
export class CheckRunner {
  private last: CheckRun | undefined = undefined;
  private lastEnd: Instant = instant();
  /** When the check went up or down last. */
  private changedAt: Instant = instant();
  /** The run that callers wait for. */
  private current: Promise<CheckRun> | undefined = undefined;
  /** The start of a run that has exceeded its timeout and not ended; `undefined` without such a run. */
  private overdueSince: Instant | undefined = undefined;

  /** @param onChange is called when the check goes down, and when it is up again after so many seconds. */
  constructor(
    readonly definition: ResolvedHealthCheck,
    private readonly onChange: (run: CheckRun, seconds: number) => void,
  ) {}

  /** The result of a new run, of the running one, or of the last one while it is fresh. */
  run(): Promise<CheckRun> {
    if (this.current !== undefined) return this.current;
    if (this.overdueSince !== undefined) {
      return Promise.resolve(this.stillRunning(this.overdueSince));
    }
    if (this.last !== undefined && this.isFresh()) {
      return Promise.resolve(this.last);
    }
    this.current = this.start().finally(() => {
      this.current = undefined;
    });
    return this.current;
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
      .then(interpretResult)
      .catch(failedOutcome)
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
      return this.record(failedOutcome(overdue), began);
    }
  }

  private stillRunning(began: Instant): CheckRun {
    const seconds = Math.round(secondsSince(began));
    const error = `it has been running for ${seconds} s and is not started again before it ends`;
    return this.record({ isUp: false, error }, began);
  }

  private record(outcome: CheckOutcome, began: Instant): CheckRun {
    const time = Date.now();
    const { last } = this;
    const hasChanged = last?.isUp !== outcome.isUp;
    // If the clock was set back, `since` must not be in the future.
    const since = hasChanged ? time : Math.min(last.since, time);
    const run = { ...outcome, time, since, seconds: secondsSince(began) };
    const lasted = last === undefined ? 0 : secondsSince(this.changedAt);
    this.last = run;
    this.lastEnd = instant();
    if (hasChanged) this.changedAt = this.lastEnd;
    // Before its first run a check counts as up.
    if (outcome.isUp !== (last?.isUp ?? true)) this.onChange(run, lasted);
    return run;
  }
}

import type { Instant } from '../../core/clock.js';
import type { Labels } from '../../model/labels.js';
import type { EndedCall } from './call-metrics.js';

/** One run of some work, which receives the events of the work. Only the first end counts. */
export interface Run {
  /** Runs a part of the work in the asynchronous context of the run. */
  runInContext<T>(part: () => T): T;
  succeed(result: unknown): void;
  fail(error: unknown): void;
  /** The consumer left before the end. */
  cancel(): void;
  /** A stream has given one more item. */
  item(item: unknown): void;
  /** Stops the clock while the consumer of a stream is busy. */
  pause(): void;
  resume(): void;
  /** Postpones the start: the work begins when its result is consumed, and `restart()` is called then. */
  defer(): void;
  /** @returns a run of the same work that begins now. A stream that is consumed several times has several. */
  restart(): Run;
}

/** A run that has ended, as its observers see it. */
export interface EndedRun extends EndedCall {
  /** The labels around the call, if there are any. */
  readonly context?: Labels | undefined;
  /** The duration of the work, without the time of its consumer. */
  readonly seconds: number;
  /** The number of items that a stream gave. */
  readonly items: number;
  /** The seconds until the first item; `undefined` if there was none. */
  readonly secondsToFirstItem: number | undefined;
}

/** Receives the end of runs. Never throws. */
export interface RunRecorder {
  ended(run: EndedRun): void;
}

/** Observes one run from its start to its end. Never throws. */
// Why: docs/decisions/instrumentation.md, "A run is followed once, with observers".
export interface RunObserver extends RunRecorder {
  /** Runs a part of the work in the context of the run. */
  runInContext?<T>(part: () => T): T;
  /**
   * Enters the context of the run without a frame on the stack.
   *
   * @returns leaves the context.
   */
  enterContext?(): (() => void) | undefined;
  /** See {@link Run.defer}. */
  deferred?(): void;
  /** @returns the observer of another run of the same work; see {@link Run.restart}. */
  restarted(start: Instant): RunObserver;
}

/** Makes the observer of a run that begins. */
export type StartObserver = (
  start: Instant,
  args: readonly unknown[],
) => RunObserver;

/** Several observers as one, of which at most one has a context; `undefined` for none. */
export function joinObservers(
  starts: readonly StartObserver[],
): StartObserver | undefined {
  if (starts.length <= 1) return starts[0];
  return (start, args) =>
    new JoinedObservers(starts.map((begin) => begin(start, args)));
}

class JoinedObservers implements RunObserver {
  private readonly context: RunObserver | undefined;

  constructor(private readonly observers: readonly RunObserver[]) {
    this.context = observers.find((one) => one.enterContext !== undefined);
  }

  runInContext<T>(part: () => T): T {
    return this.context === undefined
      ? part()
      : this.context.runInContext!(part);
  }

  enterContext(): (() => void) | undefined {
    return this.context?.enterContext!();
  }

  deferred(): void {
    for (const observer of this.observers) observer.deferred?.();
  }

  ended(run: EndedRun): void {
    for (const observer of this.observers) observer.ended(run);
  }

  restarted(start: Instant): RunObserver {
    const restarted = this.observers.map((one) => one.restarted(start));
    return new JoinedObservers(restarted);
  }
}

import { type Instant, instant, secondsSince } from '../../core/clock.js';
import type { Labels } from '../../model/labels.js';
import type { CallStatus } from './call-metrics.js';
import type {
  EndedRun,
  Run,
  RunObserver,
  RunRecorder,
  StartObserver,
} from './run.js';

/** A run that passes its events to an observer, and is what recorders read at its end. */
export class ObservedRun implements Run, EndedRun {
  status: CallStatus = 'success';
  result: unknown = undefined;
  error: unknown = undefined;
  seconds = 0;
  private hasEnded = false;
  private readonly start = instant();
  private readonly stream: StreamProgress | undefined;
  private readonly observer: RunObserver | undefined;

  /**
   * @param recorders receive the end of all runs of the work.
   * @param startObserver makes the observer of this run.
   * @param isStream whether the consumer of the work may pause it.
   * @param context the labels around the work.
   */
  constructor(
    private readonly recorders: readonly RunRecorder[],
    startObserver: StartObserver | undefined,
    readonly args: readonly unknown[],
    isStream: boolean,
    readonly context?: Labels,
  ) {
    const { start } = this;
    this.stream = isStream ? new StreamProgress(start) : undefined;
    this.observer = startObserver?.(start, args);
  }

  get items(): number {
    return this.stream?.items ?? 0;
  }

  get secondsToFirstItem(): number | undefined {
    return this.stream?.secondsToFirstItem;
  }

  runInContext<T>(part: () => T): T {
    const { observer } = this;
    return observer?.runInContext ? observer.runInContext(part) : part();
  }

  /** See {@link RunObserver.enterContext}. */
  enterContext(): (() => void) | undefined {
    return this.observer?.enterContext?.();
  }

  succeed(result: unknown): void {
    if (this.hasEnded) return;
    this.result = result;
    this.end();
  }

  fail(error: unknown): void {
    if (this.hasEnded) return;
    this.error = error;
    this.status = 'error';
    this.end();
  }

  cancel(): void {
    if (this.hasEnded) return;
    this.status = 'cancelled';
    this.end();
  }

  item(): void {
    this.stream?.item();
  }

  pause(): void {
    this.stream?.pause();
  }

  resume(): void {
    this.stream?.resume();
  }

  defer(): void {
    this.observer?.deferred?.();
  }

  restart(): Run {
    const { observer } = this;
    return new ObservedRun(
      this.recorders,
      observer && ((start) => observer.restarted(start)),
      this.args,
      true,
      this.context,
    );
  }

  private end(): void {
    this.hasEnded = true;
    this.seconds = this.stream?.seconds ?? secondsSince(this.start);
    this.observer?.ended(this);
    for (const recorder of this.recorders) recorder.ended(this);
  }
}

/** Measures time that may be interrupted. */
export class Stopwatch {
  private before = 0;
  private since: Instant | undefined;

  constructor(start: Instant = instant()) {
    this.since = start;
  }

  get seconds(): number {
    const { before, since } = this;
    return since === undefined ? before : before + secondsSince(since);
  }

  pause(): void {
    this.before = this.seconds;
    this.since = undefined;
  }

  resume(): void {
    this.since ??= instant();
  }
}

/** The items of a stream. The clock stands still while the consumer is busy. */
class StreamProgress extends Stopwatch {
  items = 0;
  secondsToFirstItem: number | undefined = undefined;

  item(): void {
    if (this.items++ === 0) this.secondsToFirstItem = this.seconds;
  }
}

import { instant, secondsSince } from '../../core/clock.js';
import type { CallFigures, CallStatus, EndedCall } from './call-metrics.js';
import type { CallRecorder } from './call-recorder.js';
import type { Run } from './run.js';
import type { RunningCall } from './running-calls.js';
import { Stopwatch } from './stopwatch.js';

/** A call while it runs, and what is to be recorded of it once it has ended. */
export class RecordedRun implements Run, EndedCall, CallFigures {
  status: CallStatus = 'success';
  result: unknown = undefined;
  error: unknown = undefined;
  seconds = 0;
  readonly start = instant();
  private ended = false;
  private readonly stream: StreamProgress | undefined;
  private readonly running: RunningCall | undefined;

  constructor(
    private readonly recorder: CallRecorder,
    readonly args: readonly unknown[],
    isStream: boolean,
  ) {
    this.stream = isStream ? new StreamProgress(this.start) : undefined;
    this.running = recorder.running?.add(this.start);
    // The consumer of a stream may drop it without a word.
    if (isStream) this.running?.endWith(this);
  }

  get items(): number {
    return this.stream?.items ?? 0;
  }

  get secondsToFirstItem(): number | undefined {
    return this.stream?.secondsToFirstItem;
  }

  enter<T>(part: () => T): T {
    return part();
  }

  succeed(result: unknown): void {
    if (this.ended) return;
    this.result = result;
    this.end();
  }

  fail(error: unknown): void {
    if (this.ended) return;
    this.error = error;
    this.status = 'error';
    this.end();
  }

  cancel(): void {
    if (this.ended) return;
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

  postpone(): void {
    this.running?.end();
  }

  again(): Run {
    return new RecordedRun(this.recorder, this.args, true);
  }

  private end(): void {
    this.ended = true;
    this.seconds = this.stream?.seconds ?? secondsSince(this.start);
    this.running?.end();
    this.recorder.write(this);
  }
}

/** How far a stream has come. Its clock stands still while its consumer is at work. */
class StreamProgress extends Stopwatch {
  items = 0;
  secondsToFirstItem: number | undefined = undefined;

  item(): void {
    if (this.items++ === 0) this.secondsToFirstItem = this.seconds;
  }
}

import { Stopwatch } from '../calls/stopwatch.js';
import type {
  Inference,
  InferenceAnswer,
  InferenceRequest,
} from './recordings.js';

/** Takes note of how an inference ended. Never throws. */
export interface InferenceEnds {
  finished(inference: Inference): void;
  discarded(): void;
}

/**
 * An inference while it goes on: tell it of each chunk, and how it ended. Only the
 * first end counts. Nothing of it throws.
 */
export class RunningInference {
  private readonly clock = new Stopwatch();
  private secondsToFirstChunk: number | undefined = undefined;
  private readonly secondsPerOutputChunk: number[] = [];
  private lastChunk = 0;
  private ended = false;

  /** @internal */
  constructor(
    private readonly request: InferenceRequest,
    private readonly ends: InferenceEnds,
  ) {}

  /** A chunk of the answer has come. */
  chunk(): void {
    const { seconds } = this.clock;
    if (this.secondsToFirstChunk === undefined) {
      this.secondsToFirstChunk = seconds;
    } else {
      this.secondsPerOutputChunk.push(seconds - this.lastChunk);
    }
    this.lastChunk = seconds;
  }

  /** From now on the consumer of the chunks is at work, whose time does not count. */
  pause(): void {
    this.clock.pause();
  }

  /** The next chunk is being waited for. */
  resume(): void {
    this.clock.resume();
  }

  /** The answer is complete, or nobody wants the rest of it. */
  end(answer: InferenceAnswer = {}): void {
    this.finish(answer, undefined);
  }

  /** It failed. What the provider billed all the same is counted. */
  fail(error: unknown, answer: InferenceAnswer = {}): void {
    this.finish(answer, error ?? new Error('unknown'));
  }

  /** No model was asked after all, e.g. as a cache had the answer: nothing is recorded. */
  discard(): void {
    if (this.ended) return;
    this.ended = true;
    this.ends.discarded();
  }

  private finish(answer: InferenceAnswer, error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    const { secondsToFirstChunk, secondsPerOutputChunk } = this;
    const { seconds } = this.clock;
    this.ends.finished({
      ...this.request,
      ...answer,
      seconds,
      secondsToFirstChunk,
      secondsPerOutputChunk,
      error,
    });
  }
}

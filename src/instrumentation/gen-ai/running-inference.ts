import { follow } from '../calls/follow.js';
import { Stopwatch } from '../calls/stopwatch.js';
import { followReadable, isReadableStream } from './readable-stream.js';
import type {
  Inference,
  InferenceAnswer,
  InferenceRequest,
} from './recordings.js';
import {
  type ChunkOf,
  type ChunkStream,
  type ReadChunk,
  StreamedInference,
} from './streamed-inference.js';

/** Takes note of an inference that has ended. Never throws. */
export type Finished = (inference: Inference) => void;

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

  /**
   * @internal
   * @param again begins another inference like this one.
   */
  constructor(
    private readonly request: InferenceRequest,
    private readonly finished: Finished,
    private readonly again: () => RunningInference,
  ) {}

  /**
   * Follows the chunks of the answer to their end, which is that of the inference.
   *
   * @param stream an async iterable, a web stream or an Observable, or a promise of one.
   * @param read what a chunk says of the answer: its model, and the tokens. A later chunk's word counts.
   * @returns what is to be consumed in its place; it behaves as `stream` does.
   */
  observeStream<S extends ChunkStream<any> | PromiseLike<ChunkStream<any>>>(
    stream: S,
    read: ReadChunk<ChunkOf<S>> = () => undefined,
  ): S {
    const run = new StreamedInference(this, this.again, read);
    return isReadableStream(stream)
      ? (followReadable(stream, run) as S)
      : follow(stream, run);
  }

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

  private finish(answer: InferenceAnswer, error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    const { secondsToFirstChunk, secondsPerOutputChunk } = this;
    const { seconds } = this.clock;
    this.finished({
      ...this.request,
      ...answer,
      seconds,
      secondsToFirstChunk,
      secondsPerOutputChunk,
      error: error ?? answer.error,
    });
  }
}

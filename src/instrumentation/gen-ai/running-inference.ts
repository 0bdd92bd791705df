import type { Tally } from '../../model/tally.js';
import { Stopwatch } from '../calls/observed-run.js';
import { followStream } from './readable-stream.js';
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
  type StreamCallbacks,
} from './streamed-inference.js';

/** Times of output chunks that are listed one by one. Those of a longer stream are counted by bucket, which takes no more memory. */
const LISTED_CHUNKS = 1_000;

/** What an inference is given by those who keep account of it. */
export interface InferenceCallbacks extends StreamCallbacks {
  /**
   * Takes note of its end. Never throws.
   *
   * @param moreChunks the times of output chunks that the inference itself does not list.
   */
  finished(inference: Inference, moreChunks: Tally | undefined): void;
  /** Counts times of output chunks; `undefined` if there is no histogram for them. Never throws. */
  newChunkTally(): Tally | undefined;
  /** Takes note that it was none. Never throws. */
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
  private moreChunks: Tally | undefined = undefined;
  private lastChunk = 0;
  private ended = false;

  /** @internal */
  constructor(
    private readonly request: InferenceRequest,
    private readonly surroundings: InferenceCallbacks,
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
    return followStream(
      stream,
      new StreamedInference(this, read, this.surroundings),
    );
  }

  /** A chunk of the answer has come. */
  chunk(): void {
    const { seconds } = this.clock;
    if (this.secondsToFirstChunk === undefined) {
      this.secondsToFirstChunk = seconds;
    } else {
      this.outputChunk(seconds - this.lastChunk);
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
    this.surroundings.discarded();
  }

  private outputChunk(seconds: number): void {
    if (this.secondsPerOutputChunk.length < LISTED_CHUNKS) {
      this.secondsPerOutputChunk.push(seconds);
    } else {
      this.moreChunks ??= this.surroundings.newChunkTally();
      this.moreChunks?.observe(seconds);
    }
  }

  private finish(answer: InferenceAnswer, error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    const { operation, provider, model, agent } = this.request;
    const inference = {
      operation,
      provider,
      model,
      agent,
      responseModel: answer?.responseModel,
      usage: answer?.usage,
      seconds: this.clock.seconds,
      secondsToFirstChunk: this.secondsToFirstChunk,
      secondsPerOutputChunk: this.secondsPerOutputChunk,
      error: error ?? answer?.error,
    };
    this.surroundings.finished(inference, this.moreChunks);
  }
}

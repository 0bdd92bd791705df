import type { Tally } from '../../model/tally.js';
import { Stopwatch } from '../calls/observed-run.js';
import type { Run } from '../calls/run.js';
import { followStream } from './readable-stream.js';
import type {
  ChunkAnswer,
  ChunkOf,
  ChunkStream,
  Inference,
  InferenceAnswer,
  InferenceRequest,
  ReadChunk,
} from './recordings.js';

/** Times of output chunks that are listed one by one. Those of a longer stream are counted by bucket, which takes no more memory. */
const LISTED_CHUNKS = 1_000;

/** Receives what becomes of an inference. None of it throws. */
export interface InferenceCallbacks {
  /**
   * The inference has ended.
   *
   * @param moreChunks the times of output chunks that the inference itself does not list.
   */
  finished(inference: Inference, moreChunks: Tally | undefined): void;
  /** Counts times of output chunks; `undefined` if there is no histogram for them. */
  newChunkTally(): Tally | undefined;
  /** No model was asked. */
  discarded(): void;
  /** A chunk that `read` fails at; it counts as one that says nothing. */
  unreadable(error: unknown): void;
  /** @returns another inference like this one, as the stream is consumed again. */
  restart(): RunningInference;
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
    private readonly callbacks: InferenceCallbacks,
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
      new StreamedInference(this, read, this.callbacks),
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
    this.callbacks.discarded();
  }

  private outputChunk(seconds: number): void {
    if (this.secondsPerOutputChunk.length < LISTED_CHUNKS) {
      this.secondsPerOutputChunk.push(seconds);
    } else {
      this.moreChunks ??= this.callbacks.newChunkTally();
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
    this.callbacks.finished(inference, this.moreChunks);
  }
}

/** An inference whose answer is followed as it streams. Whoever consumes the stream anew asks the model anew. */
class StreamedInference<T> implements Run {
  private answer: InferenceAnswer = {};
  private consumed = false;

  constructor(
    private readonly inference: RunningInference,
    private readonly read: ReadChunk<T>,
    private readonly callbacks: InferenceCallbacks,
  ) {}

  item(chunk: unknown): void {
    const said = this.said(chunk as T);
    if (said.isOutput !== false) this.inference.chunk();
    this.answer = merged(this.answer, said);
  }

  runInContext<R>(part: () => R): R {
    return part();
  }

  pause(): void {
    this.inference.pause();
  }

  resume(): void {
    this.inference.resume();
  }

  defer(): void {
    this.inference.pause();
  }

  restart(): Run {
    if (this.consumed) {
      const { read, callbacks } = this;
      return new StreamedInference(callbacks.restart(), read, callbacks);
    }
    this.consumed = true;
    this.inference.resume();
    return this;
  }

  succeed(): void {
    this.inference.end(this.answer);
  }

  fail(error: unknown): void {
    this.inference.fail(error, this.answer);
  }

  cancel(): void {
    this.inference.end(this.answer);
  }

  private said(chunk: T): ChunkAnswer {
    try {
      return this.read(chunk) ?? {};
    } catch (error) {
      this.callbacks.unreadable(error);
      return {};
    }
  }
}

/** What a later chunk says takes the place of what an earlier one has said. */
function merged(
  before: InferenceAnswer,
  now: InferenceAnswer,
): InferenceAnswer {
  return {
    // Some providers leave it empty in some chunks.
    responseModel: now.responseModel || before.responseModel,
    usage: now.usage ?? before.usage,
    error: now.error ?? before.error,
  };
}

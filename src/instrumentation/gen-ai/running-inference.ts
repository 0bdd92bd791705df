import type { Tally } from '../../model/tally.js';
import { Stopwatch } from '../calls/observed-run.js';
import type { Run } from '../calls/run.js';
import type { InferenceTexts } from './inference-texts.js';
import { followStream } from './readable-stream.js';
import type { ChunkAnswer, InferenceAnswer } from '../../accounting/answer.js';
import {
  answerAtEnd,
  readerForStream,
} from '../../accounting/answer-reader.js';
import { mergeAnswers } from '../../accounting/merge-answers.js';
import type {
  ChunkOf,
  ChunkStream,
  Inference,
  InferenceRequest,
  ReadChunk,
} from './recordings.js';

/** The number of output chunks whose times are listed. Later ones are counted by bucket, which needs no more memory. */
const LISTED_CHUNKS = 1_000;

/** Receives the events of an inference. None of the callbacks throws. */
export interface InferenceCallbacks {
  /**
   * The inference has ended.
   *
   * @param moreChunks the times of output chunks beyond those that `inference` lists, as counts by bucket.
   */
  finished(inference: Inference, moreChunks: Tally | undefined): void;
  /** A tally for the times of output chunks; `undefined` if there is no histogram for them. */
  newChunkTally(): Tally | undefined;
  /** No model was asked. */
  discarded(): void;
  /** `read` has thrown on a chunk, which counts as one that says nothing. */
  unreadable(error: unknown): void;
  /** The inference may be dropped without an end, as streams are by their consumers. */
  droppable(inference: RunningInference): void;
  /** The inference is no longer counted as running. */
  uncounted(): void;
  /** @returns another inference like this one, as the stream is consumed again. */
  restart(): RunningInference;
}

/**
 * An inference while it goes on: report each chunk here, and how it ended. Only the
 * first end counts. None of its methods throws.
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
    private readonly keptTexts: InferenceTexts | undefined,
  ) {}

  /**
   * Add the texts of the request and of the answer here, if you report no usage: `agents.tokenizer`
   * counts their tokens then. `undefined` without a tokenizer, and once the inference has ended.
   */
  get texts(): InferenceTexts | undefined {
    return this.ended ? undefined : this.keptTexts;
  }

  /**
   * Follows the chunks of the answer. The inference ends with the last one.
   *
   * @param stream an async iterable, a web stream or an Observable, or a promise of one.
   * @param read reads what a chunk says, which is merged field by field. Default: nothing is read.
   * @returns the stream to consume instead; it behaves like `stream`.
   */
  observeStream<S extends ChunkStream<any> | PromiseLike<ChunkStream<any>>>(
    stream: S,
    read: ReadChunk<ChunkOf<S>> = () => undefined,
  ): S {
    this.mayBeDropped();
    return followStream(
      stream,
      new StreamedInference(this, read, this.callbacks),
    );
  }

  /** @internal An error while the answer is read, which is kept from the app. */
  unreadable(error: unknown): void {
    this.callbacks.unreadable(error);
  }

  /** @internal It is no longer counted as running once it is collected. */
  mayBeDropped(): void {
    this.callbacks.droppable(this);
  }

  /** @internal It is no longer counted as running: whether it goes on cannot be seen. */
  uncount(): void {
    this.callbacks.uncounted();
  }

  /** Reports a chunk of the answer. */
  chunk(): void {
    const { seconds } = this.clock;
    if (this.secondsToFirstChunk === undefined) {
      this.secondsToFirstChunk = seconds;
    } else {
      this.outputChunk(seconds - this.lastChunk);
    }
    this.lastChunk = seconds;
  }

  /** Stops the clock: the consumer of the chunks is busy, and its time does not count. */
  pause(): void {
    this.clock.pause();
  }

  /** Starts the clock again: the consumer waits for the next chunk. */
  resume(): void {
    this.clock.resume();
  }

  /** Ends the inference: the answer is complete, or the rest of it is not wanted. It has failed only if `answer` has an `error`. */
  end(answer: InferenceAnswer = {}): void {
    this.finish(answer, undefined);
  }

  /** Ends the inference with an error. Tokens that the provider billed anyway are counted. */
  fail(error: unknown, answer: InferenceAnswer = {}): void {
    this.finish(answer, error ?? new Error('unknown'));
  }

  /** Records nothing: no model was asked, e.g. because a cache had the answer. */
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
    const { serverAddress, serverPort } = this.request;
    const inference = {
      operation,
      provider,
      model,
      agent,
      serverAddress,
      serverPort,
      ...answerFields(answer ?? {}),
      seconds: this.clock.seconds,
      secondsToFirstChunk: this.secondsToFirstChunk,
      secondsPerOutputChunk: this.secondsPerOutputChunk,
      error: error ?? answer?.error,
    };
    this.callbacks.finished(inference, this.moreChunks);
  }
}

const NOTHING: ChunkAnswer = {};

/** An inference with a streamed answer. Every further consumption of the stream is another inference. */
class StreamedInference<T> implements Run {
  private answer: InferenceAnswer = {};
  private readonly readOwn: ReadChunk<T>;
  private consumed = false;

  constructor(
    private readonly inference: RunningInference,
    private readonly read: ReadChunk<T>,
    private readonly callbacks: InferenceCallbacks,
  ) {
    this.readOwn = readerForStream(read);
  }

  item(chunk: unknown): void {
    const said = this.said(chunk as T);
    if (said.isOutput !== false) this.inference.chunk();
    this.answer = mergeAnswers(this.answer, said);
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
      const inference = callbacks.restart();
      inference.mayBeDropped();
      return new StreamedInference(inference, read, callbacks);
    }
    this.consumed = true;
    this.inference.resume();
    return this;
  }

  succeed(): void {
    const atEnd = answerAtEnd(this.readOwn);
    this.inference.end(mergeAnswers(this.answer, atEnd));
  }

  fail(error: unknown): void {
    const atEnd = answerAtEnd(this.readOwn, error);
    this.inference.fail(atEnd.error ?? error, cutOff(this.answer));
  }

  cancel(): void {
    this.inference.end(cutOff(this.answer));
  }

  private said(chunk: T): ChunkAnswer {
    try {
      return this.readOwn(chunk) ?? NOTHING;
    } catch (error) {
      this.callbacks.unreadable(error);
      return NOTHING;
    }
  }
}

/** Unless the chunks say that they are complete, more tokens are billed than an answer tells that was cut off. */
function cutOff(answer: InferenceAnswer): InferenceAnswer {
  const { usage, finishReason } = answer;
  const isUnfinished = usage !== undefined || finishReason === undefined;
  const { isPartial = isUnfinished } = answer;
  return { ...answer, isPartial };
}

/** The fields of an answer alone: plain JavaScript may pass others. */
function answerFields(answer: InferenceAnswer) {
  const { responseModel, usage, estimatedUsage, isPartial } = answer;
  const { billedTokens, hostedCalls, reportedCost, serviceTier } = answer;
  const { inferenceGeo, finishReason, finishKind, oddFields } = answer;
  return {
    responseModel,
    usage,
    estimatedUsage,
    isPartial,
    billedTokens,
    hostedCalls,
    reportedCost,
    serviceTier,
    inferenceGeo,
    finishReason,
    finishKind,
    oddFields,
  };
}

import type { ChunkAnswer, InferenceAnswer } from './answer.js';
import {
  reportedError,
  thrownReport,
  UnreadableAnswerError,
} from './answer-errors.js';
import { type AnswerSource, readerOf } from './answer-source.js';
import { isFields } from './fields.js';
import { mergeAnswers } from './merge-answers.js';
import {
  type ApiReader,
  mergeTold,
  type ReadContext,
  type Said,
  type ToldUsage,
} from './readers/said.js';
import { settledUsage } from './readers/settled-usage.js';
import { isWhole } from './usage.js';

/**
 * Reads a model's whole answer: its tokens in one inclusive model, whatever the provider counts
 * where, the model that answered, why it ended, and what it costs if the provider says so.
 *
 * @param source the API and the provider of the answer.
 * @param raw the answer as the provider sends it, e.g. what its SDK returns. An answer that does not belong to the API, and one that contains an error, has an `error`.
 * @throws {OptionsError} if the API is not known or the provider is no text.
 *
 * @example
 * const answer = readAnswer({ api: 'anthropic.messages', provider: 'anthropic' }, message);
 * agents.recordInference({ provider: 'anthropic', model, seconds, ...answer });
 */
export function readAnswer(
  source: AnswerSource,
  raw: unknown,
): InferenceAnswer {
  const api = readerOf(source);
  const context = contextOf(source, false);
  const said = isFields(raw)
    ? api.read(raw, context)
    : typeof raw === 'string'
      ? api.readText?.(raw)
      : undefined;
  const error = isFields(raw) ? reportedError(raw) : undefined;
  if (said === undefined && error === undefined) {
    return { error: new UnreadableAnswerError() };
  }
  const plain = plainAnswer(said, error);
  return withUsage(plain, api, said?.told, context, true);
}

/**
 * Reads a streamed answer, chunk by chunk. One reader reads one stream.
 *
 * @example
 * const reader = new AnswerReader({ api: 'chat.completions', provider: 'openai' });
 * for await (const chunk of stream) answer = reader.read(chunk);
 */
export class AnswerReader {
  private readonly api: ApiReader;
  private readonly context: ReadContext;
  private told: ToldUsage | undefined = undefined;
  private answer: InferenceAnswer = {};
  private isEnded = false;
  private hasRead = false;
  private last: ChunkAnswer = { isOutput: false };

  /** @throws {OptionsError} if the API is not known or the provider is no text. */
  constructor(source: AnswerSource) {
    this.api = readerOf(source);
    this.context = contextOf(source, true);
  }

  /**
   * Reads a chunk, or an event, as the provider's SDK yields it. One that does not belong to the API says nothing.
   *
   * @returns what the stream says so far, and whether this chunk is output. The same object as for the chunk before if it says nothing new.
   */
  read(chunk: unknown): ChunkAnswer {
    const fields = isFields(chunk) ? chunk : {};
    const said = this.api.read(fields, this.context);
    const error = reportedError(fields);
    const isNew = this.hasNews(said, error);
    if (isNew) this.add(said, error);
    const isOutput = said?.isOutput === true;
    if (isNew || this.last.isOutput !== isOutput) {
      this.last = { ...this.answer, isOutput };
    }
    return this.last;
  }

  /**
   * Ends the stream.
   *
   * @param thrown the error that has ended it. Default: the stream has come to its end.
   * @returns what the whole stream says. A stream without a chunk of the API has an `error`: it was something else, e.g. a page.
   */
  end(thrown?: unknown): InferenceAnswer {
    const { answer } = this;
    if (thrown !== undefined) {
      return {
        ...answer,
        error: answer.error ?? thrownReport(thrown) ?? thrown,
      };
    }
    if (!this.hasRead) return { error: new UnreadableAnswerError() };
    // An SDK may end a stream that was aborted as if it were complete.
    const isCutOff = !this.isEnded && answer.usage === undefined;
    return isCutOff ? { ...answer, isPartial: true } : answer;
  }

  /** Most chunks have the model, which is known, and a piece of the output. */
  private hasNews(said: Said | undefined, error: Error | undefined): boolean {
    if (said === undefined) return error !== undefined;
    const { answer } = this;
    return (
      !this.hasRead ||
      (said.told ?? said.error ?? error) !== undefined ||
      (said.isEnd === true && !this.isEnded) ||
      isNews(said.responseModel, answer.responseModel) ||
      isNews(said.serviceTier, answer.serviceTier) ||
      isNews(said.inferenceGeo, answer.inferenceGeo) ||
      isNews(said.finishReason, answer.finishReason) ||
      isNews(said.finishKind, answer.finishKind)
    );
  }

  private add(said: Said | undefined, error: Error | undefined): void {
    this.hasRead = true;
    const answer = mergeAnswers(this.answer, plainAnswer(said, error));
    this.told = mergeTold(this.told, said?.told);
    this.isEnded ||= said?.isEnd === true || answer.finishReason !== undefined;
    const { api, told, context, isEnded } = this;
    this.answer = withUsage(answer, api, told, context, isEnded);
  }
}

function isNews(now: string | undefined, before: string | undefined): boolean {
  return now !== undefined && now !== before;
}

/** Reads the chunks of any number of streams: each stream that it is passed for has a reader of its own. */
export interface ChunkReader {
  /** Reads a chunk of one stream. */
  (chunk: unknown): ChunkAnswer;
  /** A reader for another stream, which has read nothing yet. */
  fresh(): ChunkReader;
  /** Ends the stream, as {@link AnswerReader.end} does. */
  end(thrown?: unknown): InferenceAnswer;
}

/**
 * Creates a reader for `observeStream()`. It may be kept and passed for several streams.
 *
 * @param source the API and the provider of the streams.
 * @throws {OptionsError} if the API is not known or the provider is no text.
 *
 * @example
 * const chunks = agents.observeStream(
 *   stream,
 *   { provider: 'anthropic', model },
 *   answerReader({ api: 'anthropic.messages', provider: 'anthropic' }),
 * );
 */
export function answerReader(source: AnswerSource): ChunkReader {
  const reader = new AnswerReader(source);
  const read = (chunk: unknown) => reader.read(chunk);
  return Object.assign(read, {
    fresh: () => answerReader(source),
    end: (thrown?: unknown) => reader.end(thrown),
  });
}

/** The function that reads one stream: another one for each, if `read` remembers what it has read. */
export function readerForStream<R extends (chunk: never) => unknown>(
  read: R,
): R {
  const { fresh } = read as Partial<ChunkReader>;
  return typeof fresh === 'function' ? (fresh() as unknown as R) : read;
}

/**
 * What a stream that has ended says beyond its chunks.
 *
 * @param thrown the error that has ended it, if there is one.
 */
export function answerAtEnd(read: object, thrown?: unknown): InferenceAnswer {
  const { end } = read as Partial<ChunkReader>;
  return typeof end === 'function' ? end(thrown) : {};
}

function contextOf(source: AnswerSource, isStream: boolean): ReadContext {
  const { provider, model } = source;
  return { provider, model, isStream };
}

function plainAnswer(
  said: Said | undefined,
  error: Error | undefined,
): InferenceAnswer {
  return {
    responseModel: said?.responseModel,
    serviceTier: said?.serviceTier,
    inferenceGeo: said?.inferenceGeo,
    finishReason: said?.finishReason,
    finishKind: said?.finishKind,
    error: said?.error ?? error,
  };
}

/** Adds what the usage says: a lower bound if the answer has not ended, or one of the totals is missing. */
function withUsage(
  plain: InferenceAnswer,
  api: ApiReader,
  told: ToldUsage | undefined,
  context: ReadContext,
  isEnded: boolean,
): InferenceAnswer {
  if (told === undefined) return plain;
  const placement = api.placement?.(told, context) ?? {};
  const settled = settledUsage(told, placement);
  const { usage } = settled;
  return {
    responseModel: plain.responseModel,
    usage,
    isPartial: usage && (!isEnded || (api.hasBothTotals && !isWhole(usage))),
    billedTokens: settled.billedTokens,
    hostedCalls: settled.hostedCalls,
    reportedCost: settled.reportedCost,
    serviceTier: plain.serviceTier,
    inferenceGeo: plain.inferenceGeo,
    finishReason: plain.finishReason,
    finishKind: plain.finishKind,
    oddFields: settled.oddFields,
    error: plain.error,
  };
}

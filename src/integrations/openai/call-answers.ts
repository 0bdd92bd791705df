import type { InferenceAnswer } from '../../accounting/answer.js';
import {
  answerReader,
  type ChunkReader,
  readAnswer,
} from '../../accounting/answer-reader.js';
import type {
  AnswerApi,
  AnswerSource,
} from '../../accounting/answer-source.js';
import {
  addAnswer,
  addChunk,
  addRequest,
} from '../../accounting/texts/openai-texts.js';
import type { InferenceTexts } from '../../instrumentation/gen-ai/inference-texts.js';
import type { RunningInference } from '../../instrumentation/gen-ai/running-inference.js';

/** APIs that bill texts alone. Images and sounds have tokens that no tokenizer counts. */
const OF_TEXTS: readonly AnswerApi[] = [
  'chat.completions',
  'completions',
  'responses',
  'embeddings',
];

/** Receives what a call of the API answers. None of the methods throws. */
export interface CallAnswers {
  /** The whole answer. */
  answered(answer: unknown): void;
  /** The call has failed. */
  failed(error: unknown): void;
  /** The answer is read without the SDK, and cannot be observed. */
  unread(): void;
  /** The answer is a stream. @returns the stream to consume instead. */
  streamed(chunks: AsyncIterable<unknown>): AsyncIterable<unknown>;
}

/** Ends an inference with the answer of its call. */
export class InferenceAnswers implements CallAnswers {
  constructor(
    private readonly inference: RunningInference,
    private readonly source: AnswerSource,
  ) {}

  answered(answer: unknown): void {
    this.inference.end(this.read(answer));
  }

  failed(error: unknown): void {
    this.inference.fail(error);
  }

  unread(): void {
    this.inference.end();
  }

  /** Keeps the texts of the request while they are those that are sent: the caller may change its messages later. */
  asked(body: unknown): void {
    this.keep(({ input }) => addRequest(input, body));
  }

  /** The answer is far away, and will have usage: its texts are not kept for so long. */
  forgetRequest(): void {
    this.inference.texts?.input.clear();
  }

  /** @param see is called with each chunk. Default: nothing is. */
  streamed(
    chunks: AsyncIterable<unknown>,
    see?: (chunk: unknown) => void,
  ): AsyncIterable<unknown> {
    const keepChunk = (chunk: unknown) =>
      this.keep(({ output }) => addChunk(output, chunk));
    let reader = answerReader(this.source);
    if (this.texts !== undefined) reader = watching(reader, keepChunk);
    if (see !== undefined) reader = watching(reader, see);
    return this.inference.observeStream(chunks, reader);
  }

  private get texts(): InferenceTexts | undefined {
    return OF_TEXTS.includes(this.source.api)
      ? this.inference.texts
      : undefined;
  }

  /** Keeps texts. Usage counts even where they cannot be read. */
  private keep(add: (texts: InferenceTexts) => void): void {
    const { texts } = this;
    if (texts === undefined) return;
    try {
      add(texts);
    } catch (error) {
      this.inference.unreadable(error);
    }
  }

  private read(answer: unknown): InferenceAnswer {
    this.keep(({ output }) => addAnswer(output, answer));
    try {
      return readAnswer(this.source, answer);
    } catch (error) {
      // The fields of an object may throw, e.g. of a test double's answer.
      return { error };
    }
  }
}

function watching(
  reader: ChunkReader,
  see: (chunk: unknown) => void,
): ChunkReader {
  const read = (chunk: unknown) => {
    see(chunk);
    return reader(chunk);
  };
  return Object.assign(read, {
    fresh: () => watching(reader.fresh(), see),
    end: (thrown?: unknown) => reader.end(thrown),
  });
}

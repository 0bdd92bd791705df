import type { InferenceAnswer } from '../../accounting/answer.js';
import {
  answerReader,
  type ChunkReader,
  readAnswer,
} from '../../accounting/answer-reader.js';
import type { AnswerSource } from '../../accounting/answer-source.js';
import { addAnswer, addChunk } from '../../accounting/texts/openai-texts.js';
import type { RunningInference } from '../../instrumentation/gen-ai/running-inference.js';

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

  /** The answer is far away, and will have usage: its texts are not kept for so long. */
  forgetRequest(): void {
    this.inference.texts?.input.clear();
  }

  /** @param see is called with each chunk. */
  streamed(
    chunks: AsyncIterable<unknown>,
    see: (chunk: unknown) => void = () => undefined,
  ): AsyncIterable<unknown> {
    const { texts } = this.inference;
    const seen = (chunk: unknown) => {
      see(chunk);
      if (texts !== undefined) addChunk(texts.output, chunk);
    };
    const reader = watching(answerReader(this.source), seen);
    return this.inference.observeStream(chunks, reader);
  }

  private read(answer: unknown): InferenceAnswer {
    try {
      const { texts } = this.inference;
      if (texts !== undefined) addAnswer(texts.output, answer);
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

import type { RunningInference } from '../../instrumentation/gen-ai/running-inference.js';
import {
  answerOf,
  type Generation,
  type Generations,
  modelOf,
} from './answers.js';

/** An inference that LangChain reports. */
export class OpenInference {
  private lastChunk: Generation | undefined = undefined;
  private responseModel: string | undefined = undefined;

  constructor(private readonly inference: RunningInference) {}

  /** @param chunk if LangChain passes it. A handler that was added twice receives it twice. */
  chunk(chunk?: Generation): void {
    if (chunk !== undefined && chunk === this.lastChunk) return;
    this.lastChunk = chunk;
    this.responseModel ??= modelOf(chunk);
    this.inference.chunk();
  }

  /** The model of the first chunk is used: in a message joined from chunks, LangChain concatenates the names. */
  end(answers: Generations): void {
    const { responseModel, usage } = answerOf(answers);
    this.inference.end({
      responseModel: this.responseModel ?? responseModel,
      usage,
    });
  }

  fail(error: unknown): void {
    this.inference.fail(error, { responseModel: this.responseModel });
  }

  discard(): void {
    this.inference.discard();
  }
}

import type { RunningInference } from '../../instrumentation/gen-ai/running-inference.js';
import {
  answerOf,
  type Generation,
  type Generations,
  modelOf,
} from './answers.js';

/** An inference as LangChain tells of it. */
export class OpenInference {
  private lastChunk: Generation | undefined = undefined;
  private responseModel: string | undefined = undefined;

  constructor(private readonly inference: RunningInference) {}

  /** @param chunk what has come, if it is told. A handler that is given twice is told twice. */
  chunk(chunk?: Generation): void {
    if (chunk !== undefined && chunk === this.lastChunk) return;
    this.lastChunk = chunk;
    this.responseModel ??= modelOf(chunk);
    this.inference.chunk();
  }

  /** In the message that LangChain joins from chunks the model's name is repeated, if each of them has it. */
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

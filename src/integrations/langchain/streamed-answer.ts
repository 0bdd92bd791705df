import type { InferenceAnswer } from '../../accounting/answer.js';
import { AnswerReader } from '../../accounting/answer-reader.js';
import { mergeAnswers } from '../../accounting/merge-answers.js';
import { type Generation, partsOf } from './generation.js';
import { plainAnswer } from './plain-answer.js';
import { rawAnswerOf } from './raw-answer.js';

/**
 * What the chunks of a stream say. The message that LangChain joins from them is less exact: it
 * adds up counts that are cumulative, and strings names together.
 */
// Why: docs/decisions/integrations.md, "LangChain: the provider's own usage wins".
export class StreamedAnswer {
  /** What was said so far. */
  answer: InferenceAnswer = {};
  private reader: AnswerReader | undefined = undefined;

  constructor(
    private readonly request: {
      readonly provider: string;
      readonly model: string;
    },
  ) {}

  read(chunk: Generation): void {
    const { provider, model } = this.request;
    const parts = partsOf(chunk);
    this.answer = mergeAnswers(this.answer, plainAnswer(parts));
    const raw = rawAnswerOf(parts, provider);
    if (raw === undefined) return;
    this.reader ??= new AnswerReader({ api: raw.api, provider, model });
    const { isOutput: _unused, ...said } = this.reader.read(raw.answer);
    this.answer = mergeAnswers(this.answer, said);
  }

  /** @param message what the joined message says. */
  joinedWith(message: InferenceAnswer): InferenceAnswer {
    const { usage: _lessExact, ...rest } = message;
    return mergeAnswers(
      this.answer.usage === undefined ? message : rest,
      this.answer,
    );
  }
}

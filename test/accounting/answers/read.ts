import type { InferenceAnswer } from '../../../src/accounting/answer.js';
import {
  answerReader,
  readAnswer,
} from '../../../src/accounting/answer-reader.js';
import type { AnswerSource } from '../../../src/accounting/answer-source.js';
import { mergeAnswers } from '../../../src/accounting/merge-answers.js';

/** Reads a chat completion with this usage. */
export const readChat = (provider: string, usage: object): InferenceAnswer =>
  readAnswer(
    { api: 'chat.completions', provider },
    { choices: [], model: 'm', usage },
  );

/** Reads chunks as `observeStream()` does. */
export const readStream = (
  source: AnswerSource,
  chunks: readonly unknown[],
): InferenceAnswer =>
  chunks.map(answerReader(source)).reduce<InferenceAnswer>(mergeAnswers, {});

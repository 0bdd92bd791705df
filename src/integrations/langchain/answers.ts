import type { InferenceAnswer } from '../../accounting/answer.js';
import { AnswerReader, readAnswer } from '../../accounting/answer-reader.js';
import { type Fields, fieldsOf, text } from '../../accounting/fields.js';
import { mergeAnswers } from '../../accounting/merge-answers.js';
import { chatUsage, hasCounts } from './counts.js';
import { type Generations, partsOf } from './generation.js';
import { plainAnswer } from './plain-answer.js';
import { answerWithUsage, type RawAnswer, rawAnswerOf } from './raw-answer.js';

/** The request that an answer belongs to, and how the answer came. */
export interface AnswerContext {
  readonly provider: string;
  readonly model: string;
  readonly isStream: boolean;
  /** How often the message has each count of the cache: once for each chunk that was joined. */
  readonly cacheRepeats: number;
}

/** Reads the model's answer. Estimates of tokens are ignored. */
export function answerOf(
  { generations = [], llmOutput }: Generations,
  context: AnswerContext,
): InferenceAnswer {
  // If one prompt has several answers, each answer reports the tokens of all.
  const all = generations.flat().map(partsOf);
  const parts = all.find(({ counts }) => hasCounts(counts)) ?? all[0];
  const output = fieldsOf(llmOutput);
  const beside = fieldsOf(output['tokenUsage']);
  const counts =
    parts && hasCounts(parts.counts) ? parts.counts : renamed(beside);
  const raw =
    (parts && rawAnswerOf(parts, context.provider)) ?? answerWithUsage(beside);
  const told = raw === undefined ? {} : read(raw, context);
  return [
    { responseModel: text(output['model_name']) },
    told.usage === undefined ? answerOfCounts(counts, context) : {},
    told,
    parts === undefined ? {} : plainAnswer(parts),
  ].reduce(mergeAnswers);
}

function answerOfCounts(
  counts: Fields,
  { provider, cacheRepeats }: AnswerContext,
): InferenceAnswer {
  if (!hasCounts(counts)) return {};
  const usage = chatUsage(counts, cacheRepeats);
  return readAnswer(
    { api: 'chat.completions', provider },
    { choices: [], usage },
  );
}

function read(
  { api, answer }: RawAnswer,
  { provider, model, isStream }: AnswerContext,
): InferenceAnswer {
  const source = { api, provider, model };
  return isStream
    ? new AnswerReader(source).read(answer)
    : readAnswer(source, answer);
}

/** Counts beside the message have names of their own. */
function renamed({
  promptTokens,
  completionTokens,
  totalTokens,
}: Fields): Fields {
  return {
    input_tokens: promptTokens,
    output_tokens: completionTokens,
    total_tokens: totalTokens,
  };
}

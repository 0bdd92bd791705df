import type { AnswerApi } from '../../accounting/answer-source.js';
import { type Fields, fieldsOf, isFields } from '../../accounting/fields.js';
import { anthropicUsage, responsesUsage } from './counts.js';
import type { GenerationParts } from './generation.js';

/** What a provider answered, as far as LangChain's message still has it. */
export interface RawAnswer {
  readonly api: AnswerApi;
  readonly answer: Fields;
}

/**
 * Finds the provider's own usage in an answer, or in a chunk of one: LangChain's counts do not have all of it.
 *
 * @returns `undefined` if the message has LangChain's counts only.
 */
// Why: docs/decisions/integrations.md, "LangChain: the provider's own usage wins".
export function rawAnswerOf(
  { metadata, extra, counts }: GenerationParts,
  provider: string,
): RawAnswer | undefined {
  const { __raw_response: raw } = extra;
  if (isFields(raw)) return { api: 'chat.completions', answer: raw };
  if (metadata['object'] === 'response') {
    const usage = metadata['usage'] ?? responsesUsage(counts);
    return { api: 'responses', answer: { ...metadata, usage } };
  }
  if (isFields(fieldsOf(metadata['metadata'])['usage'])) {
    return { api: 'bedrock.converse', answer: metadata };
  }
  if ('eval_count' in metadata || 'prompt_eval_count' in metadata) {
    return { api: 'ollama.chat', answer: metadata };
  }
  const usage = fieldsOf(metadata['usage']);
  return provider === 'anthropic'
    ? anthropicAnswer(usage, counts)
    : answerWithUsage(usage, metadata);
}

function anthropicAnswer(usage: Fields, counts: Fields): RawAnswer | undefined {
  const isTold = [usage, counts].some((one) => 'input_tokens' in one);
  return isTold
    ? {
        api: 'anthropic.messages',
        answer: { content: [], usage: anthropicUsage(usage, counts) },
      }
    : undefined;
}

/** The names of the counts tell the API. */
export function answerWithUsage(
  usage: Fields,
  metadata: Fields = {},
): RawAnswer | undefined {
  if ('prompt_tokens' in usage || 'completion_tokens' in usage) {
    return { api: 'chat.completions', answer: { choices: [], usage } };
  }
  if ('inputTokens' in usage || 'outputTokens' in usage) {
    return { api: 'bedrock.converse', answer: { ...metadata, usage } };
  }
  if ('promptTokenCount' in usage) {
    return {
      api: 'gemini.generate_content',
      answer: { usageMetadata: usage },
    };
  }
  return undefined;
}

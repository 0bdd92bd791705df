import type { TokenUsage } from '../../accounting/usage.js';
import type { ResolvedAnswer } from './answers.js';

/** A chat completion, as the API sends it. */
export function chatCompletion({ text, model, usage }: ResolvedAnswer) {
  return {
    ...header('chat.completion', model),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text, refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    ...(usage && { usage: chatUsage(usage) }),
  };
}

/** The chunk of a streamed completion with a part of its text. */
export function chatChunk({ model }: ResolvedAnswer, content: string) {
  return {
    ...header('chat.completion.chunk', model),
    choices: [delta(content)],
  };
}

/** What follows the last text: the end, and the usage if the request asks for it. */
export function chatEnd(
  { model, usage }: ResolvedAnswer,
  request: { readonly stream_options?: { readonly include_usage?: unknown } },
): object[] {
  const chunk = header('chat.completion.chunk', model);
  const end = {
    ...chunk,
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
  };
  if (request.stream_options?.include_usage !== true || usage === undefined) {
    return [end];
  }
  return [end, { ...chunk, choices: [], usage: chatUsage(usage) }];
}

function header(object: string, model: string) {
  return { id: 'chatcmpl-fake', object, created: 0, model };
}

function delta(content: string) {
  return {
    index: 0,
    delta: { role: 'assistant', content },
    finish_reason: null,
  };
}

function chatUsage(usage: TokenUsage) {
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  };
}

import type { TokenUsage } from '../../accounting/usage.js';
import type { ResolvedAnswer, ResolvedToolCall } from './answers.js';

/** A chat completion, as the API sends it. */
export function chatCompletion(answer: ResolvedAnswer) {
  const { model, finishReason, usage } = answer;
  return {
    ...header('chat.completion', model),
    choices: [
      {
        index: 0,
        message: chatMessage(answer),
        finish_reason: finishReason,
        logprobs: null,
      },
    ],
    ...(usage && { usage: chatUsage(usage) }),
  };
}

/** The parts of a streamed completion, with the chunks of each: those of its text, and its tool calls. */
export function chatParts({ model, chunks, toolCalls }: ResolvedAnswer) {
  const deltas = [
    ...chunks.map((content) => [{ role: 'assistant', content }]),
    ...toolCalls.map(toolCallDeltas),
  ];
  const chunkOf = (delta: object) => ({
    ...header('chat.completion.chunk', model),
    choices: [{ index: 0, delta, finish_reason: null }],
  });
  return deltas.map((part) => part.map(chunkOf));
}

/** What follows the last chunk: the end, and the usage if the request asks for it. */
export function chatEnd(
  { model, finishReason, usage }: ResolvedAnswer,
  request: { readonly stream_options?: { readonly include_usage?: unknown } },
): object[] {
  const chunk = header('chat.completion.chunk', model);
  const end = {
    ...chunk,
    choices: [{ index: 0, delta: {}, finish_reason: finishReason }],
  };
  if (request.stream_options?.include_usage !== true || usage === undefined) {
    return [end];
  }
  return [end, { ...chunk, choices: [], usage: chatUsage(usage) }];
}

function header(object: string, model: string) {
  return { id: 'chatcmpl-fake', object, created: 0, model };
}

function chatMessage({ text, toolCalls }: ResolvedAnswer) {
  const message = { role: 'assistant', content: text, refusal: null };
  if (toolCalls.length === 0) return message;
  const tool_calls = toolCalls.map(toolCallOf);
  return { ...message, content: text === '' ? null : text, tool_calls };
}

function toolCallOf({ id, name, arguments: text }: ResolvedToolCall) {
  return { id, type: 'function', function: { name, arguments: text } };
}

/** The API sends the name of a tool first, and its arguments in parts. */
function toolCallDeltas(call: ResolvedToolCall, index: number) {
  const start = toolCallOf({ ...call, arguments: '' });
  const rest = { arguments: call.arguments };
  return [
    { role: 'assistant', tool_calls: [{ index, ...start }] },
    { tool_calls: [{ index, function: rest }] },
  ];
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

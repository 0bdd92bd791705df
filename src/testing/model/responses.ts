import type { TokenUsage } from '../../accounting/usage.js';
import type { ResolvedAnswer } from './answers.js';

/** A response of the Responses API. */
export function modelResponse(answer: ResolvedAnswer) {
  const { text, usage } = answer;
  const content = [{ type: 'output_text', text, annotations: [] }];
  return {
    ...begun(answer, 'completed'),
    output: [
      {
        type: 'message',
        id: 'msg-fake',
        role: 'assistant',
        status: 'completed',
        content,
      },
    ],
    output_text: text,
    ...(usage && { usage: responseUsage(usage) }),
  };
}

/** The event that begins a streamed response. */
export function responseCreated(answer: ResolvedAnswer) {
  return { type: 'response.created', response: begun(answer, 'in_progress') };
}

/** The event with a part of the text of a streamed response. */
export function responseDelta(_answer: ResolvedAnswer, delta: string) {
  return {
    type: 'response.output_text.delta',
    item_id: 'msg-fake',
    output_index: 0,
    content_index: 0,
    delta,
  };
}

/** The event that ends a streamed response. */
export function responseCompleted(answer: ResolvedAnswer): object[] {
  return [{ type: 'response.completed', response: modelResponse(answer) }];
}

function begun({ model }: ResolvedAnswer, status: string) {
  const object = 'response';
  return {
    id: 'resp-fake',
    object,
    created_at: 0,
    model,
    status,
    error: null,
    output: [] as object[],
  };
}

function responseUsage(usage: TokenUsage) {
  const { inputTokens = 0, outputTokens = 0 } = usage;
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    input_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  };
}

import type { TokenUsage } from '../../accounting/usage.js';
import type {
  FakeFinishReason,
  ResolvedAnswer,
  ResolvedToolCall,
} from './answers.js';

/** Why a response is incomplete. Another one is complete. */
const INCOMPLETE: Partial<Record<FakeFinishReason, string>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

/** A response of the Responses API. */
export function modelResponse(answer: ResolvedAnswer) {
  const { text, finishReason, usage } = answer;
  const reason = INCOMPLETE[finishReason];
  return {
    ...begun(answer, reason === undefined ? 'completed' : 'incomplete'),
    incomplete_details: reason === undefined ? null : { reason },
    output: outputOf(answer),
    output_text: text,
    ...(usage && { usage: responseUsage(usage) }),
  };
}

/** The event that begins a streamed response. */
export function responseCreated(answer: ResolvedAnswer) {
  return { type: 'response.created', response: begun(answer, 'in_progress') };
}

/** The parts of a streamed response, with the events of each: the chunks of its text, and its tool calls. */
export function responseParts(answer: ResolvedAnswer): object[][] {
  const texts = answer.chunks.map((chunk) => [textEvent('delta', chunk)]);
  texts[0]?.unshift(...messageStart());
  texts.at(-1)?.push(...messageEnd(answer));
  const before = hasMessage(answer) ? 1 : 0;
  const calls = answer.toolCalls.map((call, i) =>
    toolCallEvents(call, before + i),
  );
  return [...texts, ...calls];
}

/** The event that ends a streamed response. */
export function responseEnd(answer: ResolvedAnswer): object[] {
  const response = modelResponse(answer);
  return [{ type: `response.${response.status}`, response }];
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

function outputOf(answer: ResolvedAnswer): object[] {
  const calls = answer.toolCalls.map((call) => functionCall(call, 'completed'));
  return hasMessage(answer)
    ? [messageOf([textPart(answer.text)], 'completed'), ...calls]
    : calls;
}

/** A model that asks for tools need not say anything. */
function hasMessage({ chunks, toolCalls }: ResolvedAnswer): boolean {
  return chunks.length > 0 || toolCalls.length === 0;
}

const MESSAGE = { item_id: 'msg-fake', output_index: 0, content_index: 0 };

function messageOf(content: object[], status: string) {
  const role = 'assistant';
  return { type: 'message', id: MESSAGE.item_id, role, status, content };
}

const textPart = (text: string) => ({
  type: 'output_text',
  text,
  annotations: [],
});

function textEvent(step: 'delta' | 'done', text: string): object {
  const type = `response.output_text.${step}`;
  return { type, ...MESSAGE, [step === 'delta' ? 'delta' : 'text']: text };
}

function messageStart(): object[] {
  const part = textPart('');
  return [
    itemEvent('added', 0, messageOf([], 'in_progress')),
    { type: 'response.content_part.added', ...MESSAGE, part },
  ];
}

function messageEnd({ text }: ResolvedAnswer): object[] {
  const part = textPart(text);
  return [
    textEvent('done', text),
    { type: 'response.content_part.done', ...MESSAGE, part },
    itemEvent('done', 0, messageOf([part], 'completed')),
  ];
}

function itemEvent(step: 'added' | 'done', output_index: number, item: object) {
  return { type: `response.output_item.${step}`, output_index, item };
}

function functionCall(
  { id, name, arguments: text }: ResolvedToolCall,
  status: string,
) {
  const type = 'function_call';
  return { type, id: `fc-${id}`, call_id: id, name, arguments: text, status };
}

function toolCallEvents(call: ResolvedToolCall, output_index: number) {
  const { name, arguments: text } = call;
  const start = functionCall({ ...call, arguments: '' }, 'in_progress');
  const place = { item_id: start.id, output_index };
  const type = 'response.function_call_arguments';
  return [
    itemEvent('added', output_index, start),
    { type: `${type}.delta`, ...place, delta: text },
    { type: `${type}.done`, ...place, name, arguments: text },
    itemEvent('done', output_index, functionCall(call, 'completed')),
  ];
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

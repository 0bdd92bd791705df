import { describe, expect, test } from 'vitest';
import { AnswerReader } from '../../src/accounting/answer-reader.js';
import type { AnswerApi } from '../../src/accounting/answer-source.js';

const isOutput = (api: AnswerApi, chunk: unknown) =>
  new AnswerReader({ api, provider: 'p' }).read(chunk).isOutput;

const chat = (delta: object) =>
  [
    'chat.completions',
    { choices: [{ index: 0, delta, finish_reason: null }] },
  ] as const;
const anthropic = (delta: object) =>
  ['anthropic.messages', { type: 'content_block_delta', delta }] as const;
const block = (content_block: object) =>
  [
    'anthropic.messages',
    { type: 'content_block_start', content_block },
  ] as const;
const gemini = (...parts: object[]) =>
  [
    'gemini.generate_content',
    { candidates: [{ content: { parts } }] },
  ] as const;
const bedrock = (delta: object) =>
  ['bedrock.converse', { contentBlockDelta: { delta } }] as const;

describe('the first output of a stream', () => {
  test.each<readonly [AnswerApi, object]>([
    chat({ content: 'Hi' }),
    chat({ content: ' ' }),
    chat({ content: [{ type: 'thinking' }] }),
    chat({ reasoning_content: 'Hm' }),
    chat({ reasoning: 'Hm' }),
    chat({ refusal: 'No' }),
    chat({
      tool_calls: [{ index: 0, function: { name: 'f', arguments: '' } }],
    }),
    chat({ function_call: { name: 'f' } }),
    chat({ audio: { id: 'a', data: 'AAA=' } }),
    chat({ audio: { transcript: 'Hi' } }),
    ['completions', { choices: [{ text: 'Hi' }] }],
    ['responses', { type: 'response.output_text.delta', delta: 'Hi' }],
    [
      'responses',
      { type: 'response.reasoning_summary_text.delta', delta: 'Hm' },
    ],
    ['responses', { type: 'response.refusal.delta', delta: 'No' }],
    [
      'responses',
      { type: 'response.function_call_arguments.delta', delta: '{' },
    ],
    [
      'responses',
      {
        type: 'response.output_item.added',
        item: { type: 'function_call', name: 'f' },
      },
    ],
    [
      'responses',
      {
        type: 'response.image_generation_call.partial_image',
        partial_image_b64: 'aGk=',
      },
    ],
    ['images', { type: 'image_generation.partial_image', b64_json: 'aGk=' }],
    anthropic({ type: 'text_delta', text: 'Hi' }),
    anthropic({ type: 'thinking_delta', thinking: 'Hm' }),
    anthropic({ type: 'input_json_delta', partial_json: '{' }),
    block({ type: 'tool_use', name: 'f' }),
    block({ type: 'server_tool_use', name: 'web_search' }),
    block({ type: 'redacted_thinking', data: 'x' }),
    gemini({ text: 'Hi' }),
    gemini({ text: 'Hm', thought: true }),
    gemini({ text: '' }, { functionCall: { name: 'f' } }),
    bedrock({ text: 'Hi' }),
    bedrock({ reasoningContent: { text: 'Hm' } }),
    [
      'bedrock.converse',
      { contentBlockStart: { start: { toolUse: { name: 'f' } } } },
    ],
    [
      'cohere.chat',
      {
        type: 'content-delta',
        delta: { message: { content: { text: 'Hi' } } },
      },
    ],
    [
      'cohere.chat',
      { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I' } } },
    ],
    ['ollama.chat', { model: 'm', message: { content: 'Hi' } }],
    ['ollama.chat', { model: 'm', message: { content: '', thinking: 'Hm' } }],
    ['ollama.generate', { model: 'm', response: 'Hi' }],
  ])(
    'text, reasoning, a refusal, a tool call and audio are output: %s %j',
    (api, chunk) => {
      expect(isOutput(api, chunk)).toBe(true);
    },
  );

  test.each<readonly [AnswerApi, unknown]>([
    chat({ role: 'assistant', content: '' }),
    chat({ role: 'assistant', content: null, reasoning_content: '' }),
    chat({ tool_calls: [], refusal: null, audio: { id: 'a' } }),
    chat({}),
    [
      'chat.completions',
      { choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
    ],
    ['chat.completions', { choices: [], usage: { prompt_tokens: 1 } }],
    [
      'chat.completions',
      {
        choices: [
          { index: 0, finish_reason: null, content_filter_results: {} },
        ],
      },
    ],
    ['responses', { type: 'response.created', response: { output: [] } }],
    [
      'responses',
      { type: 'response.output_item.added', item: { type: 'message' } },
    ],
    ['responses', { type: 'response.content_part.added', part: { text: '' } }],
    ['responses', { type: 'response.output_text.delta', delta: '' }],
    ['responses', { type: 'response.output_text.done', text: 'Hi' }],
    [
      'responses',
      {
        type: 'response.completed',
        response: { output: [{ type: 'message' }] },
      },
    ],
    ['responses', { type: 'response.web_search_call.searching' }],
    ['anthropic.messages', { type: 'message_start', message: { content: [] } }],
    ['anthropic.messages', { type: 'ping' }],
    block({ type: 'text', text: '' }),
    anthropic({ type: 'signature_delta', signature: 'x' }),
    anthropic({ type: 'input_json_delta', partial_json: '' }),
    gemini({ text: '' }),
    ['gemini.generate_content', { usageMetadata: { promptTokenCount: 1 } }],
    ['bedrock.converse', { messageStart: { role: 'assistant' } }],
    ['bedrock.converse', { metadata: { usage: {} } }],
    [
      'cohere.chat',
      { type: 'message-start', delta: { message: { content: [] } } },
    ],
    ['cohere.chat', { type: 'message-end', delta: { usage: {} } }],
    ['ollama.chat', { model: 'm', message: { content: '' }, done: true }],
    ['chat.completions', 'Hi'],
    ['chat.completions', { error: { code: 500 } }],
  ])(
    'a role without content, filter results, usage and events are no output: %s %j',
    (api, chunk) => {
      expect(isOutput(api, chunk)).toBe(false);
    },
  );
});

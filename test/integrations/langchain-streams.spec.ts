import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { AgentMetrics } from '../../src/index.js';
import { AgentMetricsHandler } from '../../src/integrations/langchain/index.js';
import { makeCollector, samplesOf } from '../support/collector.js';
import { core0, core1, type LangChainCore } from './support/langchain-core.js';
import { type MadeMessage, messageModel } from './support/message-model.js';
import { observe, play } from './support/observed.js';
import { scriptedModel } from './support/scripted-model.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

const COUNT = 'gen_ai_client_inference_duration_seconds_count';
const FIRST = 'gen_ai_client_inference_time_to_first_chunk_seconds_count';
const LATER = 'gen_ai_client_inference_time_per_output_chunk_seconds_count';
const OUTPUT = 'gen_ai_client_inference_usage_output_tokens_total';
const FINISHES = 'agent_inference_finishes_total';

const openAi = { ls_provider: 'openai', ls_model_name: 'gpt-5-mini' };
const claude = { ls_provider: 'anthropic', ls_model_name: 'claude-sonnet-4-6' };

/** Chunks as ChatOpenAI makes them: the model and the tier are beside the last message. */
const openAiChunks = (...output: MadeMessage[]): MadeMessage[] => [
  { response_metadata: { usage: {} } },
  ...output,
  {
    generationInfo: {
      finish_reason: 'stop',
      model_name: 'gpt-5-mini-2025-08-07',
      service_tier: 'flex',
    },
  },
  {
    response_metadata: {
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    },
    usage_metadata: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
  },
];

/** Chunks as ChatAnthropic makes them: the model and the input are in the first one. */
const claudeChunks = (...output: MadeMessage[]): MadeMessage[] => [
  {
    additional_kwargs: { model: 'claude-sonnet-4-6-1' },
    usage_metadata: { input_tokens: 100, output_tokens: 2, total_tokens: 102 },
    response_metadata: { model_provider: 'anthropic', usage: {} },
  },
  ...output,
  {
    additional_kwargs: { stop_reason: 'end_turn' },
    usage_metadata: { input_tokens: 0, output_tokens: 10, total_tokens: 10 },
  },
];

const answered = (model: string) =>
  expect.stringContaining(`gen_ai_response_model="${model}"} 1`);

/** Asks a model for a stream, and reads it to its end. */
async function stream(
  core: LangChainCore,
  request: typeof openAi,
  messages: readonly MadeMessage[],
  error?: Error,
) {
  const seen = observe();
  const { callbacks } = seen;
  const made = { isStream: true, messages, ...(error && { error }) };
  const model = messageModel(core, request, made);
  const read = play(async () => {
    for await (const _ of await model.stream('Hi', { callbacks }));
  });
  await read.catch((thrown: unknown) => expect(thrown).toBe(error));
  return seen;
}

describe.each([
  ['LangChain 1', core1],
  ['LangChain 0.3', core0],
])('a stream of %s', (_version, core) => {
  const text = { content: 'Hi' };

  test.each([
    ['OpenAI', openAi, openAiChunks(text), 'gpt-5-mini-2025-08-07'],
    ['Anthropic', claude, claudeChunks(text), 'claude-sonnet-4-6-1'],
  ])(
    'a stream of a model of %s is recorded once, with the model that answered and its tokens',
    async (_provider, request, chunks, model) => {
      const { totals, warnings } = await stream(core, request, chunks);
      expect(await totals(COUNT)).toEqual([answered(model)]);
      expect(await totals(OUTPUT)).toEqual([expect.stringMatching(/ 10$/)]);
      expect(await totals(FINISHES)).toEqual([
        expect.stringContaining('finish_reason="stop"'),
      ]);
      expect(warnings).toEqual([]);
    },
  );

  test.each<[string, MadeMessage]>([
    ['a text', { content: 'Hi' }],
    ['a text in a part', { content: [{ type: 'text', text: 'Hi' }] }],
    ['thinking', { content: [{ type: 'thinking', thinking: 'Hm' }] }],
    ['reasoning', { additional_kwargs: { reasoning_content: 'Hm' } }],
    ['a call of a tool', { tool_call_chunks: [{ name: 'search', args: '' }] }],
    ['arguments of a call', { tool_call_chunks: [{ args: '{' }] }],
    ['audio', { additional_kwargs: { audio: { data: 'AA' } } }],
  ])(
    'the first chunk of a stream is the first one with output, e.g. with %s',
    async (_what, output) => {
      const empty = { content: '' };
      const signature = { content: [{ type: 'thinking', signature: 's' }] };
      const id = { additional_kwargs: { audio: { id: 'a' } } };
      const chunks = openAiChunks(empty, signature, id, output);
      const { totals } = await stream(core, openAi, chunks);
      expect(await totals(FIRST)).toEqual([expect.stringMatching(/ 1$/)]);
      expect(await totals(LATER)).toEqual([]);
    },
  );

  test('a stream without any output has no first chunk', async () => {
    const { totals } = await stream(core, openAi, openAiChunks());
    expect(await totals(COUNT)).toHaveLength(1);
    expect(await totals(FIRST)).toEqual([]);
  });

  test('a stream that breaks has the model and a lower bound of the tokens that were reported', async () => {
    const chunks = claudeChunks(text).slice(0, -1);
    const error = new TypeError('broken');
    const { totals } = await stream(core, claude, chunks, error);
    expect(await totals(COUNT)).toEqual([
      expect.stringMatching(/"TypeError".*claude-sonnet-4-6-1"\} 1$/),
    ]);
    expect(await totals(OUTPUT)).toEqual([expect.stringMatching(/ 2$/)]);
    expect(await totals('agent_inferences_partial_usage_total')).toHaveLength(
      1,
    );
  });

  test('a stream with odd counts is recorded without these, which are counted', async () => {
    const usage = { prompt_tokens: 10.5, completion_tokens: 10 };
    const chunks = [text, { response_metadata: { usage } }];
    const { totals, warnings } = await stream(core, openAi, chunks);
    expect(await totals(COUNT)).toHaveLength(1);
    expect(await totals(OUTPUT)).toEqual([expect.stringMatching(/ 10$/)]);
    expect(warnings).toEqual([
      expect.stringContaining('has 10.5 as prompt_tokens; expected a whole'),
    ]);
  });
});

describe('an agent whose model streams', () => {
  const search = tool(() => 'found', {
    name: 'search',
    description: 'Searches.',
    schema: z.object({ query: z.string() }),
  });
  const input = { messages: [new HumanMessage('Hi')] };

  const MODES = ['messages', 'updates', 'values', 'custom', 'debug'] as const;

  test.each(['streamEvents', ...MODES])(
    'an agent whose model streams has each inference once, with the model that answered: %s',
    async (mode) => {
      const { callbacks, totals } = observe();
      const chunks = openAiChunks({ content: 'Hi' });
      const llm = messageModel(core1, openAi, {
        isStream: true,
        messages: chunks,
      });
      const agent = createReactAgent({ llm, tools: [search], name: 'Helper' });
      const config = { callbacks, version: 'v2' as const };
      await play(async () => {
        const events =
          mode === 'streamEvents'
            ? agent.streamEvents(input, config)
            : await agent.stream(input, {
                callbacks,
                streamMode: mode as (typeof MODES)[number],
              });
        for await (const _ of events);
      });
      const isStreamed = ['messages', 'streamEvents'].includes(mode);
      expect(await totals(COUNT)).toEqual(
        isStreamed
          ? [answered('gpt-5-mini-2025-08-07')]
          : [expect.stringMatching(/ 1$/)],
      );
      expect(await totals('gen_ai_invoke_agent_inference_calls_sum')).toEqual([
        'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Helper"} 1',
      ]);
    },
  );
});

describe('the requested model', () => {
  const params = { invocation_params: { model: 'gpt-3.5-turbo' } };
  const metadata = { ls_provider: 'azure', ls_model_name: 'gpt-3.5-turbo' };

  test.each([
    ['the deployment', { deployment_name: 'prod-chat' }, 'prod-chat'],
    ['the class', {}, 'AzureChatOpenAI'],
    [
      'the default, if the app gave it',
      { model: 'gpt-3.5-turbo' },
      'gpt-3.5-turbo',
    ],
    ['what LangChain tells, if it hides the rest', undefined, 'gpt-3.5-turbo'],
  ])(
    "LangChain's default model is not the requested one; that is %s",
    async (_what, kwargs, expected) => {
      const { handler, totals } = observe();
      const model = { id: ['AzureChatOpenAI'], ...(kwargs && { kwargs }) };
      handler.handleChatModelStart(
        model,
        [],
        '1',
        undefined,
        params,
        [],
        metadata,
      );
      handler.handleLLMEnd({}, '1');
      expect(await totals(COUNT)).toEqual([
        expect.stringContaining(`gen_ai_request_model="${expected}"} 1`),
      ]);
    },
  );
});

test('an answer in which LangChain finds nothing is a failure', async () => {
  const { handler, totals } = observe();
  handler.handleChatModelStart({ id: ['ChatAcme'] }, [], '1');
  handler.handleLLMEnd({ generations: [[]] }, '1');
  expect(await totals(COUNT)).toEqual([
    expect.stringContaining('error_type="UnreadableAnswerError"'),
  ]);
});

test('a count of the cache that each chunk of Gemini has again is not added up', async () => {
  const usage = (input_tokens: number, output_tokens: number) => ({
    input_tokens,
    output_tokens,
    total_tokens: input_tokens + output_tokens,
    input_token_details: { cache_read: 80 },
  });
  const chunks = [usage(100, 2), usage(0, 3), usage(0, 5)].map(
    (usage_metadata) => ({
      content: 'Hi',
      usage_metadata,
      reported: 'text' as const,
    }),
  );
  const gemini = {
    ls_provider: 'google_genai',
    ls_model_name: 'gemini-2.5-pro',
  };
  const { totals } = await stream(core1, gemini, chunks);
  const cached = 'gen_ai_client_inference_usage_cache_read_input_tokens_total';
  expect(await totals(cached)).toEqual([expect.stringMatching(/ 80$/)]);
  expect(await totals(OUTPUT)).toEqual([expect.stringMatching(/ 10$/)]);
});

test('inferences and tool calls of an agent have the labels of the context around it', async () => {
  const { collector, warnings } = makeCollector();
  const metrics = new AgentMetrics(collector, { contextLabels: ['tenant'] });
  const callbacks = [new AgentMetricsHandler(metrics)];
  const search = tool(() => 'found', {
    name: 'search',
    description: 'Searches.',
    schema: z.object({ query: z.string() }),
  });
  const llm = scriptedModel(core1, [
    { toolCalls: [{ name: 'search', args: { query: 'x' }, id: '1' }] },
    { text: 'Done' },
  ]);
  const agent = createReactAgent({ llm, tools: [search], name: 'Helper' });
  const input = { messages: [new HumanMessage('Hi')] };
  await metrics.withLabels({ tenant: 'acme' }, () =>
    agent.invoke(input, { callbacks }),
  );
  const page = await collector.metrics();
  for (const name of [COUNT, 'gen_ai_execute_tool_duration_seconds_count']) {
    expect(samplesOf(page, name)).toEqual([
      expect.stringContaining('tenant="acme"'),
    ]);
  }
  expect(warnings).toEqual([]);
});

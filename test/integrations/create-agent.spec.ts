import { ChatAnthropic } from '@langchain/anthropic';
import { tool } from '@langchain/core/tools';
import { AzureChatOpenAI, ChatOpenAI } from '@langchain/openai';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AgentMetrics } from '../../src/index.js';
import { AgentMetricsHandler } from '../../src/integrations/langchain/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { serveOpenAi } from '../sample/openai-server.js';
import { makeCollector } from '../support/collector.js';
import {
  chatChunk,
  chatCompletion,
  type Exchange,
  exchange,
  LAST_CHUNK,
  toolCalls,
  USAGE_CHUNK,
} from './openai-api.js';
import { claudeEvents, claudeMessage } from './support/claude.js';
import {
  createAgent,
  type LangChainAgent,
  modelFallbackMiddleware,
  modelRetryMiddleware,
  summarizationMiddleware,
} from './support/langchain-agents.mjs';

/** The name that LangChain fills in for a model that is not given has a price of its own. */
const PRICES = {
  currency: 'USD',
  models: [
    { model: 'gpt-4o-2026', input: 2.5, output: 10 },
    { model: 'claude-2026', input: 3, output: 15 },
    { model: 'gpt-3.5-turbo', input: 0.5, output: 1.5 },
  ],
};

const search = tool(async ({ query }) => `found ${query}`, {
  name: 'search',
  description: 'Searches.',
  schema: z.object({ query: z.string() }),
});

const QUESTION = { messages: [{ role: 'user', content: 'Rain?' }] };

/** Answers a chat: with a call of the tool, until it has its result. */
function chat(request: Exchange): void {
  const { stream, messages } = request.body;
  const hasResult = messages.some(({ role }: any) => role === 'tool');
  const message = hasResult ? { content: 'Yes.' } : toolCalls('search');
  if (!stream) return request.json(chatCompletion(message));
  // Azure begins with the results of its filters, without a model.
  request.chunk({ ...chatChunk(''), model: '', choices: [] });
  const choices = [{ index: 0, delta: deltaOf(message) }];
  request.chunk(chatChunk('', { choices }));
  request.chunk(LAST_CHUNK);
  request.chunk(USAGE_CHUNK);
  request.done();
}

function deltaOf(message: any) {
  const tool_calls = message.tool_calls?.map((call: object, index: number) => ({
    index,
    ...call,
  }));
  return { role: 'assistant', ...message, ...(tool_calls && { tool_calls }) };
}

/** Answers a request of Anthropic's API as {@link chat} does. */
function claude(request: Exchange): void {
  const { stream, messages } = request.body;
  const isLast = JSON.stringify(messages).includes('tool_result');
  if (!stream) return request.json(claudeMessage(isLast));
  for (const event of claudeEvents(isLast)) request.chunk(event);
  request.end();
}

const openAi = (url: string, model?: string) =>
  new ChatOpenAI({
    apiKey: 'k',
    maxRetries: 0,
    configuration: { baseURL: url },
    ...(model !== undefined && { model }),
  });

const azure = (url: string) =>
  new AzureChatOpenAI({
    model: 'our-deployment',
    azureOpenAIApiKey: 'k',
    azureOpenAIApiDeploymentName: 'our-deployment',
    azureOpenAIApiVersion: '2026-01-01',
    azureOpenAIBasePath: `${url}/openai/deployments`,
  });

const anthropic = (url: string) =>
  new ChatAnthropic({
    model: 'claude-2026',
    apiKey: 'k',
    anthropicApiUrl: url.replace(/\/v1$/, ''),
  });

/** A server, and what a handler records of agents that ask it. */
async function start(answer: (request: Exchange) => void) {
  const url = await serveOpenAi((response, request, body) =>
    answer(exchange(response, request, body)),
  );
  const { collector, warnings } = makeCollector();
  const agents = new AgentMetrics(collector, { prices: PRICES });
  const config = { callbacks: [new AgentMetricsHandler(agents)] };
  return { url, config, warnings, metrics: metricsOf(collector) };
}

const INFERENCES = 'gen_ai_client_inference_duration_seconds';
const INPUT = 'gen_ai_client_inference_usage_input_tokens_total';
const OUTPUT = 'gen_ai_client_inference_usage_output_tokens_total';
const CALLS = 'gen_ai_invoke_agent_inference_calls';

type Ask = (agent: LangChainAgent, config: object) => Promise<unknown>;

const STREAM_MODES = [
  'values',
  'updates',
  'messages',
  'custom',
  'debug',
] as const;

const streaming =
  (streamMode: string | readonly string[]): Ask =>
  async (agent, config) =>
    drain(await agent.stream(QUESTION, { ...config, streamMode }));

const WAYS: readonly (readonly [string, Ask])[] = [
  ['invoke()', (agent, config) => agent.invoke(QUESTION, config)],
  ...STREAM_MODES.map(
    (mode) => [`stream() of ${mode}`, streaming(mode)] as const,
  ),
  ['stream() in all modes at once', streaming(STREAM_MODES)],
  [
    'streamEvents() of version 2',
    (agent, config) =>
      drain(agent.streamEvents(QUESTION, { ...config, version: 'v2' })),
  ],
];

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _part of stream);
}

describe.each([
  ['ChatOpenAI without a model', chat, openAi, 'gpt-4o-2026', 0.0009],
  ['AzureChatOpenAI', chat, azure, 'gpt-4o-2026', 0.0009],
  ['ChatAnthropic', claude, anthropic, 'claude-2026', 0.0012],
] as const)('createAgent() with %s', (_, answer, modelOf, model, cost) => {
  test.each(WAYS)(
    'an agent is one run with the tokens and the cost of the model that answered: %s',
    async (_way, ask) => {
      const { url, config, metrics, warnings } = await start(answer);
      const tools = [search];
      const name = 'Weather';
      await ask(createAgent({ model: modelOf(url), tools, name }), config);
      const answered = { gen_ai_response_model: model };
      expect(metrics.histogram(CALLS)).toMatchObject({ count: 1, sum: 2 });
      expect(metrics).toHaveMetric('gen_ai_invoke_agent_tool_calls', {}, 1);
      expect(metrics).toHaveMetric(INFERENCES, answered, 2);
      expect(metrics).toHaveMetric(INPUT, { ...answered, agent: name }, 200);
      expect(metrics).toHaveMetric(OUTPUT, { ...answered, agent: name }, 40);
      const paid = metrics.value('agent_cost_total', { agent: name, model });
      expect(paid).toBeCloseTo(cost, 12);
      expect(warnings).toEqual([]);
    },
  );
});

describe('middleware of createAgent()', () => {
  /** The name that LangChain gives to a status of 429. */
  const RATE_LIMIT = { error_type: 'RateLimitCapacityError' };

  /** Refuses the first requests. */
  const refusing = (count: number) => {
    let left = count;
    return (request: Exchange) =>
      left-- > 0 ? request.refuse(429) : chat(request);
  };

  test('each attempt of a model that is asked again is an inference of the run, and only answers cost', async () => {
    const { url, config, metrics, warnings } = await start(refusing(2));
    const agent = createAgent({
      model: openAi(url),
      tools: [search],
      name: 'Weather',
      middleware: [modelRetryMiddleware({ maxRetries: 3, initialDelayMs: 1 })],
    });
    await agent.invoke(QUESTION, config);
    expect(metrics.histogram(CALLS)).toMatchObject({ count: 1, sum: 4 });
    expect(metrics).toHaveMetric(INFERENCES, RATE_LIMIT, 2);
    expect(metrics).toHaveMetric(INPUT, { agent: 'Weather' }, 200);
    expect(metrics.value('agent_cost_total')).toBeCloseTo(0.0009, 12);
    expect(warnings).toEqual([]);
  });

  test('a model that takes over from another one has its own inferences in the run', async () => {
    const { url, config, metrics, warnings } = await start(refusing(1));
    const agent = createAgent({
      model: openAi(url, 'gpt-4o'),
      tools: [search],
      name: 'Weather',
      middleware: [modelFallbackMiddleware(openAi(url, 'gpt-4o-mini'))],
    });
    await agent.invoke(QUESTION, config);
    const asked = (model: string) => ({ gen_ai_request_model: model });
    expect(metrics.histogram(CALLS)).toMatchObject({ count: 1, sum: 3 });
    expect(metrics).toHaveMetric(INFERENCES, asked('gpt-4o-mini'), 1);
    expect(metrics).toHaveMetric(INFERENCES, asked('gpt-4o'), 2);
    expect(metrics).toHaveMetric(INPUT, { agent: 'Weather' }, 200);
    expect(warnings).toEqual([]);
  });

  test('the inference that sums up a conversation counts for the run that needs it', async () => {
    const { url, config, metrics, warnings } = await start(chat);
    const agent = createAgent({
      model: openAi(url),
      tools: [search],
      name: 'Weather',
      middleware: [
        summarizationMiddleware({
          model: openAi(url, 'gpt-4o-mini'),
          trigger: { messages: 4 },
          keep: { messages: 2 },
        }),
      ],
    });
    const talk = ['Hi', 'Hello', 'Rain?', 'Where?', 'Here'];
    const messages = talk.map((content, i) => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content,
    }));
    await agent.invoke({ messages }, config);
    expect(metrics.histogram(CALLS).count).toBe(1);
    const { sum } = metrics.histogram(CALLS);
    expect(sum).toBeGreaterThanOrEqual(3);
    const mini = { gen_ai_request_model: 'gpt-4o-mini' };
    expect(metrics).toHaveMetric(INFERENCES, mini, sum - 2);
    expect(metrics).toHaveMetric(INPUT, { agent: 'Weather' }, 100 * sum);
    expect(warnings).toEqual([]);
  });
});

import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { TokenUsage } from '../../src/accounting/usage.js';
import { AgentMetrics } from '../../src/index.js';
import { AgentMetricsHandler } from '../../src/integrations/langchain/index.js';
import {
  ANSWER_CASES,
  type AnswerCase,
  answerOf,
  priceOf,
} from '../accounting/answers/cases.js';
import { makeCollector, samplesOf } from '../support/collector.js';
import { core0, core1, type LangChainCore } from './support/langchain-core.js';
import {
  anthropicMessages,
  bedrockMessages,
  chatMessages,
  geminiMessages,
  ollamaMessages,
  responseMessages,
} from './support/made-messages.js';
import { type MadeAnswer, messageModel } from './support/message-model.js';

type Makes = (one: AnswerCase) => MadeAnswer;

/** What makes messages of the answers of an API; the others LangChain cannot carry to a handler. */
const MAKERS: Readonly<Record<string, Makes>> = {
  'chat.completions': (one) => chatMessages(one, false),
  responses: responseMessages,
  messages: anthropicMessages,
  generateContent: geminiMessages,
  converse: bedrockMessages,
  converseStream: bedrockMessages,
  'api/chat': ollamaMessages,
};

/** LangChain's names of providers, where they differ from those of the cases. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'aws.bedrock': 'amazon_bedrock',
  google: 'google_genai',
};

type Lost = 'cost' | 'usage' | keyof TokenUsage;

/** What LangChain's messages do not have of an answer. */
const LOST: Readonly<Record<string, readonly Lost[]>> = {
  // The tier of a chat completion that is not streamed.
  'oai-chat-flex': ['cost'],
  // The usage of the last event, but its output.
  'ant-stream-thinking': ['reasoningTokens'],
  'ant-stream-server-tool': ['usage', 'cost'],
  // Gemini's counts by kind of content, of hosted tools and of searches.
  'gem-cached-audio': ['cost'],
  'gem-image-output': ['cost'],
  'gem-search-grounding': ['cost'],
  'gem-tool-use': ['usage', 'cost'],
  // Usage outside of its usual place.
  'groq-stream-x-groq': ['usage', 'cost'],
  'moon-stream-choice-usage': ['usage', 'cost'],
};

/** LangChain throws its own error on these. */
const NOT_CARRIED = ['gem-blocked', 'oai-resp-failed'];

const CARRIED = ANSWER_CASES.filter(
  ({ id, api, ended }) =>
    api in MAKERS && ended !== 'error' && !NOT_CARRIED.includes(id),
);

const PREFIX = 'gen_ai_client_inference_usage';

/** What is on the page after a model has answered so. */
async function recorded(
  core: LangChainCore,
  one: AnswerCase,
  made: MadeAnswer,
) {
  const { collector, warnings } = makeCollector();
  const metrics = new AgentMetrics(collector, {
    prices: { currency: 'USD', models: [priceOf(one)] },
  });
  const callbacks = [new AgentMetricsHandler(metrics)];
  const ls_provider = PROVIDERS[one.provider] ?? one.provider;
  const request = { ls_provider, ls_model_name: one.model };
  const error = one.ended === 'aborted' ? new Error('aborted') : undefined;
  const model = messageModel(core, request, {
    ...made,
    ...(error && { error }),
  });
  const asked = made.isStream
    ? drained(model.stream('Hi', { callbacks }))
    : model.invoke('Hi', { callbacks });
  await asked.catch((thrown: unknown) => expect(thrown).toBe(error));
  const page = await collector.metrics();
  const sum = (name: string) => sumOf(samplesOf(page, name));
  return {
    cost: sum('agent_cost_total'),
    usage: {
      inputTokens: sum(`${PREFIX}_input_tokens_total`),
      outputTokens: sum(`${PREFIX}_output_tokens_total`),
      cachedInputTokens: sum(`${PREFIX}_cache_read_input_tokens_total`),
      cacheWriteTokens: sum(`${PREFIX}_cache_write_input_tokens_total`),
      reasoningTokens: sum(`${PREFIX}_reasoning_output_tokens_total`),
    },
    models: samplesOf(page, 'gen_ai_client_inference_duration_seconds_count'),
    partial: sum('agent_inferences_partial_usage_total'),
    warnings,
  };
}

async function drained(stream: Promise<AsyncIterable<unknown>>) {
  for await (const _chunk of await stream);
}

/** The sum of some samples; `undefined` if there are none. */
function sumOf(samples: readonly string[]): number | undefined {
  const values = samples.map((line) => Number(line.split(' ').at(-1)));
  return values.length === 0 ? undefined : values.reduce((a, b) => a + b);
}

/** The same counts; some servers list zeros that others leave out, and packages of LangChain too. */
const withoutZeros = (usage: TokenUsage) =>
  Object.fromEntries(Object.entries(usage).filter(([, tokens]) => tokens));

function expectedUsage(one: AnswerCase): TokenUsage {
  const { usage = {} } = answerOf(one);
  const { cacheWriteTokens, cacheWriteHourTokens } = usage;
  return withoutZeros({
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cachedInputTokens: usage.cachedInputTokens,
    cacheWriteTokens: (cacheWriteTokens ?? 0) + (cacheWriteHourTokens ?? 0),
    reasoningTokens: usage.reasoningTokens,
  });
}

async function expectRecorded(
  core: LangChainCore,
  one: AnswerCase,
  made: MadeAnswer,
  lost: readonly Lost[],
) {
  const { usage, cost, models, partial, warnings } = await recorded(
    core,
    one,
    made,
  );
  const expected: Record<string, unknown> = { ...expectedUsage(one) };
  const counted: Record<string, unknown> = withoutZeros(usage);
  for (const name of lost) {
    delete expected[name];
    delete counted[name];
  }
  if (!lost.includes('usage')) expect(counted).toEqual(expected);
  if (!lost.includes('cost')) {
    expect(cost ?? null).toBe(one.cost_expected && Number(one.cost_expected));
  }
  if (
    one.response_model !== null &&
    models.join().includes('response_model=')
  ) {
    expect(models.join()).toContain(
      `gen_ai_response_model="${one.response_model}"`,
    );
  }
  expect(models).toHaveLength(1);
  expect(partial !== undefined).toBe(one.partial ?? false);
  const odd = one.id === 'oai-chat-odd-numbers' ? [/has '12' as prompt_/] : [];
  expect(warnings).toEqual(odd.map((text) => expect.stringMatching(text)));
}

describe.each([
  ['LangChain 1', core1],
  ['LangChain 0.3', core0],
])('%s', (_version, core) => {
  // LangChain 0.3 warns of numbers that it cannot join.
  beforeEach(() => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    return () => warn.mockRestore();
  });

  test.each(CARRIED.map((one) => [one.id, one] as const))(
    'a message of LangChain has the tokens and the cost of the answer %s, as far as LangChain passes them on',
    (id, one) =>
      expectRecorded(core, one, MAKERS[one.api]!(one), LOST[id] ?? []),
  );

  test.each(
    CARRIED.filter(({ api }) => api === 'chat.completions').map(
      (one) => [one.id, one] as const,
    ),
  )(
    'a message with the raw answer in it has all tokens and the cost of the answer %s',
    (_id, one) => expectRecorded(core, one, chatMessages(one, true), []),
  );
});

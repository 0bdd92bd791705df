import { describe, expect, test } from 'vitest';
import type { InferenceAnswer } from '../../src/accounting/answer.js';
import { tableOf } from '../../src/accounting/prices/price-files.js';
import { PriceList } from '../../src/accounting/prices/price-list.js';
import { ANSWER_CASES, answerOf, type AnswerCase } from './answers/cases.js';

function read(json: unknown) {
  return tableOf(JSON.stringify(json), 'prices.json', 'prices');
}

/** What answers cost by entries of LiteLLM's form, as text; `undefined` if that is unknown. */
function costOf(
  entries: Record<string, object>,
  [provider, model]: readonly [string, string],
  answer: InferenceAnswer,
  at?: string,
): string | undefined {
  const prices = new PriceList([read(entries)]);
  const time = at === undefined ? undefined : new Date(at);
  return prices
    .charge({ provider, model, answer, at: time })
    ?.amount.toString();
}

const tokens = (inputTokens: number, outputTokens = 0, more = {}) => ({
  usage: { inputTokens, outputTokens, ...more },
});

const ENTRY = {
  litellm_provider: 'acme',
  mode: 'chat',
  input_cost_per_token: 2.19e-6,
  output_cost_per_token: 8e-6,
};

const ACME = ['acme', 'a-1'] as const;

const FIELDS: Readonly<Record<string, string>> = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cached: 'cache_read_input_token_cost',
  cache_write_5m: 'cache_creation_input_token_cost',
  cache_write_1h: 'cache_creation_input_token_cost_above_1hr',
  input_audio: 'input_cost_per_audio_token',
  input_image: 'input_cost_per_image_token',
  cached_audio: 'cache_read_input_audio_token_cost',
  output_audio: 'output_cost_per_audio_token',
  output_image: 'output_cost_per_image_token',
  output_citation: 'citation_cost_per_token',
  reasoning: 'output_cost_per_reasoning_token',
};

/** Prices per million tokens as LiteLLM's fields, which are per token. */
function fieldsOf(rates: Readonly<Record<string, unknown>>, suffix = '') {
  return Object.fromEntries(
    Object.entries(rates).flatMap(([name, rate]) => {
      const field = FIELDS[name];
      return field === undefined
        ? []
        : [[`${field}${suffix}`, Number(`${String(rate)}e-6`)]];
    }),
  );
}

/** The prices of a case, as an entry of LiteLLM's file. */
function entryOf({ provider, prices_per_million: prices }: AnswerCase) {
  const { tiers = [], service_tier = {}, per_call, ...rates } = prices;
  const search = per_call?.['web_search'];
  return {
    litellm_provider: provider,
    ...fieldsOf(rates),
    ...Object.assign(
      {},
      ...tiers.map((tier) =>
        fieldsOf(tier, `_above_${Number(tier['above']) / 1000}k_tokens`),
      ),
      ...Object.entries(service_tier).map(([name, tier]) =>
        fieldsOf(tier, `_${name}`),
      ),
    ),
    ...(search !== undefined && {
      search_context_cost_per_query: {
        search_context_size_medium: Number(search),
      },
      web_search_billing_unit: 'per_query',
    }),
  };
}

describe('the money of answers of real providers, by prices in the form of LiteLLM', () => {
  test.each(ANSWER_CASES.map((one) => [one.id, one] as const))(
    'the answer %s costs what its provider takes',
    (_id, one) => {
      const answer = { ...answerOf(one), reportedCost: undefined };
      const entries = { [one.model]: entryOf(one) };
      expect(costOf(entries, [one.provider, one.model], answer) ?? null).toBe(
        one.cost_from_prices ?? one.cost_expected,
      );
    },
  );
});

describe('the fields of LiteLLM', () => {
  const million = 1_000_000;

  test.each<[string, object, InferenceAnswer, string]>([
    [
      'prices are decimals, although JSON has them as floating-point numbers',
      {},
      tokens(million),
      '2.19',
    ],
    [
      'a cache of an hour has its own price, also for long prompts',
      {
        cache_creation_input_token_cost_above_1hr: 4e-6,
        cache_creation_input_token_cost_above_1hr_above_200k_tokens: 9e-6,
      },
      tokens(million, 0, { cacheWriteHourTokens: million }),
      '9',
    ],
    [
      'a price of null is missing',
      { cache_read_input_token_cost: null },
      tokens(million, 0, { cachedInputTokens: million }),
      '2.19',
    ],
    [
      'a service tier after a threshold has its own price',
      {
        input_cost_per_token_above_200k_tokens: 5e-6,
        input_cost_per_token_priority: 6e-6,
        input_cost_per_token_above_200k_tokens_priority: 7e-6,
      },
      { ...tokens(million), serviceTier: 'priority' },
      '7',
    ],
    [
      'a service tier without a price after a threshold has that of the threshold',
      {
        input_cost_per_token_above_200k_tokens: 5e-6,
        input_cost_per_token_flex: 1e-6,
      },
      { ...tokens(million), serviceTier: 'flex' },
      '5',
    ],
    [
      'batches are the service tier batch',
      { input_cost_per_token_batches: 1e-6 },
      { ...tokens(million), serviceTier: 'batch' },
      '1',
    ],
    [
      'reasoning at the price of the output follows it in service tiers',
      {
        output_cost_per_reasoning_token: 8e-6,
        output_cost_per_token_priority: 16e-6,
      },
      {
        ...tokens(0, million, { reasoningTokens: million }),
        serviceTier: 'priority',
      },
      '16',
    ],
    [
      'an image model without a price of other output has that of images',
      { output_cost_per_token: 0, output_cost_per_image_token: 4e-5 },
      tokens(0, million),
      '40',
    ],
    [
      'searches cost per query',
      {
        search_context_cost_per_query: {
          search_context_size_low: 0.01,
          search_context_size_medium: 0.02,
        },
      },
      { ...tokens(0), hostedCalls: { web_search: 3 } },
      '0.06',
    ],
    [
      'searches cost per prompt where the entry says so',
      {
        search_context_cost_per_query: { search_context_size_medium: 0.035 },
        web_search_billing_unit: 'per_prompt',
      },
      { ...tokens(0), hostedCalls: { web_search: 3 } },
      '0.035',
    ],
    [
      'searches of files cost per thousand',
      { file_search_cost_per_1k_calls: 2.5 },
      { ...tokens(0), hostedCalls: { file_search: 2 } },
      '0.005',
    ],
    [
      'the fast mode multiplies all prices',
      { provider_specific_entry: { fast: 6, us: 1.1 } },
      { ...tokens(million), serviceTier: 'fast' },
      '13.14',
    ],
    [
      'an inference in the US has the factor of its provider',
      { provider_specific_entry: { fast: 6, us: 1.1 } },
      { ...tokens(million), inferenceGeo: 'us' },
      '2.409',
    ],
    [
      'processing in a region has its factor',
      { regional_processing_uplift_multiplier_eu: 1.1 },
      { ...tokens(million), inferenceGeo: 'eu' },
      '2.409',
    ],
  ])('%s', (_what, fields, answer, expected) => {
    expect(costOf({ 'a-1': { ...ENTRY, ...fields } }, ACME, answer)).toBe(
      expected,
    );
  });

  test('an image costs its price where its tokens have none', () => {
    const fields = { litellm_provider: 'acme', output_cost_per_image: 0.04 };
    const answer = { hostedCalls: { image: 2 } };
    expect(costOf({ 'a-1': fields }, ACME, answer)).toBe('0.08');
    const both = { ...ENTRY, output_cost_per_image: 0.04 };
    expect(costOf({ 'a-1': both }, ACME, answer)).toBeUndefined();
  });

  test.each([
    ['acme', 200_000, '0.2'],
    ['acme', 200_001, '0.400002'],
    ['xai', 199_999, '0.199999'],
    ['xai', 200_000, '0.4'],
  ])(
    'a threshold of %s for a prompt of %i tokens is that of the provider',
    (litellm_provider, input, expected) => {
      const entry = {
        litellm_provider,
        input_cost_per_token: 1e-6,
        input_cost_per_token_above_200k_tokens: 2e-6,
      };
      const model = [litellm_provider, 'a-1'] as const;
      expect(costOf({ 'a-1': entry }, model, tokens(input))).toBe(expected);
    },
  );

  const ranges = {
    litellm_provider: 'dashscope',
    tiered_pricing: [
      {
        range: [32_000, 128_000],
        input_cost_per_token: 2e-6,
        output_cost_per_token: 6e-6,
      },
      {
        range: [0, 32_000],
        input_cost_per_token: 1e-6,
        output_cost_per_token: 4e-6,
        cache_read_input_token_cost: 1e-7,
      },
    ],
  };

  test.each([
    [32_000, 0, '0.032'],
    [32_001, 0, '0.064002'],
    [500_000, 0, '1'],
    [32_000, 32_000, '0.0032'],
    [32_001, 32_001, '0.064002'],
  ])(
    'a prompt of %i tokens, %i of them cached, has the prices of its range',
    (input, cachedInputTokens, expected) => {
      const answer = tokens(input, 0, { cachedInputTokens });
      const model = ['dashscope', 'qwen'] as const;
      expect(costOf({ 'dashscope/qwen': ranges }, model, answer)).toBe(
        expected,
      );
    },
  );

  const offPeak = {
    ...ENTRY,
    input_cost_per_token: 2e-6,
    off_peak_pricing: {
      hours_utc: '16:30-00:30',
      input_cost_per_token: 1e-6,
      windows: [
        { hours_utc: ['4:00-06:00'], weekdays: [1, 'Tuesday'] },
        { hours_utc: '22:00-02:00', weekdays: ['sat'] },
      ],
    },
  };

  test.each([
    ['2026-11-25T16:30:00Z', '1'],
    ['2026-11-25T00:29:00Z', '1'],
    ['2026-11-25T00:30:00Z', '2'],
    ['2026-11-24T04:00:00Z', '1'],
    ['2026-11-25T04:00:00Z', '2'],
    ['2026-11-28T01:00:00Z', '1'],
    ['2026-11-29T01:00:00Z', '2'],
  ])('at %s off-peak prices hold as LiteLLM has them', (at, expected) => {
    expect(costOf({ 'a-1': offPeak }, ACME, tokens(million), at)).toBe(
      expected,
    );
  });
});

describe('the names of LiteLLM', () => {
  const entry = (litellm_provider: string, price: number) => ({
    litellm_provider,
    input_cost_per_token: Number(`${price}e-6`),
  });
  const FILE = {
    'gpt-4o': { ...entry('openai', 1), aliases: ['gpt-4o-latest'] },
    'azure/gpt-4o': entry('azure', 2),
    'azure/eu/gpt-4o': entry('azure', 3),
    'openrouter/openai/gpt-4o': entry('openrouter', 4),
    'anthropic.claude-1-v1:0': entry('bedrock_converse', 5),
    'eu.anthropic.claude-1-v1:0': entry('bedrock', 6),
    'gemini/gemini-9': entry('gemini', 7),
    'gemini-9': entry('vertex_ai-language-models', 8),
    'vertex_ai/claude-1@2026': entry('vertex_ai-anthropic_models', 9),
    'together_ai/meta-llama/Llama-9': entry('together_ai', 10),
    'xai/grok-9': entry('xai', 11),
    'mistral/large': entry('mistral', 12),
    'command-a': entry('cohere_chat', 13),
  };

  test.each([
    ['openai', 'gpt-4o', '1'],
    ['openai', 'gpt-4o-latest', '1'],
    ['azure.ai.openai', 'gpt-4o', '2'],
    ['azure', 'gpt-4o', '2'],
    ['azure', 'eu/gpt-4o', '3'],
    ['openrouter', 'openai/gpt-4o', '4'],
    ['aws.bedrock', 'anthropic.claude-1-v1:0', '5'],
    ['aws.bedrock', 'us.anthropic.claude-1-v1:0', '5'],
    ['aws.bedrock', 'global.anthropic.claude-1-v1:0', '5'],
    ['aws.bedrock', 'eu.anthropic.claude-1-v1:0', '6'],
    [
      'aws.bedrock',
      'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-1-v1:0',
      '6',
    ],
    ['gcp.gemini', 'gemini-9', '7'],
    ['google', 'gemini-9', '7'],
    ['gcp.vertex_ai', 'gemini-9', '8'],
    ['gcp.vertex_ai', 'claude-1@2026', '9'],
    ['together', 'meta-llama/Llama-9', '10'],
    ['x_ai', 'grok-9', '11'],
    ['mistral_ai', 'large', '12'],
    ['cohere', 'command-a', '13'],
    ['my-gateway', 'gpt-4o', '1'],
    ['my-gateway', 'azure/gpt-4o', '2'],
    ['mistral_ai', 'gpt-4o', undefined],
    ['openai', 'toString', undefined],
  ])('provider %s finds its model %s', (provider, model, expected) => {
    const answer = tokens(1_000_000);
    expect(costOf(FILE, [provider, model], answer)).toBe(expected);
  });
});

describe('what cannot be used in the file of LiteLLM', () => {
  test('entries that cannot be used are left out, each with its reason', () => {
    const { models, problems } = read({
      sample_spec: { litellm_provider: 'one of ...', input_cost_per_token: 0 },
      fallback_generalizations: { 'gpt-*': 'gpt-4o' },
      good: ENTRY,
      text: 'no entry',
      nameless: { input_cost_per_token: 1 },
      negative: { ...ENTRY, output_cost_per_token: -1 },
      words: { ...ENTRY, input_cost_per_token_flex: 'cheap' },
      seconds: { litellm_provider: 'acme', input_cost_per_second: 1 },
    });
    expect(models.map(({ model }) => model)).toEqual(['good']);
    expect(problems).toEqual([
      { where: 'text', message: 'it is no object', isInvalid: true },
      {
        where: 'nameless',
        message: 'litellm_provider is undefined; expected a text',
        isInvalid: true,
      },
      {
        where: 'negative',
        message:
          'output_cost_per_token is -1; expected a decimal number of 0 or more',
        isInvalid: true,
      },
      {
        where: 'words',
        message:
          "input_cost_per_token_flex is 'cheap'; expected a decimal number of 0 or more",
        isInvalid: true,
      },
      {
        where: 'seconds',
        message: 'it has no price per token, call or image',
        isInvalid: false,
      },
    ]);
  });

  test('a file without any model that can be used is refused', () => {
    expect(() => read({ a: { litellm_provider: 'acme' } })).toThrow(
      'prices (prices.json) has no model with a price; the first problem is: it has no price per token, call or image',
    );
  });

  test.each([
    { hours_utc: 5 },
    { hours_utc: ['all day'] },
    { windows: 'none' },
    { windows: [null, 5, {}] },
    null,
    5,
  ])('off-peak prices that are %j are left out', (off_peak_pricing) => {
    const entries = { 'a-1': { ...ENTRY, off_peak_pricing } };
    expect(costOf(entries, ACME, tokens(1_000_000))).toBe('2.19');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InferenceAnswer } from '../../src/accounting/answer.js';
import { readAnswer } from '../../src/accounting/answer-reader.js';
import { checkTable } from '../../src/accounting/prices/price-checks.js';
import { PriceList } from '../../src/accounting/prices/price-list.js';
import type {
  ModelPrice,
  PriceTable,
} from '../../src/accounting/prices/price-table.js';
import type { TokenUsage } from '../../src/accounting/usage.js';
import { ANSWER_CASES, answerOf, priceOf } from './answers/cases.js';

function tableOf(...models: ModelPrice[]): PriceTable {
  return checkTable({ currency: 'USD', models }, 'prices');
}

/** What an answer of a model costs, as text; `undefined` if that is unknown. */
function costOf(
  price: Omit<ModelPrice, 'model'>,
  answer: InferenceAnswer,
  at?: string,
): string | undefined {
  const prices = new PriceList([tableOf({ model: 'm', ...price })]);
  return prices
    .charge({
      provider: 'acme',
      model: 'm',
      answer,
      at: at === undefined ? undefined : new Date(at),
    })
    ?.amount.toString();
}

const tokens = (inputTokens: number, outputTokens = 0, more = {}) => ({
  usage: { inputTokens, outputTokens, ...more },
});

describe('the money of answers of real providers', () => {
  test('there are 66 answers', () => {
    expect(ANSWER_CASES).toHaveLength(66);
  });

  test.each(ANSWER_CASES.map((one) => [one.id, one] as const))(
    'the answer %s costs what its provider takes',
    (_id, one) => {
      const { provider, model } = one;
      const prices = new PriceList([tableOf(priceOf(one))]);
      const at = one.at === undefined ? undefined : new Date(one.at);
      const answer = answerOf(one);
      const charge = prices.charge({ provider, model, answer, at });
      expect(charge?.amount.toString() ?? null).toBe(one.cost_expected);
      expect(charge?.basis ?? 'none').toBe(one.cost_basis);
      const computed = prices.charge({
        provider,
        model,
        answer: { ...answer, reportedCost: undefined },
        at,
      });
      expect(computed?.amount.toString() ?? null).toBe(
        one.cost_from_prices ?? one.cost_expected,
      );
    },
  );
});

describe('prices by what the tokens are', () => {
  const million = 1_000_000;

  test.each<[string, Omit<ModelPrice, 'model'>, TokenUsage, string]>([
    [
      'cache writes of an hour cost as other writes, if they have no price',
      { input: 1, cacheWrite: '1.25' },
      { inputTokens: million, cacheWriteHourTokens: million },
      '1.25',
    ],
    [
      'cache writes cost as input, if they have no price',
      { input: 1 },
      {
        inputTokens: 3 * million,
        cacheWriteTokens: million,
        cacheWriteHourTokens: million,
      },
      '3',
    ],
    [
      'cached audio costs as cached input, if it has no price',
      { input: 1, cachedInput: '0.1', inputAudio: 9 },
      {
        inputTokens: million,
        cachedInputTokens: million,
        cachedInputByModality: { audio: million },
      },
      '0.1',
    ],
    [
      'cached audio costs as other audio, if nothing cached has a price',
      { input: 1, inputAudio: 9 },
      {
        inputTokens: million,
        cachedInputTokens: million,
        inputByModality: { audio: million },
        cachedInputByModality: { audio: million },
      },
      '9',
    ],
    [
      'cached tokens of which the kind is not told are those of text',
      { input: 1, cachedInput: '0.5', inputAudio: 10 },
      {
        inputTokens: 2 * million,
        cachedInputTokens: million,
        inputByModality: { text: million, audio: million },
      },
      '10.5',
    ],
    [
      'kinds of tokens that add up to more than the prompt are limited to it',
      { input: 1, inputAudio: 10 },
      {
        inputTokens: million,
        inputByModality: { audio: 3 * million, text: 5 * million },
      },
      '10',
    ],
    [
      'reasoning has the price of the output, if it has none of its own',
      { output: 4 },
      { outputTokens: 2 * million, reasoningTokens: million },
      '8',
    ],
    [
      'reasoning with a price of 0 is free',
      { output: 4, reasoning: 0 },
      { outputTokens: 2 * million, reasoningTokens: million },
      '4',
    ],
    [
      'a multiplier holds for all tokens',
      { input: 1, output: 2, multiplier: '1.1' },
      { inputTokens: million, outputTokens: million },
      '3.3',
    ],
    [
      'prices of texts in the answer do not hold for its images',
      { output: 40, outputText: 10 },
      {
        outputTokens: 2 * million,
        outputByModality: { image: million, text: million },
      },
      '50',
    ],
  ])('%s', (_what, price, usage, expected) => {
    expect(costOf(price, { usage })).toBe(expected);
  });
});

describe('what is unknown is not 0', () => {
  test.each<[string, Omit<ModelPrice, 'model'>, InferenceAnswer]>([
    ['no usage', { input: 1 }, {}],
    ['an empty usage', { input: 1 }, { usage: {} }],
    ['tokens without a price', { input: 1 }, tokens(1, 1)],
    [
      'calls of tools only',
      { input: 1, perCall: { a: 1 } },
      { hostedCalls: { a: 1 } },
    ],
  ])('an answer with %s has an unknown cost', (_what, price, answer) => {
    expect(costOf(price, answer)).toBeUndefined();
  });

  test('a price of 0 gives a cost of 0', () => {
    expect(costOf({ input: 0, output: 0 }, tokens(5, 5))).toBe('0');
  });

  test('0 tokens cost 0, also where they have no price', () => {
    expect(costOf({ input: 1 }, tokens(0, 0))).toBe('0');
  });

  test('a model that is priced per call costs its calls, and its tokens are free', () => {
    const price = { perCall: { image: '0.04' } };
    const answer = { hostedCalls: { image: 3 } };
    expect(costOf(price, answer)).toBe('0.12');
    expect(costOf(price, { ...answer, ...tokens(9) })).toBe('0.12');
    expect(costOf(price, tokens(9))).toBeUndefined();
  });

  test('images of a model whose answers have no usage cost their price by image', () => {
    const source = { api: 'images', provider: 'openai' } as const;
    const image = { url: 'https://images.acme.test/1.png' };
    const answer = readAnswer(source, { created: 1, data: [image, image] });
    expect(costOf({ perCall: { image: '0.07' } }, answer)).toBe('0.14');
  });
});

describe('tiers', () => {
  const tiers = [
    { above: 200, input: 2, output: 20 },
    { above: 400, inclusive: true, input: 3 },
  ];
  const price = { input: 1, output: 10, tiers };

  test.each([
    [200, '0.00021'],
    [201, '0.000422'],
    [399, '0.000818'],
    [400, '0.00121'],
  ])(
    'a prompt of %i tokens has the prices of its tier for all tokens',
    (input, expected) => {
      expect(costOf(price, tokens(input, 1))).toBe(expected);
    },
  );

  test('the order of tiers does not matter', () => {
    const turned = { ...price, tiers: tiers.toReversed() };
    expect(costOf(turned, tokens(400, 1))).toBe('0.00121');
  });

  test('cached and written tokens count for the tier', () => {
    const usage = { cachedInputTokens: 150, cacheWriteTokens: 60 };
    expect(costOf(price, tokens(210, 0, usage))).toBe('0.00042');
  });

  test('the service tier of the answer has its own prices, and its name may have capitals', () => {
    const serviceTiers = { flex: { input: '0.5' } };
    const answer = { ...tokens(100, 1), serviceTier: 'FLEX' };
    expect(costOf({ ...price, serviceTiers }, answer)).toBe('0.00006');
  });

  test('a service tier that has no prices costs as any other', () => {
    const serviceTiers = { flex: { input: '0.5' } };
    const answer = { ...tokens(100), serviceTier: 'toString' };
    expect(costOf({ ...price, serviceTiers }, answer)).toBe('0.0001');
  });

  test('the multiplier of a service tier holds for long prompts too', () => {
    const serviceTiers = { batch: { multiplier: '0.5' } };
    const answer = { ...tokens(400, 1), serviceTier: 'batch' };
    expect(costOf({ ...price, serviceTiers }, answer)).toBe('0.000605');
  });

  test('the tiers of a service tier go before those of the model', () => {
    const serviceTiers = { flex: { tiers: [{ above: 200, input: 9 }] } };
    const answer = { ...tokens(300), serviceTier: 'flex' };
    expect(costOf({ ...price, serviceTiers }, answer)).toBe('0.0027');
  });
});

describe('prices by place and per request', () => {
  test('the place of the inference has its own factor', () => {
    const inferenceGeos = { us: { multiplier: '1.1' } };
    const price = { input: 1, inferenceGeos };
    const answer = { ...tokens(1_000_000), inferenceGeo: 'US' };
    expect(costOf(price, answer)).toBe('1.1');
    expect(costOf(price, { ...answer, inferenceGeo: 'global' })).toBe('1');
  });

  test('a price per request is paid once, and not at all without a call', () => {
    const price = { input: 1, perRequest: { web_search: '0.035' } };
    const calls = (web_search: number) => ({
      ...tokens(0),
      hostedCalls: { web_search },
    });
    expect(costOf(price, calls(3))).toBe('0.035');
    expect(costOf(price, calls(0))).toBe('0');
  });
});

describe('prices by hours', () => {
  const weekdays = [1, 2, 3, 4, 5];
  const hours = [
    { from: '01:00', to: '04:00', weekdays, multiplier: 2 },
    { from: '22:30', to: '00:30', weekdays, multiplier: 3 },
  ];

  test.each([
    ['2026-11-27T01:00:00Z', 2],
    ['2026-11-27T03:59:59Z', 2],
    ['2026-11-27T04:00:00Z', 1],
    ['2026-11-28T02:30:00Z', 1],
    ['2026-11-27T22:30:00Z', 3],
    ['2026-11-28T00:29:00Z', 3],
    ['2026-11-30T00:29:00Z', 1],
    ['2026-11-28T23:00:00Z', 1],
  ])('at %s a model costs %i times its price', (at, times) => {
    const answer = tokens(1_000_000);
    expect(costOf({ input: 1, hours }, answer, at)).toBe(String(times));
  });
});

describe('which price counts', () => {
  const MODELS: ModelPrice[] = [
    { model: '*', input: 1 },
    { model: 'gpt-*', input: 2 },
    { model: 'gpt-4*', input: 3 },
    { model: 'gpt-*-mini', input: 4 },
    { model: 'gpt-4o', input: 5 },
    { model: 'gpt-4o', provider: 'azure', input: 6 },
    { model: '*', provider: 'local', input: 0 },
    { model: 'gpt-4o', input: 99 },
  ];

  function priceOfOne(models: ModelPrice[], provider: string, model: string) {
    const answer = tokens(1_000_000);
    const prices = new PriceList([tableOf(...models)]);
    return prices.charge({ provider, model, answer })?.amount.toString();
  }

  test.each([
    ['openai', 'o3', '1'],
    ['openai', 'gpt-3.5', '2'],
    ['openai', 'gpt-4.1', '3'],
    ['openai', 'gpt-4-mini', '4'],
    ['openai', 'gpt-4o', '5'],
    ['azure', 'gpt-4o', '6'],
    ['local', 'gpt-4o', '0'],
  ])(
    'the most specific entry for model %s of %s counts, in any order',
    (provider, model, expected) => {
      expect(priceOfOne(MODELS, provider, model)).toBe(expected);
      const turned = MODELS.slice(0, -1).toReversed();
      expect(priceOfOne(turned, provider, model)).toBe(expected);
    },
  );

  const charged = (prices: PriceList, answer: InferenceAnswer) =>
    prices.charge({ provider: 'p', model: 'asked', answer })?.amount.toString();

  test('the first table that has the model counts, also for the requested model', () => {
    const prices = new PriceList([
      tableOf({ model: 'asked', input: 1 }),
      tableOf({ model: 'answered', input: 2 }, { model: 'other', input: 3 }),
    ]);
    const answer = { ...tokens(1_000_000), responseModel: 'answered' };
    expect(charged(prices, answer)).toBe('1');
  });

  test('an empty name of the model that answered does not match', () => {
    const prices = new PriceList([
      tableOf({ model: '*', input: 1 }, { model: 'asked', input: 2 }),
    ]);
    const answer = { ...tokens(1_000_000), responseModel: '' };
    expect(charged(prices, answer)).toBe('2');
  });
});

describe('a cost that the provider reports', () => {
  const prices = new PriceList([tableOf({ model: 'm', input: 1 })]);
  const charge = (
    list: PriceList,
    amount: string | number,
    currency: string,
    model = 'm',
  ) =>
    list.charge({
      provider: 'p',
      model,
      answer: { ...tokens(1_000_000), reportedCost: { amount, currency } },
    });

  test('a reported cost wins, also one of 0 and of a model without a price', () => {
    expect(charge(prices, '0.5', 'USD')).toMatchObject({ basis: 'reported' });
    expect(charge(prices, 0, 'USD')!.amount.toString()).toBe('0');
    expect(charge(prices, 1, 'USD', 'new')).toMatchObject({
      basis: 'reported',
    });
  });

  test('a reported cost in another currency than the prices is not used', () => {
    const used = charge(prices, '0.5', 'EUR')!;
    expect(used).toMatchObject({ basis: 'prices', currency: 'USD' });
    expect(charge(prices, '0.5', 'EUR', 'new')).toBeUndefined();
  });

  test('a reported cost counts in its own currency where there are no prices', () => {
    const used = charge(new PriceList([]), '0.5', 'EUR')!;
    expect(used).toMatchObject({ basis: 'reported', currency: 'EUR' });
  });

  test('an amount that is no number is not used', () => {
    expect(charge(prices, 'free', 'USD')).toMatchObject({ basis: 'prices' });
  });
});

describe('for any usage and any prices', () => {
  const rate = fc
    .tuple(fc.nat(10 ** 9), fc.nat(12))
    .map(([units, scale]) => `${units}e-${scale}`);
  const rates = fc.record({
    input: rate,
    cachedInput: rate,
    cacheWrite: rate,
    output: rate,
    reasoning: rate,
    inputAudio: rate,
  });
  const count = fc.nat(10 ** 9);
  const parts = fc.record({
    fresh: count,
    audio: count,
    cached: count,
    written: count,
    plain: count,
    reasoning: count,
  });

  const usageOf = (p: Record<string, number>): TokenUsage => ({
    inputTokens: p['fresh']! + p['audio']! + p['cached']! + p['written']!,
    cachedInputTokens: p['cached'],
    cacheWriteTokens: p['written'],
    inputByModality: { audio: p['audio'] },
    outputTokens: p['plain']! + p['reasoning']!,
    reasoningTokens: p['reasoning'],
  });

  /** A rate as a number of 10^-18 per million tokens. */
  function exact(text: string): bigint {
    const [units, scale] = text.split('e-').map(Number);
    return BigInt(units!) * 10n ** BigInt(12 - scale!);
  }

  function unitsOf(price: Omit<ModelPrice, 'model'>, usage: TokenUsage) {
    const [whole, fraction = ''] = costOf(price, { usage })!.split('.');
    expect(fraction.length).toBeLessThanOrEqual(18);
    return BigInt(whole! + fraction.padEnd(18, '0'));
  }

  test('the cost is the sum of its parts, to the last digit', () => {
    fc.assert(
      fc.property(rates, parts, (r, p) => {
        const expected =
          exact(r.input) * BigInt(p.fresh) +
          exact(r.inputAudio) * BigInt(p.audio) +
          exact(r.cachedInput) * BigInt(p.cached) +
          exact(r.cacheWrite) * BigInt(p.written) +
          exact(r.output) * BigInt(p.plain) +
          exact(r.reasoning) * BigInt(p.reasoning);
        expect(unitsOf(r, usageOf(p))).toBe(expected);
      }),
    );
  });

  test('more tokens of any part never cost less', () => {
    const part = fc.constantFrom(
      'fresh',
      'audio',
      'cached',
      'written',
      'plain',
      'reasoning',
    );
    fc.assert(
      fc.property(rates, parts, part, count, (r, p, name, more) => {
        const larger = { ...p, [name]: p[name as keyof typeof p] + more };
        expect(unitsOf(r, usageOf(larger)) >= unitsOf(r, usageOf(p))).toBe(
          true,
        );
      }),
    );
  });

  test('no usage makes a charge throw or negative, whatever it says', () => {
    const odd = fc.oneof(count, fc.constant(undefined));
    const usage = fc.record({
      inputTokens: odd,
      cachedInputTokens: odd,
      cacheWriteTokens: odd,
      cacheWriteHourTokens: odd,
      outputTokens: odd,
      reasoningTokens: odd,
      inputByModality: fc.record({ audio: odd, text: odd }),
      cachedInputByModality: fc.record({ audio: odd, image: odd }),
      outputByModality: fc.record({ image: odd, citation: odd }),
    });
    fc.assert(
      fc.property(rates, usage, (r, one) => {
        expect(costOf(r, { usage: one }) ?? '0').toMatch(/^\d+(\.\d+)?$/);
      }),
    );
  });
});

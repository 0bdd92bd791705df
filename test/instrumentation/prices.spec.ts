import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  AgentMetrics,
  MetricsModule,
  MetricValueError,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import type {
  Prices,
  PriceTable,
} from '../../src/instrumentation/gen-ai/index.js';
import { type Inference } from '../../src/instrumentation/gen-ai/index.js';
import { makeCollector, samples } from '../support/collector.js';
import { withLink } from '../../src/core/message-links.js';

const TABLE: PriceTable = {
  currency: 'EUR',
  perTokens: 1,
  models: [
    { model: 'acme-1', provider: 'reseller', input: 4, output: 8 },
    { model: 'acme-1', input: 2, cachedInput: 0.5, output: 16 },
    { model: 'acme-1-mini*', input: 1, output: 1 },
    { model: '*embed*', input: 3, output: 0 },
  ],
};

function start(prices: Prices = TABLE) {
  const { collector, warnings } = makeCollector();
  const agents = new AgentMetrics(collector, { prices });
  const record = (inference: Partial<Inference>) =>
    agents.recordInference({
      provider: 'acme',
      model: 'acme-1',
      seconds: 1,
      ...inference,
    });
  return { agents, collector, warnings, record };
}

/** What one inference costs; `undefined` if no cost is counted. */
async function costOf(inference: Partial<Inference>, prices?: Prices) {
  const { collector, record } = start(prices);
  record(inference);
  const [line] = await samples(collector, 'agent_cost_total');
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('an inference costs', () => {
  test.each<[string, Partial<Inference>, number | undefined]>([
    [
      'its input and output',
      { usage: { inputTokens: 10, outputTokens: 1 } },
      36,
    ],
    ['its input alone', { usage: { inputTokens: 10 } }, 20],
    ['nothing if it had no tokens', { usage: { inputTokens: 0 } }, 0],
    ['what is not known if no tokens are', { usage: {} }, undefined],
    ['what is not known without usage', {}, undefined],
    [
      'less for cached tokens, which are among the input',
      { usage: { inputTokens: 10, cachedInputTokens: 4 } },
      14,
    ],
    [
      'the full price of cached tokens, if they have none of their own',
      {
        model: 'acme-1-mini',
        usage: { inputTokens: 10, cachedInputTokens: 4 },
      },
      10,
    ],
    [
      'nothing more for reasoning, which is among the output',
      { usage: { outputTokens: 1, reasoningTokens: 1 } },
      16,
    ],
    [
      'what its provider takes',
      { provider: 'reseller', usage: { inputTokens: 1 } },
      4,
    ],
    [
      'what the model that answered costs',
      { responseModel: 'acme-1-mini-0924', usage: { inputTokens: 1 } },
      1,
    ],
    [
      'what the model that was asked for costs, if the other has no price',
      { responseModel: 'acme-1-0924', usage: { inputTokens: 1 } },
      2,
    ],
    [
      'what a pattern says that begins with any characters',
      { model: 'text-embed-3', usage: { inputTokens: 1 } },
      3,
    ],
  ])('an inference costs %s', async (_what, inference, expected) => {
    expect(await costOf(inference)).toBe(expected);
  });

  test('an inference costs its price per million tokens, unless perTokens says otherwise', async () => {
    const prices = { ...TABLE, perTokens: undefined } as never;
    const usage = { inputTokens: 500_000 };
    expect(await costOf({ usage }, prices)).toBe(1);
  });

  test('characters of regular expressions have no meaning in the pattern of a price', async () => {
    const models = [{ model: 'acme.1', input: 1, output: 1 }];
    const usage = { inputTokens: 1 };
    expect(await costOf({ usage }, { ...TABLE, models })).toBeUndefined();
  });

  test('a cost that is too large to be counted is reported', async () => {
    const models = [{ model: '*', input: Number.MAX_VALUE, output: 0 }];
    const { record, collector } = start({ ...TABLE, models });
    expect(() => record({ usage: { inputTokens: 9 } })).toThrow(
      MetricValueError,
    );
    expect(await collector.metrics()).not.toMatch(/ [1-9]\d*$/m);
  });
});

describe('a model without a price', () => {
  const usage = { inputTokens: 3 };

  test('a model without a price has its tokens counted, and one warning', async () => {
    const { record, collector, warnings } = start();
    record({ model: 'new-1', usage });
    record({ model: 'new-1', usage });
    record({ model: 'new-2', usage });
    const input = 'gen_ai_client_inference_usage_input_tokens_total';
    const labels = (model: string) =>
      `gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="${model}",gen_ai_token_modality="unknown"`;
    expect(await samples(collector, input)).toEqual([
      `${input}{${labels('new-1')}} 6`,
      `${input}{${labels('new-2')}} 3`,
    ]);
    expect(await samples(collector, 'agent_cost_total')).toEqual([]);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="unpriced_model"} 3',
    ]);
    expect(warnings).toEqual(
      ['new-1', 'new-2'].map((model) =>
        withLink(
          `model "${model}" of provider "acme": Error: no price matches; its tokens are counted, their cost is not [unpriced_model; logged once, counted]`,
          'unpriced_model',
        ),
      ),
    );
  });

  test('a model without a price is not named in the log after a hundred others', () => {
    const { record, warnings } = start();
    for (let i = 0; i < 300; i++) record({ model: `new-${i}`, usage });
    expect(warnings.filter((w) => w.includes('no price'))).toHaveLength(101);
  });

  test('a model without a price is no error where there are no prices', async () => {
    const { collector, warnings } = makeCollector();
    const inference = { provider: 'acme', model: 'new-1', seconds: 1, usage };
    new AgentMetrics(collector).recordInference(inference);
    expect(warnings).toEqual([]);
    expect(await collector.metrics()).not.toContain('cost');
  });
});

/** A file with this text, removed after the test. */
function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'prices.json');
  writeFileSync(file, text);
  return file;
}

describe('prices in a file', () => {
  const usage = { inputTokens: 1 };

  test('prices in a file are as good as those in the options', async () => {
    const file = fileOf(JSON.stringify(TABLE));
    expect(await costOf({ usage }, { file })).toBe(2);
  });

  test.each([
    ['that is not there', () => '/nowhere/prices.json', 'ENOENT'],
    ['that is no JSON', () => fileOf('{'), 'SyntaxError'],
    ['that has none', () => fileOf('{}'), '.currency is missing'],
    ['that has a list', () => fileOf('[]'), 'is []; expected an object'],
    [
      'that has a wrong one',
      () => fileOf(JSON.stringify({ ...TABLE, models: [{ model: 5 }] })),
      '.models[0].model is 5; expected a text that is not empty',
    ],
  ])(
    'prices in a file %s are refused with its name',
    (_what, make, message) => {
      const file = make();
      const attempt = () =>
        MetricsModule.forRoot({ agents: { prices: { file } } });
      expect(attempt).toThrow(OptionsError);
      expect(attempt).toThrow(/^agents\.prices/);
      expect(attempt).toThrow(file);
      expect(attempt).toThrow(message);
    },
  );
});

describe('prices that are', () => {
  const price = { model: 'a', input: 1, output: 1 };
  test.each([
    [5, 'agents.prices is 5; expected an object with any of: currency'],
    [null, 'agents.prices is null; expected an object'],
    [{ file: '' }, "agents.prices.file is ''; expected a text"],
    [
      { file: 'a.json', currency: 'EUR' },
      'agents.prices.currency is not an option; known here are: file',
    ],
    [{ models: [] }, 'agents.prices.currency is missing'],
    [{ currency: 'EUR' }, 'agents.prices.models is missing'],
    [{ currency: '', models: [] }, "agents.prices.currency is ''"],
    [
      { ...TABLE, perTokens: 0 },
      'agents.prices.perTokens is 0; expected a power of ten, from 1 to 1000000000',
    ],
    [{ ...TABLE, models: {} }, 'agents.prices.models is {}; expected an array'],
    [{ ...TABLE, models: [5] }, 'agents.prices.models[0] is 5; expected an'],
    [
      { ...TABLE, models: [price, { ...price, input: -1 }] },
      'agents.prices.models[1].input is -1; expected a decimal number of 0 or more',
    ],
    [
      { ...TABLE, models: [{ model: 'a' }] },
      'agents.prices.models[0] has no price; expected one at least, e.g. input and output',
    ],
    [
      { ...TABLE, models: [{ ...price, tiers: [{ input: 1 }] }] },
      'agents.prices.models[0].tiers[0].above is missing',
    ],
    [
      { ...TABLE, models: [{ ...price, serviceTiers: { flex: 0.5 } }] },
      'agents.prices.models[0].serviceTiers.flex is 0.5; expected an object',
    ],
    [
      { ...TABLE, models: [{ ...price, perCall: { search: '1 cent' } }] },
      "agents.prices.models[0].perCall.search is '1 cent'; expected a decimal number of 0 or more",
    ],
    [
      {
        ...TABLE,
        models: [{ ...price, hours: [{ from: '1:00', to: '04:00' }] }],
      },
      "agents.prices.models[0].hours[0].from is '1:00'; expected a time such as '16:30'",
    ],
    [
      {
        ...TABLE,
        models: [
          { ...price, hours: [{ from: '01:00', to: '04:00', weekdays: [0] }] },
        ],
      },
      'agents.prices.models[0].hours[0].weekdays[0] is 0; expected an integer from 1 to 7',
    ],
    [
      { ...TABLE, models: [{ ...price, inputs: 1 }] },
      'agents.prices.models[0].inputs is not an option; known here are: model',
    ],
  ])(
    'prices that are %j fail at start and say what is allowed',
    (prices, message) => {
      expect(() =>
        MetricsModule.forRoot({ agents: { prices } } as never),
      ).toThrow(message);
    },
  );

  test('prices given by forRootAsync() are those of the AgentMetrics that is injected', async () => {
    const module = await Test.createTestingModule({
      imports: [
        MetricsModule.forRootAsync({
          useFactory: async () => ({
            agents: { prices: TABLE },
            prometheus: { defaultMetrics: false },
          }),
        }),
      ],
    }).compile();
    onTestFinished(() => module.close());
    module.get(AgentMetrics).recordInference({
      provider: 'acme',
      model: 'acme-1',
      seconds: 1,
      usage: { inputTokens: 1 },
    });
    expect(await module.get(PrometheusCollector).metrics()).toContain(
      'tframex_agent_cost_total{currency="EUR",model="acme-1",provider="acme",source="prices"} 2',
    );
  });

  test('a change of the prices after the start has no effect', async () => {
    const models = [{ model: '*', input: 2, output: 2 }];
    const { collector, record } = start({ ...TABLE, models });
    models[0]!.input = 100;
    record({ usage: { inputTokens: 1 } });
    expect(await samples(collector, 'agent_cost_total')).toEqual([
      'agent_cost_total{currency="EUR",model="acme-1",provider="acme",source="prices"} 2',
    ]);
  });
});

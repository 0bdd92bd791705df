import { createServer } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Agent,
  AgentMetrics,
  AgentRun,
  Counted,
  LabelError,
  MetricsModule,
  OptionsError,
  Timed,
  Tool,
} from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { makeCollector } from '../support/collector.js';
import { listen } from '../support/http.js';

const REQUEST = { provider: 'acme', model: 'acme-1' };
const USAGE = { inputTokens: 1_000, outputTokens: 100 };

@Agent('Assistant')
@Injectable()
class Assistant {
  constructor(private readonly agents: AgentMetrics) {}

  @Timed()
  @Counted()
  @AgentRun()
  async run(url: string): Promise<string> {
    await this.search();
    await (await fetch(url)).text();
    this.agents.startInference(REQUEST).end({ usage: USAGE });
    return 'Done';
  }

  @Tool('search')
  async search(): Promise<void> {}

  @AgentRun({ labels: (_question: string, tenant: string) => ({ tenant }) })
  async answer(_question: string, _tenant: string): Promise<void> {
    this.agents.startInference(REQUEST).end({ usage: USAGE });
  }

  @AgentRun({ labels: { plan: 'pro' } })
  async upgrade(): Promise<void> {
    this.agents.startInference(REQUEST).end({ usage: USAGE });
  }

  @AgentRun({
    labels: () => {
      throw new Error('no tenant');
    },
  })
  async anonymous(): Promise<string> {
    return 'Done';
  }
}

async function appOf() {
  const app = await Test.createTestingModule({
    imports: [
      MetricsModule.forRoot({
        namespace: '',
        httpClient: true,
        prometheus: { defaultMetrics: false },
        agents: {
          contextLabels: ['tenant', 'plan'],
          conventions: 'both',
          prices: {
            currency: 'EUR',
            perTokens: 1_000,
            models: [{ model: 'acme-*', input: 1, output: 1 }],
          },
        },
      }),
    ],
    providers: [Assistant],
  }).compile();
  await app.init();
  onTestFinished(() => app.close());
  return {
    assistant: app.get(Assistant),
    agents: app.get(AgentMetrics),
    metrics: metricsOf(app),
  };
}

/** All metrics that have something of what ran in a context. */
const MEASURED = [
  'agent_cost_total',
  'agent_duration_seconds',
  'agent_executions_total',
  'agent_inference_finishes_total',
  'agent_input_tokens_total',
  'agent_output_tokens_total',
  'agent_run_cost',
  'agent_run_tokens',
  'gen_ai_client_inference_duration_seconds',
  'gen_ai_client_inference_usage_input_tokens_total',
  'gen_ai_client_operation_duration_seconds',
  'gen_ai_client_token_usage',
  'gen_ai_execute_tool_duration_seconds',
  'gen_ai_invoke_agent_duration_seconds',
  'http_client_request_duration_seconds',
];

describe('withLabels()', () => {
  test.each(MEASURED)(
    'the labels of a context are on all that runs inside, and on nothing else: %s',
    async (name) => {
      const server = createServer((_request, response) => response.end('ok'));
      const url = `http://${await listen(server)}`;
      const { assistant, agents, metrics } = await appOf();
      const labels = { tenant: 'acme', plan: 'pro' };
      await Promise.all([
        agents.withLabels(labels, () => assistant.run(url)),
        agents.withLabels({ tenant: 'other' }, () => assistant.run(url)),
        assistant.run(url),
      ]);
      const of = (given: object) =>
        metrics
          .series(name)
          .filter(({ value }) => value > 0)
          .filter((one) => {
            const { tenant, plan } = one.labels;
            return JSON.stringify({ tenant, plan }) === JSON.stringify(given);
          }).length;
      expect(of(labels)).toBeGreaterThan(0);
      expect(of({ tenant: 'other' })).toBe(of(labels));
      expect(of({})).toBe(of(labels));
    },
  );

  test('a context inside of another one adds to its labels, and ends with its work', () => {
    const { collector } = makeCollector();
    const agents = new AgentMetrics(collector, {
      contextLabels: ['tenant', 'plan'],
    });
    const record = () => agents.recordInference({ ...REQUEST, seconds: 1 });
    agents.withLabels({ tenant: 'acme' }, () => {
      agents.withLabels({ plan: 'pro' }, record);
      agents.withLabels({ tenant: 'other' }, record);
      record();
    });
    record();
    const series = metricsOf(collector)
      .series('gen_ai_client_inference_duration_seconds')
      .map(({ labels }) => [labels['tenant'], labels['plan']]);
    expect(series).toEqual([
      ['acme', 'pro'],
      ['other', undefined],
      ['acme', undefined],
      [undefined, undefined],
    ]);
  });

  test('an inference has the labels that it began with, wherever it ends', () => {
    const { collector } = makeCollector();
    const agents = new AgentMetrics(collector, { contextLabels: ['tenant'] });
    const inference = agents.withLabels({ tenant: 'acme' }, () =>
      agents.startInference(REQUEST),
    );
    agents.withLabels({ tenant: 'other' }, () => inference.end());
    expect(metricsOf(collector)).toHaveMetric(
      'gen_ai_client_inference_duration_seconds',
      { tenant: 'acme' },
      1,
    );
  });

  test('sets of labels whose joined texts are equal have series of their own', () => {
    const { collector } = makeCollector();
    const agents = new AgentMetrics(collector, { contextLabels: ['a', 'b'] });
    for (const labels of [
      { a: '1 x', b: '' },
      { a: '1', b: ' x' },
      { a: '', b: '1 x' },
    ]) {
      agents.withLabels(labels, () =>
        agents.recordInference({ ...REQUEST, seconds: 1 }),
      );
    }
    const series = metricsOf(collector).series(
      'gen_ai_client_inference_duration_seconds',
    );
    expect(series.map(({ value }) => value)).toEqual([1, 1, 1]);
  });

  test('a label that is not declared is refused, and the work is not done', () => {
    const { collector } = makeCollector();
    const agents = new AgentMetrics(collector, { contextLabels: ['tenant'] });
    let isDone = false;
    const work = () => (isDone = true);
    const run = (labels: unknown) => () =>
      agents.withLabels(labels as never, work);
    expect(run({ user: '17' })).toThrow(
      new LabelError(
        "The label 'user' of a context is not declared; agents.contextLabels has 'tenant'",
      ),
    );
    expect(run('acme')).toThrow(LabelError);
    expect(run({ tenant: {} })).toThrow(LabelError);
    expect(isDone).toBe(false);
  });
});

describe('@AgentRun({ labels })', () => {
  const DURATION = 'gen_ai_client_inference_duration_seconds';

  test('an agent run gives its labels to what runs inside, from the arguments of the method', async () => {
    const { assistant, metrics } = await appOf();
    await Promise.all([
      assistant.answer('Rain?', 'acme'),
      assistant.answer('Rain?', 'other'),
    ]);
    for (const tenant of ['acme', 'other']) {
      expect(metrics).toHaveMetric(DURATION, { tenant }, 1);
      const run = 'gen_ai_invoke_agent_duration_seconds';
      expect(metrics).toHaveMetric(run, { tenant }, 1);
    }
  });

  test('an agent run may always have the same labels, and adds them to those around it', async () => {
    const { assistant, agents, metrics } = await appOf();
    await agents.withLabels({ tenant: 'acme' }, () => assistant.upgrade());
    const labels = { tenant: 'acme', plan: 'pro' };
    expect(metrics).toHaveMetric(DURATION, labels, 1);
  });

  test('labels of an agent run that cannot be had are reported, and the method runs', async () => {
    const { assistant, metrics } = await appOf();
    expect(await assistant.anonymous()).toBe('Done');
    expect(metrics).toHaveMetric(
      'metrics_errors_total',
      { cause: 'labels' },
      1,
    );
    const run = 'gen_ai_invoke_agent_duration_seconds';
    expect(metrics.histogram(run).count).toBe(1);
  });

  test('an option of @AgentRun() that is not valid is refused where it stands', () => {
    expect(() => {
      class Broken {
        run(): void {}
      }
      AgentRun({ labels: 5 as never })(
        Broken.prototype,
        'run',
        Object.getOwnPropertyDescriptor(Broken.prototype, 'run')!,
      );
    }).toThrow(/@AgentRun\(\).*Broken.run.*labels is 5/);
  });
});

test.each([
  ['tenant', "contextLabels is 'tenant'; expected an array"],
  [['tenant', 5], 'contextLabels[1] is 5; expected a text that is not empty'],
  [
    ['model'],
    "contextLabels[0] is 'model', which metrics of agents have already",
  ],
  [
    ['gen_ai_x'],
    "contextLabels[0] is 'gen_ai_x', which metrics of agents have",
  ],
  [['a-b'], "Label name 'a-b'"],
])('the option contextLabels %j is refused', (contextLabels, message) => {
  const { collector } = makeCollector();
  const make = () =>
    new AgentMetrics(collector, { contextLabels: contextLabels as never });
  expect(make).toThrow(OptionsError);
  expect(make).toThrow(message);
});

import { expect, test } from 'vitest';
import {
  AgentMetrics,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import type { AgentAnswer } from '../../src/live/answers.js';
import { startLiveApp } from './support/live-app.js';

const live = { interval: 1_000 };

/** Names that break out of what is not escaped. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'Refunds\u202etxt.exe',
  `${'x'.repeat(1_023)}"`,
  "'; DROP TABLE agents; --",
  'مساعد العملاء',
];

/** The sum of the samples of a metric on a page, of those series whose labels have a text. */
function sumOn(page: string, metric: string, labels = ''): number {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test.each(['current', 'v1.41', 'both'] as const)(
  'models, tokens and costs are those of the metrics page, with the conventions %s and a subsystem',
  async (conventions) => {
    const { app, answer, answerWhen, text } = await startLiveApp({
      imports: [
        MetricsModule.forRoot({
          live,
          namespace: 'acme',
          subsystem: 'api',
          agents: { conventions },
        }),
      ],
    });
    const agents = app.get(AgentMetrics);
    for (const [i, currency] of ['USD', 'EUR', 'USD'].entries()) {
      agents.recordInference({
        provider: 'openai',
        model: 'gpt-test',
        agent: 'Writer',
        seconds: 0.3,
        secondsToFirstChunk: 0.1,
        usage: {
          inputTokens: 100,
          cachedInputTokens: 40,
          outputTokens: 10 + i,
          reasoningTokens: 4,
        },
        reportedCost: { amount: '0.25', currency },
      });
    }
    agents.recordTool({ tool: 'search', agent: 'Writer', seconds: 0.01 });
    agents.recordTool({
      tool: 'search',
      agent: 'Writer',
      seconds: 0.01,
      error: new TypeError('no'),
    });
    const { models, tools, toolCalls } = await answerWhen(
      'models',
      (one) => one.tools[0]?.calls === 2 && one.models[0]?.calls === 3,
    );
    const tokens = {
      input: 300,
      cachedInput: 120,
      cacheWrite: 0,
      output: 33,
      reasoning: 12,
    };
    expect(models).toMatchObject([
      { name: 'gpt-test', provider: 'openai', calls: 3, failed: 0, tokens },
    ]);
    expect(Object.fromEntries(models[0]!.cost)).toEqual({
      USD: 0.5,
      EUR: 0.25,
    });
    expect(models[0]!.duration.p50).toBeGreaterThan(0.16);
    expect(models[0]!.firstChunk).toBeGreaterThan(0.08);
    expect(tools).toMatchObject([{ name: 'search', calls: 2, failed: 1 }]);
    expect(toolCalls).toEqual([
      { agent: 'Writer', tool: 'search', calls: 2, failed: 1 },
    ]);
    const page = await text('/metrics');
    const cost = 'acme_api_agent_cost_total';
    expect(sumOn(page, cost, 'currency="USD"')).toBe(0.5);
    const output =
      conventions === 'v1.41'
        ? 'acme_api_agent_output_tokens_total'
        : 'gen_ai_client_inference_usage_output_tokens_total';
    expect(sumOn(page, output)).toBe(tokens.output);
    const overview = await answer('overview');
    expect(overview.costSinceStart).toEqual([
      ['USD', 0.5],
      ['EUR', 0.25],
    ]);
    expect(overview.agents).toMatchObject([
      { name: 'Writer', tokens, cost: models[0]!.cost, tools: ['search'] },
    ]);
    const { agent } = await answer('agent', { name: 'Writer' });
    expect(agent!.models).toMatchObject([
      { name: 'gpt-test', calls: 3, tokens, cost: models[0]!.cost },
    ]);
    expect(agent!.tools).toMatchObject([{ name: 'search', calls: 2 }]);
  },
);

test('hostile names come back as they are, each as the agent that it is', async () => {
  const { app, answer, answerWhen } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live })],
  });
  const agents = app.get(AgentMetrics);
  for (const [i, agent] of HOSTILE.entries()) {
    for (let run = 0; run <= i; run++) {
      agents.recordAgentRun({ agent, seconds: 0.1 });
    }
  }
  const found = await answerWhen(
    'agents',
    (one) => one.agents.length === HOSTILE.length,
  );
  const calls = new Map(found.agents.map((one) => [one.name, one.calls]));
  for (const [i, name] of HOSTILE.entries()) {
    expect(calls.get(name), name).toBe(i + 1);
    const { agent }: AgentAnswer = await answer('agent', { name });
    expect(agent!.row.calls, name).toBe(i + 1);
  }
  const metric = 'gen_ai_invoke_agent_duration_seconds';
  const detail = await answer('metric', { name: metric, filter: '<SCRIPT>' });
  expect(detail.metric!.matching).toBe(1);
  expect(detail.metric!.list[0]!.labels).toMatchObject({
    gen_ai_agent_name: HOSTILE[0],
  });
});

test('500 agents of thousands of series fit into an answer of 200 kB, and readers add nothing', async () => {
  // Those of the process get series at any time, such as one for each kind of garbage collection.
  const prometheus = { defaultMetrics: false };
  const { app, get, answerWhen } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live, prometheus })],
  });
  const agents = app.get(AgentMetrics);
  for (let i = 0; i < 600; i++) {
    for (let run = 0; run < 1 + (i % 3); run++) {
      agents.recordAgentRun({
        agent: `tenant-${i}/Assistant`,
        seconds: i / 100,
        inferenceCalls: 2,
        toolCalls: 1,
        usage: { inputTokens: 10, outputTokens: 20 },
      });
    }
  }
  const found = await answerWhen('agents', (one) => one.agents.length === 500);
  expect(found.agents[0]).toMatchObject({ calls: 3 });
  const { info } = await answerWhen('system', (one) => one.leftOut > 0);
  expect(info.history).toBeLessThan(2 * 1024 * 1024);
  for (let i = 0; i < 5; i++) {
    const views = ['overview', 'agents', 'metrics', 'system'];
    for (const one of await Promise.all(
      views.map((view) => get(`/metrics/live/api/${view}`)),
    )) {
      expect(one.status).toBe(200);
      expect(Number(one.headers.get('content-length'))).toBeLessThan(200_000);
    }
  }
  const after = await answerWhen(
    'system',
    ({ sample }) => sample > found.sample,
  );
  expect(after.info.series).toBe(info.series);
});

test('metrics of any kind are shown with their series, and the busiest first', async () => {
  const { app, answerWhen } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live, maxSeriesPerMetric: 3 })],
  });
  const collector = app.get(PrometheusCollector);
  const orders = collector.counter('orders_total', { description: 'Orders.' });
  for (let i = 0; i < 5; i++) orders.inc({ shop: `s${i}` }, i + 1);
  collector.gauge('open_carts').set({ shop: 's1' }, 4);
  const { metrics } = await answerWhen('metrics', (one) =>
    one.metrics.some(({ overflows }) => overflows > 0),
  );
  expect(metrics).toContainEqual({
    name: 'tframex_orders_total',
    type: 'counter',
    help: 'Orders.',
    unit: '',
    series: 4,
    limit: 3,
    overflows: 2,
  });
  const { metric } = await answerWhen(
    'metric',
    (one) => one.metric?.list.length === 4,
    { name: 'tframex_orders_total' },
  );
  expect(metric!.list.map(({ value }) => value)).toEqual([9, 3, 2, 1]);
  const carts = await answerWhen(
    'metric',
    (one) => one.metric?.list[0]?.points.at(-1) === 4,
    { name: 'tframex_open_carts', filter: 'shop=s1' },
  );
  expect(carts.metric!.list).toMatchObject([
    { labels: { shop: 's1' }, value: 4 },
  ]);
  const { findings } = await answerWhen(
    'overview',
    (one) => one.findings.length > 0,
  );
  expect(findings).toEqual([
    {
      level: 'warn',
      kind: 'overflow',
      subject: 'tframex_orders_total',
      facts: { recordings: 2, limit: 3 },
    },
  ]);
});

import { describe, expect, test } from 'vitest';
import { AgentMetrics } from '../../src/index.js';
import type {
  Inference,
  Prices,
} from '../../src/instrumentation/gen-ai/index.js';
import { makeCollector, samples } from '../support/collector.js';

const PRICES: Prices = {
  currency: 'USD',
  models: [
    { model: 'acme-*', input: '0.1', output: '0.3' },
    { model: 'free', input: 0, output: 0 },
  ],
};

function start(
  options: Parameters<typeof makeCollector>[0] = {},
  prices: Prices | undefined = PRICES,
) {
  const { collector, warnings } = makeCollector(options);
  const agents = new AgentMetrics(collector, { prices });
  const record = (inference: Partial<Inference> = {}) =>
    agents.recordInference({
      provider: 'acme',
      model: 'acme-1',
      seconds: 1,
      ...inference,
    });
  const costs = () => samples(collector, 'agent_cost_total');
  const gaps = () =>
    samples(collector, 'agent_inferences_(without|partial)_usage_total');
  return { agents, collector, warnings, record, costs, gaps };
}

const tokens = (inputTokens: number, outputTokens = 0) => ({
  usage: { inputTokens, outputTokens },
});

const LABELS = 'currency="USD",model="acme-1",provider="acme"';

describe('agent_cost_total', () => {
  test('a million inferences cost what the invoice says, to the last digit', async () => {
    const { record, costs } = start();
    const usage = { inputTokens: 7, outputTokens: 3 };
    for (let i = 0; i < 1_000_000; i++) record({ usage });
    expect(await costs()).toEqual([
      `agent_cost_total{${LABELS},source="prices"} 1.6`,
    ]);
  }, 60_000);

  test('small costs that are added to a large one are not lost', async () => {
    const { record, costs } = start();
    record(tokens(9e15));
    record(tokens(9e15));
    for (let i = 0; i < 10; i++) record(tokens(1));
    expect(await costs()).toEqual([
      `agent_cost_total{${LABELS},source="prices"} 1800000000.000001`,
    ]);
  });

  test('a cost says by its source whether it was computed or reported', async () => {
    const { record, costs } = start();
    const reportedCost = { amount: '0.5', currency: 'USD' };
    record(tokens(1_000_000));
    record({ ...tokens(1_000_000), reportedCost });
    record({ reportedCost });
    expect(await costs()).toEqual([
      `agent_cost_total{${LABELS},source="prices"} 0.1`,
      `agent_cost_total{${LABELS},source="reported"} 1`,
    ]);
  });

  test('a model that is free has a cost of 0', async () => {
    const { record, costs } = start();
    record({ model: 'free', ...tokens(5, 5) });
    expect(await costs()).toEqual([
      'agent_cost_total{currency="USD",model="free",provider="acme",source="prices"} 0',
    ]);
  });

  test('a cost that is reported in another currency is not counted, and one warning says so', async () => {
    const { record, costs, collector, warnings } = start();
    const reportedCost = { amount: 5, currency: 'EUR' };
    record({ ...tokens(1_000_000), reportedCost });
    record({ ...tokens(1_000_000), reportedCost });
    expect(await costs()).toEqual([
      `agent_cost_total{${LABELS},source="prices"} 0.2`,
    ]);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="cost_currency"} 2',
    ]);
    expect(warnings).toEqual([
      expect.stringContaining(
        'it reports its cost in EUR, of which there are no prices; that cost is not counted',
      ),
    ]);
  });

  test('a reported cost is counted in its currency where the app has no prices', async () => {
    const { collector, warnings } = makeCollector();
    const inference = { provider: 'acme', model: 'acme-1', seconds: 1 };
    const reportedCost = { amount: '0.25', currency: 'EUR' };
    const agents = new AgentMetrics(collector);
    agents.recordInference({ ...inference, reportedCost });
    expect(await samples(collector, 'agent_cost_total')).toEqual([
      'agent_cost_total{currency="EUR",model="acme-1",provider="acme",source="reported"} 0.25',
    ]);
    expect(warnings).toEqual([]);
  });
});

describe('the exact total of a cost', () => {
  const tenth = tokens(1_000_000);

  test('the total of a cost starts again after clearMetrics()', async () => {
    const { record, costs, collector } = start();
    record(tenth);
    collector.clearMetrics();
    record(tenth);
    record(tenth);
    record(tenth);
    expect((await costs())[0]).toMatch(/ 0\.3$/);
  });

  test('the total of a cost starts again after a reset, and after its series was removed', async () => {
    const { record, costs, collector } = start();
    record(tenth);
    collector.counter('agent_cost_total').reset();
    record(tenth);
    expect((await costs())[0]).toMatch(/ 0\.1$/);
    collector.counter('agent_cost_total').removeAll();
    record(tenth);
    record(tenth);
    expect((await costs())[0]).toMatch(/ 0\.2$/);
  });

  test('an amount that the app adds itself stays in the total', async () => {
    const { record, costs, collector } = start();
    record(tenth);
    collector.counter('agent_cost_total').inc(
      {
        currency: 'USD',
        model: 'acme-1',
        provider: 'acme',
        source: 'prices',
      },
      0.5,
    );
    record(tenth);
    record(tenth);
    expect((await costs())[0]).toMatch(/ 0\.8$/);
  });

  test('costs beyond the limit of series add up exactly in the overflow series', async () => {
    const { record, costs } = start({ maxSeriesPerMetric: 2 });
    for (let i = 0; i < 12; i++) record({ model: `acme-${i}`, ...tenth });
    expect(await costs()).toContain(
      'agent_cost_total{otel_metric_overflow="true"} 1',
    );
  });

  test('a metric that a filter denies takes costs without an error', async () => {
    const { record, costs, warnings } = start({
      filters: [{ metrics: 'agent_cost_total', deny: true }],
    });
    record(tenth);
    record(tenth);
    expect(await costs()).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

describe('inferences whose cost is not fully known', () => {
  const missing = `agent_inferences_without_usage_total{model="acme-1",provider="acme"}`;

  test('an answer without usage is counted, if its model has a price', async () => {
    const { record, gaps, costs } = start();
    record();
    record({ usage: {} });
    record({ model: 'unpriced' });
    expect(await gaps()).toEqual([`${missing} 2`]);
    expect(await costs()).toEqual([]);
  });

  test('an answer without usage of a model that is free is counted too', async () => {
    const { record, gaps } = start();
    record({ model: 'free' });
    expect(await gaps()).toHaveLength(1);
  });

  test('a request that asks no model, such as a retrieval, is not counted as one without usage', async () => {
    const { record, gaps } = start();
    record({ operation: 'retrieval' });
    expect(await gaps()).toEqual([]);
  });

  test('an inference that failed before the first chunk is not counted as one without usage', async () => {
    const { record, gaps } = start();
    record({ error: new Error('refused') });
    expect(await gaps()).toEqual([]);
    record({ error: new Error('broken off'), secondsToFirstChunk: 0.1 });
    expect(await gaps()).toEqual([`${missing} 1`]);
  });

  test('a stream that its consumer leaves without usage is counted', async () => {
    const { agents, gaps } = start();
    async function* chunks() {
      yield 1;
      yield 2;
    }
    const stream = agents.observeStream(chunks(), {
      provider: 'acme',
      model: 'acme-1',
    });
    for await (const chunk of stream) if (chunk === 1) break;
    expect(await gaps()).toEqual([`${missing} 1`]);
  });

  test('an answer without usage that reports its cost is not counted', async () => {
    const { record, gaps } = start();
    record({ reportedCost: { amount: 1, currency: 'USD' } });
    expect(await gaps()).toEqual([]);
  });

  test('a usage that is a lower bound is counted, and costs what it says', async () => {
    const { record, gaps, costs } = start();
    record({ usage: { inputTokens: 1_000_000 }, isPartial: true });
    expect(await gaps()).toEqual([
      'agent_inferences_partial_usage_total{model="acme-1",provider="acme"} 1',
    ]);
    expect((await costs())[0]).toMatch(/ 0\.1$/);
  });

  test('tokens without a price are an error that names what is missing', async () => {
    const { record, warnings, costs } = start(
      {},
      { currency: 'USD', models: [{ model: '*', input: 1 }] },
    );
    record(tokens(1, 1));
    expect(await costs()).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining('its price lacks one for some of its tokens'),
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { AgentMetrics, MetricValueError } from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { makeCollector } from '../support/collector.js';
import { usedHeap } from '../support/heap.js';

const REQUEST = { provider: 'acme', model: 'acme-1' };
const INFERENCE = { ...REQUEST, seconds: 1 };
const FINISHES = 'agent_inference_finishes_total';

const again = (): AsyncIterable<number> => ({
  async *[Symbol.asyncIterator]() {
    yield 1;
    yield 2;
  },
});

function start() {
  const { collector, warnings } = makeCollector();
  const agents = new AgentMetrics(collector, {
    prices: {
      currency: 'EUR',
      perTokens: 1_000,
      models: [{ model: 'acme-*', input: '0.1', output: '0.3' }],
    },
  });
  return { agents, collector, warnings, metrics: metricsOf(collector) };
}

describe('the reason why an answer ended', () => {
  test.each([
    ['stop', 'stop'],
    ['end_turn', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['content_filter', 'content_filter'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'refusal'],
    ['a reason of tomorrow', 'other'],
  ])(
    'a finish reason is one of a few kinds, whatever the provider calls it: %s',
    (finishReason, kind) => {
      const { agents, metrics } = start();
      agents.recordInference({ ...INFERENCE, finishReason });
      expect(metrics.series(FINISHES)).toEqual([
        {
          labels: {
            finish_reason: kind,
            model: 'acme-1',
            provider: 'acme',
          },
          value: 1,
        },
      ]);
    },
  );

  test('a stream that ends without a finish reason has none, and a failure is an error', () => {
    const { agents, metrics } = start();
    agents.startInference(REQUEST).end();
    agents.startInference(REQUEST).fail(new Error('no'));
    expect(metrics).toHaveMetric(FINISHES, { finish_reason: 'none' }, 1);
    expect(metrics).toHaveMetric(FINISHES, { finish_reason: 'error' }, 1);
  });

  test('embeddings have no finish reason', () => {
    const { agents, metrics } = start();
    agents.recordInference({ ...INFERENCE, operation: 'embeddings' });
    expect(metrics).not.toHaveMetric(FINISHES);
  });
});

describe('running inferences', () => {
  const RUNNING = 'agent_inferences_running';

  test('running inferences are counted by agent and model until they end, fail or are discarded', async () => {
    const { agents, metrics } = start();
    const running = async () => {
      await metrics.refresh();
      return metrics.value(RUNNING, { agent: 'Writer', model: 'acme-1' });
    };
    const [one, two, three] = [1, 2, 3].map(() =>
      agents.startInference({ ...REQUEST, agent: 'Writer' }),
    );
    expect(await running()).toBe(3);
    one!.end();
    two!.fail(new Error('no'));
    expect(await running()).toBe(1);
    three!.discard();
    expect(await running()).toBe(0);
  });

  test('the age of the oldest running inference is shown', async () => {
    const { agents, metrics } = start();
    const inference = agents.startInference(REQUEST);
    const age = async () => {
      await metrics.refresh();
      return metrics.value(`${RUNNING}_oldest_seconds`);
    };
    const first = await age();
    await expect.poll(age).toBeGreaterThan(first);
    inference.end();
    expect(await age()).toBe(0);
  });
});

describe('what is billed', () => {
  test('billed tokens replace the used ones of their kind, and the others stay', () => {
    const { agents, metrics } = start();
    agents.recordInference({
      ...INFERENCE,
      usage: {
        inputTokens: 10,
        outputTokens: 20,
        cachedInputTokens: 4,
        reasoningTokens: 3,
      },
      billedTokens: { inputTokens: 5 },
    });
    const used = (kind: string) =>
      metrics.value(`gen_ai_client_inference_usage_${kind}_tokens_total`);
    expect(['input', 'output', 'cache_read_input'].map(used)).toEqual([
      5, 20, 4,
    ]);
    expect(used('reasoning_output')).toBe(3);
  });

  test('a cost that no number can show is refused, and nothing of the run is recorded', () => {
    const { agents, metrics } = start();
    const costs = [{ amount: '1e400', currency: 'USD' }];
    expect(() =>
      agents.recordAgentRun({ agent: 'Writer', seconds: 1, costs }),
    ).toThrow(MetricValueError);
    expect(metrics).not.toHaveMetric('gen_ai_invoke_agent_duration_seconds');
  });
});

describe('inferences that are dropped', () => {
  const RUNNING = 'agent_inferences_running';

  test.each([
    ['is not consumed to its end', 0],
    ['is consumed once more, and not to its end', 1],
  ])(
    'a stream that %s is no longer counted as running once it is collected',
    async (_what, consumed) => {
      const { agents, metrics } = start();
      const running = async () => {
        usedHeap();
        await metrics.refresh();
        return metrics.value(RUNNING);
      };
      const drop = async () => {
        const chunks = agents.observeStream(again(), REQUEST);
        for (let i = 0; i < consumed; i++) for await (const _ of chunks);
        await chunks[Symbol.asyncIterator]().next();
      };
      for (let i = 0; i < 20; i++) await drop();
      await expect.poll(running, { timeout: 20_000 }).toBe(0);
    },
  );
});

describe('retries', () => {
  test('a retry is counted by its error, for the agent run around it', () => {
    const { agents, metrics } = start();
    agents.runAgent('Writer', () => {
      agents.recordRetry({ ...REQUEST, error: new RangeError('too many') });
    });
    expect(metrics).toHaveMetric(
      'agent_inference_retries_total',
      { agent: 'Writer', ...REQUEST, error_type: 'RangeError' },
      1,
    );
  });
});

describe('what an agent run took', () => {
  const usage = { inputTokens: 1_000, outputTokens: 100 };

  test('an agent run has the tokens and the cost of its inferences, and the exact sum of them', () => {
    const { agents, metrics } = start();
    agents.runAgent('Writer', () => {
      for (let i = 0; i < 3; i++)
        agents.recordInference({ ...INFERENCE, usage });
    });
    const tokens = (direction: string) =>
      metrics.histogram('agent_run_tokens', { agent: 'Writer', direction }).sum;
    expect(tokens('input')).toBe(3_000);
    expect(tokens('output')).toBe(300);
    const cost = metrics.histogram('agent_run_cost', {
      agent: 'Writer',
      currency: 'EUR',
    });
    expect(cost).toMatchObject({ count: 1, sum: 0.39 });
  });

  test('the run of an agent has what the runs inside of it took: an answer costs all of them', async () => {
    const { agents, metrics } = start();
    await agents.runAgent('Assistant', async () => {
      await agents.runAgent('Writer', async () => {
        agents.startInference(REQUEST).end({ usage });
      });
      await agents.runAgent('Critic', async () => {
        agents.startInference(REQUEST).end({ usage });
      });
    });
    const cost = (agent: string) =>
      metrics.histogram('agent_run_cost', { agent }).sum;
    expect(cost('Writer')).toBe(0.13);
    expect(cost('Critic')).toBe(0.13);
    expect(cost('Assistant')).toBe(0.26);
    // The calls are those of the run itself, as the conventions have them.
    expect(
      metrics.histogram('gen_ai_invoke_agent_inference_calls', {
        gen_ai_agent_name: 'Assistant',
      }).sum,
    ).toBe(0);
  });

  test('a run whose inferences tell no tokens has no tokens and no cost, rather than none', () => {
    const { agents, metrics } = start();
    agents.runAgent('Writer', () => agents.recordInference(INFERENCE));
    agents.runAgent('Writer', () => undefined);
    expect(metrics).not.toHaveMetric('agent_run_tokens');
    expect(metrics).not.toHaveMetric('agent_run_cost');
  });

  test('recordAgentRun() takes tokens and costs that the app knows', () => {
    const { agents, metrics } = start();
    agents.recordAgentRun({
      agent: 'Writer',
      seconds: 1,
      usage: { inputTokens: 5 },
      costs: [{ amount: '0.25', currency: 'USD' }],
    });
    expect(metrics.histogram('agent_run_tokens').sum).toBe(5);
    expect(metrics.histogram('agent_run_cost').sum).toBe(0.25);
    expect(() =>
      agents.recordAgentRun({
        agent: 'Writer',
        seconds: 1,
        costs: [{ amount: '-1', currency: 'USD' }],
      }),
    ).toThrow(/The agent run.costs has '-1' as amount; expected a decimal/);
  });
});

describe('evaluations', () => {
  test('an evaluation is counted by its label, and its score is observed, for the agent run around it', () => {
    const { agents, metrics } = start();
    agents.runAgent('Writer', () => {
      agents.recordEvaluation({
        name: 'toxicity',
        label: 'passed',
        score: 0.02,
      });
    });
    agents.recordEvaluation({ name: 'toxicity', label: 'blocked' });
    const writer = { agent: 'Writer', evaluation: 'toxicity' };
    expect(metrics).toHaveMetric(
      'agent_evaluations_total',
      { ...writer, label: 'passed' },
      1,
    );
    expect(metrics).toHaveMetric(
      'agent_evaluations_total',
      { evaluation: 'toxicity', label: 'blocked' },
      1,
    );
    expect(metrics.histogram('agent_evaluation_score', writer)).toMatchObject({
      count: 1,
      sum: 0.02,
    });
  });

  test.each([
    [{ name: 'toxicity' }, 'has no label and no score'],
    [{ name: '', label: 'passed' }, "has '' as name"],
    [{ name: 'toxicity', label: 5 }, 'has 5 as label'],
    [{ name: 'toxicity', score: NaN }, 'has NaN as score'],
  ])('an evaluation %j is refused', (evaluation, message) => {
    const { agents } = start();
    const record = () => agents.recordEvaluation(evaluation as never);
    expect(record).toThrow(MetricValueError);
    expect(record).toThrow(message);
  });
});

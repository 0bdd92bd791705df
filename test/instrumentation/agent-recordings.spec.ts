import { describe, expect, test } from 'vitest';
import {
  AgentMetrics,
  LabelError,
  MetricConflictError,
  MetricValueError,
} from '../../src/index.js';
import { type Inference } from '../../src/instrumentation/gen-ai/index.js';
import { makeCollector, samples } from '../support/collector.js';

const LABELS =
  'gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="acme-1"';

const INFERENCE: Inference = { provider: 'acme', model: 'acme-1', seconds: 1 };

function start(options = {}) {
  const { collector, warnings } = makeCollector(options);
  return { agents: new AgentMetrics(collector), collector, warnings };
}

/** The samples of a metric without its buckets. */
async function sums({ collector }: ReturnType<typeof start>, metric: string) {
  const lines = await samples(collector, metric);
  return lines.filter((line) => !line.includes('_bucket{'));
}

describe('recordInference()', () => {
  test('recordInference() records no more than what is known', async () => {
    const app = start();
    app.agents.recordInference(INFERENCE);
    const duration = 'gen_ai_client_operation_duration_seconds';
    expect(await sums(app, duration)).toEqual([
      `${duration}_sum{${LABELS}} 1`,
      `${duration}_count{${LABELS}} 1`,
    ]);
    expect(app.collector.getMetricCount()).toBe(1);
  });

  test('recordInference() records all that is known, and each kind of tokens in a counter of its own', async () => {
    const app = start();
    app.agents.recordInference({
      ...INFERENCE,
      operation: 'text_completion',
      responseModel: 'acme-1b',
      agent: 'Writer',
      secondsToFirstChunk: 0.5,
      secondsPerOutputChunk: [0.25, 0.5],
      usage: {
        inputTokens: 40,
        cachedInputTokens: 30,
        outputTokens: 20,
        reasoningTokens: 10,
      },
      error: new RangeError('too long'),
    });
    const labels =
      'gen_ai_operation_name="text_completion",gen_ai_provider_name="acme",gen_ai_request_model="acme-1",gen_ai_response_model="acme-1b"';
    const operation = 'gen_ai_client_operation';
    const expected: Record<string, string[]> = {
      [`${operation}_duration_seconds`]: [
        `_sum{error_type="RangeError",${labels}} 1`,
        `_count{error_type="RangeError",${labels}} 1`,
      ],
      [`${operation}_time_to_first_chunk_seconds`]: [
        `_sum{${labels}} 0.5`,
        `_count{${labels}} 1`,
      ],
      [`${operation}_time_per_output_chunk_seconds`]: [
        `_sum{${labels}} 0.75`,
        `_count{${labels}} 2`,
      ],
      gen_ai_client_token_usage: [
        `_sum{${labels},gen_ai_token_type="input"} 40`,
        `_count{${labels},gen_ai_token_type="input"} 1`,
        `_sum{${labels},gen_ai_token_type="output"} 20`,
        `_count{${labels},gen_ai_token_type="output"} 1`,
      ],
    };
    for (const [kind, tokens] of Object.entries({
      input: 40,
      cached_input: 30,
      output: 20,
      reasoning: 10,
    })) {
      expected[`agent_${kind}_tokens_total`] = [
        `{agent="Writer",model="acme-1b",provider="acme"} ${tokens}`,
      ];
    }
    for (const [metric, lines] of Object.entries(expected)) {
      expect(await sums(app, metric)).toEqual(lines.map((l) => metric + l));
    }
    expect(app.collector.getMetricCount()).toBe(Object.keys(expected).length);
  });

  test.each([undefined, null])(
    'an inference with the error %s has not failed',
    async (error) => {
      const app = start();
      app.agents.recordInference({ ...INFERENCE, error });
      expect(await app.collector.metrics()).not.toContain('error_type');
    },
  );

  test('recordInference() does not count for its run if it is refused', async () => {
    const app = start();
    app.agents.runAgent('Writer', () => {
      expect(() =>
        app.agents.recordInference({ ...INFERENCE, seconds: -1 }),
      ).toThrow(MetricValueError);
    });
    expect(await sums(app, 'gen_ai_invoke_agent_inference_calls')).toContain(
      'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Writer",gen_ai_operation_name="invoke_agent"} 0',
    );
  });

  test('recordInference() records nothing if a filter fails at one of its series', async () => {
    const fail = () => {
      throw new Error('no');
    };
    const app = start({
      filters: [{ metrics: 'agent_input_*', mapLabels: { model: fail } }],
    });
    const usage = { inputTokens: 1 };
    expect(() => app.agents.recordInference({ ...INFERENCE, usage })).toThrow(
      LabelError,
    );
    expect(await app.collector.metrics()).not.toMatch(/ [1-9]\d*$/m);
  });

  test('recordInference() records nothing if one of its metrics cannot be had', async () => {
    const app = start();
    app.collector.gauge('agent_output_tokens_total');
    const usage = { inputTokens: 1, outputTokens: 1 };
    expect(() => app.agents.recordInference({ ...INFERENCE, usage })).toThrow(
      MetricConflictError,
    );
    expect(await app.collector.metrics()).not.toMatch(/ [1-9]\d*$/m);
  });
});

test('recordTool() records a call for the agent that is given', async () => {
  const app = start();
  app.agents.recordTool({ tool: 'search', seconds: 2, agent: 'Writer' });
  app.agents.recordTool({ tool: 'search', seconds: 1, error: 'no' });
  const tool = 'gen_ai_execute_tool_duration_seconds';
  const labels =
    'gen_ai_operation_name="execute_tool",gen_ai_tool_name="search"';
  expect(await sums(app, tool)).toEqual([
    `${tool}_sum{gen_ai_agent_name="Writer",${labels}} 2`,
    `${tool}_count{gen_ai_agent_name="Writer",${labels}} 1`,
    `${tool}_sum{error_type="string",${labels}} 1`,
    `${tool}_count{error_type="string",${labels}} 1`,
  ]);
});

test('recordAgentRun() records a run with the calls that it took', async () => {
  const app = start();
  app.agents.recordAgentRun({ agent: 'Writer', seconds: 3, toolCalls: 2 });
  const labels =
    'gen_ai_agent_name="Writer",gen_ai_operation_name="invoke_agent"';
  const run = 'gen_ai_invoke_agent';
  for (const [metric, sum] of [
    [`${run}_duration_seconds`, 3],
    [`${run}_inference_calls`, 0],
    [`${run}_tool_calls`, 2],
  ] as const) {
    expect(await sums(app, metric)).toEqual([
      `${metric}_sum{${labels}} ${sum}`,
      `${metric}_count{${labels}} 1`,
    ]);
  }
});

test('recordWorkflow() records a workflow by its name', async () => {
  const app = start();
  app.agents.recordWorkflow({ workflow: 'onboarding', seconds: 90 });
  const workflow = 'gen_ai_invoke_workflow_duration_seconds';
  const labels =
    'gen_ai_operation_name="invoke_workflow",gen_ai_workflow_name="onboarding"';
  expect(await sums(app, workflow)).toEqual([
    `${workflow}_sum{${labels}} 90`,
    `${workflow}_count{${labels}} 1`,
  ]);
});

describe('a running inference', () => {
  test('a running inference that is ended twice counts once', async () => {
    const app = start();
    const inference = app.agents.startInference(INFERENCE);
    inference.end({ usage: { inputTokens: 3 } });
    inference.end({ usage: { inputTokens: 5 } });
    inference.fail(new Error('late'));
    expect(await sums(app, 'agent_input_tokens_total')).toEqual([
      'agent_input_tokens_total{model="acme-1",provider="acme"} 3',
    ]);
  });

  test('a running inference that fails counts the tokens that were billed anyway', async () => {
    const app = start();
    app.agents
      .startInference(INFERENCE)
      .fail(undefined, { usage: { inputTokens: 3 } });
    const page = await app.collector.metrics();
    expect(page).toContain(
      `gen_ai_client_operation_duration_seconds_count{error_type="Error",${LABELS}} 1`,
    );
    expect(page).toContain(
      'agent_input_tokens_total{model="acme-1",provider="acme"} 3',
    );
  });

  test('a running inference never throws: an answer that cannot be recorded is reported', async () => {
    const app = start();
    const end = (answer: unknown) =>
      app.agents.startInference(INFERENCE).end(answer as never);
    end({ usage: { inputTokens: NaN } });
    expect(await sums(app, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="invalid_value"} 1',
    ]);
    expect(app.warnings).toEqual([
      `acme acme-1: MetricValueError: The inference.usage has NaN as inputTokens; expected a whole number of 0 or more, or nothing [invalid_value; logged once, counted]`,
    ]);
    end(null);
    expect(await app.collector.metrics()).toContain(
      `gen_ai_client_operation_duration_seconds_count{${LABELS}} 1`,
    );
  });
});

describe('the metrics of agents', () => {
  test('the metrics of agents are filtered by their names without namespace, like all others', async () => {
    const app = start({
      namespace: 'tframex',
      filters: [
        { metrics: 'gen_ai_client_token_usage', deny: true },
        { metrics: 'gen_ai_*', buckets: [1, 5] },
        {
          metrics: 'gen_ai_*',
          renameLabels: { gen_ai_request_model: 'model' },
        },
      ],
    });
    const usage = { inputTokens: 1 };
    app.agents.recordInference({ ...INFERENCE, usage });
    const page = await app.collector.metrics();
    expect(page).toContain(
      'gen_ai_client_operation_duration_seconds_bucket{gen_ai_operation_name="chat",gen_ai_provider_name="acme",model="acme-1",le="5"} 1',
    );
    expect(page).not.toContain('gen_ai_client_token_usage');
    expect(page).toContain('tframex_agent_input_tokens_total{');
  });

  test('the metrics of agents start from zero after they were cleared', async () => {
    const app = start();
    const inference = { ...INFERENCE, usage: { inputTokens: 2 } };
    const run = { agent: 'Writer', seconds: 2 };
    app.agents.recordInference(inference);
    app.agents.recordAgentRun(run);
    app.collector.clearMetrics();
    expect(await app.collector.metrics()).toBe('');
    app.agents.recordInference(inference);
    app.agents.recordAgentRun(run);
    expect(await app.collector.metrics()).toContain(
      'gen_ai_invoke_agent_duration_seconds_count{gen_ai_agent_name="Writer",gen_ai_operation_name="invoke_agent"} 1',
    );
    expect(await sums(app, 'agent_input_tokens_total')).toEqual([
      'agent_input_tokens_total{model="acme-1",provider="acme"} 2',
    ]);
  });

  test('each collector has its own metrics of agents', async () => {
    const [first, second] = [start(), start()];
    first.agents.recordInference(INFERENCE);
    await first.agents.runAgent('Writer', async () => {
      expect(second.agents.runs.current).toBeUndefined();
    });
    expect(await second.collector.metrics()).toBe('');
  });
});

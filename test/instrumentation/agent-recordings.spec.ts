import { describe, expect, test } from 'vitest';
import {
  AgentMetrics,
  LabelError,
  type Labels,
  MetricConflictError,
  MetricValueError,
} from '../../src/index.js';
import { type Inference } from '../../src/instrumentation/gen-ai/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { makeCollector } from '../support/collector.js';
import { withLink } from '../../src/core/message-links.js';

const DURATION = 'gen_ai_client_inference_duration_seconds';

const LABELS = {
  gen_ai_operation_name: 'chat',
  gen_ai_provider_name: 'acme',
  gen_ai_request_model: 'acme-1',
};

const INPUT = 'gen_ai_client_inference_usage_input_tokens_total';

const INFERENCE: Inference = { provider: 'acme', model: 'acme-1', seconds: 1 };

function start(options = {}) {
  const { collector, warnings } = makeCollector(options);
  return {
    agents: new AgentMetrics(collector),
    collector,
    metrics: metricsOf(collector),
    warnings,
  };
}

describe('recordInference()', () => {
  test('recordInference() records no more than what is known', () => {
    const app = start();
    app.agents.recordInference(INFERENCE);
    expect(app.metrics.series(DURATION)).toEqual([
      { labels: LABELS, value: 1 },
    ]);
    expect(app.metrics.histogram(DURATION).sum).toBe(1);
    // The reason why it finished is the other one.
    expect(app.collector.getMetricCount()).toBe(2);
  });

  test('recordInference() records all that is known, and each kind of tokens in a counter of its own', () => {
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
    const labels = {
      gen_ai_operation_name: 'text_completion',
      gen_ai_provider_name: 'acme',
      gen_ai_request_model: 'acme-1',
      gen_ai_response_model: 'acme-1b',
    };
    const failed = { ...labels, error_type: 'RangeError' };
    const operation = 'gen_ai_client_inference';
    const histograms: [string, Labels, number, number][] = [
      [DURATION, failed, 1, 1],
      [`${operation}_time_to_first_chunk_seconds`, labels, 1, 0.5],
      [`${operation}_time_per_output_chunk_seconds`, labels, 2, 0.75],
      [`${operation}_operation_input_tokens`, labels, 1, 40],
      [`${operation}_operation_output_tokens`, labels, 1, 20],
    ];
    for (const [metric, exact, count, sum] of histograms) {
      expect(app.metrics.series(metric)).toContainEqual({
        labels: exact,
        value: count,
      });
      expect(app.metrics.histogram(metric, exact).sum).toBe(sum);
    }
    const writer = {
      agent: 'Writer',
      ...labels,
      gen_ai_token_modality: 'unknown',
    };
    for (const [kind, value] of Object.entries({
      input: 40,
      cache_read_input: 30,
      output: 20,
      reasoning_output: 10,
    })) {
      const metric = `${operation}_usage_${kind}_tokens_total`;
      expect(app.metrics.series(metric)).toEqual([{ labels: writer, value }]);
    }
    expect(app.collector.getMetricCount()).toBe(10);
  });

  test.each([undefined, null])(
    'an inference with the error %s has not failed',
    async (error) => {
      const app = start();
      app.agents.recordInference({ ...INFERENCE, error });
      expect(await app.collector.metrics()).not.toContain('error_type');
    },
  );

  test('recordInference() does not count for its run if it is refused', () => {
    const app = start();
    app.agents.runAgent('Writer', () => {
      expect(() =>
        app.agents.recordInference({ ...INFERENCE, seconds: -1 }),
      ).toThrow(MetricValueError);
    });
    const calls = 'gen_ai_invoke_agent_inference_calls';
    expect(app.metrics.histogram(calls)).toMatchObject({ count: 1, sum: 0 });
  });

  test('recordInference() records nothing if a filter fails at one of its series', async () => {
    const fail = () => {
      throw new Error('no');
    };
    const app = start({
      filters: [
        {
          metrics: /_usage_input_/,
          mapLabels: { gen_ai_token_modality: fail },
        },
      ],
    });
    const usage = { inputTokens: 1 };
    expect(() => app.agents.recordInference({ ...INFERENCE, usage })).toThrow(
      LabelError,
    );
    expect(await app.collector.metrics()).not.toMatch(/ [1-9]\d*$/m);
  });

  test('recordInference() records nothing if one of its metrics cannot be had', async () => {
    const app = start();
    app.collector.gauge('gen_ai_client_inference_usage_output_tokens_total', {
      prefixed: false,
    });
    const usage = { inputTokens: 1, outputTokens: 1 };
    expect(() => app.agents.recordInference({ ...INFERENCE, usage })).toThrow(
      MetricConflictError,
    );
    expect(await app.collector.metrics()).not.toMatch(/ [1-9]\d*$/m);
  });
});

test('recordTool() records a call for the agent that is given', () => {
  const { agents, metrics } = start();
  agents.recordTool({ tool: 'search', seconds: 2, agent: 'Writer' });
  agents.recordTool({ tool: 'search', seconds: 1, error: 'no' });
  const tool = 'gen_ai_execute_tool_duration_seconds';
  const labels = {
    gen_ai_operation_name: 'execute_tool',
    gen_ai_tool_name: 'search',
  };
  const writer = { gen_ai_agent_name: 'Writer' };
  expect(metrics.series(tool)).toEqual([
    { labels: { ...writer, ...labels }, value: 1 },
    { labels: { error_type: 'string', ...labels }, value: 1 },
  ]);
  expect(metrics.histogram(tool, writer).sum).toBe(2);
});

test('recordAgentRun() records a run with the calls that it took', () => {
  const { agents, metrics } = start();
  agents.recordAgentRun({ agent: 'Writer', seconds: 3, toolCalls: 2 });
  const labels = {
    gen_ai_agent_name: 'Writer',
    gen_ai_operation_name: 'invoke_agent',
  };
  const run = 'gen_ai_invoke_agent';
  for (const [metric, sum] of [
    [`${run}_duration_seconds`, 3],
    [`${run}_inference_calls`, 0],
    [`${run}_tool_calls`, 2],
  ] as const) {
    expect(metrics.series(metric)).toEqual([{ labels, value: 1 }]);
    expect(metrics.histogram(metric).sum).toBe(sum);
  }
});

test('recordWorkflow() records a workflow by its name', () => {
  const { agents, metrics } = start();
  agents.recordWorkflow({ workflow: 'onboarding', seconds: 90 });
  const workflow = 'gen_ai_invoke_workflow_duration_seconds';
  const labels = {
    gen_ai_operation_name: 'invoke_workflow',
    gen_ai_workflow_name: 'onboarding',
  };
  expect(metrics.series(workflow)).toEqual([{ labels, value: 1 }]);
  expect(metrics.histogram(workflow).sum).toBe(90);
});

describe('a running inference', () => {
  test('a running inference that is ended twice counts once', () => {
    const { agents, metrics } = start();
    const inference = agents.startInference(INFERENCE);
    inference.end({ usage: { inputTokens: 3 } });
    inference.end({ usage: { inputTokens: 5 } });
    inference.fail(new Error('late'));
    expect(metrics.value(INPUT)).toBe(3);
  });

  test('a running inference that fails counts the tokens that were billed anyway', () => {
    const { agents, metrics } = start();
    agents
      .startInference(INFERENCE)
      .fail(undefined, { usage: { inputTokens: 3 } });
    const failed = { ...LABELS, error_type: 'Error' };
    expect(metrics).toHaveMetric(DURATION, failed, 1);
    expect(metrics).toHaveMetric(INPUT, LABELS, 3);
  });

  test('a running inference never throws: an odd field of an answer is reported and left out, and all else is recorded', () => {
    const app = start();
    const end = (answer: unknown) =>
      app.agents.startInference(INFERENCE).end(answer as never);
    end({ usage: { inputTokens: NaN, outputTokens: 5 } });
    expect(app.metrics.series('metrics_errors_total')).toEqual([
      { labels: { cause: 'invalid_value' }, value: 1 },
    ]);
    expect(app.warnings).toEqual([
      withLink(
        `acme acme-1: MetricValueError: The inference.usage has NaN as inputTokens; expected a whole number of 0 or more, or nothing [invalid_value; logged once, counted]`,
        'invalid_value',
      ),
    ]);
    end(null);
    expect(app.metrics).toHaveMetric(DURATION, LABELS, 2);
    expect(app.metrics).not.toHaveMetric(INPUT);
    const output = 'gen_ai_client_inference_usage_output_tokens_total';
    expect(app.metrics).toHaveMetric(output, LABELS, 5);
  });
});

describe('the metrics of agents', () => {
  test('the metrics of agents are filtered by their names without namespace, like all others', async () => {
    const app = start({
      namespace: 'tframex',
      filters: [
        { metrics: 'gen_ai_client_inference_operation_*', deny: true },
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
      'gen_ai_client_inference_duration_seconds_bucket{gen_ai_operation_name="chat",gen_ai_provider_name="acme",model="acme-1",le="5"} 1',
    );
    expect(page).not.toContain('gen_ai_client_inference_operation');
    expect(page).toContain('gen_ai_client_inference_usage_input_tokens_total{');
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
    const ofRun = 'gen_ai_invoke_agent_duration_seconds';
    expect(app.metrics).toHaveMetric(ofRun, { gen_ai_agent_name: 'Writer' }, 1);
    expect(app.metrics).toHaveMetric(INPUT, 2);
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

import { describe, expect, test } from 'vitest';
import { AgentMetrics, MetricValueError } from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { makeCollector } from '../support/collector.js';

function start() {
  const { collector } = makeCollector();
  return { metrics: new AgentMetrics(collector), read: metricsOf(collector) };
}

describe('work that is begun and ended apart', () => {
  test('a started agent run counts the calls in it, and ends once', () => {
    const { metrics, read } = start();
    const run = metrics.startAgentRun('Assistant');
    const tool = run.enter(() => metrics.startTool('search'));
    const inference = run.enter(() =>
      metrics.startInference({ provider: 'acme', model: 'acme-1' }),
    );
    tool.fail(new TypeError('no'));
    inference.end();
    run.end();
    run.fail(new Error('too late'));

    const agent = { gen_ai_agent_name: 'Assistant' };
    expect(read.series('gen_ai_execute_tool_duration_seconds')).toEqual([
      {
        labels: {
          ...agent,
          error_type: 'TypeError',
          gen_ai_operation_name: 'execute_tool',
          gen_ai_tool_name: 'search',
        },
        value: 1,
      },
    ]);
    for (const calls of ['inference_calls', 'tool_calls']) {
      const reading = read.histogram(`gen_ai_invoke_agent_${calls}`, agent);
      expect(reading).toMatchObject({ count: 1, sum: 1 });
    }
    expect(read).toHaveMetric('gen_ai_invoke_agent_duration_seconds', agent, 1);
  });

  test('a started inference that is discarded counts nowhere', () => {
    const { metrics, read } = start();
    const run = metrics.startAgentRun('Assistant');
    const inference = run.enter(() =>
      metrics.startInference({ provider: 'acme', model: 'acme-1' }),
    );
    inference.discard();
    inference.discard();
    inference.end();
    run.end();
    expect(read).not.toHaveMetric('gen_ai_client_inference_duration_seconds');
    expect(read.histogram('gen_ai_invoke_agent_inference_calls')).toMatchObject(
      { count: 1, sum: 0 },
    );
  });

  test('a started agent run or tool needs a name', () => {
    const { metrics } = start();
    expect(() => metrics.startAgentRun('')).toThrow(MetricValueError);
    expect(() => metrics.startTool('')).toThrow(
      "The tool call has '' as tool; expected a text that is not empty",
    );
  });
});

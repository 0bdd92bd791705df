import { describe, expect, test } from 'vitest';
import { AgentMetrics, MetricValueError } from '../../src/index.js';
import { makeCollector, samplesOf } from '../support/collector.js';

function start() {
  const { collector } = makeCollector();
  const counts = async (metric: string) =>
    samplesOf(await collector.metrics(), metric).filter((line) =>
      /_(sum|count)\{/.test(line),
    );
  return { metrics: new AgentMetrics(collector), counts };
}

describe('work that is begun and ended apart', () => {
  test('a started agent run counts the calls in it, and ends once', async () => {
    const { metrics, counts } = start();
    const run = metrics.startAgentRun('Assistant');
    const tool = run.enter(() => metrics.startTool('search'));
    const inference = run.enter(() =>
      metrics.startInference({ provider: 'acme', model: 'acme-1' }),
    );
    tool.fail(new TypeError('no'));
    inference.end();
    run.end();
    run.fail(new Error('too late'));

    expect(await counts('gen_ai_execute_tool_duration_seconds_count')).toEqual([
      'gen_ai_execute_tool_duration_seconds_count{error_type="TypeError",gen_ai_agent_name="Assistant",gen_ai_operation_name="execute_tool",gen_ai_tool_name="search"} 1',
    ]);
    const labels =
      'gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"';
    for (const calls of ['inference_calls', 'tool_calls']) {
      expect(await counts(`gen_ai_invoke_agent_${calls}`)).toEqual([
        `gen_ai_invoke_agent_${calls}_sum{${labels}} 1`,
        `gen_ai_invoke_agent_${calls}_count{${labels}} 1`,
      ]);
    }
    expect(await counts('gen_ai_invoke_agent_duration_seconds_count')).toEqual([
      `gen_ai_invoke_agent_duration_seconds_count{${labels}} 1`,
    ]);
  });

  test('a started inference that is discarded counts nowhere', async () => {
    const { metrics, counts } = start();
    const run = metrics.startAgentRun('Assistant');
    const inference = run.enter(() =>
      metrics.startInference({ provider: 'acme', model: 'acme-1' }),
    );
    inference.discard();
    inference.discard();
    inference.end();
    run.end();
    expect(await counts('gen_ai_client_operation_duration_seconds')).toEqual(
      [],
    );
    expect(await counts('gen_ai_invoke_agent_inference_calls_sum')).toEqual([
      'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"} 0',
    ]);
  });

  test('a started agent run or tool needs a name', () => {
    const { metrics } = start();
    expect(() => metrics.startAgentRun('')).toThrow(MetricValueError);
    expect(() => metrics.startTool('')).toThrow(
      "The tool call has '' as tool; expected a text that is not empty",
    );
  });
});

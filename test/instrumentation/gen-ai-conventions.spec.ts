import { describe, expect, test } from 'vitest';
import { AgentMetrics } from '../../src/index.js';
import type { AgentMetricsOptions } from '../../src/instrumentation/gen-ai/index.js';
import '../../src/testing/vitest.js';
import { metricsOf } from '../../src/testing/index.js';
import { makeCollector } from '../support/collector.js';

const INFERENCE = {
  provider: 'acme',
  model: 'acme-1',
  seconds: 1,
  secondsToFirstChunk: 0.5,
  secondsPerOutputChunk: [0.25],
  usage: { inputTokens: 40, cachedInputTokens: 30, outputTokens: 20 },
  agent: 'Writer',
};

function start(options?: AgentMetricsOptions) {
  const { collector } = makeCollector();
  const agents = new AgentMetrics(collector, options);
  return { agents, collector, metrics: metricsOf(collector) };
}

async function namesAfter(options?: AgentMetricsOptions): Promise<string[]> {
  const { agents, collector } = start(options);
  agents.recordInference(INFERENCE);
  const page = await collector.metrics();
  const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  return names.filter((name) => !name.includes('finishes')).sort();
}

const CURRENT = [
  'gen_ai_client_inference_duration_seconds',
  'gen_ai_client_inference_operation_input_tokens',
  'gen_ai_client_inference_operation_output_tokens',
  'gen_ai_client_inference_time_per_output_chunk_seconds',
  'gen_ai_client_inference_time_to_first_chunk_seconds',
  'gen_ai_client_inference_usage_cache_read_input_tokens_total',
  'gen_ai_client_inference_usage_input_tokens_total',
  'gen_ai_client_inference_usage_output_tokens_total',
];

const FORMER = [
  'agent_cached_input_tokens_total',
  'agent_input_tokens_total',
  'agent_output_tokens_total',
  'gen_ai_client_operation_duration_seconds',
  'gen_ai_client_operation_time_per_output_chunk_seconds',
  'gen_ai_client_operation_time_to_first_chunk_seconds',
  'gen_ai_client_token_usage',
];

describe('the option conventions', () => {
  test('the metrics of inferences have the names of the current conventions by default', async () => {
    expect(await namesAfter()).toEqual(CURRENT);
    expect(await namesAfter({ conventions: 'current' })).toEqual(CURRENT);
  });

  test('the metrics of inferences have the names of v1.41 for dashboards that were made for it', async () => {
    expect(await namesAfter({ conventions: 'v1.41' })).toEqual(FORMER);
  });

  test('the metrics of inferences have both names while dashboards are changed', async () => {
    expect(await namesAfter({ conventions: 'both' })).toEqual(
      [...CURRENT, ...FORMER].sort(),
    );
  });

  test('both versions of the conventions record the same numbers', async () => {
    const { agents, metrics } = start({ conventions: 'both' });
    agents.recordInference(INFERENCE);
    const former = metrics.histogram('gen_ai_client_token_usage', {
      gen_ai_token_type: 'input',
    });
    expect(former).toMatchObject({ count: 1, sum: 40 });
    expect(
      metrics.histogram('gen_ai_client_inference_operation_input_tokens'),
    ).toMatchObject({ count: 1, sum: 40 });
  });
});

describe('the kind of an operation', () => {
  test('embeddings have metrics of their own, with the tokens of each request', () => {
    const { agents, metrics } = start();
    const usage = { inputTokens: 7 };
    agents.recordInference({ ...INFERENCE, operation: 'embeddings', usage });
    expect(
      metrics.histogram('gen_ai_client_embeddings_operation_input_tokens').sum,
    ).toBe(7);
    expect(
      metrics.histogram('gen_ai_client_embeddings_duration_seconds').count,
    ).toBe(1);
    expect(() =>
      metrics.value('gen_ai_client_inference_duration_seconds'),
    ).toThrow();
  });

  test.each(['retrieval', 'search_memory', 'plan', 'fetch_response'])(
    'an operation that generates nothing, such as %s, has a duration and no tokens',
    async (operation) => {
      const { agents, collector, metrics } = start();
      agents.recordInference({ ...INFERENCE, operation });
      expect(
        metrics.histogram('gen_ai_client_operation_duration_seconds', {
          gen_ai_operation_name: operation,
        }).count,
      ).toBe(1);
      expect(await collector.metrics()).not.toContain('tokens');
    },
  );

  test('an operation that asks no model, such as a retrieval, is no inference of the agent run around it', async () => {
    const { agents, collector, metrics } = start();
    await agents.runAgent('Reader', async () => {
      const search = { ...INFERENCE, operation: 'retrieval' };
      agents.recordInference(search);
      agents.startInference(search).discard();
      const running = agents.startInference(search);
      expect(await collector.metrics()).not.toContain('inferences_running{');
      running.end();
      agents.recordInference(INFERENCE);
    });
    const calls = 'gen_ai_invoke_agent_inference_calls';
    expect(metrics.histogram(calls).sum).toBe(1);
  });

  test('an operation of a name of the own is an inference', () => {
    const { agents, metrics } = start();
    agents.recordInference({ ...INFERENCE, operation: 'translate' });
    expect(metrics).toHaveMetric(
      'gen_ai_client_inference_usage_output_tokens_total',
      { gen_ai_operation_name: 'translate', agent: 'Writer' },
      20,
    );
  });
});

describe('tokens by modality', () => {
  const INPUT = 'gen_ai_client_inference_usage_input_tokens_total';
  const modality = (gen_ai_token_modality: string) => ({
    gen_ai_token_modality,
  });

  test('tokens that the provider does not break down are of an unknown modality', () => {
    const { agents, metrics } = start();
    agents.recordInference({
      ...INFERENCE,
      usage: { inputTokens: 100, inputByModality: { text: 60, audio: 30 } },
    });
    expect(metrics).toHaveMetric(INPUT, modality('text'), 60);
    expect(metrics).toHaveMetric(INPUT, modality('audio'), 30);
    expect(metrics).toHaveMetric(INPUT, modality('unknown'), 10);
    expect(metrics.value(INPUT)).toBe(100);
  });

  test('the modalities of tokens never add up to more than all of them', () => {
    const { agents, metrics } = start();
    agents.recordInference({
      ...INFERENCE,
      usage: { inputTokens: 50, inputByModality: { text: 40, image: 40 } },
    });
    expect(metrics.value(INPUT)).toBe(50);
  });

  test('billed tokens count where the provider tells them beside the used ones', () => {
    const { agents, metrics } = start();
    agents.recordInference({
      ...INFERENCE,
      usage: { inputTokens: 418, outputTokens: 60 },
      billedTokens: { inputTokens: 11, outputTokens: 58 },
    });
    expect(metrics.value(INPUT)).toBe(11);
  });

  test('cache writes of five minutes and of an hour are one counter', () => {
    const { agents, metrics } = start();
    agents.recordInference({
      ...INFERENCE,
      usage: {
        inputTokens: 50,
        cacheWriteTokens: 20,
        cacheWriteHourTokens: 5,
      },
    });
    expect(
      metrics.value(
        'gen_ai_client_inference_usage_cache_write_input_tokens_total',
      ),
    ).toBe(25);
  });
});

test('the host of a request is a label where the client knows it', () => {
  const { agents, metrics } = start();
  const server = { serverAddress: 'api.acme.test', serverPort: 443 };
  agents.recordInference({ ...INFERENCE, ...server });
  expect(metrics).toHaveMetric(
    'gen_ai_client_inference_duration_seconds',
    { server_address: 'api.acme.test', server_port: '443' },
    1,
  );
});

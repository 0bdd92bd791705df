import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { describe, expect, test, vi } from 'vitest';
import { AgentMetricsHandler } from '../../src/integrations/langchain/index.js';
import { core0, core1 } from './support/langchain-core.js';
import { describeModelsAndTools } from './support/model-behaviour.js';
import { observe, play } from './support/observed.js';
import { scriptedModel } from './support/scripted-model.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

describeModelsAndTools('LangChain 1', core1);
describeModelsAndTools(
  'LangChain 0.3, told to a handler of LangChain 1',
  core0,
);

describe('a handler', () => {
  const COUNT = 'gen_ai_client_inference_duration_seconds_count';

  test('a handler receives chunks also when another handler prefers events to tokens', async () => {
    class Events extends BaseCallbackHandler {
      name = 'events';
      lc_prefer_chat_model_stream_events = true;
    }
    const { handler, totals } = observe();
    const chunks = [
      { milliseconds: 10, text: 'He' },
      { milliseconds: 20, text: 'll' },
      { milliseconds: 30, text: 'o' },
    ];
    const model = scriptedModel(core1, chunks, { stream: true });
    const callbacks = [handler, new Events()];
    await play(() => model.invoke('Hi', { callbacks }));
    const first = 'gen_ai_client_inference_time_to_first_chunk_seconds_sum';
    const later = 'gen_ai_client_inference_time_per_output_chunk_seconds';
    expect(await totals(first)).toEqual([expect.stringMatching(/ 0\.01$/)]);
    expect(await totals(later)).toEqual([
      expect.stringMatching(/_sum.* 0\.05$/),
      expect.stringMatching(/_count.* 2$/),
    ]);
  });

  test('a handler remembers a bounded number of runs that do not end', async () => {
    const { handler, totals } = observe();
    const model = { id: ['ChatAcme'] };
    for (let run = 0; run <= 10_000; run++) {
      handler.handleChatModelStart(model, [], `run ${run}`);
    }
    handler.handleLLMEnd({}, 'run 0');
    expect(await totals(COUNT)).toEqual([]);
    handler.handleLLMEnd({}, 'run 1');
    handler.handleLLMEnd({}, 'run 10000');
    expect(await totals(COUNT)).toEqual([
      `${COUNT}{gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="ChatAcme"} 2`,
    ]);
  });

  test('a handler reports its errors, throws none into LangChain, and still records the inference', async () => {
    const { handler, totals, warnings } = observe();
    handler.handleChatModelStart({ id: ['ChatAcme'] }, [], 'run');
    const unreadable = {
      get generations(): never {
        throw new Error('unreadable');
      },
    };
    expect(() => handler.handleLLMEnd(unreadable, 'run')).not.toThrow();
    expect(warnings).toEqual([expect.stringContaining('unreadable')]);
    expect(await totals('metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="langchain"} 1',
    ]);
    expect(await totals(COUNT)).toHaveLength(1);
  });

  test('a handler is itself when LangChain copies it', () => {
    const { handler } = observe();
    expect(handler.copy()).toBe(handler);
  });

  test('a handler needs AgentMetrics, and agentOf must be a function', () => {
    const { metrics } = observe();
    expect(() => new AgentMetricsHandler(undefined as never)).toThrow(
      'AgentMetricsHandler: metrics is undefined; expected an AgentMetrics',
    );
    expect(
      () => new AgentMetricsHandler(metrics, { agentOf: 5 as never }),
    ).toThrow('AgentMetricsHandler: agentOf is 5; expected a function');
  });

  test.each([
    ['google_genai', 'gcp.gemini'],
    ['amazon_bedrock', 'aws.bedrock'],
    ['openai', 'openai'],
    ['Cohere', 'cohere'],
    ['constructor', 'constructor'],
  ])(
    'the handler calls the provider %s %s, as the conventions do',
    async (told, known) => {
      const { handler, totals } = observe();
      const model = { id: ['ChatAny'] };
      const params = { invocation_params: { model: 'any-1' } };
      const metadata = { ls_provider: told, ls_model_name: 'any' };
      handler.handleChatModelStart(
        model,
        [],
        '1',
        undefined,
        params,
        [],
        metadata,
      );
      handler.handleLLMEnd({}, '1');
      expect(await totals(COUNT)).toEqual([
        `${COUNT}{gen_ai_operation_name="chat",gen_ai_provider_name="${known}",gen_ai_request_model="any-1"} 1`,
      ]);
    },
  );
});

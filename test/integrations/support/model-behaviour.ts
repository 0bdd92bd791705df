import { counted, tokenSamples } from '../../support/gen-ai-samples.js';
import { describe, expect, test } from 'vitest';
import type { LangChainCore } from './langchain-core.js';
import { observe, play } from './observed.js';
import { type Answer, scriptedModel, sleep } from './scripted-model.js';

const DURATION = 'gen_ai_client_inference_duration_seconds';
const FIRST = 'gen_ai_client_inference_time_to_first_chunk_seconds';
const LATER = 'gen_ai_client_inference_time_per_output_chunk_seconds';
const OUTPUT = 'gen_ai_client_inference_usage_output_tokens_total';
const INPUT = 'gen_ai_client_inference_usage_input_tokens_total';
const TOOL = 'gen_ai_execute_tool_duration_seconds';

const ASKED =
  'gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="acme-1"';
const ANSWERED = `${ASKED},gen_ai_response_model="acme-1-0924"`;

const usage = (input_tokens: number, output_tokens: number) => ({
  input_tokens,
  output_tokens,
  total_tokens: input_tokens + output_tokens,
});

const ANSWER: Answer = {
  milliseconds: 100,
  text: 'Hello',
  model: 'acme-1-0924',
  usage: {
    ...usage(100, 20),
    input_token_details: { cache_read: 40 },
    output_token_details: { reasoning: 5 },
  },
};

/** All samples of tokens, sorted. */
async function tokensOf(totals: (metric: string) => Promise<string[]>) {
  const metrics = [
    'operation_input_tokens',
    'operation_output_tokens',
    'usage_cache_read_input_tokens_total',
    'usage_input_tokens_total',
    'usage_output_tokens_total',
    'usage_reasoning_output_tokens_total',
  ].map((name) => totals(`gen_ai_client_inference_${name}`));
  return (await Promise.all(metrics)).flat().sort();
}

/** What holds for models and tools of every version of LangChain. */
export function describeModelsAndTools(
  version: string,
  core: LangChainCore,
): void {
  describe(`a model of ${version}`, () => {
    test('a model is recorded with what the provider reported', async () => {
      const { callbacks, totals, warnings } = observe();
      const model = scriptedModel(core, [ANSWER]);
      const message = await play(() => model.invoke('Hi', { callbacks }));

      expect(message.content).toBe('Hello');
      expect(await totals(DURATION)).toEqual([
        `${DURATION}_sum{${ANSWERED}} 0.1`,
        `${DURATION}_count{${ANSWERED}} 1`,
      ]);
      expect(await tokensOf(totals)).toEqual(
        tokenSamples(ANSWERED, {
          input: 100,
          output: 20,
          cached: 40,
          reasoning: 5,
        }),
      );
      expect(await totals(FIRST)).toEqual([]);
      expect(warnings).toEqual([]);
    });

    test('a model has its tokens from beside the message, if they are not in it', async () => {
      const { callbacks, totals } = observe();
      const model = scriptedModel(core, [
        { llmOutput: { tokenUsage: { promptTokens: 7, completionTokens: 3 } } },
      ]);
      await play(() => model.invoke('Hi', { callbacks }));
      expect(await tokensOf(totals)).toEqual(
        tokenSamples(ASKED, { input: 7, output: 3 }),
      );
    });

    test('a model has no tokens that are not reported, but estimated', async () => {
      const { callbacks, totals } = observe();
      const estimatedTokenUsage = { promptTokens: 7, completionTokens: 3 };
      const model = scriptedModel(core, [
        { text: 'Hello', llmOutput: { estimatedTokenUsage } },
      ]);
      await play(() => model.invoke('Hi', { callbacks }));
      expect(await totals(`${DURATION}_count`)).toHaveLength(1);
      expect(await tokensOf(totals)).toEqual([]);
    });

    test('a model that streams is recorded with the times of its chunks', async () => {
      const { callbacks, totals } = observe();
      const model = scriptedModel(
        core,
        [
          { milliseconds: 100, text: 'He', model: 'acme-1-0924' },
          { milliseconds: 20, text: 'll', model: 'acme-1-0924' },
          { milliseconds: 30, text: 'o', usage: usage(10, 3) },
        ],
        { stream: true },
      );
      const text = await play(async () => {
        let all = '';
        for await (const chunk of await model.stream('Hi', { callbacks })) {
          all += chunk.text;
        }
        return all;
      });
      expect(text).toBe('Hello');
      expect(await totals(DURATION)).toEqual([
        `${DURATION}_sum{${ANSWERED}} 0.15`,
        `${DURATION}_count{${ANSWERED}} 1`,
      ]);
      expect(await totals(FIRST)).toEqual([
        `${FIRST}_sum{${ANSWERED}} 0.1`,
        `${FIRST}_count{${ANSWERED}} 1`,
      ]);
      expect(await totals(LATER)).toEqual([
        `${LATER}_sum{${ANSWERED}} 0.05`,
        `${LATER}_count{${ANSWERED}} 2`,
      ]);
      expect(await totals(OUTPUT)).toEqual([
        `${OUTPUT}{${counted(ANSWERED)}} 3`,
      ]);
    });

    test('a model that fails is recorded with its error, which the caller gets', async () => {
      const { callbacks, totals } = observe();
      const error = new RangeError('overloaded');
      const model = scriptedModel(core, [{ milliseconds: 40, error }], {
        maxRetries: 0,
      });
      const invoked = play(() => model.invoke('Hi', { callbacks }));
      await expect(invoked).rejects.toBe(error);
      expect(await totals(DURATION)).toEqual([
        `${DURATION}_sum{error_type="RangeError",${ASKED}} 0.04`,
        `${DURATION}_count{error_type="RangeError",${ASKED}} 1`,
      ]);
      expect(await tokensOf(totals)).toEqual([]);
    });

    test('a model that breaks while it streams has the times of its chunks, and an error', async () => {
      const { callbacks, totals } = observe();
      const model = scriptedModel(
        core,
        [
          { milliseconds: 10, text: 'He' },
          { milliseconds: 20, error: new TypeError('broken') },
        ],
        { stream: true },
      );
      const streamed = play(async () => {
        const stream = await model.stream('Hi', { callbacks });
        for await (const _chunk of stream);
      });
      await expect(streamed).rejects.toThrow('broken');
      expect(await totals(`${DURATION}_sum`)).toEqual([
        `${DURATION}_sum{error_type="TypeError",${ASKED}} 0.03`,
      ]);
      expect(await totals(`${FIRST}_sum`)).toEqual([
        `${FIRST}_sum{${ASKED}} 0.01`,
      ]);
    });

    test('a model that is aborted while it works has an error', async () => {
      const { callbacks, totals } = observe();
      const chunks = [
        { milliseconds: 10, text: 'He' },
        { milliseconds: 20, text: 'llo' },
      ];
      const model = scriptedModel(core, chunks, { stream: true });
      const abort = new AbortController();
      const { signal } = abort;
      const streamed = play(async () => {
        setTimeout(() => abort.abort(), 20);
        const stream = await model.stream('Hi', { callbacks, signal });
        for await (const _chunk of stream);
      });
      await expect(streamed).rejects.toThrow();
      await play(() => sleep(20));
      expect(await totals(`${DURATION}_count`)).toEqual([
        `${DURATION}_count{error_type="AbortError",${ASKED}} 1`,
      ]);
    });

    test('a model is recorded once for each attempt, and for each fallback', async () => {
      const { metrics, callbacks, totals } = observe();
      const error = new RangeError('overloaded');
      const fallback = scriptedModel(core, [ANSWER]);
      const model = scriptedModel(core, [{ error }, { error }], {
        maxRetries: 0,
      })
        .withRetry({ stopAfterAttempt: 2 })
        .withFallbacks([fallback]);
      await play(() =>
        metrics.runAgent('Assistant', () => model.invoke('Hi', { callbacks })),
      );
      expect(await totals(`${DURATION}_count`)).toEqual([
        `${DURATION}_count{error_type="RangeError",${ASKED}} 2`,
        `${DURATION}_count{${ANSWERED}} 1`,
      ]);
      expect(await totals('gen_ai_invoke_agent_inference_calls')).toEqual([
        'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Assistant"} 3',
        'gen_ai_invoke_agent_inference_calls_count{gen_ai_agent_name="Assistant"} 1',
      ]);
    });

    test('a model is not asked when a cache has the answer', async () => {
      const { metrics, callbacks, totals } = observe();
      const cache = new core.InMemoryCache(new Map());
      cache.makeDefaultKeyEncoder((...parts) => parts.join(' '));
      const model = scriptedModel(core, [ANSWER], { cache });
      await play(() =>
        metrics.runAgent('Assistant', async () => {
          await model.invoke('Hi', { callbacks });
          await model.invoke('Hi', { callbacks });
        }),
      );
      expect(await totals(`${DURATION}_count`)).toEqual([
        `${DURATION}_count{${ANSWERED}} 1`,
      ]);
      expect(await totals('gen_ai_invoke_agent_inference_calls')).toEqual([
        'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Assistant"} 1',
        'gen_ai_invoke_agent_inference_calls_count{gen_ai_agent_name="Assistant"} 1',
      ]);
    });

    test('a model is recorded once by a handler that is given twice', async () => {
      const { metrics, callbacks, totals } = observe();
      const chunks = [
        { milliseconds: 10, text: 'He' },
        { milliseconds: 20, text: 'llo' },
      ];
      const model = scriptedModel(core, chunks, { stream: true, callbacks });
      await play(() =>
        metrics.runAgent('Assistant', async () => {
          const stream = await model.stream('Hi', { callbacks });
          for await (const _chunk of stream);
        }),
      );
      expect(await totals('gen_ai_invoke_agent_inference_calls_sum')).toEqual([
        'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Assistant"} 1',
      ]);
      expect(await totals(`${DURATION}_count`)).toEqual([
        `${DURATION}_count{${ASKED}} 1`,
      ]);
      expect(await totals(LATER)).toEqual([
        `${LATER}_sum{${ASKED}} 0.02`,
        `${LATER}_count{${ASKED}} 1`,
      ]);
    });

    test('a model counts for the agent run around it, however many run side by side', async () => {
      const { metrics, callbacks, totals } = observe();
      const answers = [1, 2, 3].map(() => ({ ...ANSWER }));
      const model = scriptedModel(core, answers, { callbacks });
      await play(() =>
        Promise.all([
          metrics.runAgent('One', () => model.invoke('Hi')),
          metrics.runAgent('Two', () => model.batch(['Hi', 'Ho'])),
        ]),
      );
      expect(await totals(INPUT)).toEqual([
        `${INPUT}{${counted(ANSWERED, 'One')}} 100`,
        `${INPUT}{${counted(ANSWERED, 'Two')}} 200`,
      ]);
    });

    test('a model that says nothing of itself is named after its class', async () => {
      const { callbacks, totals } = observe();
      const chat = new core.FakeListChatModel({ responses: ['Hello'] });
      const text = new core.FakeLLM({ response: 'Hello' });
      await play(async () => {
        await chat.invoke('Hi', { callbacks });
        await text.invoke('Hi', { callbacks });
      });
      const labels = (operation: string, type: string) =>
        `gen_ai_operation_name="${operation}",gen_ai_provider_name="${type.toLowerCase()}",gen_ai_request_model="${type}"`;
      expect(await totals(`${DURATION}_count`)).toEqual([
        `${DURATION}_count{${labels('chat', 'FakeListChatModel')}} 1`,
        `${DURATION}_count{${labels('text_completion', 'FakeLLM')}} 1`,
      ]);
    });
  });

  describe(`a tool of ${version}`, () => {
    test('a tool is recorded once by a handler that is given twice', async () => {
      const { metrics, callbacks, totals } = observe();
      const echo = new core.DynamicTool({
        name: 'echo',
        description: 'Says it again.',
        func: async (text) => text,
        callbacks,
      });
      await play(() =>
        metrics.runAgent('Parrot', () => echo.invoke('Hi', { callbacks })),
      );
      expect(await totals('gen_ai_invoke_agent_tool_calls_sum')).toEqual([
        'gen_ai_invoke_agent_tool_calls_sum{gen_ai_agent_name="Parrot"} 1',
      ]);
    });

    test('a tool is named after its class, if LangChain tells no name', async () => {
      const { callbacks, totals } = observe();
      class Clock extends core.Tool {
        name = 'clock';
        description = 'Tells the time.';
        async _call() {
          return 'noon';
        }
      }
      await play(() => new Clock().invoke('now', { callbacks }));
      expect(await totals(`${TOOL}_count`)).toEqual([
        `${TOOL}_count{gen_ai_tool_name="Clock"} 1`,
      ]);
    });

    test('a tool is recorded with its name, its agent and its error', async () => {
      const { metrics, callbacks, totals } = observe();
      const search = core.tool(
        async (query: string) => {
          await sleep(50);
          if (query === 'nothing') throw new SyntaxError('no');
          return query;
        },
        { name: 'search', description: 'Searches.' },
      );
      await play(() =>
        metrics.runAgent('Assistant', () =>
          Promise.allSettled(
            ['this', 'that', 'nothing'].map((query) =>
              search.invoke(query, { callbacks }),
            ),
          ),
        ),
      );
      const labels = 'gen_ai_agent_name="Assistant",gen_ai_tool_name="search"';
      expect(await totals(TOOL)).toEqual([
        `${TOOL}_sum{${labels}} 0.1`,
        `${TOOL}_count{${labels}} 2`,
        `${TOOL}_sum{error_type="SyntaxError",${labels}} 0.05`,
        `${TOOL}_count{error_type="SyntaxError",${labels}} 1`,
      ]);
      expect(await totals('gen_ai_invoke_agent_tool_calls_sum')).toEqual([
        'gen_ai_invoke_agent_tool_calls_sum{gen_ai_agent_name="Assistant"} 3',
      ]);
    });
  });
}

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fakeClock } from '../../src/testing/index.js';
import {
  chatChunk,
  chatCompletion,
  type Exchange,
  LAST_CHUNK,
  toolCalls,
} from './openai-api.js';
import { observe } from './openai-app.js';
import { VERSIONS } from './openai-versions.js';

const clock = fakeClock();

const PARAMETERS = {
  type: 'object' as const,
  properties: { query: { type: 'string' as const } },
};

const TOOLS = 'gen_ai_execute_tool_duration_seconds';
const toolLabels = (tool: string) =>
  `gen_ai_agent_name="Assistant",gen_ai_operation_name="execute_tool",gen_ai_tool_name="${tool}"`;
const RUN =
  'gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"';

/** Asks for these tools, and answers when it has what they gave. */
function askingFor(...names: string[]) {
  return (request: Exchange) => {
    const { messages } = request.body;
    const asked = messages.at(-1).role === 'user';
    if (!request.body.stream) {
      request.json(chatCompletion(asked ? toolCalls(...names) : undefined));
      return;
    }
    if (asked) {
      const { tool_calls } = toolCalls(...names);
      const calls = tool_calls.map((call, index) => ({ ...call, index }));
      request.chunk(
        chatChunk('', {
          choices: [
            {
              index: 0,
              delta: { role: 'assistant', tool_calls: calls },
              finish_reason: 'tool_calls',
            },
          ],
        }),
      );
    } else {
      request.chunk(chatChunk('Yes.'));
      request.chunk(LAST_CHUNK);
    }
    request.done();
  };
}

describe.each(VERSIONS)('%s', (_version, { OpenAI, zodFunction }) => {
  /** A tool of the caller's, which sees what it always saw. */
  const search = {
    type: 'function' as const,
    function: {
      name: 'search',
      description: 'Searches.',
      parameters: PARAMETERS,
      parse: JSON.parse as (text: string) => { query: string },
      function: async ({ query }: { query: string }, runner: object) => {
        clock.advance(0.25);
        expect(runner).toHaveProperty('messages');
        return `found ${query}`;
      },
    },
  };
  const messages = [{ role: 'user' as const, content: 'Rain?' }];

  test.each([false, true])(
    'runTools() is an inference for each request and a tool for each call (streaming: %s)',
    async (stream) => {
      const { client, metrics, recorded } = await observe(
        OpenAI,
        askingFor('search', 'search'),
      );
      const before = JSON.stringify(search);
      const original = search.function.function;
      const answer = await metrics.runAgent('Assistant', async () => {
        const params = { model: 'gpt-4o', messages, tools: [search] };
        const { completions } = client.chat;
        const runner = stream
          ? completions.runTools({ ...params, stream })
          : completions.runTools(params);
        const content = await runner.finalContent();
        const results = runner.messages.filter(({ role }) => role === 'tool');
        expect(results.map(({ content: result }) => result)).toEqual([
          'found rain',
          'found rain',
        ]);
        return content;
      });
      expect(answer).toBe('Yes.');
      expect(JSON.stringify(search)).toBe(before);
      expect(search.function.function).toBe(original);
      const lines = await recorded();
      expect(
        lines.filter((line) =>
          /execute_tool_.*_count|invoke_agent_.*_sum/.test(line),
        ),
      ).toEqual([
        `${TOOLS}_count{${toolLabels('search')}} 2`,
        `gen_ai_invoke_agent_duration_seconds_sum{${RUN}} 0.5`,
        `gen_ai_invoke_agent_inference_calls_sum{${RUN}} 2`,
        `gen_ai_invoke_agent_tool_calls_sum{${RUN}} 2`,
      ]);
    },
  );

  test('a tool that fails is recorded with its error, which its caller gets', async () => {
    const { client, metrics, recorded } = await observe(
      OpenAI,
      askingFor('broken'),
    );
    async function broken(): Promise<string> {
      throw new RangeError('no index');
    }
    const run = metrics.runAgent('Assistant', () =>
      client.chat.completions
        .runTools({
          model: 'gpt-4o',
          messages,
          tools: [
            {
              type: 'function',
              function: {
                function: broken,
                description: 'Fails.',
                parameters: PARAMETERS,
              },
            },
          ],
        })
        .done(),
    );
    await expect(run).rejects.toThrow('no index');
    expect(await recorded()).toContain(
      `${TOOLS}_count{error_type="RangeError",${toolLabels('broken')}} 1`,
    );
  });

  test('tools with a schema of zod are measured alike', async () => {
    const { client, metrics, recorded } = await observe(
      OpenAI,
      askingFor('weather'),
    );
    const weather = zodFunction({
      name: 'weather',
      parameters: z.object({ query: z.string() }),
      function: ({ query }) => {
        clock.advance(0.5);
        return `wet ${query}`;
      },
    });
    const runner = metrics.runAgent('Assistant', () =>
      client.chat.completions.runTools({
        model: 'gpt-4o',
        messages,
        tools: [weather],
      }),
    );
    await runner.done();
    expect(runner.messages.map(({ content }) => content)).toContain('wet rain');
    expect((await recorded()).filter((line) => line.startsWith(TOOLS))).toEqual(
      [
        `${TOOLS}_count{${toolLabels('weather')}} 1`,
        `${TOOLS}_sum{${toolLabels('weather')}} 0.5`,
      ],
    );
  });

  test('tools that have no function, and what is no tool, are left to the SDK', async () => {
    const { client, url } = await observe(OpenAI, askingFor());
    const unobserved = new OpenAI({ apiKey: 'key', baseURL: url });
    const fail = async (sdk: typeof client, tools: unknown) => {
      const params = { model: 'gpt-4o', messages, tools } as never;
      try {
        return await sdk.chat.completions.runTools(params).done();
      } catch (error) {
        return String(error);
      }
    };
    for (const tools of [undefined, [null], [{ type: 'function' }], 'all']) {
      expect(await fail(client, tools)).toBe(await fail(unobserved, tools));
    }
  });
});

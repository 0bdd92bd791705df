import OpenAI6 from 'openai';
import { describe, expect, test } from 'vitest';
import { observeOpenAI } from '../../src/integrations/openai/index.js';
import { fakeClock } from '../../src/testing/index.js';
import { modelResponse, RESPONSE_EVENTS } from './openai-api.js';
import { observe } from './openai-app.js';
import { VERSIONS } from './openai-versions.js';

const clock = fakeClock();

const ASKED = { model: 'gpt-5', input: 'Rain?' };
const DURATION = 'gen_ai_client_inference_duration_seconds';
const TOOL = 'gen_ai_execute_tool_duration_seconds';

/** The value of each series whose line matches. */
const matching = (lines: readonly string[], pattern: RegExp) =>
  lines.filter((line) => pattern.test(line));

const sumOf = (lines: readonly string[], metric: string) =>
  matching(lines, new RegExp(`^${metric}\\{`))
    .map((line) => Number(line.split(' ').at(-1)))
    .reduce((sum, one) => sum + one, 0);

const OUTPUT = [
  {
    type: 'web_search_call',
    id: 'ws_1',
    status: 'completed',
    action: { type: 'search', query: 'tide' },
  },
  {
    type: 'mcp_call',
    id: 'mcp_1',
    name: 'get_forecast',
    server_label: 'weather',
    arguments: '{}',
    status: 'completed',
    error: null,
  },
  {
    type: 'mcp_call',
    id: 'mcp_2',
    name: 'get_forecast',
    server_label: 'weather',
    arguments: '{}',
    error: { type: 'http_error', code: 404, message: 'no' },
  },
  { type: 'file_search_call', id: 'fs_1', status: 'failed' },
  {
    type: 'code_interpreter_call',
    id: 'ci_1',
    status: 'completed',
    container_id: 'c',
  },
  { type: 'image_generation_call', id: 'ig_1', status: 'completed' },
  {
    type: 'function_call',
    id: 'fc_1',
    name: 'ours',
    status: 'completed',
    arguments: '{}',
    call_id: 'c',
  },
  modelResponse().output[0],
];

const tool = (name: string, error = '') =>
  `${error && `error_type="${error}",`}gen_ai_agent_name="Assistant",gen_ai_operation_name="execute_tool",gen_ai_tool_name="${name}"`;

const TOOL_COUNTS = [
  `${TOOL}_count{${tool('code_interpreter')}} 1`,
  `${TOOL}_count{${tool('file_search', 'ToolFailed')}} 1`,
  `${TOOL}_count{${tool('get_forecast')}} 1`,
  `${TOOL}_count{${tool('get_forecast', '404')}} 1`,
  `${TOOL}_count{${tool('image_generation')}} 1`,
  `${TOOL}_count{${tool('web_search')}} 1`,
].sort();

const item = (
  kind: 'added' | 'done',
  output_index: number,
  fields: object,
) => ({
  type: `response.output_item.${kind}`,
  sequence_number: output_index,
  output_index,
  item: fields,
});

describe.each(VERSIONS)('%s', (_version, { OpenAI }) => {
  describe('tools that the provider runs', () => {
    test('hosted tools of a response are tool calls of the agent that asked for it', async () => {
      const { client, metrics, recorded } = await observe(OpenAI, (request) =>
        request.json(modelResponse({ output: OUTPUT })),
      );
      const asked = await metrics.runAgent('Assistant', async () => [
        client.responses.create(ASKED),
      ]);
      await metrics.runAgent('Other', async () => asked[0]);
      const lines = await recorded();
      expect(matching(lines, new RegExp(`^${TOOL}_count`))).toEqual(
        TOOL_COUNTS,
      );
      expect(sumOf(lines, `${TOOL}_sum`)).toBe(0);
    });

    test('hosted tools have the labels of the context that asked for them, wherever the response is awaited', async () => {
      const { client, metrics, recorded } = await observe(
        OpenAI,
        (request) => request.json(modelResponse({ output: OUTPUT })),
        {},
        {},
        { contextLabels: ['tenant'] },
      );
      const asked = metrics.withLabels({ tenant: 'acme' }, () => [
        client.responses.create(ASKED),
      ]);
      await metrics.withLabels({ tenant: 'other' }, async () => asked[0]);
      const counts = matching(await recorded(), new RegExp(`^${TOOL}_count`));
      expect(counts).toHaveLength(TOOL_COUNTS.length);
      for (const line of counts) expect(line).toContain('tenant="acme"');
    });

    test('hosted tools count for a run that is still going on', async () => {
      const { client, metrics, recorded } = await observe(OpenAI, (request) =>
        request.json(modelResponse({ output: OUTPUT })),
      );
      await metrics.runAgent('Assistant', async () => {
        await client.responses.create(ASKED);
      });
      expect(await recorded()).toContain(
        'gen_ai_invoke_agent_tool_calls_sum{gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"} 6',
      );
    });

    test('hosted tools of a streamed response have the time between their events, and count once', async () => {
      const { client, metrics, recorded } = await observe(OpenAI, (request) => {
        request.chunk(RESPONSE_EVENTS.created);
        OUTPUT.forEach((output, place) => {
          request.chunk(
            item('added', place, { ...output, status: 'in_progress' }),
          );
          request.chunk(item('done', place, output!));
        });
        request.chunk({
          type: 'response.completed',
          response: modelResponse({ output: OUTPUT }),
        });
        request.done();
      });
      await metrics.runAgent('Assistant', async () => {
        const stream = await client.responses.create({
          ...ASKED,
          stream: true,
        });
        for await (const { type } of stream) {
          if (type === 'response.output_item.added') clock.advance(0.25);
        }
      });
      const lines = await recorded();
      expect(matching(lines, new RegExp(`^${TOOL}_count`))).toEqual(
        TOOL_COUNTS,
      );
      expect(sumOf(lines, `${TOOL}_sum`)).toBe(1.5);
    });

    test('hosted tools that no event tells are recorded at the end of the stream', async () => {
      const { client, metrics, recorded } = await observe(OpenAI, (request) => {
        request.chunk({
          type: 'response.completed',
          response: modelResponse({ output: OUTPUT }),
        });
        request.done();
      });
      await metrics.runAgent('Assistant', async () => {
        for await (const _event of await client.responses.create({
          ...ASKED,
          stream: true,
        }));
      });
      expect(matching(await recorded(), new RegExp(`^${TOOL}_count`))).toEqual(
        TOOL_COUNTS,
      );
    });
  });

  describe('a response in the background', () => {
    const state = (status: string, more: object = {}) => {
      const isDone = status === 'completed';
      const usage = isDone ? {} : { usage: null, output: [] };
      return modelResponse({
        id: 'resp_1',
        background: true,
        status,
        ...usage,
        ...more,
      });
    };

    /** A server that answers with these responses, one after the other. */
    async function serving(...answers: object[]) {
      return observe(OpenAI, (request) => {
        clock.advance(1);
        const answer = answers.shift()!;
        if ('error' in answer && answer.error === 'broken')
          return request.refuse(404);
        request.json(answer);
      });
    }

    const create = { ...ASKED, background: true };

    test('a response in the background is one inference, whose usage counts once, when it is complete', async () => {
      const { client, metrics, recorded } = await serving(
        state('queued'),
        state('in_progress'),
        state('completed', { output: OUTPUT }),
        state('completed', { output: OUTPUT }),
      );
      const { id } = await metrics.runAgent('Assistant', () =>
        client.responses.create(create),
      );
      expect(
        matching(await recorded(), /^(gen_ai_client_inference|agent_inf)/),
      ).toEqual([]);
      for (let i = 0; i < 3; i++) await client.responses.retrieve(id);
      const lines = await recorded();
      const durations = matching(lines, new RegExp(`^${DURATION}`));
      expect(durations).toHaveLength(2);
      expect(durations[0]).toMatch(
        /gen_ai_operation_name="chat".*gen_ai_request_model="gpt-5",.* 1$/,
      );
      expect(durations[1]).toMatch(/ 3$/);
      expect(
        matching(lines, /usage_input_tokens_total\{agent="Assistant",.* 100$/),
      ).toHaveLength(1);
      expect(matching(lines, new RegExp(`^${TOOL}_count`))).toEqual(
        TOOL_COUNTS,
      );
      expect(matching(lines, /inference_calls_sum/)).toEqual([
        'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"} 1',
      ]);
    });

    test('a response in the background that failed, or was cancelled, ends its inference', async () => {
      const { client, recorded } = await serving(
        state('queued'),
        state('failed', { error: { code: 'server_error', message: 'no' } }),
        state('queued', { id: 'resp_2' }),
        state('cancelled', { id: 'resp_2' }),
      );
      await client.responses.create(create);
      await client.responses.retrieve('resp_1');
      await client.responses.create(create);
      await client.responses.cancel('resp_2');
      const durations = matching(
        await recorded(),
        new RegExp(`^${DURATION}_count`),
      );
      expect(durations).toHaveLength(2);
      expect(durations[0]).toContain('error_type="server_error"');
      expect(durations[1]).not.toContain('error_type');
    });

    test('a response in the background of another process counts where it is fetched, and once', async () => {
      const { client, recorded } = await serving(
        state('in_progress'),
        state('completed'),
        state('completed'),
      );
      for (let i = 0; i < 3; i++) await client.responses.retrieve('resp_1');
      const lines = await recorded();
      const durations = matching(lines, new RegExp(`^${DURATION}`));
      expect(durations[0]).toMatch(
        /gen_ai_operation_name="chat",.*gen_ai_request_model="unknown",.* 1$/,
      );
      expect(durations).toHaveLength(2);
      expect(
        sumOf(lines, 'gen_ai_client_inference_usage_output_tokens_total'),
      ).toBe(20);
    });

    test('a response that counted when it was created does not count when it is fetched', async () => {
      const { client, recorded } = await serving(
        modelResponse({ id: 'resp_1' }),
        modelResponse({ id: 'resp_1' }),
        state('completed', { id: 'resp_2' }),
        state('completed', { id: 'resp_2' }),
        { error: 'broken' },
      );
      await client.responses.create(ASKED);
      await client.responses.retrieve('resp_1');
      await client.responses.create(create);
      await client.responses.retrieve('resp_2');
      await expect(client.responses.retrieve('resp_3')).rejects.toBeInstanceOf(
        OpenAI.NotFoundError,
      );
      const lines = await recorded();
      expect(sumOf(lines, `${DURATION}_count`)).toBe(2);
      expect(
        sumOf(lines, 'gen_ai_client_inference_usage_output_tokens_total'),
      ).toBe(40);
    });

    test('the raw response of a fetched one counts nothing', async () => {
      const { client, recorded } = await serving(state('completed'));
      const response = await client.responses.retrieve('resp_1').asResponse();
      expect(await response.json()).toMatchObject({ status: 'completed' });
      expect(await recorded()).toEqual([]);
    });

    test('a response in the background that is streamed when it is fetched counts once', async () => {
      const completed = {
        type: 'response.completed',
        response: state('completed'),
      };
      const { client, recorded } = await observe(OpenAI, (request) => {
        if (request.path.endsWith('/responses'))
          return request.json(state('queued'));
        request.chunk(RESPONSE_EVENTS.delta);
        request.chunk(completed);
        request.done();
      });
      await client.responses.create(create);
      for (let i = 0; i < 2; i++) {
        const types: string[] = [];
        const stream = await client.responses.retrieve('resp_1', {
          stream: true,
        });
        for await (const { type } of stream) types.push(type);
        expect(types).toEqual([
          'response.output_text.delta',
          'response.completed',
        ]);
      }
      const lines = await recorded();
      expect(sumOf(lines, `${DURATION}_count`)).toBe(1);
      expect(
        sumOf(lines, 'gen_ai_client_inference_usage_output_tokens_total'),
      ).toBe(20);
    });
  });
});

test('a compaction, which openai 5 does not have, has the tokens that the API reports', async () => {
  const { client, recorded } = await observe(OpenAI6, (request) =>
    request.json({
      id: 'resp_1',
      object: 'response.compaction',
      created_at: 0,
      output: [{ type: 'compaction', id: 'c', encrypted_content: 'x' }],
      usage: modelResponse().usage,
    }),
  );
  await client.responses.compact(ASKED);
  const lines = await recorded();
  expect(sumOf(lines, `${DURATION}_count`)).toBe(1);
  expect(
    sumOf(lines, 'gen_ai_client_inference_usage_output_tokens_total'),
  ).toBe(20);
});

test('responses in the background that are never fetched do not pile up', async () => {
  const { metrics, recorded } = await observe(OpenAI6, () => undefined);
  let created = 0;
  const create = async (_body: object) => ({
    id: `resp_${created++}`,
    status: 'queued',
  });
  const client = { chat: { completions: { create } }, responses: { create } };
  observeOpenAI(client, metrics);
  for (let i = 0; i < 1_003; i++) await client.responses.create(ASKED);
  expect(sumOf(await recorded(), `${DURATION}_count`)).toBe(3);
});

import { getEncoding } from 'js-tiktoken';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { serveOpenAi, writeDelta, writeUsage } from './openai-server.js';
import { eventsOf, SampleApp, useOpenAi } from './sample-app.js';

const QUESTION = { input: 'How are the calls of an agent counted?' };

const PRICES = new URL('../../sample-app/prices.json', import.meta.url)
  .pathname;

beforeEach(() => {
  useOpenAi();
  vi.stubEnv('PRICES_FILE', '');
});

const valueOf = (line: string | undefined) => Number(line?.split(' ').at(-1));

/** What a counter by agent and model has counted. */
async function tokens(app: SampleApp, kind: string): Promise<number> {
  const lines = await app.metrics(
    `gen_ai_client_inference_usage_${kind}_tokens_total`,
  );
  expect(lines.length).toBeLessThanOrEqual(1);
  return valueOf(lines[0]);
}

describe('an answer without a language model', () => {
  test('an answer without a language model has its tokens counted as a language model does', async () => {
    const app = await SampleApp.start();
    const response = await app.post('assistant', QUESTION);
    const { output } = (await response.json()) as { output: string };
    const counted = await tokens(app, 'output');
    const whole = getEncoding('cl100k_base').encode(output).length;
    // It is counted piece by piece: a token that would span two pieces is two.
    expect(counted).toBeGreaterThanOrEqual(whole);
    expect(counted).toBeLessThanOrEqual(whole + 5);
    expect(await tokens(app, 'input')).toBeGreaterThan(counted);
  });

  test('an answer without a language model has the time to its first piece, streamed or not', async () => {
    const app = await SampleApp.start();
    await app.post('assistant', QUESTION);
    await eventsOf(await app.stream('assistant', QUESTION));
    const labels =
      'gen_ai_operation_name="chat",gen_ai_provider_name="sample",gen_ai_request_model="extractive"';
    const metric = 'gen_ai_client_inference_time_to_first_chunk_seconds_count';
    expect(await app.metrics(metric)).toEqual([`${metric}{${labels}} 2`]);
  });

  test('an answer without a language model has from the cache what was prepared for an earlier one', async () => {
    const app = await SampleApp.start();
    await app.post('assistant', QUESTION);
    expect(await tokens(app, 'cache_read_input')).toBe(0);
    const first = await tokens(app, 'input');
    await app.post('assistant', QUESTION);
    const cached = await tokens(app, 'cache_read_input');
    const asked = getEncoding('cl100k_base').encode(QUESTION.input).length;
    expect(cached).toBe(first - asked);
  });

  test('an answer without a language model takes control tokens in a question for text', async () => {
    const app = await SampleApp.start();
    const input = 'Are calls counted <|endoftext|>?';
    expect((await app.post('assistant', { input })).status).toBe(200);
  });

  test('an answer without a language model costs nothing without prices, and what the example says with them', async () => {
    const free = await SampleApp.start();
    await free.post('assistant', QUESTION);
    expect(await free.metrics('tframex_agent_cost_total')).toEqual([]);

    vi.stubEnv('PRICES_FILE', PRICES);
    const app = await SampleApp.start();
    await app.post('assistant', QUESTION);
    const [cost, ...others] = await app.metrics('tframex_agent_cost_total');
    expect(others).toEqual([]);
    expect(cost).toContain(
      '{agent="Writer",currency="EUR",model="extractive",provider="sample",source="prices"}',
    );
    const [input, output] = [
      await tokens(app, 'input'),
      await tokens(app, 'output'),
    ];
    expect(valueOf(cost)).toBeCloseTo((input * 0.1 + output * 0.4) / 1e6, 12);
  });
});

describe('the runs of agents', () => {
  test('the runs of agents have the inferences and tool calls of each agent', async () => {
    const app = await SampleApp.start();
    await app.post('assistant', QUESTION);
    const callsOf = async (kind: string) => {
      const metric = `gen_ai_invoke_agent_${kind}_calls_sum`;
      const lines = await app.metrics(metric);
      return Object.fromEntries(
        lines.map((line) => [
          /agent_name="(\w+)"/.exec(line)?.[1],
          valueOf(line),
        ]),
      );
    };
    expect(await callsOf('inference')).toEqual({
      Assistant: 0,
      Retriever: 0,
      Writer: 1,
    });
    expect(await callsOf('tool')).toEqual({
      Assistant: 0,
      Retriever: 1,
      Writer: 0,
    });
  });

  test('the runs of agents have the tool that found nothing, by its error', async () => {
    const app = await SampleApp.start();
    await app.post('assistant', { input: 'qzxwvk jjqqzx' });
    const metric = 'gen_ai_execute_tool_duration_seconds_count';
    expect(await app.recorded(metric)).toEqual([
      `${metric}{error_type="NoPassageFoundError",gen_ai_agent_name="Retriever",gen_ai_operation_name="execute_tool",gen_ai_tool_name="search"} 1`,
    ]);
  });
});

describe('an answer of a language model', () => {
  test("a model's answer has the tokens that the API bills, and the answering model", async () => {
    let asked: any;
    const baseUrl = await serveOpenAi((response, _request, body) => {
      asked = body;
      writeDelta(response, 'Once each.');
      writeUsage(response, {
        prompt_tokens: 50,
        completion_tokens: 7,
        total_tokens: 57,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 3 },
      });
    });
    useOpenAi(baseUrl, 'secret-key', 'test-model');
    const app = await SampleApp.start();
    await app.post('assistant', QUESTION);
    expect(asked.stream_options).toEqual({ include_usage: true });
    const counted = [];
    for (const kind of [
      'input',
      'cache_read_input',
      'output',
      'reasoning_output',
    ]) {
      counted.push(await tokens(app, kind));
    }
    expect(counted).toEqual([50, 20, 7, 3]);
    const input = 'gen_ai_client_inference_usage_input_tokens_total';
    expect((await app.metrics(input))[0]).toMatch(
      /agent="Writer".*gen_ai_response_model="test"/,
    );
  });

  test("a model's answer that is refused is a failed inference without tokens", async () => {
    useOpenAi('http://127.0.0.1:1/v1', 'secret-key', 'test-model');
    const app = await SampleApp.start();
    await app.post('assistant', QUESTION);
    const failed = await app.metrics(
      'gen_ai_client_inference_duration_seconds_count',
    );
    expect(failed).toHaveLength(1);
    expect(failed[0]).toContain('error_type="APIConnectionError"');
    expect(await app.metrics('gen_ai_client_inference_usage')).toEqual([]);
  });
});

test('the sample app does not start with a file of prices that is not there', async () => {
  vi.stubEnv('PRICES_FILE', '/nowhere/prices.json');
  await expect(SampleApp.start()).rejects.toThrow(
    /^agents\.prices\.file is '\/nowhere\/prices\.json', which cannot be read/,
  );
});

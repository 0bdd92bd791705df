import type OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import { AgentMetrics, OptionsError } from '../../src/index.js';
import { observeOpenAI } from '../../src/integrations/openai/index.js';
import {
  type FakeClock,
  fakeClock,
  fakeModel,
  metricsOf,
} from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { makeCollector } from '../support/collector.js';

let clock: FakeClock;
afterEach(() => clock?.restore());

const USAGE = {
  inputTokens: 100,
  outputTokens: 10,
  cachedInputTokens: 40,
  reasoningTokens: 3,
};
const CHAT = { model: 'acme-1', messages: [] };
const MODEL = { gen_ai_request_model: 'acme-1' };
const INPUT = 'gen_ai_client_inference_operation_input_tokens';
const OUTPUT = 'gen_ai_client_inference_operation_output_tokens';
const DURATION = 'gen_ai_client_inference_duration_seconds';

function observed(answers: Parameters<typeof fakeModel>[0]) {
  clock = fakeClock();
  const { collector } = makeCollector();
  const model = fakeModel(answers, { clock });
  observeOpenAI(model, new AgentMetrics(collector));
  return {
    model,
    client: model as unknown as OpenAI,
    metrics: metricsOf(collector),
  };
}

describe('fakeModel()', () => {
  test('fakeModel() answers chat completions as the client of OpenAI does, measured by observeOpenAI()', async () => {
    const { model, client, metrics } = observed([
      { text: 'Hello', usage: USAGE, delay: 0.5, model: 'acme-1-0924' },
    ]);
    const answer = await client.chat.completions.create(CHAT);
    expect(answer.choices[0]!.message.content).toBe('Hello');
    expect(answer.usage).toMatchObject({ total_tokens: 110 });
    expect(model.requests).toEqual([CHAT]);
    expect(metrics.histogram(DURATION, MODEL)).toMatchObject({
      count: 1,
      sum: 0.5,
    });
    expect(metrics.histogram(INPUT).sum).toBe(100);
    expect(metrics).toHaveMetric(DURATION, {
      gen_ai_response_model: 'acme-1-0924',
    });
  });

  test('fakeModel() answers the Responses API', async () => {
    const { client, metrics } = observed([
      { text: 'Hello', usage: USAGE, delay: 2 },
    ]);
    const response = await client.responses.create({
      model: 'acme-1',
      input: 'Hi',
    });
    expect(response.output_text).toBe('Hello');
    expect(response.status).toBe('completed');
    expect(metrics.histogram(DURATION, MODEL).sum).toBe(2);
    expect(metrics.histogram(OUTPUT).sum).toBe(10);
  });

  test('fakeModel() streams chunks with their delays, and reports usage only where it is asked for', async () => {
    const answer = {
      text: 'one two three',
      usage: USAGE,
      delay: 1,
      chunkDelay: 0.25,
    };
    const { client, metrics } = observed([answer, answer]);
    const texts: string[] = [];
    for await (const chunk of await client.chat.completions.create({
      ...CHAT,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      texts.push(chunk.choices[0]?.delta.content ?? '');
    }
    expect(texts.join('')).toBe('one two three');
    expect(metrics.histogram(DURATION).sum).toBe(1.5);
    expect(
      metrics.histogram('gen_ai_client_inference_time_to_first_chunk_seconds')
        .sum,
    ).toBe(1);
    expect(metrics.histogram(INPUT).sum).toBe(100);
    for await (const _ of await client.chat.completions.create({
      ...CHAT,
      stream: true,
    }));
    expect(metrics.histogram(INPUT).count).toBe(1);
  });

  test('fakeModel() takes the delay of a stream without chunks', async () => {
    const { client, metrics } = observed([
      { chunks: [], delay: 5, usage: USAGE },
    ]);
    for await (const _ of await client.chat.completions.create({
      ...CHAT,
      stream: true,
    }));
    expect(metrics.histogram(DURATION).sum).toBe(5);
  });

  test('fakeModel() streams responses', async () => {
    const { client, metrics } = observed([
      { chunks: ['Hel', 'lo'], usage: USAGE },
    ]);
    let text = '';
    const stream = await client.responses.create({
      model: 'acme-1',
      input: 'Hi',
      stream: true,
    });
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') {
        expect(event.response.output_text).toBe('Hello');
      }
    }
    expect(text).toBe('Hello');
    expect(metrics.histogram(INPUT).sum).toBe(100);
  });

  test('fakeModel() fails a request, or a stream after its chunks', async () => {
    const error = new RangeError('overloaded');
    const { client, metrics } = observed([error, { chunks: ['a'], error }]);
    await expect(client.chat.completions.create(CHAT)).rejects.toBe(error);
    const texts: unknown[] = [];
    await expect(
      (async () => {
        const stream = await client.chat.completions.create({
          ...CHAT,
          stream: true,
        });
        for await (const chunk of stream) texts.push(chunk);
      })(),
    ).rejects.toBe(error);
    expect(texts).toHaveLength(1);
    expect(
      metrics.histogram(DURATION, { error_type: 'RangeError' }).count,
    ).toBe(2);
  });

  test('fakeModel() takes a function that answers every request', async () => {
    const model = fakeModel(
      ({ messages }) => `${(messages as unknown[]).length}`,
    );
    for (const messages of [[], [1], [1, 2]]) {
      const { choices } = await model.chat.completions.create({ messages });
      expect(choices[0].message.content).toBe(String(messages.length));
    }
  });

  test('fakeModel() says when a request has no answer, and when it is given none', async () => {
    const model = fakeModel(['one']);
    await model.responses.create({});
    await expect(model.responses.create({})).rejects.toThrow(
      'fakeModel() has 1 answers and got request 2; expected an answer for each request',
    );
    expect(() => fakeModel('one' as never)).toThrow(OptionsError);
  });

  test('delays without a clock pass in real time, and end when the request is aborted', async () => {
    const model = fakeModel(({ delay }) => ({ delay: Number(delay) }));
    const start = performance.now();
    await model.chat.completions.create({ delay: 0.05 });
    expect(performance.now() - start).toBeGreaterThan(40);
    const aborter = new AbortController();
    const ask = () => model.chat.completions.create({ delay: 3_600 }, aborter);
    const request = ask();
    aborter.abort();
    await expect(request).rejects.toThrow('aborted');
    await expect(ask()).rejects.toThrow('aborted');
  });
});

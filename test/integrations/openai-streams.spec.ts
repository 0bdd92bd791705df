import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../src/testing/index.js';
import {
  CHAT_USAGE,
  chatChunk,
  type Exchange,
  LAST_CHUNK,
  modelResponse,
  RESPONSE_EVENTS,
  USAGE_CHUNK,
} from './openai-api.js';
import { counted, tokenSamples } from '../support/gen-ai-samples.js';
import { observe, stepByStep } from './openai-app.js';
import { VERSIONS } from './openai-versions.js';

const clock = fakeClock();

const QUESTION = {
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content: 'Rain?' }],
};
const STREAMED = { ...QUESTION, stream: true as const };

const ANSWERED =
  'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o",gen_ai_response_model="gpt-4o-2026"';
const OPERATION = 'gen_ai_client_inference';

/** Sums and counts of a stream's times. */
const times = (
  seconds: number,
  toFirst: number,
  [later, chunks]: [number, number],
  labels = ANSWERED,
) => [
  `${OPERATION}_duration_seconds_count{${labels}} 1`,
  `${OPERATION}_duration_seconds_sum{${labels}} ${seconds}`,
  `${OPERATION}_time_per_output_chunk_seconds_count{${labels}} ${chunks}`,
  `${OPERATION}_time_per_output_chunk_seconds_sum{${labels}} ${later}`,
  `${OPERATION}_time_to_first_chunk_seconds_count{${labels}} 1`,
  `${OPERATION}_time_to_first_chunk_seconds_sum{${labels}} ${toFirst}`,
];

const withoutLaterChunks = (lines: readonly string[]) =>
  lines.filter((line) => !line.includes('per_output'));

const TOKEN_USAGE = tokenSamples(ANSWERED, {
  input: 100,
  output: 20,
  cached: 64,
  reasoning: 8,
});

/** An answer whose chunks come at once: all of them with tokens behind, if asked for. */
function answerAtOnce(request: Exchange): void {
  request.chunk(chatChunk('Ye'));
  request.chunk(chatChunk('s.'));
  request.chunk(LAST_CHUNK);
  if (request.body.stream_options?.include_usage) request.chunk(USAGE_CHUNK);
  request.done();
}

const INCLUDE_USAGE = { stream_options: { include_usage: true } };

describe.each(VERSIONS)('%s', (_version, { OpenAI }) => {
  /** The samples of times, then those of tokens. */
  const genAi = async (recorded: () => Promise<string[]>) => {
    const lines = await recorded();
    const all = lines.filter((line) => line.startsWith('gen_ai'));
    const isOfTokens = (line: string) => /_tokens/.test(line);
    return [...all.filter((l) => !isOfTokens(l)), ...all.filter(isOfTokens)];
  };

  test('a stream has the times that were waited for its chunks, and its consumer has the others', async () => {
    const { answer, request } = stepByStep();
    const { client, recorded } = await observe(OpenAI, answer);
    const promise = client.chat.completions.create(STREAMED);
    const api = await request();
    expect(api.body).toEqual(STREAMED);
    clock.advance(0.5);
    api.chunk(chatChunk('Ye'));
    const stream = await promise;
    clock.advance(100);
    const chunks = stream[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toEqual(chatChunk('Ye'));
    clock.advance(100);
    for (const [seconds, chunk] of [
      [0.25, chatChunk('s.')],
      [0.125, USAGE_CHUNK],
    ] as const) {
      const next = chunks.next();
      clock.advance(seconds);
      api.chunk(chunk);
      expect((await next).value).toEqual(chunk);
      clock.advance(100);
    }
    const end = chunks.next();
    clock.advance(0.125);
    api.done();
    expect(await end).toEqual({ done: true, value: undefined });
    clock.advance(100);
    expect(await genAi(recorded)).toEqual([
      ...times(1, 0.5, [0.25, 1]),
      ...TOKEN_USAGE,
    ]);
  });

  test('a stream without usage has no tokens, and none is asked for', async () => {
    const { client, recorded } = await observe(OpenAI, answerAtOnce);
    for await (const _chunk of await client.chat.completions.create(STREAMED));
    expect(await recorded()).toEqual(times(0, 0, [0, 1]));
  });

  test('a stream of text completions is one too', async () => {
    const { client, recorded } = await observe(OpenAI, (api) => {
      api.chunk({ model: 'davinci', choices: [] });
      api.chunk({ model: 'davinci', choices: [], usage: CHAT_USAGE });
      api.done();
    });
    const request = { model: 'davinci', prompt: 'Rain', stream: true as const };
    for await (const _chunk of await client.completions.create(request));
    const lines = await recorded();
    expect(lines.join('\n')).toContain(
      'gen_ai_operation_name="text_completion"',
    );
    expect(lines.join('\n')).toMatch(
      /usage_output_tokens_total\{.*gen_ai_request_model="davinci".*\} 20/,
    );
  });

  describe('a stream that ends early', () => {
    test('a stream that its consumer leaves has ended, and its request is aborted', async () => {
      const { answer, request } = stepByStep();
      const { client, recorded } = await observe(OpenAI, answer);
      const promise = client.chat.completions.create(STREAMED);
      (await request()).chunk(chatChunk('Ye'));
      const stream = await promise;
      for await (const _chunk of stream) break;
      expect(stream.controller.signal.aborted).toBe(true);
      expect(await recorded()).toEqual(withoutLaterChunks(times(0, 0, [0, 0])));
    });

    test('a stream that is aborted has ended', async () => {
      const { answer, request } = stepByStep();
      const { client, recorded } = await observe(OpenAI, answer);
      const promise = client.chat.completions.create(STREAMED);
      (await request()).chunk(chatChunk('Ye'));
      const stream = await promise;
      let chunks = 0;
      for await (const _chunk of stream) {
        chunks++;
        stream.controller.abort();
      }
      expect(chunks).toBe(1);
      expect((await recorded())[0]).toBe(
        `${OPERATION}_duration_seconds_count{${ANSWERED}} 1`,
      );
    });

    test('a stream whose connection breaks has failed with the error that its consumer gets', async () => {
      const { answer, request } = stepByStep();
      const { client, recorded } = await observe(OpenAI, answer);
      const promise = client.chat.completions.create(STREAMED);
      const api = await request();
      api.chunk(chatChunk('Ye'));
      const chunks = (await promise)[Symbol.asyncIterator]();
      await chunks.next();
      const next = chunks.next();
      clock.advance(0.5);
      api.break();
      await expect(next).rejects.toThrow(new TypeError('terminated'));
      expect((await recorded()).slice(0, 2)).toEqual([
        `${OPERATION}_duration_seconds_count{error_type="TypeError",${ANSWERED}} 1`,
        `${OPERATION}_duration_seconds_sum{error_type="TypeError",${ANSWERED}} 0.5`,
      ]);
    });

    test('a stream in which the API sends an error has failed', async () => {
      const { client, recorded } = await observe(OpenAI, (api) => {
        api.chunk(chatChunk('Ye'));
        api.chunk({ error: { message: 'overloaded' } });
        api.done();
      });
      const stream = await client.chat.completions.create(STREAMED);
      const consume = async () => {
        for await (const _chunk of stream);
      };
      await expect(consume()).rejects.toBeInstanceOf(OpenAI.APIError);
      expect((await recorded())[0]).toBe(
        `${OPERATION}_duration_seconds_count{error_type="APIError",${ANSWERED}} 1`,
      );
    });

    test('a stream of nothing but an error has failed', async () => {
      const { client, recorded } = await observe(OpenAI, (api) =>
        api.refuse(429),
      );
      await expect(
        client.chat.completions.create(STREAMED),
      ).rejects.toBeInstanceOf(OpenAI.RateLimitError);
      expect(await recorded()).toHaveLength(2);
      expect((await recorded())[0]).toContain('error_type="RateLimitError"');
    });
  });

  describe('what a stream of the SDK can do, it can:', () => {
    const open = async () => {
      const app = await observe(OpenAI, answerAtOnce);
      const stream = await app.client.chat.completions.create({
        ...STREAMED,
        ...INCLUDE_USAGE,
      });
      return { ...app, stream };
    };
    const whole = [...times(0, 0, [0, 1]), ...TOKEN_USAGE];
    const contents = async (stream: AsyncIterable<any>) => {
      let text = '';
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
      }
      return text;
    };

    test('tee(), whose halves are one inference', async () => {
      const { stream, recorded } = await open();
      const [left, right] = stream.tee();
      expect(await contents(left)).toBe('Yes.');
      expect(await contents(right)).toBe('Yes.');
      expect(await genAi(recorded)).toEqual(whole);
    });

    test('an observed stream of the SDK can become a stream by toReadableStream()', async () => {
      const { stream, recorded } = await open();
      const text = await new Response(stream.toReadableStream()).text();
      expect(text.trim().split('\n')).toHaveLength(4);
      expect(await genAi(recorded)).toEqual(whole);
    });

    test('an observed stream of the SDK comes with its response by withResponse()', async () => {
      const { client, recorded } = await observe(OpenAI, answerAtOnce);
      const { data, response } = await client.chat.completions
        .create({ ...STREAMED, ...INCLUDE_USAGE })
        .withResponse();
      expect(response.status).toBe(200);
      expect(await contents(data)).toBe('Yes.');
      expect(await genAi(recorded)).toEqual(whole);
    });

    test('an observed stream of the SDK can come from a promise made of another', async () => {
      const { client, recorded } = await observe(OpenAI, answerAtOnce);
      const promise = client.chat.completions.create({
        ...STREAMED,
        ...INCLUDE_USAGE,
      });
      const stream = await promise._thenUnwrap((answer) => answer);
      expect(await contents(stream)).toBe('Yes.');
      expect(await genAi(recorded)).toEqual(whole);
    });

    test('an observed stream of the SDK is consumed once, which a second consumer does not disturb', async () => {
      const { stream, recorded } = await open();
      const chunks = stream[Symbol.asyncIterator]();
      await chunks.next();
      await expect(contents(stream)).rejects.toThrow('consumed stream');
      while (!(await chunks.next()).done);
      expect(await genAi(recorded)).toEqual(whole);
    });

    test('an observed stream of the SDK looks as ever', async () => {
      const { stream } = await open();
      expect(stream.controller).toBeInstanceOf(AbortController);
      expect(Object.keys(stream)).toEqual(['iterator', 'controller']);
      stream.controller.abort();
    });

    test('an observed stream of the SDK can be used by chat.completions.stream()', async () => {
      const { client, recorded } = await observe(OpenAI, answerAtOnce);
      const run = client.chat.completions.stream({
        ...QUESTION,
        ...INCLUDE_USAGE,
      });
      const text: string[] = [];
      run.on('content', (delta) => text.push(delta));
      expect(await run.finalContent()).toBe('Yes.');
      expect(text).toEqual(['Ye', 's.']);
      expect(await run.totalUsage()).toMatchObject({ prompt_tokens: 100 });
      expect(await genAi(recorded)).toEqual(whole);
    });
  });

  test('a stream belongs to the agent that asked for it, wherever it is consumed', async () => {
    const { client, metrics, recorded } = await observe(OpenAI, answerAtOnce);
    const stream = await metrics.runAgent('Assistant', async () => ({
      chunks: await client.chat.completions.create({
        ...STREAMED,
        ...INCLUDE_USAGE,
      }),
    }));
    await metrics.runAgent('Other', async () => {
      for await (const _chunk of stream.chunks);
    });
    const lines = await recorded();
    expect(
      lines.filter((line) =>
        /inference_calls_sum|usage_input_tokens/.test(line),
      ),
    ).toEqual([
      `gen_ai_client_inference_usage_input_tokens_total{${counted(ANSWERED, 'Assistant')}} 100`,
      'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"} 1',
      'gen_ai_invoke_agent_inference_calls_sum{gen_ai_agent_name="Other",gen_ai_operation_name="invoke_agent"} 0',
    ]);
  });

  describe('a streamed response', () => {
    const REQUEST = { model: 'gpt-5', input: 'Rain?' };
    const RESPONSE = ANSWERED.replaceAll('gpt-4o', 'gpt-5');
    const { created, item, part, delta, completed } = RESPONSE_EVENTS;

    test('the first chunk of a streamed response is its first output, not the news that it begins', async () => {
      const { answer, request } = stepByStep();
      const { client, recorded } = await observe(OpenAI, answer);
      const promise = client.responses.create({ ...REQUEST, stream: true });
      const api = await request();
      api.chunk(created);
      const chunks = (await promise)[Symbol.asyncIterator]();
      expect((await chunks.next()).value).toEqual(created);
      for (const event of [item, part, delta, completed]) {
        const next = chunks.next();
        clock.advance(0.25);
        api.chunk(event);
        expect((await next).value).toMatchObject({ type: event.type });
      }
      const end = chunks.next();
      api.done();
      await end;
      expect(await genAi(recorded)).toEqual([
        ...withoutLaterChunks(times(1, 0.75, [0, 0], RESPONSE)),
        ...TOKEN_USAGE.map((line) => line.replaceAll('gpt-4o', 'gpt-5')),
      ]);
    });

    test('a streamed response may be used by responses.stream()', async () => {
      const { client, recorded } = await observe(OpenAI, (api) => {
        for (const event of Object.values(RESPONSE_EVENTS)) api.chunk(event);
        api.done();
      });
      const final = await client.responses.stream(REQUEST).finalResponse();
      expect(final.output).toMatchObject([{ content: [{ text: 'Yes.' }] }]);
      expect(await genAi(recorded)).toEqual([
        ...withoutLaterChunks(times(0, 0, [0, 0], RESPONSE)),
        ...TOKEN_USAGE.map((line) => line.replaceAll('gpt-4o', 'gpt-5')),
      ]);
    });

    test.each([
      [
        'server_error',
        {
          type: 'response.failed',
          response: modelResponse({
            status: 'failed',
            error: { code: 'server_error', message: 'no' },
            usage: null,
          }),
        },
      ],
      ['too_many', { type: 'error', code: 'too_many', message: 'no' }],
    ])(
      'a streamed response that ends with %s has failed',
      async (code, event) => {
        const { client, recorded } = await observe(OpenAI, (api) => {
          api.chunk(created);
          api.chunk(event);
          api.done();
        });
        const stream = await client.responses.create({
          ...REQUEST,
          stream: true,
        });
        // Of an event `error` some versions of the SDK make an error of their own.
        try {
          for await (const _event of stream);
        } catch {}
        expect(await recorded()).toEqual([
          `${OPERATION}_duration_seconds_count{error_type="${code}",${RESPONSE}} 1`,
          `${OPERATION}_duration_seconds_sum{error_type="${code}",${RESPONSE}} 0`,
        ]);
      },
    );
  });
});

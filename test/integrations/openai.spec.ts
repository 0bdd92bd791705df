import OpenAI6, { AzureOpenAI, BedrockOpenAI } from 'openai';
import { bedrock } from 'openai/providers/bedrock';
import OpenAI5 from 'openai-5';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import type { AgentMetrics } from '../../src/index.js';
import { observeOpenAI } from '../../src/integrations/openai/index.js';
import { fakeClock } from '../../src/testing/index.js';
import {
  CHAT_USAGE,
  chatCompletion,
  EMBEDDINGS,
  modelResponse,
} from './openai-api.js';
import {
  fetchWithArrival,
  observe,
  settings,
  stepByStep,
} from './openai-app.js';
import { counted, tokenSamples } from '../support/gen-ai-samples.js';
import { VERSIONS } from './openai-versions.js';

const clock = fakeClock();

const QUESTION = {
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content: 'Rain?' }],
};

const CHAT =
  'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4o"';
const ANSWERED = `${CHAT},gen_ai_response_model="gpt-4o-2026"`;
const DURATION = 'gen_ai_client_inference_duration_seconds';

/** The samples of one successful chat completion. */
const chatSamples = (seconds: number, count = 1) => [
  `${DURATION}_count{${ANSWERED}} ${count}`,
  `${DURATION}_sum{${ANSWERED}} ${seconds}`,
  ...tokenSamples(
    ANSWERED,
    {
      input: 100 * count,
      output: 20 * count,
      cached: 64 * count,
      reasoning: 8 * count,
    },
    { count },
  ),
];

/** A promise of the SDK whose `_thenUnwrap()` does not look at its fields. */
function sharingNothing(client: object, promise: any): unknown {
  const { responsePromise, parseResponse, constructor } = promise;
  promise._thenUnwrap = (transform: (...args: unknown[]) => unknown) =>
    new constructor(
      client,
      responsePromise,
      async (_client: unknown, response: unknown) =>
        transform(await parseResponse(client, response), response),
    );
  return promise;
}

describe.each(VERSIONS)('%s', (_version, { OpenAI, AzureOpenAI: Azure }) => {
  describe('a chat completion', () => {
    test('a chat completion is recorded with the tokens that the API reports', async () => {
      const { client, recorded } = await observe(OpenAI, (request) => {
        expect(request.path).toBe('/v1/chat/completions');
        expect(request.body).toEqual({ ...QUESTION });
        clock.advance(0.25);
        request.json(chatCompletion());
      });
      const answer = await client.chat.completions.create(QUESTION);
      expect(answer).toEqual(chatCompletion());
      expect(answer._request_id).toBe('request-1');
      expect(await recorded()).toEqual(chatSamples(0.25));
    });

    test('a chat completion has no tokens that the API does not report', async () => {
      const { client, recorded, warnings } = await observe(OpenAI, (request) =>
        request.json({
          ...chatCompletion(),
          usage: {
            prompt_tokens: 100,
            completion_tokens: null,
            prompt_tokens_details: null,
          },
        }),
      );
      await client.chat.completions.create(QUESTION);
      expect(await recorded()).toEqual([
        `agent_inferences_partial_usage_total{model="gpt-4o-2026",provider="openai"} 1`,
        `${DURATION}_count{${ANSWERED}} 1`,
        `${DURATION}_sum{${ANSWERED}} 0`,
        ...tokenSamples(ANSWERED, { input: 100 }),
      ]);
      expect(warnings).toEqual([]);
    });

    test.each<[string, unknown]>([
      ['UnreadableAnswerError', null],
      ['UnreadableAnswerError', { message: 'Not found' }],
      ['UnreadableAnswerError', 'Hello'],
      ['429', { error: { code: 429, message: 'slow down' } }],
      ['overloaded_error', { error: { type: 'overloaded_error' } }],
    ])(
      'a successful HTTP answer without a chat completion is a failure: %s of %j',
      async (error, answer) => {
        const { client, recorded } = await observe(OpenAI, (request) =>
          request.json(answer),
        );
        const received = await client.chat.completions.create(QUESTION);
        expect(received).toEqual(answer);
        expect(await recorded()).toEqual([
          `${DURATION}_count{error_type="${error}",${CHAT}} 1`,
          `${DURATION}_sum{error_type="${error}",${CHAT}} 0`,
        ]);
      },
    );

    test('a chat completion takes until the last of it is there', async () => {
      const { answer, request } = stepByStep();
      const { arrival, fetch } = fetchWithArrival();
      const app = await observe(OpenAI, answer, { fetch });
      const answered = app.client.chat.completions
        .create(QUESTION)
        .then((completion) => completion);
      const api = await request();
      clock.advance(0.25);
      api.begin();
      await arrival;
      clock.advance(0.5);
      api.json(chatCompletion());
      await answered;
      expect(await app.recorded()).toEqual(chatSamples(0.75));
    });

    test('a chat completion that cannot be read fails with the error that its caller gets', async () => {
      const { client, recorded } = await observe(OpenAI, (request) =>
        request.text('{ no'),
      );
      await expect(
        client.chat.completions.create(QUESTION),
      ).rejects.toBeInstanceOf(SyntaxError);
      expect((await recorded())[0]).toBe(
        `${DURATION}_count{error_type="SyntaxError",${CHAT}} 1`,
      );
    });

    test('a chat completion is one inference, however often the SDK tries', async () => {
      const statuses = [429, 500, 200];
      const { client, recorded } = await observe(OpenAI, (request) => {
        clock.advance(0.25);
        request.json(chatCompletion(), statuses.shift());
      });
      await client.chat.completions.create(QUESTION, { maxRetries: 2 });
      const retry = (status: number) =>
        `agent_inference_retries_total{error_type="${status}",model="gpt-4o",provider="openai"} 1`;
      expect(await recorded()).toEqual([
        retry(429),
        retry(500),
        ...chatSamples(0.75),
      ]);
    });

    test('a request to no model that is repeated is no retry of an inference', async () => {
      const statuses = [429, 200];
      const { client, recorded } = await observe(OpenAI, (request) =>
        request.json({ data: [] }, statuses.shift()),
      );
      await client.models.list({ maxRetries: 1 });
      expect((await recorded()).join()).not.toContain('retries');
    });

    test('an attempt whose connection breaks is a retry for the agent that asked', async () => {
      let isBroken = false;
      const { client, metrics, recorded } = await observe(OpenAI, (request) => {
        if (!isBroken) request.break();
        else request.json(chatCompletion());
        isBroken = true;
      });
      await metrics.runAgent('Writer', () =>
        client.chat.completions.create(QUESTION, { maxRetries: 1 }),
      );
      expect(await recorded()).toContain(
        'agent_inference_retries_total{agent="Writer",error_type="APIConnectionError",model="gpt-4o",provider="openai"} 1',
      );
    });

    test.each([
      [400, 'BadRequestError'],
      [401, 'AuthenticationError'],
      [429, 'RateLimitError'],
      [500, 'InternalServerError'],
    ] as const)(
      'a chat completion that is answered with %i fails with a %s and has no tokens',
      async (status, name) => {
        const { client, recorded } = await observe(OpenAI, (request) => {
          clock.advance(0.5);
          request.refuse(status);
        });
        const failed = client.chat.completions.create(QUESTION);
        await expect(failed).rejects.toBeInstanceOf(OpenAI[name]);
        await expect(failed).rejects.toMatchObject({
          status,
          code: 'no_reason',
        });
        expect(await recorded()).toEqual([
          `${DURATION}_count{error_type="${name}",${CHAT}} 1`,
          `${DURATION}_sum{error_type="${name}",${CHAT}} 0.5`,
        ]);
      },
    );

    test('a chat completion that is aborted, times out or cannot connect fails as the SDK says', async () => {
      const { answer, request } = stepByStep();
      const { client, url, recorded } = await observe(OpenAI, answer);
      const controller = new AbortController();
      const { signal } = controller;
      const aborted = client.chat.completions.create(QUESTION, { signal });
      await request();
      controller.abort();
      await expect(aborted).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
      await expect(
        client.chat.completions.create(QUESTION, { timeout: 1 }),
      ).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
      client.baseURL = url.replace('http:', 'nowhere:');
      await expect(
        client.chat.completions.create(QUESTION),
      ).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
      expect(
        (await recorded()).filter((line) => line.includes('_count')),
      ).toEqual([
        `${DURATION}_count{error_type="APIConnectionError",${CHAT}} 1`,
        `${DURATION}_count{error_type="APIConnectionTimeoutError",${CHAT}} 1`,
        `${DURATION}_count{error_type="APIUserAbortError",${CHAT}} 1`,
      ]);
    });
  });

  describe('the promise of an answer', () => {
    const answering = () =>
      observe(OpenAI, (request) => {
        clock.advance(0.25);
        request.json(chatCompletion());
      });

    test('the promise of an answer may be awaited later, which is no time of the model', async () => {
      const { arrival, fetch } = fetchWithArrival();
      const { client, recorded } = await observe(
        OpenAI,
        (request) => {
          clock.advance(0.25);
          request.json(chatCompletion());
        },
        { fetch },
      );
      const promise = client.chat.completions.create(QUESTION);
      await arrival;
      clock.advance(10);
      expect(await promise).toBe(await promise);
      expect(await recorded()).toEqual(chatSamples(0.25));
    });

    test('the promise of an answer gives the response beside the answer', async () => {
      const { client, recorded } = await answering();
      const promise = client.chat.completions.create(QUESTION);
      const { data, response, request_id } = await promise.withResponse();
      expect(data).toEqual(chatCompletion());
      expect(response.status).toBe(200);
      expect(request_id).toBe('request-1');
      expect(await promise).toBe(data);
      expect(await recorded()).toEqual(chatSamples(0.25));
    });

    test('the promise of an answer can give the response alone, unread and without tokens', async () => {
      const { client, recorded } = await answering();
      const promise = client.chat.completions.create(QUESTION);
      const response = await promise.asResponse();
      expect(response.bodyUsed).toBe(false);
      expect(await response.json()).toEqual(chatCompletion());
      expect(await recorded()).toEqual([
        `${DURATION}_count{${CHAT}} 1`,
        `${DURATION}_sum{${CHAT}} 0.25`,
      ]);
    });

    test('the promise of an answer is the same for what the SDK makes of it', async () => {
      const { client, recorded } = await answering();
      const parse = () => client.chat.completions.parse(QUESTION);
      const { data } = await parse().withResponse();
      expect(data.choices[0]!.message.content).toBe('Yes.');
      expect(await recorded()).toEqual(chatSamples(0.25));
      const response = await parse().asResponse();
      expect(response.bodyUsed).toBe(false);
      expect(await recorded()).toEqual(
        [
          ...chatSamples(0.25),
          `${DURATION}_count{${CHAT}} 1`,
          `${DURATION}_sum{${CHAT}} 0.25`,
        ].sort(),
      );
    });

    test.each([
      ['as it is', (_client: object, promise: unknown) => promise],
      ['as in version 7', sharingNothing],
    ])(
      'a caller may turn an answer into a failure, and the model has not failed (%s)',
      async (_how, made) => {
        const { url, metrics, recorded } = await observe(OpenAI, (request) => {
          const answer = chatCompletion();
          answer.choices[0]!.finish_reason = 'length';
          request.json(answer);
        });
        const client = new OpenAI(settings(url));
        const { completions } = client.chat;
        const { create } = completions;
        completions.create = ((...args: Parameters<typeof create>) =>
          made(client, Reflect.apply(create, completions, args))) as never;
        observeOpenAI(client, metrics);
        await expect(completions.parse(QUESTION)).rejects.toThrow('length');
        expect(await recorded()).toEqual(chatSamples(0));
      },
    );

    test('the promise of an answer may share nothing with promises made of it, as in version 7', async () => {
      const { url, metrics, recorded } = await observe(OpenAI, (request) => {
        clock.advance(0.25);
        if (request.body.model === 'none') request.refuse(429);
        else request.json(chatCompletion());
      });
      const client = new OpenAI(settings(url));
      const { completions } = client.chat;
      const { create } = completions;
      completions.create = ((...args: Parameters<typeof create>) =>
        sharingNothing(
          client,
          Reflect.apply(create, completions, args),
        )) as never;
      observeOpenAI(client, metrics);
      const answer = await completions.parse(QUESTION);
      expect(answer.choices[0]!.message.content).toBe('Yes.');
      expect(await recorded()).toEqual(chatSamples(0.25));
      await expect(
        completions.parse({ ...QUESTION, model: 'none' }),
      ).rejects.toBeInstanceOf(OpenAI.RateLimitError);
      expect(await recorded()).toContain(
        `${DURATION}_count{error_type="RateLimitError",${CHAT.replace('gpt-4o', 'none')}} 1`,
      );
    });

    test('the promise of an answer looks as ever, and has then(), catch() and finally()', async () => {
      const { client, url } = await answering();
      const unobserved = new OpenAI(settings(url)).chat.completions;
      const finished = vi.fn();
      const promise = client.chat.completions.create(QUESTION);
      const another = unobserved.create(QUESTION);
      expect(Object.keys(promise)).toEqual(Object.keys(another));
      expect(promise.constructor).toBe(another.constructor);
      expect(promise.then).toBe(another.then);
      const model = await promise.finally(finished).then(({ model }) => model);
      expect(model).toBe((await another).model);
      expect(finished).toHaveBeenCalledOnce();
    });
  });

  test('a call that the SDK refuses to make fails as it does', async () => {
    const { client, recorded } = await observe(OpenAI, () => undefined);
    const create = async () => client.chat.completions.create(null as never);
    await expect(create()).rejects.toBeInstanceOf(TypeError);
    const unknown = CHAT.replace('gpt-4o', 'unknown');
    expect(await recorded()).toEqual([
      `${DURATION}_count{error_type="TypeError",${unknown}} 1`,
      `${DURATION}_sum{error_type="TypeError",${unknown}} 0`,
    ]);
  });

  test('text completions and embeddings have operations of their own', async () => {
    const { client, recorded } = await observe(OpenAI, (request) => {
      clock.advance(0.125);
      request.json(
        request.path === '/v1/embeddings'
          ? EMBEDDINGS
          : { model: 'davinci', choices: [], usage: CHAT_USAGE },
      );
    });
    await client.completions.create({ model: 'davinci', prompt: 'Rain' });
    const { data } = await client.embeddings.create({
      model: 'text-embedding-3-small',
      input: 'Rain',
    });
    expect([...data[0]!.embedding]).toEqual([0.5, 0.25]);
    const labels = (operation: string, model: string) =>
      `gen_ai_operation_name="${operation}",gen_ai_provider_name="openai",gen_ai_request_model="${model}",gen_ai_response_model="${model}"`;
    const text = labels('text_completion', 'davinci');
    const embeddings = labels('embeddings', 'text-embedding-3-small');
    const lines = await recorded();
    expect(lines.filter((line) => line.startsWith('gen_ai'))).toEqual([
      `gen_ai_client_embeddings_duration_seconds_count{${embeddings}} 1`,
      `gen_ai_client_embeddings_duration_seconds_sum{${embeddings}} 0.125`,
      `gen_ai_client_embeddings_operation_input_tokens_count{${embeddings}} 1`,
      `gen_ai_client_embeddings_operation_input_tokens_sum{${embeddings}} 7`,
      `${DURATION}_count{${text}} 1`,
      `${DURATION}_sum{${text}} 0.125`,
      ...tokenSamples(text, {
        input: 100,
        output: 20,
        cached: 64,
        reasoning: 8,
      }),
    ]);
  });

  describe('a response', () => {
    const RESPONSE =
      'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-5",gen_ai_response_model="gpt-5-2026"';

    test('a response is a chat with the tokens that the API reports', async () => {
      const { client, recorded } = await observe(OpenAI, (request) => {
        clock.advance(0.5);
        request.json(modelResponse());
      });
      const answer = await client.responses.create({
        model: 'gpt-5',
        input: 'Rain?',
      });
      expect(answer.output_text).toBe('Yes.');
      const parsed = await client.responses.parse({
        model: 'gpt-5',
        input: 'Rain?',
      });
      expect(parsed.output_text).toBe('Yes.');
      expect(await recorded()).toEqual([
        `${DURATION}_count{${RESPONSE}} 2`,
        `${DURATION}_sum{${RESPONSE}} 1`,
        ...tokenSamples(
          RESPONSE,
          { input: 200, output: 40, cached: 128, reasoning: 16 },
          { count: 2 },
        ),
      ]);
    });

    test('a response that says that it failed is a failure, by the code that it gives', async () => {
      const errors = [{ code: 'server_error', message: 'no' }, null];
      const { client, recorded } = await observe(OpenAI, (request) =>
        request.json(
          modelResponse({
            status: 'failed',
            error: errors.shift(),
            usage: null,
          }),
        ),
      );
      const ask = () =>
        client.responses.create({ model: 'gpt-5', input: 'Rain?' });
      expect((await ask()).status).toBe('failed');
      expect((await ask()).status).toBe('failed');
      expect(await recorded()).toEqual([
        `${DURATION}_count{error_type="ResponseFailed",${RESPONSE}} 1`,
        `${DURATION}_count{error_type="server_error",${RESPONSE}} 1`,
        `${DURATION}_sum{error_type="ResponseFailed",${RESPONSE}} 0`,
        `${DURATION}_sum{error_type="server_error",${RESPONSE}} 0`,
      ]);
    });

    test('a response of a stored prompt has no model that was asked for', async () => {
      const { client, recorded } = await observe(OpenAI, (request) =>
        request.json(modelResponse()),
      );
      await client.responses.create({ prompt: { id: 'prompt-1' } });
      const unknown = RESPONSE.replace('"gpt-5"', '"unknown"');
      expect(await recorded()).toContain(`${DURATION}_count{${unknown}} 1`);
    });
  });

  describe('the provider', () => {
    const providers = async (recorded: () => Promise<string[]>) =>
      (await recorded())
        .filter((line) => line.startsWith(`${DURATION}_count`))
        .map((line) => /gen_ai_provider_name="([^"]+)"/.exec(line)![1]);
    const answer = (request: { json(value: unknown): void }) =>
      request.json(chatCompletion());

    test('the provider of a client has the given name', async () => {
      const options = { provider: 'groq' };
      const app = await observe(OpenAI, answer, {}, options);
      await app.client.chat.completions.create(QUESTION);
      expect(await providers(app.recorded)).toEqual(['groq']);
    });

    test('the provider of an AzureOpenAI is Azure, and its deployment the model where none is named', async () => {
      const paths: string[] = [];
      const { url, metrics, recorded } = await observe(OpenAI, (request) => {
        paths.push(request.path);
        request.json(chatCompletion());
      });
      const client = observeOpenAI(
        new Azure({
          ...settings(url),
          apiVersion: '2026-01-01',
          deployment: 'ours',
        }),
        metrics,
      );
      await client.chat.completions.create({ ...QUESTION, model: '' });
      expect(paths).toEqual([
        '/v1/deployments/ours/chat/completions?api-version=2026-01-01',
      ]);
      expect(await providers(recorded)).toEqual(['azure.ai.openai']);
      const [line] = (await recorded()).filter((l) => l.startsWith(DURATION));
      expect(line).toContain('gen_ai_request_model="ours"');
    });
  });

  describe('observeOpenAI()', () => {
    test('observeOpenAI() changes one client, and no other', async () => {
      const { client, url, recorded } = await observe(OpenAI, (request) =>
        request.json(chatCompletion()),
      );
      const other = new OpenAI(settings(url));
      await other.chat.completions.create(QUESTION);
      expect(await recorded()).toEqual([]);
      const { create } = client.chat.completions;
      const original = other.chat.completions.create;
      expect(create).not.toBe(original);
      expect([create.name, create.length]).toEqual([
        original.name,
        original.length,
      ]);
      expect(Object.keys(client)).toEqual(Object.keys(other));
      expect(Object.keys(client.chat.completions)).toEqual(
        Object.keys(other.chat.completions),
      );
    });

    test('observeOpenAI() returns the client, and measures it once however often it is called', async () => {
      const { client, metrics, recorded } = await observe(OpenAI, (request) =>
        request.json(chatCompletion()),
      );
      expect(observeOpenAI(client, metrics)).toBe(client);
      await client.chat.completions.create(QUESTION);
      expect(await recorded()).toEqual(chatSamples(0));
    });

    test('observeOpenAI() lets two apps measure one client, each for itself', async () => {
      const one = await observe(OpenAI, (request) =>
        request.json(chatCompletion()),
      );
      const two = await observe(OpenAI, () => undefined);
      observeOpenAI(one.client, two.metrics);
      await one.client.chat.completions.create(QUESTION);
      expect(await one.recorded()).toEqual(chatSamples(0));
      expect(await two.recorded()).toEqual(chatSamples(0));
    });

    test('observeOpenAI() measures the clients that withOptions() makes', async () => {
      const { client, recorded } = await observe(OpenAI, (request) =>
        request.json(chatCompletion()),
      );
      const patient = client.withOptions({ timeout: 60_000 });
      expect(patient).toBeInstanceOf(OpenAI);
      expect(patient.timeout).toBe(60_000);
      await patient.withOptions({}).chat.completions.create(QUESTION);
      expect(await recorded()).toEqual(chatSamples(0));
    });

    test('observeOpenAI() refuses what it cannot observe, and tells no key', async () => {
      const { client, metrics } = await observe(OpenAI, () => undefined);
      const refused = (...args: unknown[]) =>
        expect(() => Reflect.apply(observeOpenAI, undefined, args));
      refused(undefined, metrics).toThrow(
        new TypeError(
          'observeOpenAI() got undefined as client; expected a client of the package openai',
        ),
      );
      refused({ apiKey: 'secret' }, metrics).toThrow(
        /got an object of Object as client/,
      );
      refused(client, undefined).toThrow(
        new TypeError(
          'observeOpenAI() got undefined as agentMetrics; expected the AgentMetrics that MetricsModule provides',
        ),
      );
      refused(client, metrics, { provider: '' }).toThrow(
        new TypeError(
          'observeOpenAI() got an empty text as options.provider; expected a text that is not empty',
        ),
      );
      refused(client, metrics, { provider: 7 }).toThrow(/got a number as/);
    });
  });

  describe('the agent', () => {
    test('the agent of a call is that of the run around it, wherever its answer is awaited', async () => {
      const { client, metrics, recorded } = await observe(OpenAI, (request) =>
        request.json(chatCompletion()),
      );
      const promise = metrics.runAgent('Assistant', () => [
        client.chat.completions.create(QUESTION),
      ])[0]!;
      await metrics.runAgent('Other', async () => promise);
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
  });
});

test.each([
  [
    'BedrockOpenAI',
    (baseURL: string) => new BedrockOpenAI({ baseURL, apiKey: 'key' }),
  ],
  [
    'client with the provider bedrock()',
    (baseURL: string) =>
      new OpenAI6({ provider: bedrock({ baseURL, apiKey: 'key' }) }),
  ],
])('the provider of a %s is Bedrock', async (_what, make) => {
  const { url, metrics, recorded } = await observe(OpenAI6, (request) =>
    request.json(chatCompletion()),
  );
  const client = observeOpenAI(make(url), metrics);
  await client.chat.completions.create(QUESTION);
  expect(await recorded()).toContain(
    `${DURATION}_count{${ANSWERED.replace('"openai"', '"aws.bedrock"')}} 1`,
  );
});

test('the types of a client stay as they are, whatever its version', () => {
  const observed = {
    openai6: (client: OpenAI6, metrics: AgentMetrics) =>
      observeOpenAI(client, metrics),
    openai5: (client: OpenAI5, metrics: AgentMetrics) =>
      observeOpenAI(client, metrics, { provider: 'groq' }),
    azure: (client: AzureOpenAI, metrics: AgentMetrics) =>
      observeOpenAI(client, metrics),
    // @ts-expect-error a client it must be
    nothing: (metrics: AgentMetrics) => observeOpenAI({}, metrics),
    misspelled: (client: OpenAI6, metrics: AgentMetrics) =>
      // @ts-expect-error no such option
      observeOpenAI(client, metrics, { vendor: 'groq' }),
  };
  expectTypeOf(observed.openai6).returns.toEqualTypeOf<OpenAI6>();
  expectTypeOf(observed.openai5).returns.toEqualTypeOf<OpenAI5>();
  expectTypeOf(observed.azure).returns.toEqualTypeOf<AzureOpenAI>();
});

describe('a double of a client', () => {
  const double = (create: () => unknown) => ({
    chat: { completions: { create } },
  });

  test('a test double of a client is measured if it answers as the API does', async () => {
    const [, { OpenAI }] = VERSIONS[0];
    const { metrics, recorded } = await observe(OpenAI, () => undefined);
    const client = observeOpenAI(
      double(async () => chatCompletion()),
      metrics,
    );
    const create = client.chat.completions.create as (body: object) => any;
    expect(await create(QUESTION)).toEqual(chatCompletion());
    expect(await recorded()).toEqual(chatSamples(0));
  });

  test('a response of a test double whose fields throw does not reach the app', async () => {
    const [, { OpenAI }] = VERSIONS[0];
    const { metrics, recorded } = await observe(OpenAI, () => undefined);
    const response = {
      get output(): never {
        throw new RangeError('no output');
      },
    };
    const create = async () => response;
    const client = observeOpenAI(
      { ...double(create), responses: { create } },
      metrics,
    );
    expect(await client.responses.create()).toBe(response);
    expect((await recorded()).join('\n')).toMatch(
      /_duration_seconds_count.* 1/,
    );
  });

  test.each([
    ['nothing', () => undefined],
    ['a failure', () => Promise.reject(new RangeError('no'))],
  ])('a double of a client may give %s', async (_what, create) => {
    const [, { OpenAI }] = VERSIONS[0];
    const { metrics, recorded } = await observe(OpenAI, () => undefined);
    const client = observeOpenAI(double(create), metrics);
    await Promise.allSettled([client.chat.completions.create()]);
    expect(await recorded()).toHaveLength(2);
  });
});

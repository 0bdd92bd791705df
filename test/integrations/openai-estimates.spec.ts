import { getEncoding } from 'js-tiktoken';
import { describe, expect, test, vi } from 'vitest';
import { observeOpenAI } from '../../src/integrations/openai/index.js';
import { samplesOf } from '../support/collector.js';
import { nextTurn } from '../support/next-turn.js';
import {
  chatChunk,
  chatCompletion,
  EMBEDDINGS,
  type Exchange,
  LAST_CHUNK,
  modelResponse,
  RESPONSE_EVENTS,
  toolCalls,
  USAGE_CHUNK,
} from './openai-api.js';
import { observe, stepByStep } from './openai-app.js';
import { VERSIONS } from './openai-versions.js';

const encoding = getEncoding('o200k_base');
const tokensOf = (...texts: string[]) =>
  texts.reduce((sum, text) => sum + encoding.encode(text).length, 0);

const PRICES = {
  currency: 'USD',
  perTokens: 1,
  models: [{ model: '*', input: 1, output: 1000 }],
};

const INPUT_TOKENS = 'gen_ai_client_inference_usage_input_tokens_total';

const QUESTION = 'What is the tide like at Husum today?';
const MESSAGES = [{ role: 'user' as const, content: QUESTION }];
const CHAT = { model: 'gpt-4o', messages: MESSAGES };
const STREAM = { ...CHAT, stream: true as const };

type SDK = (typeof VERSIONS)[number][1]['OpenAI'];

async function start(OpenAI: SDK, answer: (exchange: Exchange) => unknown) {
  const tokenizer = vi.fn((text: string) => tokensOf(text));
  const options = { prices: PRICES, tokenizer };
  const app = await observe(OpenAI, answer, {}, {}, options);
  /** The tokens and the cost by `source`, and the numbers of estimated and of partial inferences. */
  const estimated = async () => {
    await nextTurn();
    const page = await app.page();
    const of = (metric: string, source: string) =>
      samplesOf(page, metric)
        .filter((line) => line.includes(source))
        .map((line) => Number(line.split(' ').at(-1)))
        .reduce((a, b) => a + b, 0);
    const source = 'source="estimated"';
    return {
      input: of(INPUT_TOKENS, source),
      output: of('gen_ai_client_inference_usage_output_tokens_total', source),
      cost: of('agent_cost_total', source),
      estimated: of('agent_inferences_estimated_usage_total', ''),
      partial: of('agent_inferences_partial_usage_total', ''),
      without: of('agent_inferences_without_usage_total', ''),
    };
  };
  return { ...app, tokenizer, estimated };
}

/** What is estimated of one inference. */
const estimate = (input: number, output: number, partial = 0) => ({
  input,
  output,
  cost: input + 1000 * output,
  estimated: 1,
  partial,
  without: 0,
});

const NONE = { ...estimate(0, 0), estimated: 0 };

describe.each(VERSIONS)('%s', (_version, { OpenAI }) => {
  test('a chat completion without usage has the tokens of its texts', async () => {
    const message = { ...toolCalls('search'), reasoning_content: 'Hm.' };
    const { client, estimated } = await start(OpenAI, (request) =>
      request.json({ ...chatCompletion(message), usage: undefined }),
    );
    const tools = [
      {
        type: 'function' as const,
        function: { name: 'search', parameters: { type: 'object' } },
      },
    ];
    const messages = [...MESSAGES];
    await client.chat.completions.create({ ...CHAT, messages, tools });
    // As agents do: the answer is not among what was asked.
    messages.push(...MESSAGES, ...MESSAGES);
    expect(await estimated()).toEqual(
      estimate(
        tokensOf(QUESTION, JSON.stringify(tools)),
        tokensOf('Hm.', 'search', '{"query":"rain"}'),
      ),
    );
  });

  test('a chat completion with usage is never estimated', async () => {
    const { client, estimated, tokenizer } = await start(OpenAI, (request) =>
      request.json(chatCompletion()),
    );
    await client.chat.completions.create(CHAT);
    expect(await estimated()).toEqual(NONE);
    expect(tokenizer).not.toHaveBeenCalled();
  });

  test('a stream without usage has the tokens of its pieces, joined', async () => {
    const { client, estimated } = await start(OpenAI, (request) => {
      for (const piece of ['High', ' wa', 'ter at no', 'on.']) {
        request.chunk(chatChunk(piece));
      }
      request.chunk(LAST_CHUNK);
      request.done();
    });
    for await (const _ of await client.chat.completions.create(STREAM));
    expect(await estimated()).toEqual(
      estimate(tokensOf(QUESTION), tokensOf('High water at noon.')),
    );
  });

  test('a stream with usage is never estimated', async () => {
    const { client, estimated, tokenizer } = await start(OpenAI, (request) => {
      request.chunk(chatChunk('High'));
      request.chunk(LAST_CHUNK);
      request.chunk(USAGE_CHUNK);
      request.done();
    });
    for await (const _ of await client.chat.completions.create(STREAM));
    expect(await estimated()).toEqual(NONE);
    expect(tokenizer).not.toHaveBeenCalled();
  });

  test.each(['left', 'aborted', 'broken off'])(
    'a stream that is %s has the tokens that came, as a lower bound',
    async (how) => {
      const { answer, request } = stepByStep();
      const { client, estimated } = await start(OpenAI, answer);
      const asked = client.chat.completions.create(STREAM);
      const [stream, api] = await Promise.all([
        asked,
        request().then((exchange) => {
          exchange.chunk(chatChunk('High water'));
          return exchange;
        }),
      ]);
      const reading = (async () => {
        for await (const _ of stream) {
          if (how === 'left') break;
          if (how === 'aborted') stream.controller.abort();
          if (how === 'broken off') api.break();
        }
      })();
      await reading.catch(() => undefined);
      api.break();
      expect(await estimated()).toEqual(
        estimate(tokensOf(QUESTION), tokensOf('High water'), 1),
      );
    },
  );

  test('a request that fails is not estimated', async () => {
    const { client, estimated } = await start(OpenAI, (request) =>
      request.refuse(429),
    );
    await expect(client.chat.completions.create(CHAT)).rejects.toThrow();
    expect(await estimated()).toEqual(NONE);
  });

  test('a text completion without usage has the tokens of its texts', async () => {
    const { client, estimated } = await start(OpenAI, (request) =>
      request.json({
        model: 'gpt-3.5-turbo-instruct',
        choices: [{ index: 0, text: 'At noon.', finish_reason: 'stop' }],
      }),
    );
    await client.completions.create({ model: 'm', prompt: QUESTION });
    expect(await estimated()).toEqual(
      estimate(tokensOf(QUESTION), tokensOf('At noon.')),
    );
  });

  test('a response without usage has the tokens of its texts', async () => {
    const { client, estimated } = await start(OpenAI, (request) =>
      request.json(modelResponse({ usage: null })),
    );
    const instructions = 'Be brief.';
    await client.responses.create({
      model: 'm',
      instructions,
      input: QUESTION,
    });
    expect(await estimated()).toEqual(
      estimate(tokensOf(instructions, QUESTION), tokensOf('Yes.')),
    );
  });

  const { created, item, part, delta } = RESPONSE_EVENTS;
  const REQUEST = { model: 'm', input: QUESTION, stream: true as const };

  test('a streamed response without usage has the tokens of its texts once', async () => {
    const completed = {
      ...RESPONSE_EVENTS.completed,
      response: modelResponse({ usage: null }),
    };
    const { client, estimated } = await start(OpenAI, (request) => {
      for (const event of [created, item, part, delta, completed]) {
        request.chunk(event);
      }
      request.done();
    });
    for await (const _ of await client.responses.create(REQUEST));
    expect(await estimated()).toEqual(
      estimate(tokensOf(QUESTION), tokensOf('Yes.')),
    );
  });

  test('a streamed response that is left early is a lower bound', async () => {
    const { client, estimated } = await start(OpenAI, (request) => {
      for (const event of [created, item, part, delta]) request.chunk(event);
    });
    for await (const { type } of await client.responses.create(REQUEST)) {
      if (type === 'response.output_text.delta') break;
    }
    expect(await estimated()).toEqual(
      estimate(tokensOf(QUESTION), tokensOf('Yes.'), 1),
    );
  });

  test('embeddings without usage have the tokens of their inputs', async () => {
    const { client, page } = await start(OpenAI, (request) =>
      request.json({ ...EMBEDDINGS, usage: undefined }),
    );
    await client.embeddings.create({ model: 'm', input: [QUESTION, 'Hi'] });
    await nextTurn();
    const sum = tokensOf(QUESTION, 'Hi');
    expect(await page()).toMatch(
      new RegExp(
        `gen_ai_client_embeddings_operation_input_tokens_sum\\{.*source="estimated"\\} ${sum}\\n`,
      ),
    );
    expect(await page()).not.toMatch(/^agent_inferences_partial_usage/m);
  });

  test('a request that cannot be read is sent as it is', async () => {
    const { client, warnings, estimated } = await start(OpenAI, (request) =>
      request.json({ ...chatCompletion(), usage: undefined }),
    );
    const odd = {
      ...CHAT,
      get functions(): never {
        throw new Error('secret');
      },
    };
    await client.chat.completions.create(odd).catch(() => undefined);
    await client.chat.completions.create(CHAT);
    expect(await estimated()).toMatchObject({ estimated: 1 });
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  test('images and sounds are not estimated: they have tokens that no text shows', async () => {
    const { client, tokenizer, estimated } = await start(OpenAI, (request) =>
      request.path.endsWith('/images/generations')
        ? request.json({ created: 1, data: [{ b64_json: 'aA==' }] })
        : request.page('sound', 'audio/mpeg'),
    );
    const asked = { model: 'acme-1', prompt: QUESTION };
    await client.images.generate(asked);
    await client.audio.speech.create({
      model: 'acme-1',
      input: QUESTION,
      voice: 'alloy',
    });
    expect(await estimated()).toMatchObject({ estimated: 0, without: 2 });
    expect(tokenizer).not.toHaveBeenCalled();
  });

  test('an answer whose texts cannot be read has the usage that it reports', async () => {
    const { metrics, page, warnings, client } = await start(OpenAI, () => {});
    const double = new OpenAI({ apiKey: 'k', baseURL: client.baseURL });
    const message = {
      get thinking(): never {
        throw new TypeError('unreadable');
      },
    };
    const answer = { ...chatCompletion(), choices: [{ message }] };
    const create = async () => answer;
    Object.assign(double.chat.completions, { create });
    observeOpenAI(double, metrics);
    await double.chat.completions.create(CHAT);
    await nextTurn();
    expect(samplesOf(await page(), INPUT_TOKENS)).toEqual([
      expect.stringMatching(/ 100$/),
    ]);
    expect(warnings.length).toBe(1);
  });
});

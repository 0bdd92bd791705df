import { describe, expect, test } from 'vitest';
import { observeOpenAI } from '../../src/integrations/openai/index.js';
import { fakeClock } from '../../src/testing/index.js';
import { chatChunk, chatCompletion, LAST_CHUNK } from './openai-api.js';
import { observe, settings, stepByStep } from './openai-app.js';
import { VERSIONS } from './openai-versions.js';

const clock = fakeClock();

const QUESTION = { model: 'm', messages: [] };

const DURATION = 'gen_ai_client_inference_duration_seconds';
const FIRST_CHUNK = 'gen_ai_client_inference_time_to_first_chunk_seconds';

const providers = (lines: readonly string[]) =>
  lines
    .filter((line) => line.startsWith(`${DURATION}_count`))
    .map((line) => /gen_ai_provider_name="([^"]+)"/.exec(line)![1]);

/** A `fetch` for any host: all of its requests go to a server of the test. */
const sentTo =
  (server: string): typeof fetch =>
  (url, init) =>
    fetch(`${server}${new URL(url as string).pathname}`, init);

describe.each(VERSIONS)('%s', (_version, { OpenAI }) => {
  test.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://ours.openai.azure.com/openai/v1', 'azure.ai.openai'],
    ['https://ours.services.ai.azure.com/openai/v1/', 'azure.ai.openai'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://api.x.ai/v1', 'x_ai'],
    ['https://eu-west-1.api.x.ai/v1', 'x_ai'],
    ['https://api.deepseek.com', 'deepseek'],
    ['https://api.moonshot.ai/v1', 'moonshot_ai'],
    ['https://api.moonshot.cn/v1', 'moonshot_ai'],
    ['https://api.mistral.ai/v1', 'mistral_ai'],
    ['https://openrouter.ai/api/v1', 'openrouter'],
    ['https://api.together.xyz/v1', 'together'],
    ['https://api.fireworks.ai/inference/v1', 'fireworks'],
    ['https://api.perplexity.ai', 'perplexity'],
    ['https://generativelanguage.googleapis.com/v1beta/openai/', 'gcp.gemini'],
    ['https://us-east1-aiplatform.googleapis.com/v1', 'gcp.vertex_ai'],
    [
      'https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1',
      'aws.bedrock',
    ],
    ['https://llm.example/v1', 'openai'],
    ['https://notx.ai/v1', 'openai'],
    ['https://my-x.ai/v1', 'openai'],
    ['http://llm-1.us-east-1.elb.amazonaws.com/v1', 'openai'],
    ['http://ours.westeurope.cloudapp.azure.com:8000/v1', 'openai'],
    ['https://groq.com.example/v1', 'openai'],
    ['http://127.0.0.1:8000/v1', 'openai'],
  ])(
    'the provider of a client is that of its host: %s',
    async (baseURL, name) => {
      const { url, metrics, recorded } = await observe(OpenAI, (request) =>
        request.json(chatCompletion()),
      );
      const options = { ...settings(baseURL), fetch: sentTo(url) };
      const client = observeOpenAI(new OpenAI(options), metrics);
      await client.chat.completions.create(QUESTION);
      expect(providers(await recorded())).toEqual([name]);
    },
  );

  test('a provider that is given wins over that of the host, also in derived clients', async () => {
    const { url, metrics, recorded } = await observe(OpenAI, (request) =>
      request.json(chatCompletion()),
    );
    const options = {
      ...settings('https://api.groq.com/v1'),
      fetch: sentTo(url),
    };
    const provider = 'ours';
    const client = observeOpenAI(new OpenAI(options), metrics, { provider });
    const derived = client.withOptions({ baseURL: 'https://api.x.ai/v1' });
    await derived.chat.completions.create(QUESTION);
    expect(providers(await recorded())).toEqual([provider]);
  });

  test('a derived client with another host has the provider of that', async () => {
    const { url, metrics, recorded } = await observe(OpenAI, (request) =>
      request.json(chatCompletion()),
    );
    const options = {
      ...settings('https://api.groq.com/v1'),
      fetch: sentTo(url),
    };
    const client = observeOpenAI(new OpenAI(options), metrics);
    const derived = client.withOptions({ baseURL: 'https://api.x.ai/v1' });
    await derived.chat.completions.create(QUESTION);
    await client.chat.completions.create(QUESTION);
    expect(providers(await recorded()).sort()).toEqual(['groq', 'x_ai']);
  });

  test('the first chunk of a stream is the first output: no filter results, and no role alone', async () => {
    const { answer, request } = stepByStep();
    const { client, recorded } = await observe(OpenAI, answer);
    const promise = client.chat.completions.create({
      ...QUESTION,
      stream: true,
    });
    const api = await request();
    api.chunk({ id: '', model: '', choices: [], prompt_filter_results: [] });
    const chunks = (await promise)[Symbol.asyncIterator]();
    await chunks.next();
    for (const chunk of [chatChunk(''), chatChunk('Hi'), LAST_CHUNK]) {
      const next = chunks.next();
      clock.advance(0.25);
      api.chunk(chunk);
      await next;
    }
    api.done();
    await chunks.next();
    const times = (await recorded()).filter((line) => /chunk/.test(line));
    expect(times).toHaveLength(2);
    expect(times[1]).toMatch(new RegExp(`^${FIRST_CHUNK}_sum.* 0\\.5$`));
  });

  test.each([
    ['text/html', '<html>Maintenance</html>'],
    ['application/json', '{"error":{"code":429}}'],
    ['text/event-stream', ''],
    ['text/event-stream', ': still here\n\n'],
  ])(
    'a stream without a chunk is a failure, and its consumer sees the end: %s %s',
    async (type, text) => {
      const { client, recorded } = await observe(OpenAI, (request) =>
        request.page(text, type),
      );
      const stream = await client.chat.completions.create({
        ...QUESTION,
        stream: true,
      });
      for await (const _chunk of stream) expect.unreachable();
      const [line] = await recorded();
      expect(line).toContain('error_type="UnreadableAnswerError"');
    },
  );

  test('a stream whose consumer leaves before its first chunk is no failure', async () => {
    const { client, recorded } = await observe(OpenAI, (request) => {
      request.comment(' wait');
    });
    const stream = await client.chat.completions.create({
      ...QUESTION,
      stream: true,
    });
    const chunks = stream[Symbol.asyncIterator]();
    const next = chunks.next();
    stream.controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect((await recorded())[0]).toContain('count{');
  });

  test('images have an operation of their own, and the tokens that the API reports', async () => {
    const usage = {
      input_tokens: 350,
      input_tokens_details: { text_tokens: 50, image_tokens: 300 },
      output_tokens: 4160,
      total_tokens: 4510,
    };
    const image = { created: 1, data: [{ b64_json: 'aGk=' }], usage };
    const part = { b64_json: 'aA==', partial_image_index: 0 };
    const { client, recorded } = await observe(
      OpenAI,
      (request) => {
        if (!request.body.stream) return request.json(image);
        request.chunk({ type: 'image_generation.partial_image', ...part });
        request.chunk({ ...image, type: 'image_generation.completed' });
        request.done();
      },
      // The server of the tests reads JSON alone, and edits are sent as forms.
      {
        fetch: (url, init) =>
          init?.body instanceof FormData
            ? Promise.resolve(Response.json(image))
            : fetch(url, init),
      },
    );
    const asked = { model: 'gpt-image-1', prompt: 'tide' };
    await client.images.generate(asked);
    await client.images.edit({ ...asked, image: new File(['hi'], 'hi.png') });
    for await (const _event of await client.images.generate({
      ...asked,
      stream: true,
    }));
    const labels =
      'gen_ai_operation_name="generate_content",gen_ai_provider_name="openai",gen_ai_request_model="gpt-image-1"';
    const lines = await recorded();
    expect(lines).toContain(`${DURATION}_count{${labels}} 3`);
    expect(lines).toContain(`${FIRST_CHUNK}_count{${labels}} 1`);
    const used = `gen_ai_client_inference_usage_input_tokens_total{${labels},gen_ai_token_modality=`;
    expect(lines).toContain(`${used}"image"} 900`);
    expect(lines).toContain(`${used}"text"} 150`);
    expect(lines).toContain(
      `gen_ai_client_inference_operation_output_tokens_sum{${labels}} 12480`,
    );
  });
});

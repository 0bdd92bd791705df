import { describe, expect, test } from 'vitest';
import { observe } from './openai-app.js';
import { type Exchange } from './openai-api.js';
import { VERSIONS } from './openai-versions.js';

const DURATION = 'gen_ai_client_inference_duration_seconds_count';
const INPUT = 'gen_ai_client_inference_usage_input_tokens_total';
const OUTPUT = 'gen_ai_client_inference_usage_output_tokens_total';

const labelsOf = (model: string) =>
  `gen_ai_operation_name="generate_content",gen_ai_provider_name="openai",gen_ai_request_model="${model}"`;

const USAGE = {
  type: 'tokens',
  input_tokens: 14,
  input_token_details: { text_tokens: 4, audio_tokens: 10 },
  output_tokens: 45,
  total_tokens: 59,
};

const PRICES = {
  prices: { currency: 'USD', models: [{ model: '*', input: 1, output: 1 }] },
};

const file = () => new File(['hi'], 'hi.wav');

describe.each(VERSIONS)('audio of %s', (_version, { OpenAI }) => {
  const start = (answer: (request: Exchange) => void) =>
    observe(OpenAI, answer, {}, {}, PRICES);

  test('a transcription has the tokens that the API reports, by kind of content', async () => {
    const { client, recorded, warnings } = await start((request) =>
      request.json({ text: 'Hi', usage: USAGE }),
    );
    const model = 'gpt-4o-transcribe';
    const { text } = await client.audio.transcriptions.create({
      model,
      file: file(),
    });
    expect(text).toBe('Hi');
    const lines = await recorded();
    expect(lines).toContain(`${DURATION}{${labelsOf(model)}} 1`);
    const modality = (kind: string) =>
      `${labelsOf(model)},gen_ai_token_modality="${kind}"`;
    expect(lines).toContain(`${INPUT}{${modality('audio')}} 10`);
    expect(lines).toContain(`${INPUT}{${modality('text')}} 4`);
    expect(lines).toContain(`${OUTPUT}{${modality('unknown')}} 45`);
    expect(warnings).toEqual([]);
  });

  test('a streamed transcription has the time of its first words, and its tokens', async () => {
    const { client, recorded, warnings } = await start((request) => {
      request.chunk({ type: 'transcript.text.delta', delta: 'Hi' });
      request.chunk({ type: 'transcript.text.done', text: 'Hi', usage: USAGE });
      request.done();
    });
    const model = 'gpt-4o-transcribe';
    const events = await client.audio.transcriptions.create({
      model,
      file: file(),
      stream: true,
    });
    for await (const _event of events);
    const lines = await recorded();
    expect(lines).toContain(
      `gen_ai_client_inference_time_to_first_chunk_seconds_count{${labelsOf(model)}} 1`,
    );
    expect(lines.filter((line) => line.startsWith(INPUT))).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['whisper-1', { text: 'Hi', usage: { type: 'duration', seconds: 3 } }],
    ['whisper-2', { text: 'Hi', duration: 3.2, segments: [] }],
    ['whisper-3', '1\n00:00:00,000 --> 00:00:03,000\nHi\n'],
  ])(
    'a translation without tokens succeeds, and counts as one without usage: %s',
    async (model, answer) => {
      const { client, recorded, warnings } = await start((request) =>
        typeof answer === 'string'
          ? request.page(answer, 'text/plain')
          : request.json(answer),
      );
      await client.audio.translations.create({ model, file: file() });
      const lines = await recorded();
      expect(lines).toContain(`${DURATION}{${labelsOf(model)}} 1`);
      expect(lines).toContain(
        `agent_inferences_without_usage_total{model="${model}",provider="openai"} 1`,
      );
      expect(warnings).toEqual([]);
    },
  );

  test('the page of a gateway in place of a transcription is an error', async () => {
    const { client, recorded } = await start((request) =>
      request.page('<html>No</html>', 'text/html'),
    );
    const model = 'whisper-1';
    await client.audio.transcriptions.create({ model, file: file() });
    const failed = `error_type="UnreadableAnswerError",${labelsOf(model)}`;
    expect(await recorded()).toContain(`${DURATION}{${failed}} 1`);
  });

  test('speech is an inference without usage, whose sound the app reads', async () => {
    const { client, recorded, warnings } = await start((request) =>
      request.page('sound', 'audio/mpeg'),
    );
    const model = 'tts-1';
    const sound = await client.audio.speech.create({
      model,
      input: 'Hi',
      voice: 'alloy',
    });
    expect(await sound.text()).toBe('sound');
    expect(await recorded()).toContain(`${DURATION}{${labelsOf(model)}} 1`);
    expect(warnings).toEqual([]);
  });

  test('speech that is refused has the class of the error of the SDK', async () => {
    const { client, recorded } = await start((request) => request.refuse(400));
    const model = 'tts-1';
    const asked = { model, input: 'Hi', voice: 'alloy' };
    const failure = client.audio.speech.create(asked);
    await expect(failure).rejects.toThrow('no');
    const failed = `error_type="BadRequestError",${labelsOf(model)}`;
    expect(await recorded()).toContain(`${DURATION}{${failed}} 1`);
  });
});

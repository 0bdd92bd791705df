import { describe, expect, test } from 'vitest';
import { AgentMetrics } from '../../src/index.js';
import {
  answerReader,
  readAnswer,
} from '../../src/instrumentation/gen-ai/index.js';
import { ANSWER_CASES, answerOf } from '../accounting/answers/cases.js';
import { chunksOf, sourceOf } from '../accounting/answers/sources.js';
import { makeCollector } from '../support/collector.js';

const USED = 'gen_ai_client_inference_usage';

const MODELS = [{ model: 'acme-1', input: 1, output: 2.5 }];

function start() {
  const { collector, warnings } = makeCollector();
  const agents = new AgentMetrics(collector, {
    prices: { currency: 'USD', models: MODELS },
  });
  /** The sum of all series; `undefined` without any. */
  const total = async (metric: string) =>
    (await collector.metrics())
      .split('\n')
      .filter((line) => line.startsWith(`${metric}_total{`))
      .map((line) => Number(line.split(' ').at(-1)))
      .reduce<number | undefined>((sum = 0, one) => sum + one, undefined);
  return { agents, total, warnings };
}

async function consume(stream: AsyncIterable<unknown>): Promise<number> {
  let chunks = 0;
  for await (const _chunk of stream) chunks++;
  return chunks;
}

async function* streamOf(chunks: readonly unknown[]) {
  yield* chunks;
}

const again = (chunks: readonly unknown[]) => ({
  [Symbol.asyncIterator]: () => streamOf(chunks),
});

describe('the chunks of a provider in an observed stream', () => {
  const PARTS = [
    {
      type: 'message_start',
      message: { content: [], usage: { input_tokens: 10 } },
    },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 3 },
    },
    { type: 'message_delta', usage: { input_tokens: 0, output_tokens: 0 } },
  ];
  const SOURCE = { api: 'anthropic.messages', provider: 'anthropic' } as const;
  const REQUEST = { provider: 'anthropic', model: 'acme-1' };

  test('usage that a stream tells in parts is recorded as a whole', async () => {
    const { agents, total } = start();
    const request = { provider: 'acme', model: 'acme-1' };
    const parts = [
      { usage: { inputTokens: 300_000 } },
      { usage: { outputTokens: 90 } },
      { usage: {} },
      { usage: { inputTokens: 0, outputTokens: 0 } },
    ];
    await consume(
      agents.observeStream(
        streamOf(parts),
        request,
        (chunk) => chunk as object,
      ),
    );
    expect(await total(`${USED}_input_tokens`)).toBe(300_000);
    expect(await total(`${USED}_output_tokens`)).toBe(90);
    expect(await total('agent_cost')).toBe(0.300225);
  });

  test('a stream that is consumed again, and another one, begin from nothing', async () => {
    const { agents, total } = start();
    const read = answerReader(SOURCE);
    const stream = agents.observeStream(again(PARTS), REQUEST, read);
    expect(await consume(stream)).toBe(3);
    expect(await consume(stream)).toBe(3);
    const other = agents.observeStream(streamOf(PARTS.slice(1)), REQUEST, read);
    expect(await consume(other)).toBe(2);
    expect(await total(`${USED}_input_tokens`)).toBe(20);
    expect(await total(`${USED}_output_tokens`)).toBe(9);
  });

  test.each(ANSWER_CASES.filter(({ mode }) => mode === 'stream'))(
    'an observed stream of a provider has the tokens that it tells: $id',
    async (one) => {
      const { agents, total, warnings } = start();
      const { provider, model } = one;
      const stream = agents.observeStream(
        streamOf(chunksOf(one)),
        { provider, model },
        answerReader(sourceOf(one)),
      );
      await consume(stream);
      const { usage = {}, billedTokens = usage } = answerOf(one);
      const { inputTokens, outputTokens } = billedTokens;
      const { cachedInputTokens, reasoningTokens } = usage;
      expect(await total(`${USED}_input_tokens`)).toBe(inputTokens);
      expect(await total(`${USED}_output_tokens`)).toBe(outputTokens);
      expect(await total(`${USED}_cache_read_input_tokens`)).toBe(
        cachedInputTokens,
      );
      expect(await total(`${USED}_reasoning_output_tokens`)).toBe(
        reasoningTokens,
      );
      expect(warnings.filter((line) => !/no price/.test(line))).toEqual([]);
    },
  );

  const ODD_COUNT = expect.stringContaining(
    'has 10.5 as prompt_tokens; expected a whole number of 0 or more',
  );
  const CHAT = { api: 'chat.completions', provider: 'acme' } as const;
  const ODD_ANSWER = {
    model: 'acme-1',
    choices: [{ delta: { content: 'Yes' } }],
    usage: { prompt_tokens: 10.5, completion_tokens: 3, cost: -1 },
  };
  const ERRORS = 'metrics_errors';

  test('an answer with odd counts is recorded by hand without these, which are counted', async () => {
    const { agents, total, warnings } = start();
    const answer = readAnswer(CHAT, ODD_ANSWER);
    const request = { provider: 'acme', model: 'acme-1', seconds: 1 };
    agents.recordInference({ ...request, ...answer });
    expect(await total(`${USED}_output_tokens`)).toBe(3);
    expect(await total(ERRORS)).toBe(2);
    expect(warnings).toEqual([ODD_COUNT]);
  });

  test('a stream that repeats odd counts is recorded without these, which are counted once', async () => {
    const { agents, total, warnings } = start();
    const stream = agents.observeStream(
      streamOf([ODD_ANSWER, ODD_ANSWER]),
      { provider: 'acme', model: 'acme-1' },
      answerReader(CHAT),
    );
    await consume(stream);
    expect(await total(`${USED}_output_tokens`)).toBe(3);
    expect(await total(ERRORS)).toBe(2);
    expect(warnings).toEqual([ODD_COUNT]);
  });
});

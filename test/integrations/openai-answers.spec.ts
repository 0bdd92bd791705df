import { describe, expect, test } from 'vitest';
import {
  ANSWER_CASES,
  type AnswerCase,
  answerOf,
  priceOf,
} from '../accounting/answers/cases.js';
import { sourceOf } from '../accounting/answers/sources.js';
import type { Exchange } from './openai-api.js';
import { observe } from './openai-app.js';
import { VERSIONS } from './openai-versions.js';

const CASES = ANSWER_CASES.filter(({ api }) =>
  ['chat.completions', 'responses', 'embeddings', 'images'].includes(api),
);

/** Answers as the provider does: with comments and the end of the transport. */
function play({ answer, mode, http, ended }: AnswerCase, request: Exchange) {
  if (mode === 'json') {
    if (http) request.page(body(answer), http.content_type);
    else request.json(answer);
    return;
  }
  for (const part of answer) {
    if (part === '[DONE]') request.done();
    else if (part.sse_comment) request.comment(part.sse_comment);
    else request.chunk(part);
  }
  if (ended === 'aborted') setImmediate(() => request.break());
  else request.end();
}

const body = (answer: unknown) =>
  typeof answer === 'string' ? answer : JSON.stringify(answer);

async function consume(answer: unknown): Promise<void> {
  const isStream = (answer as object | null)?.[Symbol.asyncIterator as never];
  if (!isStream) return;
  // An error in a stream, and its abort, reach the consumer.
  try {
    for await (const _chunk of answer as AsyncIterable<unknown>);
  } catch {}
}

const METRICS = {
  inputTokens: 'gen_ai_client_inference_usage_input_tokens_total',
  outputTokens: 'gen_ai_client_inference_usage_output_tokens_total',
  cachedInputTokens:
    'gen_ai_client_inference_usage_cache_read_input_tokens_total',
  reasoningTokens:
    'gen_ai_client_inference_usage_reasoning_output_tokens_total',
} as const;

const EMBEDDINGS = {
  inputTokens: 'gen_ai_client_embeddings_operation_input_tokens_sum',
} as const;

describe.each(VERSIONS)('%s', (_version, { OpenAI }) => {
  async function ask(one: AnswerCase) {
    const { provider, model } = sourceOf(one);
    const app = await observe(
      OpenAI,
      (request) => play(one, request),
      {},
      { provider },
      { prices: { currency: 'USD', models: [priceOf(one)] } },
    );
    const { client } = app;
    const stream = one.mode === 'stream' ? { stream: true as const } : {};
    const calls: Record<string, () => Promise<unknown>> = {
      'chat.completions': () =>
        client.chat.completions.create({ model, messages: [], ...stream }),
      responses: () => client.responses.create({ model, ...stream }),
      embeddings: () => client.embeddings.create({ model, input: 'tide' }),
      images: () => client.images.generate({ model, prompt: 'tide' }),
    };
    await consume(await calls[one.api]!().catch(() => undefined));
    const lines = await app.recorded();
    const total = (metric: string) =>
      lines
        .filter((line) => line.startsWith(`${metric}{`))
        .map((line) => Number(line.split(' ').at(-1)))
        .reduce<number | undefined>((sum = 0, n) => sum + n, undefined);
    return { lines, total };
  }

  test.each(CASES)(
    'an answer to the client has the tokens and the cost that it tells: $id',
    async (one) => {
      const { lines, total } = await ask(one);
      const { usage = {} } = answerOf(one);
      const isEmbedding = one.api === 'embeddings';
      for (const [kind, metric] of Object.entries(
        isEmbedding ? EMBEDDINGS : METRICS,
      )) {
        const expected = usage[kind as keyof typeof METRICS];
        expect(total(metric), metric).toBe(expected);
      }
      const cost = one.cost_expected ?? undefined;
      expect(total('agent_cost_total')).toBe(cost && Number(cost));
      const duration =
        /^gen_ai_client_(inference|embeddings)_duration_seconds_count/;
      const [counted, ...others] = lines.filter((l) => duration.test(l));
      expect(others).toEqual([]);
      expect(counted).toMatch(/ 1$/);
      const [, error] = /error_type="([^"]+)"/.exec(counted!) ?? [];
      expect(error !== undefined).toBe(one.ended !== undefined);
      if (one.error_expected) expect(error).toBe(one.error_expected);
    },
  );
});

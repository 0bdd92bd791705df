import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InferenceAnswer } from '../../src/accounting/answer.js';
import { answerReader } from '../../src/accounting/answer-reader.js';
import { mergeAnswers } from '../../src/accounting/merge-answers.js';
import { readChat, readStream } from './answers/read.js';

/** Divides the fields of usage among chunks: each chunk has those whose number is its own. */
function split(usage: object, places: readonly number[]): object[] {
  const chunks = Array.from(
    { length: 4 },
    () => ({}) as Record<string, unknown>,
  );
  Object.entries(usage).forEach(([field, value], i) => {
    chunks[places[i % places.length]!]![field] = value;
  });
  return chunks;
}

describe('usage that comes in parts', () => {
  const emptyParts = fc.array(
    fc.constantFrom(
      { usage: null },
      { usage: {} },
      { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } },
      {
        usage: {
          prompt_tokens: null,
          prompt_tokens_details: null,
          completion_tokens_details: {},
        },
      },
      { usage: { prompt_tokens_details: { cached_tokens: 0 }, cost: 0 } },
      {},
      {
        usage: {
          prompt_tokens: -1,
          completion_tokens: 'x',
          total_tokens: 10.5,
        },
      },
    ),
    { maxLength: 4 },
  );
  const USAGE = {
    prompt_tokens: 2500,
    completion_tokens: 60,
    total_tokens: 3500,
    prompt_tokens_details: {
      cached_tokens: 2000,
      cache_write_tokens: 10,
      audio_tokens: 5,
    },
    completion_tokens_details: { reasoning_tokens: 940 },
    cost_in_usd_ticks: 35250000,
    num_search_queries: 3,
  };

  test('usage may be divided among the chunks of a stream in any way, with empty parts and zeros after it', () => {
    const whole = readChat('x_ai', USAGE);
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 7 }),
        emptyParts,
        (places, empty) => {
          const parts = split(USAGE, places).map((usage) => ({
            choices: [],
            usage,
          }));
          const answer = readStream(
            { api: 'chat.completions', provider: 'x_ai' },
            [
              ...parts,
              { choices: [{ finish_reason: 'stop', delta: {} }], model: 'm' },
              ...empty,
            ],
          );
          const { usage, reportedCost, hostedCalls, isPartial } = answer;
          expect({ usage, reportedCost, hostedCalls, isPartial }).toEqual({
            usage: whole.usage,
            reportedCost: whole.reportedCost,
            hostedCalls: whole.hostedCalls,
            isPartial: false,
          });
        },
      ),
    );
  });

  test('what chunks say by hand is merged by field, and nothing is added up', () => {
    const merged = [
      {
        responseModel: 'acme-1',
        usage: { inputTokens: 300_000, cachedInputTokens: 0 },
      },
      { usage: { outputTokens: 5 }, serviceTier: 'flex', isPartial: true },
      {
        usage: { outputTokens: 9, inputByModality: { text: 4 } },
        responseModel: '',
      },
      {
        usage: { inputTokens: undefined, outputTokens: 0, inputByModality: {} },
      },
      {
        usage: {},
        finishReason: 'stop',
        isPartial: false,
        reportedCost: { amount: '0.3', currency: 'USD' },
      },
      {
        usage: undefined,
        finishReason: undefined,
        reportedCost: { amount: 0, currency: 'USD' },
      },
      {},
    ].reduce<InferenceAnswer>(mergeAnswers, {});
    expect(merged).toEqual({
      responseModel: 'acme-1',
      usage: {
        inputTokens: 300_000,
        cachedInputTokens: 0,
        outputTokens: 9,
        inputByModality: { text: 4 },
      },
      serviceTier: 'flex',
      finishReason: 'stop',
      isPartial: false,
      reportedCost: { amount: '0.3', currency: 'USD' },
    });
  });

  test('the first error of a stream is its error', () => {
    const [first, second] = [new Error('1'), new Error('2')];
    expect(mergeAnswers({ error: first }, { error: second }).error).toBe(first);
    expect(mergeAnswers({ error: first }, {}).error).toBe(first);
    expect(mergeAnswers({}, { error: second }).error).toBe(second);
  });

  test('a reader can be used for several streams at a time, each of which begins from nothing', () => {
    const shared = answerReader({
      api: 'chat.completions',
      provider: 'openai',
    });
    const [a, b] = [shared.fresh(), shared.fresh()];
    a({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 1 } });
    expect(b({ choices: [] }).usage).toBeUndefined();
    expect(a.fresh()({ choices: [] }).usage).toBeUndefined();
    expect(a({ choices: [] }).usage).toMatchObject({ inputTokens: 5 });
  });
});

import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/accounting/answer-reader.js';
import { readChat, readStream } from './answers/read.js';

describe('which counts include which', () => {
  const xai = (completion: number, reasoning: number, total?: number) => ({
    prompt_tokens: 32,
    completion_tokens: completion,
    total_tokens: total,
    completion_tokens_details: { reasoning_tokens: reasoning },
  });

  test.each([
    ['x_ai', xai(9, 94, 135), 103, 'beside by the total'],
    ['xai', xai(9, 94), 103, 'beside, as with xAI'],
    ['x.ai', xai(94, 9), 103, 'beside, as with xAI'],
    ['x_ai', xai(103, 94, 135), 103, 'inside by the total'],
    ['openai', xai(103, 94), 103, 'inside'],
    ['openai', xai(103, 94, 135), 103, 'inside'],
    ['openai', xai(103, 94, 7), 103, 'inside, as the total is odd'],
    ['acme', xai(9, 94, 135), 103, 'beside by the total'],
    ['acme', xai(9, 94), 103, 'beside, as it is the larger'],
    [
      'gcp.gemini',
      { prompt_tokens: 20, completion_tokens: 151, total_tokens: 553 },
      533,
      'in the total alone',
    ],
    [
      'acme',
      { prompt_tokens: 20, completion_tokens: 151, total_tokens: 553 },
      151,
      'not told',
    ],
    [
      'perplexity',
      {
        prompt_tokens: 1,
        completion_tokens: 5,
        total_tokens: 6,
        reasoning_tokens: 2,
      },
      7,
      'beside, as with Perplexity',
    ],
  ])(
    'reasoning of a chat of %s is found: %j has %i tokens of output (%s)',
    (provider, usage, output, _where) => {
      expect(readChat(provider, usage).usage?.outputTokens).toBe(output);
    },
  );

  test.each([
    [
      {
        prompt_tokens: 100,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 80 },
      },
      100,
    ],
    [
      {
        prompt_tokens: 20,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 80 },
      },
      100,
    ],
    [
      {
        prompt_tokens: 90,
        completion_tokens: 5,
        total_tokens: 175,
        prompt_tokens_details: { cached_tokens: 80 },
      },
      170,
    ],
  ])(
    'what a cache holds is part of the input or is added to it: %j has %i tokens of input',
    (usage, input) => {
      expect(readChat('acme', usage).usage).toMatchObject({
        inputTokens: input,
        cachedInputTokens: 80,
      });
    },
  );

  test.each([
    { prompt_cache_hit_tokens: 7, prompt_cache_miss_tokens: 5 },
    {
      prompt_tokens: 12,
      prompt_cache_hit_tokens: 7,
      prompt_tokens_details: { cached_tokens: 0 },
    },
    { prompt_tokens: 12, num_cached_tokens: 7 },
    { prompt_tokens: 12, cached_tokens: 7 },
    { prompt_tokens: 12, prompt_token_details: { cached_tokens: 7 } },
    { prompt_tokens: 12, cache_read_input_tokens: 7 },
    { input_tokens: 12, input_tokens_details: { cached_tokens: 7 } },
  ])(
    'cached tokens are found wherever a server tells them, and counted once: %j',
    (usage) => {
      expect(
        readChat('acme', { ...usage, completion_tokens: 1 }).usage,
      ).toMatchObject({
        inputTokens: 12,
        cachedInputTokens: 7,
      });
    },
  );

  test('usage in two places of a chunk is read once', () => {
    const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
    const chunk = {
      choices: [{ delta: {}, finish_reason: 'stop', usage }],
      usage,
      x_groq: { usage },
    };
    expect(
      readStream({ api: 'chat.completions', provider: 'groq' }, [chunk, chunk])
        .usage,
    ).toMatchObject({
      inputTokens: 10,
      outputTokens: 2,
    });
    expect(
      readStream({ api: 'chat.completions', provider: 'groq' }, [
        { ...chunk, usage: {} },
      ]).usage,
    ).toMatchObject({ inputTokens: 10 });
  });

  test.each([
    [{ cache_creation_input_tokens: 10 }, 10, undefined],
    [
      {
        cache_creation_input_tokens: 10,
        cache_creation: { ephemeral_1h_input_tokens: 4 },
      },
      6,
      4,
    ],
    [
      {
        cache_creation: {
          ephemeral_5m_input_tokens: 6,
          ephemeral_1h_input_tokens: 4,
        },
      },
      6,
      4,
    ],
    [{ cache_creation: { ephemeral_1h_input_tokens: 10 } }, undefined, 10],
    [
      {
        cache_creation_input_tokens: 3,
        cache_creation: {
          ephemeral_5m_input_tokens: 6,
          ephemeral_1h_input_tokens: 4,
        },
      },
      6,
      4,
    ],
  ])(
    'writes to a cache are divided by their lifetime: %j',
    (writes, minutes, hour) => {
      const usage = {
        input_tokens: 1,
        output_tokens: 1,
        cache_read_input_tokens: 100,
        ...writes,
      };
      const answer = readAnswer(
        { api: 'anthropic.messages', provider: 'anthropic' },
        { type: 'message', content: [], usage },
      );
      expect(answer.usage).toMatchObject({
        inputTokens: 111,
        cacheWriteTokens: minutes,
        cacheWriteHourTokens: hour,
      });
    },
  );

  test('writes to a cache keep their lifetimes when the end of a stream tells only their sum', () => {
    const answer = readStream(
      { api: 'anthropic.messages', provider: 'anthropic' },
      [
        {
          type: 'message_start',
          message: {
            content: [],
            usage: {
              input_tokens: 1,
              cache_creation_input_tokens: 10,
              cache_creation: {
                ephemeral_5m_input_tokens: 6,
                ephemeral_1h_input_tokens: 4,
              },
            },
          },
        },
        {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn' },
          usage: {
            input_tokens: null,
            cache_creation_input_tokens: 10,
            output_tokens: 7,
          },
        },
      ],
    );
    expect(answer.usage).toMatchObject({
      inputTokens: 11,
      cacheWriteTokens: 6,
      cacheWriteHourTokens: 4,
    });
  });

  test.each([
    ['openai.gpt-5.6-terra', 4995],
    ['us.openai.gpt-oss-120b', 4995],
    ['anthropic.claude', 9988],
  ])(
    "the input of a stream of Bedrock has the tokens of a cache with OpenAI's models alone: %s",
    (model, input) => {
      const usage = {
        inputTokens: 4995,
        outputTokens: 19,
        totalTokens: 10_007,
        cacheWriteInputTokens: 4993,
      };
      const answer = readStream(
        { api: 'bedrock.converse', provider: 'aws.bedrock', model },
        [
          { messageStop: { stopReason: 'end_turn' } },
          { metadata: { usage, serviceTier: { type: 'flex' } } },
        ],
      );
      expect(answer).toMatchObject({
        usage: { inputTokens: input },
        serviceTier: 'flex',
        isPartial: false,
      });
      const whole = readAnswer(
        { api: 'bedrock.converse', provider: 'aws.bedrock', model },
        { usage, output: {} },
      );
      expect(whole.usage).toMatchObject({ inputTokens: 9988 });
    },
  );

  test('thoughts of Gemini are beside the candidates, unless the total says otherwise', () => {
    const usage = (total: number) =>
      readAnswer(
        { api: 'gemini.generate_content', provider: 'gcp.gemini' },
        {
          candidates: [],
          usageMetadata: {
            promptTokenCount: 10,
            candidatesTokenCount: 50,
            thoughtsTokenCount: 30,
            totalTokenCount: total,
          },
        },
      ).usage?.outputTokens;
    expect([usage(90), usage(60), usage(1)]).toEqual([80, 50, 80]);
  });

  test('counts that are too large to be added exactly have no sum', () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const usage = {
      input_tokens: huge,
      cache_read_input_tokens: huge,
      output_tokens: 1,
    };
    const answer = readAnswer(
      { api: 'anthropic.messages', provider: 'anthropic' },
      { content: [], usage },
    );
    expect(answer).toMatchObject({
      usage: { inputTokens: undefined, outputTokens: 1 },
      isPartial: true,
    });
  });
});

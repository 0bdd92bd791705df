import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/accounting/answer-reader.js';
import { readChat, readStream } from './answers/read.js';

describe('costs and calls', () => {
  test.each([
    [{ cost: 0 }, '0'],
    [{ cost: '0.25' }, '0.25'],
    [{ cost: 1e-7 }, '0.0000001'],
    [{ cost: 1e21 }, '1000000000000000000000'],
    [
      {
        cost: 0.1,
        is_byok: true,
        cost_details: { upstream_inference_cost: 0.2 },
      },
      '0.3',
    ],
    [
      {
        cost: 0.1,
        is_byok: false,
        cost_details: { upstream_inference_cost: 0.2 },
      },
      '0.1',
    ],
    [
      {
        cost: 0.1,
        is_byok: true,
        cost_details: { upstream_inference_cost: null },
      },
      '0.1',
    ],
    [{ cost: { total_cost: 0.5 } }, '0.5'],
    [{ cost_in_usd_ticks: 1 }, '0.0000000001'],
    [{ cost_in_usd_ticks: 10_000_000_000 }, '1'],
    [{ cost: -1 }, undefined],
    [{ cost: NaN }, undefined],
    [{ cost: 'free' }, undefined],
    [{ cost: '1e999999999' }, undefined],
    [{ cost: {} }, undefined],
    [{ cost_in_usd_ticks: 1.5 }, undefined],
  ])(
    'the cost that a provider tells is read to its last digit: %j',
    (usage, amount) => {
      expect(readChat('acme', usage).reportedCost).toEqual(
        amount && { amount, currency: 'USD' },
      );
    },
  );

  test('hosted tools of a response are counted by what is billed', () => {
    const output = [
      {
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'search' },
      },
      { type: 'web_search_call', status: 'completed' },
      { type: 'web_search_call', status: 'failed', action: { type: 'search' } },
      {
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'find_in_page' },
      },
      { type: 'file_search_call', status: 'completed' },
      { type: 'code_interpreter_call', container_id: 'c1' },
      { type: 'code_interpreter_call', container_id: 'c1' },
      { type: 'code_interpreter_call', container_id: 'c2' },
      { type: 'mcp_call', name: 'x' },
      { type: 'message', content: [] },
    ];
    const calls = { web_search: 2, file_search: 1, code_interpreter: 2 };
    const source = { api: 'responses', provider: 'openai' } as const;
    expect(readAnswer(source, { output }).hostedCalls).toEqual(calls);
    const events = output.map((item, output_index) => ({
      type: 'response.output_item.done',
      output_index,
      item,
    }));
    expect(
      readStream({ api: 'responses', provider: 'openai' }, events).hostedCalls,
    ).toEqual(calls);
    const end = {
      type: 'response.completed',
      response: { status: 'completed', output },
    };
    expect(
      readStream({ api: 'responses', provider: 'openai' }, [...events, end])
        .hostedCalls,
    ).toEqual(calls);
    const tool_usage = { web_search: { num_requests: 1 } };
    expect(readAnswer(source, { output, tool_usage }).hostedCalls).toEqual({
      ...calls,
      web_search: 1,
    });
  });

  test.each([
    ['gemini-3-pro', 3],
    ['gemini-2.5-flash', 1],
    ['gemini-10-pro', 3],
  ])(
    'searches of %s are billed as its generation is',
    (modelVersion, calls) => {
      const webSearchQueries = ['a', '', 'a', 'b'];
      const answer = {
        modelVersion,
        candidates: [{ groundingMetadata: { webSearchQueries } }],
      };
      expect(
        readAnswer(
          { api: 'gemini.generate_content', provider: 'gcp.gemini' },
          answer,
        ).hostedCalls,
      ).toEqual({ web_search: calls });
      expect(
        readStream({ api: 'gemini.generate_content', provider: 'gcp.gemini' }, [
          answer,
          answer,
        ]).hostedCalls,
      ).toEqual({ web_search: calls });
    },
  );

  test('the place and the speed of a model of Anthropic are read, as prices depend on them', () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      inference_geo: 'us',
      speed: 'fast',
      service_tier: 'standard',
    };
    expect(
      readAnswer(
        { api: 'anthropic.messages', provider: 'anthropic' },
        { content: [], usage },
      ),
    ).toMatchObject({
      inferenceGeo: 'us',
      serviceTier: 'fast',
    });
  });

  test.each([
    [{ usageMetadata: { trafficType: 'ON_DEMAND_FLEX' } }, 'flex'],
    [{ usageMetadata: { trafficType: 'ON_DEMAND' } }, 'on_demand'],
    [{ usageMetadata: { serviceTier: 'priority' } }, 'priority'],
  ])(
    'the tier of Gemini is read from either of its names: %j',
    (answer, tier) => {
      expect(
        readAnswer(
          { api: 'gemini.generate_content', provider: 'gcp.gemini' },
          answer,
        ).serviceTier,
      ).toBe(tier);
    },
  );
});

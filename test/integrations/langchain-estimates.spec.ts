import { describe, expect, test, vi } from 'vitest';
import { nextTurn } from '../support/next-turn.js';
import { core0, core1, type LangChainCore } from './support/langchain-core.js';
import { type MadeAnswer, messageModel } from './support/message-model.js';
import { observe, play } from './support/observed.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

const request = { ls_provider: 'acme', ls_model_name: 'acme-1' };
const PRICES = {
  currency: 'USD',
  perTokens: 1,
  models: [{ model: '*', input: 1, output: 1000 }],
};

/** Asks a model, whole or streamed. Each character of a text is a token. */
async function ask(core: LangChainCore, made: MadeAnswer) {
  const tokenizer = vi.fn((text: string) => text.length);
  const seen = observe({}, { prices: PRICES, tokenizer });
  const { callbacks } = seen;
  const model = messageModel(core, request, made);
  const messages = [
    new core.SystemMessage('Be brief.'),
    new core.HumanMessage({ content: [{ type: 'text', text: 'Hi' }] }),
  ];
  const asked = play(async () => {
    if (!made.isStream) return model.invoke(messages, { callbacks });
    for await (const _ of await model.stream(messages, { callbacks }));
    return undefined;
  });
  await asked.catch(() => undefined);
  await nextTurn();
  const counted = async (metric: string) => {
    const lines = await seen.totals(metric);
    return lines.map((line) => [
      /source="(\w+)"/.exec(line)?.[1],
      Number(line.split(' ').at(-1)),
    ]);
  };
  return {
    warnings: seen.warnings,
    tokenizer,
    input: await counted('gen_ai_client_inference_usage_input_tokens_total'),
    output: await counted('gen_ai_client_inference_usage_output_tokens_total'),
    cost: await counted('agent_cost_total'),
    partial: await counted('agent_inferences_partial_usage_total'),
  };
}

/** `Be brief.` and `Hi`. */
const INPUT = [['estimated', 11]];

describe.each([
  ['LangChain 1', core1],
  ['LangChain 0.3', core0],
])('%s', (_version, core) => {
  test('an answer without usage has the tokens of its texts', async () => {
    const message = {
      content: [{ type: 'text', text: 'Yes.' }],
      additional_kwargs: { reasoning_content: 'Hm' },
      tool_calls: [{ id: '1', name: 'search', args: { q: 1 } }],
    };
    const told = await ask(core, { messages: [message] });
    expect(told.input).toEqual(INPUT);
    // `Hm`, `Yes.`, `search` and `{"q":1}`.
    expect(told.output).toEqual([['estimated', 2 + 4 + 6 + 7]]);
    expect(told.cost).toEqual([['estimated', 11 + 19_000]]);
    expect(told.partial).toEqual([]);
    expect(told.warnings).toEqual([]);
  });

  test('an answer with usage is never estimated', async () => {
    const usage_metadata = {
      input_tokens: 100,
      output_tokens: 10,
      total_tokens: 110,
    };
    const message = { content: 'Yes.', usage_metadata };
    const told = await ask(core, { messages: [message] });
    expect(told.input).toEqual([[undefined, 100]]);
    expect(told.cost).toEqual([['prices', 10_100]]);
    expect(told.tokenizer).not.toHaveBeenCalled();
  });

  const pieces = [
    { content: 'Ye' },
    { content: 's.' },
    { tool_call_chunks: [{ index: 0, name: 'search', args: '' }] },
    { tool_call_chunks: [{ index: 0, args: '{"q"' }] },
    { tool_call_chunks: [{ index: 0, args: ':1}' }] },
  ];
  const OUTPUT = [['estimated', 4 + 6 + 7]];

  test('a stream without usage has the tokens of the joined message', async () => {
    const told = await ask(core, { isStream: true, messages: pieces });
    expect(told.input).toEqual(INPUT);
    expect(told.output).toEqual(OUTPUT);
    expect(told.partial).toEqual([]);
  });

  test('a stream that breaks has the tokens of the pieces that came, as a lower bound', async () => {
    const error = new TypeError('broken');
    const told = await ask(core, { isStream: true, messages: pieces, error });
    expect(told.input).toEqual(INPUT);
    expect(told.output).toEqual(OUTPUT);
    expect(told.partial).toHaveLength(1);
    expect(told.warnings).toEqual([]);
  });
});

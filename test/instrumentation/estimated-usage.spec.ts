import fc from 'fast-check';
import { from } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { AgentMetrics, OptionsError } from '../../src/index.js';
import type {
  AgentMetricsOptions,
  EstimatedTokens,
  TokenUsage,
  Tokenizer,
} from '../../src/instrumentation/gen-ai/index.js';
import { makeCollector, samplesOf } from '../support/collector.js';
import { nextTurn } from '../support/next-turn.js';

const REQUEST = { provider: 'acme', model: 'acme-1' };
const PRICES = {
  currency: 'USD',
  perTokens: 1,
  models: [{ model: 'acme-1', input: 1, output: 10 }],
};

/** One token for each character. */
const byCharacter: Tokenizer = (text) => text.length;

function start(options: AgentMetricsOptions = {}) {
  const { collector, warnings } = makeCollector();
  const agents = new AgentMetrics(collector, { prices: PRICES, ...options });
  /** The values of a metric's series, by their `source`. */
  const bySource = async (metric: string) => {
    const lines = samplesOf(await collector.metrics(), metric);
    return Object.fromEntries(
      lines
        .filter((line) => !line.includes('_bucket{'))
        .map((line) => [sourceOf(line), Number(line.split(' ').at(-1))]),
    );
  };
  /** How many inferences have estimated, partial, and no tokens. */
  const counts = async () => {
    const page = await collector.metrics();
    const of = (kind: string) =>
      Number(
        samplesOf(page, `agent_inferences_${kind}_usage_total`)[0]
          ?.split(' ')
          .at(-1) ?? 0,
      );
    return [of('estimated'), of('partial'), of('without')];
  };
  return { agents, collector, warnings, bySource, counts };
}

const sourceOf = (line: string) => /source="(\w+)"/.exec(line)?.[1] ?? 'none';

const INPUT = 'gen_ai_client_inference_usage_input_tokens_total';
const OUTPUT = 'gen_ai_client_inference_usage_output_tokens_total';
const COST = 'agent_cost_total';

describe('usage that the app has estimated itself', () => {
  test('estimated usage is counted where none is reported, and marked', async () => {
    const { agents, bySource, counts } = start();
    const estimatedUsage = { inputTokens: 7, outputTokens: 3 };
    agents.recordInference({ ...REQUEST, seconds: 1, estimatedUsage });
    expect(await bySource(INPUT)).toEqual({ estimated: 7 });
    expect(await bySource(OUTPUT)).toEqual({ estimated: 3 });
    expect(await bySource(COST)).toEqual({ estimated: 37 });
    expect(await counts()).toEqual([1, 0, 0]);
  });

  test('the histograms of tokens tell estimates apart too', async () => {
    const { agents, collector } = start({ conventions: 'both' });
    const seconds = 1;
    agents.recordInference({
      ...REQUEST,
      seconds,
      usage: { inputTokens: 1, outputTokens: 1 },
    });
    const estimatedUsage = { inputTokens: 7, outputTokens: 3 };
    agents.recordInference({ ...REQUEST, seconds, estimatedUsage });
    const page = await collector.metrics();
    for (const metric of [
      'gen_ai_client_inference_operation_input_tokens',
      'gen_ai_client_inference_operation_output_tokens',
      'gen_ai_client_token_usage',
    ]) {
      const sums = samplesOf(page, metric).filter((line) =>
        line.includes('_sum{'),
      );
      expect(new Set(sums.map(sourceOf))).toEqual(
        new Set(['none', 'estimated']),
      );
    }
    expect(page).toMatch(/agent_input_tokens_total\{.*source="estimated"\} 7/);
    expect(page).not.toMatch(/duration_seconds_\w+\{.*source=/);
  });

  test('a cost that the provider reports is not marked as estimated', async () => {
    const { agents, bySource } = start();
    agents.recordInference({
      ...REQUEST,
      seconds: 1,
      estimatedUsage: { inputTokens: 7, outputTokens: 3 },
      reportedCost: { amount: 2, currency: 'USD' },
    });
    expect(await bySource(COST)).toEqual({ reported: 2 });
    expect(await bySource(INPUT)).toEqual({ estimated: 7 });
  });

  const TOKENS = fc.option(fc.nat(1_000), { nil: undefined });

  test('usage that is reported always wins, field by field', async () => {
    const { agents, bySource } = start();
    const sums = { none: [0, 0], estimated: [0, 0] };
    fc.assert(
      fc.property(
        fc.record({ inputTokens: TOKENS, outputTokens: TOKENS }),
        fc.record({ inputTokens: TOKENS, outputTokens: TOKENS }),
        fc.constantFrom('whole', 'estimate first', 'usage first'),
        (usage: TokenUsage, estimatedUsage: EstimatedTokens, order) => {
          const input = usage.inputTokens ?? estimatedUsage.inputTokens;
          const output = usage.outputTokens ?? estimatedUsage.outputTokens;
          const isEstimated =
            input !== usage.inputTokens || output !== usage.outputTokens;
          const sum = sums[isEstimated ? 'estimated' : 'none'];
          sum[0]! += input ?? 0;
          sum[1]! += output ?? 0;
          const inference = agents.startInference(REQUEST);
          if (order === 'whole')
            return inference.end({ usage, estimatedUsage });
          const parts = [{ estimatedUsage }, { usage }];
          if (order === 'usage first') parts.reverse();
          const subscriber = { next: () => {}, complete: () => {} };
          inference
            .observeStream(from(parts), (part) => part)
            .subscribe(subscriber);
        },
      ),
    );
    const expected = (place: 0 | 1) =>
      Object.fromEntries(
        Object.entries(sums)
          .map(([source, sum]) => [source, sum[place]])
          .filter(([, sum]) => sum !== 0),
      );
    expect(await bySource(INPUT)).toMatchObject(expected(0));
    expect(await bySource(OUTPUT)).toMatchObject(expected(1));
  });

  test('an estimated total is never less than its parts that are reported', async () => {
    const { agents, bySource } = start();
    agents.recordInference({
      ...REQUEST,
      seconds: 1,
      usage: { cachedInputTokens: 50, reasoningTokens: 20 },
      estimatedUsage: { inputTokens: 7, outputTokens: 3 },
    });
    expect(await bySource(INPUT)).toEqual({ estimated: 50 });
    expect(await bySource(OUTPUT)).toEqual({ estimated: 20 });
  });

  test('estimated usage that is not valid is refused with its field', () => {
    const { agents } = start();
    expect(() =>
      agents.recordInference({
        ...REQUEST,
        seconds: 1,
        estimatedUsage: { inputTokens: 1.5 },
      }),
    ).toThrow(
      'The inference.estimatedUsage has 1.5 as inputTokens; expected a whole number of 0 or more, or nothing',
    );
  });

  test('the tokens and costs of a run with an estimate are marked', async () => {
    const { agents, bySource } = start();
    const usage = { inputTokens: 1, outputTokens: 1 };
    agents.runAgent('Outer', () => {
      agents.startInference(REQUEST).end({ usage });
      agents.runAgent('Inner', () =>
        agents.startInference(REQUEST).end({ estimatedUsage: usage }),
      );
    });
    expect(Object.keys(await bySource('agent_run_cost'))).toEqual([
      'estimated',
    ]);
    agents.runAgent('Outer', () =>
      agents.startInference(REQUEST).end({ usage }),
    );
    expect(Object.keys(await bySource('agent_run_cost')).sort()).toEqual([
      'estimated',
      'none',
    ]);
  });
});

describe('a tokenizer', () => {
  test('a tokenizer counts what the app gives as undefined', async () => {
    const { agents, bySource } = start({ tokenizer: byCharacter });
    const inference = agents.startInference(REQUEST);
    inference.texts?.input.add('Hello');
    const estimatedUsage = { inputTokens: undefined, outputTokens: 5 };
    inference.end({ estimatedUsage });
    await nextTurn();
    expect(await bySource(INPUT)).toEqual({ estimated: 5 });
    expect(await bySource(OUTPUT)).toEqual({ estimated: 5 });
  });

  test('a tokenizer counts the texts of an inference without usage', async () => {
    const tokenizer = vi.fn(byCharacter);
    const { agents, bySource, counts } = start({ tokenizer });
    const inference = agents.startInference(REQUEST);
    inference.texts?.input.add('Hello');
    inference.texts?.output.add('Y');
    inference.texts?.output.add('es');
    inference.end({ responseModel: 'acme-1-0924' });
    expect(inference.texts).toBeUndefined();
    // The app goes on first.
    expect(tokenizer).not.toHaveBeenCalled();
    await nextTurn();
    const model = { provider: 'acme', model: 'acme-1-0924' };
    expect(tokenizer.mock.calls).toEqual([
      ['Hello', model],
      ['Yes', model],
    ]);
    expect(await bySource(INPUT)).toEqual({ estimated: 5 });
    expect(await bySource(OUTPUT)).toEqual({ estimated: 3 });
    expect(await bySource(COST)).toEqual({ estimated: 35 });
    expect(await counts()).toEqual([1, 0, 0]);
  });

  test('a tokenizer is not called if the provider reports usage', async () => {
    const tokenizer = vi.fn(byCharacter);
    const { agents, bySource, counts } = start({ tokenizer });
    const inference = agents.startInference(REQUEST);
    inference.texts?.input.add('Hello');
    inference.end({ usage: { inputTokens: 1, outputTokens: 0 } });
    // It is recorded at once.
    expect(await bySource(INPUT)).toEqual({ none: 1 });
    await nextTurn();
    expect(tokenizer).not.toHaveBeenCalled();
    expect(await counts()).toEqual([0, 0, 0]);
  });

  test('without a tokenizer no text is kept', () => {
    const { agents } = start();
    expect(agents.startInference(REQUEST).texts).toBeUndefined();
  });

  test('only the total that is not reported is estimated', async () => {
    const { agents, bySource } = start({ tokenizer: byCharacter });
    const inference = agents.startInference(REQUEST);
    inference.texts?.input.add('Hello');
    inference.texts?.output.add('Yes');
    inference.end({ usage: { inputTokens: 100 } });
    await nextTurn();
    expect(await bySource(INPUT)).toEqual({ estimated: 100 });
    expect(await bySource(OUTPUT)).toEqual({ estimated: 3 });
  });

  async function* chunks(error?: Error) {
    yield 'Y';
    yield 'es';
    if (error) throw error;
  }

  test.each(['left', 'broken'])(
    'the estimate of a stream that was %s is a lower bound',
    async (how) => {
      const { agents, bySource, counts } = start({ tokenizer: byCharacter });
      const inference = agents.startInference(REQUEST);
      inference.texts?.input.add('Hello');
      const error = how === 'broken' ? new Error('broken') : undefined;
      const stream = inference.observeStream(chunks(error), (text) => {
        inference.texts?.output.add(text);
        return undefined;
      });
      const reading = (async () => {
        for await (const text of stream) {
          if (text === 'es' && how === 'left') break;
        }
      })();
      await reading.catch(() => undefined);
      await nextTurn();
      expect(await bySource(OUTPUT)).toEqual({ estimated: 3 });
      expect(await counts()).toEqual([1, 1, 0]);
    },
  );

  test('an inference that failed before its first chunk is not billed, and not estimated', async () => {
    const tokenizer = vi.fn(byCharacter);
    const { agents, counts } = start({ tokenizer });
    const inference = agents.startInference(REQUEST);
    inference.texts?.input.add('Hello');
    inference.fail(new Error('refused'));
    await nextTurn();
    expect(tokenizer).not.toHaveBeenCalled();
    expect(await counts()).toEqual([0, 0, 0]);
  });

  test('the run of an inference has its estimated tokens, although they come later', async () => {
    const { agents, bySource } = start({ tokenizer: byCharacter });
    agents.runAgent('Writer', () => {
      const inference = agents.startInference(REQUEST);
      inference.texts?.input.add('Hello');
      inference.texts?.output.add('Yes');
      inference.end();
    });
    await nextTurn();
    expect(await bySource('agent_run_cost_sum')).toEqual({ estimated: 35 });
  });

  test('what waits for its estimate is recorded at the shutdown', async () => {
    const { agents, collector, bySource } = start({ tokenizer: byCharacter });
    const inference = agents.startInference(REQUEST);
    inference.texts?.input.add('Hello');
    inference.end();
    const stopped = collector.shutdown();
    expect(await bySource(INPUT)).toEqual({ estimated: 5 });
    await stopped;
  });

  const bad = (tokenizer: unknown) => tokenizer as Tokenizer;

  test.each<[string, Tokenizer]>([
    [
      'threw an error: RangeError',
      (text) => {
        throw new RangeError(`not allowed: ${text}`);
      },
    ],
    ['returned -1', () => -1],
    ['returned 1.5', () => 1.5],
    ['returned NaN', () => NaN],
    ['returned undefined', bad(() => undefined)],
    ['returned string', bad((text: string) => text)],
    ['returned an object', bad((text: string) => [...text])],
    ['returned a promise', bad(() => Promise.reject(new Error('late')))],
  ])(
    'a tokenizer that %s is reported once, without the text',
    async (problem, tokenizer) => {
      const { agents, collector, warnings, counts } = start({ tokenizer });
      for (let i = 0; i < 2; i++) {
        const inference = agents.startInference(REQUEST);
        inference.texts?.input.add('secret');
        inference.texts?.output.add('secret');
        inference.end();
      }
      await nextTurn();
      expect(await counts()).toEqual([0, 0, 2]);
      expect(warnings).toEqual([expect.stringContaining(problem)]);
      expect(warnings[0]).not.toContain('secret');
      const errors = samplesOf(
        await collector.metrics(),
        'metrics_errors_total',
      );
      expect(errors).toEqual(['metrics_errors_total{cause="tokenizer"} 2']);
    },
  );

  test('a tokenizer that is no function is refused', () => {
    expect(() => start({ tokenizer: 'cl100k_base' as never })).toThrow(
      OptionsError,
    );
    expect(() => start({ tokenizer: 'cl100k_base' as never })).toThrow(
      "tokenizer is 'cl100k_base'; expected a function",
    );
  });
});

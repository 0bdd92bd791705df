import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { checkIncrement, type Counter } from '../../model/counter.js';
import { report } from '../../core/catch-and-report.js';
import type { RecordingBatch } from './recording-batch.js';
import type { Charge, PriceList } from '../../accounting/prices/price-list.js';
import type { TokenUsage } from '../../accounting/usage.js';
import type { Inference } from './recordings.js';

// Why: docs/decisions/instrumentation.md, "Each kind of tokens has a counter of its own".
const TOKEN_COUNTERS = [
  ['inputTokens', 'agent_input_tokens_total', 'Tokens of prompts.'],
  [
    'cachedInputTokens',
    'agent_cached_input_tokens_total',
    'Tokens of prompts that came from a cache; they are among the input tokens.',
  ],
  ['outputTokens', 'agent_output_tokens_total', 'Tokens of answers.'],
  [
    'reasoningTokens',
    'agent_reasoning_tokens_total',
    'Tokens spent on reasoning; they are among the output tokens.',
  ],
] as const satisfies readonly (readonly [keyof TokenUsage, string, string])[];

const COST = {
  name: 'agent_cost_total',
  description: 'What inferences cost, by currency.',
};

/** Counts tokens and what they cost, by agent and model. */
export class TokenCounters {
  private readonly counters = new Map<string, Counter>();

  constructor(
    private readonly collector: MetricsCollector,
    private readonly prices: PriceList,
  ) {}

  /** Adds the tokens and the cost of an inference to a batch. */
  add(
    batch: RecordingBatch,
    inference: Inference,
    agent: string | undefined,
  ): void {
    const { provider, model, responseModel = model, usage } = inference;
    if (usage === undefined) return;
    const labels = { agent, model: responseModel, provider };
    for (const [kind, name, description] of TOKEN_COUNTERS) {
      const tokens = usage[kind];
      if (tokens !== undefined) {
        batch.add(this.counter(name, description), labels, tokens);
      }
    }
    const cost = this.costOf(inference);
    if (cost === undefined) return;
    const { amount, currency } = cost;
    const value = amount.toNumber();
    checkIncrement(value, COST.name);
    batch.add(
      this.counter(COST.name, COST.description),
      { ...labels, currency },
      value,
    );
  }

  private costOf(inference: Inference): Charge | undefined {
    const { prices } = this;
    const { provider, model, usage = {} } = inference;
    const charge = prices.charge({ provider, model, answer: inference });
    const { inputTokens, outputTokens } = usage;
    const isBilled = inputTokens !== undefined || outputTokens !== undefined;
    if (charge === undefined && isBilled && !prices.isEmpty) {
      this.reportUnpriced(provider, inference.responseModel ?? model);
    }
    return charge;
  }

  private reportUnpriced(provider: string, model: string): void {
    report(
      this.collector,
      'unpriced_model',
      new Error('no price matches; its tokens are counted, their cost is not'),
      `model "${model}" of provider "${provider}"`,
    );
  }

  private counter(name: string, description: string): Counter {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = this.collector.counter(name, {
        description,
        initialLabels: [],
      });
      this.counters.set(name, counter);
    }
    return counter;
  }
}

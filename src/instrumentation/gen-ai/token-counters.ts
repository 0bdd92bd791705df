import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Counter } from '../../model/counter.js';
import type { RecordingBatch } from './recording-batch.js';
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

/** Counts tokens, by agent and model. */
export class TokenCounters {
  private readonly counters = new Map<string, Counter>();

  constructor(private readonly collector: MetricsCollector) {}

  /** Adds the tokens of an inference to a batch. */
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

import type { RecordedMetric } from './gen-ai-instruments.js';

const MONEY = [
  0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100,
];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304,
];
const SCORES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

const prefixed = true;

/** What the conventions have no metrics for. These have the namespace of the app. */
export const OWN_METRICS = {
  cost: {
    name: 'agent_cost_total',
    type: 'counter',
    description:
      'What inferences cost, by currency and source: computed from prices, also of estimated tokens, or reported by the provider.',
    prefixed,
  },
  withoutUsage: {
    name: 'agent_inferences_without_usage_total',
    type: 'counter',
    description:
      'Inferences whose tokens are unknown although their model has a price: their cost is missing.',
    prefixed,
  },
  partialUsage: {
    name: 'agent_inferences_partial_usage_total',
    type: 'counter',
    description:
      'Inferences of which a part of the tokens is known: their cost is a lower bound.',
    prefixed,
  },
  estimatedUsage: {
    name: 'agent_inferences_estimated_usage_total',
    type: 'counter',
    description:
      'Inferences of which tokens are estimated, as their provider did not report them.',
    prefixed,
  },
  finishes: {
    name: 'agent_inference_finishes_total',
    type: 'counter',
    description: 'Inferences by the reason why their answer ended.',
    prefixed,
  },
  retries: {
    name: 'agent_inference_retries_total',
    type: 'counter',
    description: 'Attempts of inferences that were repeated, by their error.',
    prefixed,
  },
  runCost: {
    name: 'agent_run_cost',
    type: 'histogram',
    description: 'What an agent run cost, the runs inside of it included.',
    buckets: MONEY,
    prefixed,
  },
  runTokens: {
    name: 'agent_run_tokens',
    type: 'histogram',
    description:
      'Tokens of an agent run by direction, those of the runs inside of it included.',
    buckets: TOKENS,
    prefixed,
  },
  evaluations: {
    name: 'agent_evaluations_total',
    type: 'counter',
    description: 'Results of guardrails and evaluations, by label.',
    prefixed,
  },
  evaluationScore: {
    name: 'agent_evaluation_score',
    type: 'histogram',
    description: 'Scores of evaluations.',
    buckets: SCORES,
    prefixed,
  },
} as const satisfies Readonly<Record<string, RecordedMetric>>;

/** Those that v1.41 of the conventions had no metrics for. */
export const FORMER_OWN_METRICS = {
  inputTokens: {
    name: 'agent_input_tokens_total',
    type: 'counter',
    description: 'Tokens of prompts.',
    prefixed,
  },
  cachedInputTokens: {
    name: 'agent_cached_input_tokens_total',
    type: 'counter',
    description:
      'Tokens of prompts that came from a cache; they are among the input tokens.',
    prefixed,
  },
  outputTokens: {
    name: 'agent_output_tokens_total',
    type: 'counter',
    description: 'Tokens of answers.',
    prefixed,
  },
  reasoningTokens: {
    name: 'agent_reasoning_tokens_total',
    type: 'counter',
    description: 'Tokens spent on reasoning; they are among the output tokens.',
    prefixed,
  },
} as const satisfies Readonly<Record<string, RecordedMetric>>;

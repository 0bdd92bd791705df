import type {
  MetricDescriptor,
  MetricDescriptors,
} from '../../model/metric-descriptor.js';
import type { RecordedMetric } from './gen-ai-instruments.js';

const MONEY = [
  0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100,
];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304,
];
const SCORES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

const MODEL = ['agent', 'model', 'provider'] as const;
/** Where tokens are estimated, `source` says so. */
const TOKEN_LABELS = [...MODEL, 'source'] as const;

const prefixed = true;

/** What the conventions have no metrics for. These have the namespace of the app. */
export const OWN_METRICS = {
  cost: {
    name: 'agent_cost_total',
    type: 'counter',
    description:
      'What inferences cost, by currency and source: computed from prices, also of estimated tokens, or reported by the provider.',
    labels: [...MODEL, 'currency', 'source'],
    prefixed,
  },
  withoutUsage: {
    name: 'agent_inferences_without_usage_total',
    type: 'counter',
    description:
      'Inferences whose tokens are unknown although their model has a price: their cost is missing.',
    labels: MODEL,
    prefixed,
  },
  partialUsage: {
    name: 'agent_inferences_partial_usage_total',
    type: 'counter',
    description:
      'Inferences of which a part of the tokens is known: their cost is a lower bound.',
    labels: MODEL,
    prefixed,
  },
  estimatedUsage: {
    name: 'agent_inferences_estimated_usage_total',
    type: 'counter',
    description:
      'Inferences of which tokens are estimated, as their provider did not report them.',
    labels: MODEL,
    prefixed,
  },
  finishes: {
    name: 'agent_inference_finishes_total',
    type: 'counter',
    description: 'Inferences by the reason why their answer ended.',
    labels: [...MODEL, 'finish_reason'],
    prefixed,
  },
  retries: {
    name: 'agent_inference_retries_total',
    type: 'counter',
    description: 'Attempts of inferences that were repeated, by their error.',
    labels: [...MODEL, 'error_type'],
    prefixed,
  },
  runCost: {
    name: 'agent_run_cost',
    type: 'histogram',
    description: 'What an agent run cost, the runs inside of it included.',
    buckets: MONEY,
    labels: ['agent', 'currency', 'source'],
    prefixed,
  },
  runTokens: {
    name: 'agent_run_tokens',
    type: 'histogram',
    description:
      'Tokens of an agent run by direction, those of the runs inside of it included.',
    buckets: TOKENS,
    labels: ['agent', 'direction', 'source'],
    prefixed,
  },
  evaluations: {
    name: 'agent_evaluations_total',
    type: 'counter',
    description: 'Results of guardrails and evaluations, by label.',
    labels: ['agent', 'evaluation', 'label'],
    prefixed,
  },
  evaluationScore: {
    name: 'agent_evaluation_score',
    type: 'histogram',
    description: 'Scores of evaluations.',
    buckets: SCORES,
    labels: ['agent', 'evaluation'],
    prefixed,
  },
} as const satisfies Readonly<
  Record<string, RecordedMetric & MetricDescriptor>
>;

/** Gauges of inferences while they run. */
export const RUNNING_METRICS = {
  running: {
    name: 'agent_inferences_running',
    type: 'gauge',
    description: 'Inferences that are running.',
    labels: MODEL,
  },
  oldest: {
    name: 'agent_inferences_running_oldest_seconds',
    type: 'gauge',
    description: 'Age of the oldest running call in seconds.',
    labels: MODEL,
  },
} as const satisfies MetricDescriptors;

/** Those that v1.41 of the conventions had no metrics for. */
export const FORMER_OWN_METRICS = {
  inputTokens: {
    name: 'agent_input_tokens_total',
    type: 'counter',
    description: 'Tokens of prompts.',
    labels: TOKEN_LABELS,
    prefixed,
  },
  cachedInputTokens: {
    name: 'agent_cached_input_tokens_total',
    type: 'counter',
    description:
      'Tokens of prompts that came from a cache; they are among the input tokens.',
    labels: TOKEN_LABELS,
    prefixed,
  },
  outputTokens: {
    name: 'agent_output_tokens_total',
    type: 'counter',
    description: 'Tokens of answers.',
    labels: TOKEN_LABELS,
    prefixed,
  },
  reasoningTokens: {
    name: 'agent_reasoning_tokens_total',
    type: 'counter',
    description: 'Tokens spent on reasoning; they are among the output tokens.',
    labels: TOKEN_LABELS,
    prefixed,
  },
} as const satisfies Readonly<
  Record<string, RecordedMetric & MetricDescriptor>
>;

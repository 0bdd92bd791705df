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

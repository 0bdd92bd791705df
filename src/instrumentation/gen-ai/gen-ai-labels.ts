import {
  FORMER_GEN_AI_METRICS,
  GEN_AI_METRICS,
  type GenAiLabel,
  type GenAiMetric,
} from '../../core/gen-ai-conventions.js';

const OPERATION = 'gen_ai_operation_name';

/** The labels of a request to a provider. */
const REQUEST = [
  OPERATION,
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'gen_ai_response_model',
  'server_address',
  'server_port',
] as const satisfies readonly GenAiLabel[];
const ENDED_REQUEST = [...REQUEST, 'error_type'] as const;
/** Where tokens are estimated, `source` says so. */
const SIZES = [...REQUEST, 'source'] as const;
const TOKENS = [...SIZES, 'gen_ai_token_modality', 'agent'] as const;
const AGENT = [OPERATION, 'gen_ai_agent_name'] as const;

/** The labels that the metrics of the conventions have here. */
export const GEN_AI_LABELS = {
  inferenceDuration: ENDED_REQUEST,
  timeToFirstChunk: REQUEST,
  timePerOutputChunk: REQUEST,
  inputTokens: SIZES,
  outputTokens: SIZES,
  inputTokensUsed: TOKENS,
  outputTokensUsed: TOKENS,
  cacheReadTokensUsed: TOKENS,
  cacheWriteTokensUsed: TOKENS,
  reasoningTokensUsed: TOKENS,
  embeddingsDuration: ENDED_REQUEST,
  embeddingsInputTokens: SIZES,
  operationDuration: ENDED_REQUEST,
  agentDuration: [...AGENT, 'error_type'],
  agentInferenceCalls: AGENT,
  agentToolCalls: AGENT,
  toolDuration: [...AGENT, 'gen_ai_tool_name', 'error_type'],
  workflowDuration: [OPERATION, 'gen_ai_workflow_name', 'error_type'],
} as const satisfies Readonly<
  Record<
    keyof typeof GEN_AI_METRICS,
    readonly (GenAiLabel | 'agent' | 'source')[]
  >
>;

/** The labels of the metrics of v1.41. */
export const FORMER_GEN_AI_LABELS = {
  operationDuration: ENDED_REQUEST,
  timeToFirstChunk: REQUEST,
  timePerOutputChunk: REQUEST,
  tokenUsage: [...SIZES, 'gen_ai_token_type'],
} as const satisfies Readonly<
  Record<keyof typeof FORMER_GEN_AI_METRICS, readonly (GenAiLabel | 'source')[]>
>;

/** A metric of the conventions with the labels that it has here. */
export function withLabels<const L extends string>(
  metric: GenAiMetric,
  labels: readonly L[],
) {
  const { name, type, description } = metric;
  return { name, type, description, labels };
}

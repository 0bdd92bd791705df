import type { GenAiLabel, GenAiMetric } from '../../core/gen-ai-conventions.js';

const OPERATION = 'gen_ai_operation_name';

/** The labels of a request to a provider, in either version of the conventions. */
const REQUEST = [
  OPERATION,
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'gen_ai_response_model',
  'server_address',
  'server_port',
] as const satisfies readonly GenAiLabel[];
/** Where tokens are estimated, `source` says so. */
const TOKENS = [
  ...REQUEST,
  'source',
  'gen_ai_token_modality',
  'agent',
] as const;
const AGENT = [OPERATION, 'gen_ai_agent_name'] as const;

/** The labels that the metrics of the conventions have here, for those that dashboards and rules read. */
export const GEN_AI_LABELS = {
  request: REQUEST,
  endedRequest: [...REQUEST, 'error_type'],
  tokensUsed: TOKENS,
  agentDuration: [...AGENT, 'error_type'],
  agentCalls: AGENT,
  toolDuration: [...AGENT, 'gen_ai_tool_name', 'error_type'],
} as const satisfies Readonly<
  Record<string, readonly (GenAiLabel | 'agent' | 'source')[]>
>;

/** A metric of the conventions with the labels that it has here. */
export function withLabels<const L extends string>(
  metric: GenAiMetric,
  labels: readonly L[],
) {
  const { name, type, description } = metric;
  return { name, type, description, labels };
}

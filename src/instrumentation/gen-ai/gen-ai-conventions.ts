import { MetricType } from '../../model/metric-type.js';

/**
 * The metrics that OpenTelemetry's semantic conventions for generative AI define
 * ("Semantic conventions for generative AI metrics", status: development), by the
 * names that they have in Prometheus ("Prometheus and OpenMetrics Compatibility":
 * dots become `_`, seconds are appended, units in braces are left out).
 *
 * They still change. This file is the only place that has their names.
 */

/** The month of the conventions that this file follows. */
// Why: docs/decisions/instrumentation.md, "Metrics of the conventions have no namespace".
export const GEN_AI_CONVENTIONS_DATE = '2026-11';

/** The labels that the conventions' attributes become. */
export type GenAiLabel =
  | 'gen_ai_operation_name'
  | 'gen_ai_provider_name'
  | 'gen_ai_request_model'
  | 'gen_ai_response_model'
  | 'gen_ai_token_type'
  | 'gen_ai_agent_name'
  | 'gen_ai_tool_name'
  | 'gen_ai_workflow_name'
  | 'error_type';

/** The operation of a model: the well-known values of `gen_ai.operation.name`. */
export type GenAiOperation =
  'chat' | 'text_completion' | 'embeddings' | 'generate_content' | 'retrieval';

/** A metric of the conventions: a timer if its name ends with `_seconds`, else a histogram. */
export interface GenAiMetric {
  /** The name in Prometheus, without namespace and subsystem. */
  readonly name: string;
  /** The help text. */
  readonly description: string;
  /** The upper bounds that the conventions recommend. */
  readonly buckets: readonly number[];
}

const OPERATION_SECONDS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48,
  40.96, 81.92,
];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304,
  16_777_216, 67_108_864,
];
const AGENT_SECONDS = [
  0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6,
];
const WORKFLOW_SECONDS = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];
const CALLS = [1, 2, 4, 8, 16, 32, 64, 128];

/** The metrics of the conventions, which `AgentMetrics` records. */
export const GEN_AI_METRICS: {
  /** `gen_ai.client.token.usage`: the tokens of an inference, by `gen_ai_token_type`. */
  readonly tokenUsage: GenAiMetric;
  /** `gen_ai.client.operation.duration`: the seconds of an inference. */
  readonly operationDuration: GenAiMetric;
  /** `gen_ai.client.operation.time_to_first_chunk`: the seconds until a stream begins. */
  readonly timeToFirstChunk: GenAiMetric;
  /** `gen_ai.client.operation.time_per_output_chunk`: the seconds that each later chunk took. */
  readonly timePerOutputChunk: GenAiMetric;
  /** `gen_ai.invoke_agent.duration`: the seconds of an agent run. */
  readonly agentDuration: GenAiMetric;
  /** `gen_ai.invoke_agent.inference_calls`: how many inferences an agent run took. */
  readonly agentInferenceCalls: GenAiMetric;
  /** `gen_ai.invoke_agent.tool_calls`: how many tool calls an agent run took. */
  readonly agentToolCalls: GenAiMetric;
  /** `gen_ai.execute_tool.duration`: the seconds of a tool call. */
  readonly toolDuration: GenAiMetric;
  /** `gen_ai.invoke_workflow.duration`: the seconds of a workflow. */
  readonly workflowDuration: GenAiMetric;
} = {
  tokenUsage: {
    name: 'gen_ai_client_token_usage',
    description: 'Tokens of an inference, by direction.',
    buckets: TOKENS,
  },
  operationDuration: {
    name: 'gen_ai_client_operation_duration_seconds',
    description: 'Duration of an inference in seconds.',
    buckets: OPERATION_SECONDS,
  },
  timeToFirstChunk: {
    name: 'gen_ai_client_operation_time_to_first_chunk_seconds',
    description: 'Time from the request to the first chunk in seconds.',
    buckets: OPERATION_SECONDS,
  },
  timePerOutputChunk: {
    name: 'gen_ai_client_operation_time_per_output_chunk_seconds',
    description: 'Time waited for each chunk after the first in seconds.',
    buckets: OPERATION_SECONDS,
  },
  agentDuration: {
    name: 'gen_ai_invoke_agent_duration_seconds',
    description: 'Duration of an agent run in seconds.',
    buckets: AGENT_SECONDS,
  },
  agentInferenceCalls: {
    name: 'gen_ai_invoke_agent_inference_calls',
    description: 'Inferences of an agent run.',
    buckets: CALLS,
  },
  agentToolCalls: {
    name: 'gen_ai_invoke_agent_tool_calls',
    description: 'Tool calls of an agent run.',
    buckets: CALLS,
  },
  toolDuration: {
    name: 'gen_ai_execute_tool_duration_seconds',
    description: 'Duration of a tool call in seconds.',
    buckets: OPERATION_SECONDS,
  },
  workflowDuration: {
    name: 'gen_ai_invoke_workflow_duration_seconds',
    description: 'Duration of a workflow in seconds.',
    buckets: WORKFLOW_SECONDS,
  },
};

/** Durations are timers; counts of calls and tokens are plain histograms. */
export function genAiType({
  name,
}: GenAiMetric): MetricType.TIMER | MetricType.HISTOGRAM {
  return name.endsWith('_seconds') ? MetricType.TIMER : MetricType.HISTOGRAM;
}

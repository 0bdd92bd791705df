/**
 * The metrics that OpenTelemetry's semantic conventions for generative AI define, in the
 * repository open-telemetry/semantic-conventions-genai ("Client inference", "Inference token
 * metrics", "Client embeddings", "Metrics"; status: development), by the names that they have in
 * Prometheus ("Prometheus and OpenMetrics Compatibility": dots become `_`, seconds and `_total`
 * are appended, units in braces are left out).
 *
 * They still change. This file is the only place that has their names.
 */

/** The month of the conventions that this file follows. */
// Why: docs/decisions/instrumentation.md, "Metrics of the conventions have no namespace".
export const GEN_AI_CONVENTIONS_DATE = '2026-11';

/** The attributes of the conventions, by the labels that they become. */
export const GEN_AI_ATTRIBUTES = {
  gen_ai_operation_name: 'gen_ai.operation.name',
  gen_ai_provider_name: 'gen_ai.provider.name',
  gen_ai_request_model: 'gen_ai.request.model',
  gen_ai_response_model: 'gen_ai.response.model',
  gen_ai_token_modality: 'gen_ai.token.modality',
  gen_ai_token_type: 'gen_ai.token.type',
  gen_ai_agent_name: 'gen_ai.agent.name',
  gen_ai_tool_name: 'gen_ai.tool.name',
  gen_ai_workflow_name: 'gen_ai.workflow.name',
  server_address: 'server.address',
  server_port: 'server.port',
  error_type: 'error.type',
} as const;

/** The labels that the conventions' attributes become. */
export type GenAiLabel = keyof typeof GEN_AI_ATTRIBUTES;

/** The well-known values of `gen_ai.operation.name` for requests to a provider. */
type WellKnownOperation =
  | 'chat'
  | 'create_agent'
  | 'create_memory'
  | 'create_memory_store'
  | 'delete_memory'
  | 'delete_memory_store'
  | 'embeddings'
  | 'fetch_response'
  | 'generate_content'
  | 'plan'
  | 'retrieval'
  | 'search_memory'
  | 'text_completion'
  | 'update_memory'
  | 'upsert_memory';

/** The operation of a request: a well-known value of `gen_ai.operation.name`, or a name of your own for a few kinds of requests. */
export type GenAiOperation = WellKnownOperation | (string & {});

/** What a metric of the conventions counts. */
export interface GenAiMetric {
  /** The name in Prometheus, without namespace and subsystem. */
  readonly name: string;
  /** The name in the conventions, which OTLP sends. */
  readonly instrument: string;
  /** `timer`: a histogram of seconds. */
  readonly type: 'timer' | 'histogram' | 'counter';
  /** The unit in the conventions, a code of UCUM (Unified Code for Units of Measure). */
  readonly unit: string;
  /** The help text. */
  readonly description: string;
  /** The upper bounds that the conventions recommend; none for counters. */
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

function timer(
  instrument: string,
  buckets: readonly number[],
  description: string,
): GenAiMetric {
  const name = `${underscored(instrument)}_seconds`;
  return { name, instrument, type: 'timer', unit: 's', description, buckets };
}

function histogram(
  instrument: string,
  buckets: readonly number[],
  description: string,
  unit = '{token}',
): GenAiMetric {
  const name = underscored(instrument);
  return { name, instrument, type: 'histogram', unit, description, buckets };
}

function counter(instrument: string, description: string): GenAiMetric {
  const name = `${underscored(instrument)}_total`;
  const unit = '{token}';
  return { name, instrument, type: 'counter', unit, description, buckets: [] };
}

function underscored(instrument: string): string {
  return instrument.replaceAll('.', '_');
}

/** The metrics of the conventions, which `AgentMetrics` records. */
export const GEN_AI_METRICS = {
  /** The seconds of an inference. */
  inferenceDuration: timer(
    'gen_ai.client.inference.duration',
    OPERATION_SECONDS,
    'Duration of an inference in seconds.',
  ),
  /** The seconds until a stream has its first output. */
  timeToFirstChunk: timer(
    'gen_ai.client.inference.time_to_first_chunk',
    OPERATION_SECONDS,
    'Time from the request to the first chunk in seconds.',
  ),
  /** The seconds that each later chunk took. */
  timePerOutputChunk: timer(
    'gen_ai.client.inference.time_per_output_chunk',
    OPERATION_SECONDS,
    'Time waited for each chunk after the first in seconds.',
  ),
  /** How the tokens of prompts are distributed over inferences. */
  inputTokens: histogram(
    'gen_ai.client.inference.operation.input_tokens',
    TOKENS,
    'Tokens of the prompt of an inference.',
  ),
  /** How the generated tokens are distributed over inferences. */
  outputTokens: histogram(
    'gen_ai.client.inference.operation.output_tokens',
    TOKENS,
    'Tokens that an inference has generated.',
  ),
  /** All tokens of prompts, by kind of content. */
  inputTokensUsed: counter(
    'gen_ai.client.inference.usage.input_tokens',
    'Tokens of prompts, those of caches included.',
  ),
  /** All generated tokens, by kind of content. */
  outputTokensUsed: counter(
    'gen_ai.client.inference.usage.output_tokens',
    'Generated tokens, those of reasoning included.',
  ),
  /** The tokens of prompts that were read from a cache. */
  cacheReadTokensUsed: counter(
    'gen_ai.client.inference.usage.cache_read.input_tokens',
    'Tokens of prompts that were read from a cache; they are among the input tokens.',
  ),
  /** The tokens of prompts that were written to a cache. */
  cacheWriteTokensUsed: counter(
    'gen_ai.client.inference.usage.cache_write.input_tokens',
    'Tokens of prompts that were written to a cache; they are among the input tokens.',
  ),
  /** The generated tokens that were spent on reasoning. */
  reasoningTokensUsed: counter(
    'gen_ai.client.inference.usage.reasoning.output_tokens',
    'Tokens spent on reasoning; they are among the output tokens.',
  ),
  /** The seconds of a request for embeddings. */
  embeddingsDuration: timer(
    'gen_ai.client.embeddings.duration',
    OPERATION_SECONDS,
    'Duration of a request for embeddings in seconds.',
  ),
  /** How the tokens are distributed over requests for embeddings. */
  embeddingsInputTokens: histogram(
    'gen_ai.client.embeddings.operation.input_tokens',
    TOKENS,
    'Tokens of a request for embeddings.',
  ),
  /** The seconds of another request, such as a retrieval or a search in a memory. */
  operationDuration: timer(
    'gen_ai.client.operation.duration',
    OPERATION_SECONDS,
    'Duration of a request to a provider in seconds.',
  ),
  /** The seconds of an agent run. */
  agentDuration: timer(
    'gen_ai.invoke_agent.duration',
    AGENT_SECONDS,
    'Duration of an agent run in seconds.',
  ),
  /** How many inferences an agent run took. */
  agentInferenceCalls: histogram(
    'gen_ai.invoke_agent.inference_calls',
    CALLS,
    'Inferences of an agent run.',
    '{inference_call}',
  ),
  /** How many tool calls an agent run took. */
  agentToolCalls: histogram(
    'gen_ai.invoke_agent.tool_calls',
    CALLS,
    'Tool calls of an agent run.',
    '{tool_call}',
  ),
  /** The seconds of a tool call. */
  toolDuration: timer(
    'gen_ai.execute_tool.duration',
    OPERATION_SECONDS,
    'Duration of a tool call in seconds.',
  ),
  /** The seconds of a workflow. */
  workflowDuration: timer(
    'gen_ai.invoke_workflow.duration',
    WORKFLOW_SECONDS,
    'Duration of a workflow in seconds.',
  ),
} as const satisfies Readonly<Record<string, GenAiMetric>>;

/** What the version of the conventions before had in place of other metrics. */
export const FORMER_GEN_AI_METRICS = {
  operationDuration: GEN_AI_METRICS.operationDuration,
  timeToFirstChunk: timer(
    'gen_ai.client.operation.time_to_first_chunk',
    OPERATION_SECONDS,
    'Time from the request to the first chunk in seconds.',
  ),
  timePerOutputChunk: timer(
    'gen_ai.client.operation.time_per_output_chunk',
    OPERATION_SECONDS,
    'Time waited for each chunk after the first in seconds.',
  ),
  tokenUsage: histogram(
    'gen_ai.client.token.usage',
    TOKENS,
    'Tokens of an inference, by direction.',
  ),
} as const satisfies Readonly<Record<string, GenAiMetric>>;

/** Operations that are no inference: no model generates anything. */
const OTHER_OPERATIONS: ReadonlySet<string> = new Set([
  'create_agent',
  'create_memory',
  'create_memory_store',
  'delete_memory',
  'delete_memory_store',
  'fetch_response',
  'plan',
  'retrieval',
  'search_memory',
  'update_memory',
  'upsert_memory',
] satisfies WellKnownOperation[]);

/** Which metrics of the conventions an operation has. A name of the user's own is an inference. */
export function kindOfOperation(
  operation: GenAiOperation,
): 'inference' | 'embeddings' | 'other' {
  if (operation === 'embeddings') return 'embeddings';
  return OTHER_OPERATIONS.has(operation) ? 'other' : 'inference';
}

const BY_NAME: ReadonlyMap<string, GenAiMetric> = new Map(
  [GEN_AI_METRICS, FORMER_GEN_AI_METRICS]
    .flatMap((metrics) => Object.values<GenAiMetric>(metrics))
    .map((metric) => [metric.name, metric]),
);

/** The metric of the conventions that has this name in Prometheus. */
export function genAiMetricNamed(name: string): GenAiMetric | undefined {
  return BY_NAME.get(name);
}

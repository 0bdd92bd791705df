import { Registry } from 'prom-client';
import { HEALTH_CHECK_DESCRIPTORS } from '../../src/collector/health-check.descriptors.js';
import { collectProcessMetrics } from '../../src/collector/process-metrics.js';
import { resolveProcessMetrics } from '../../src/collector/process-metrics.options.js';
import { SELF_DESCRIPTORS } from '../../src/collector/self.descriptors.js';
import {
  FORMER_GEN_AI_METRICS,
  GEN_AI_METRICS,
} from '../../src/core/gen-ai-conventions.js';
import { EXPORTER_DESCRIPTORS } from '../../src/exporters/pipeline/exporter.descriptors.js';
import { AGENT_DESCRIPTORS } from '../../src/instrumentation/calls/agent.descriptors.js';
import {
  GEN_AI_LABELS,
  withLabels,
} from '../../src/instrumentation/gen-ai/gen-ai-labels.js';
import {
  FORMER_OWN_METRICS,
  OWN_METRICS,
  RUNNING_METRICS,
} from '../../src/instrumentation/gen-ai/own-metrics.js';
import { HANDLER_DESCRIPTORS } from '../../src/instrumentation/handlers/handler.descriptors.js';
import { HTTP_CLIENT_DESCRIPTORS } from '../../src/instrumentation/http-client/http-client.descriptors.js';
import { HTTP_SERVER_DESCRIPTORS } from '../../src/instrumentation/http-server/http-server.descriptors.js';
import type {
  MetricDescriptor,
  MetricDescriptors,
} from '../../src/model/metric-descriptor.js';

/** A metric, and what has to be used or switched on for it, as Markdown. */
interface Entry {
  readonly metric: MetricDescriptor;
  readonly recordedBy: string;
}

const COUNTED = '[`@Counted()`](decorators.md)';
const TIMED = '[`@Timed()`](decorators.md)';
const IN_FLIGHT = '[`@InFlight()`](streams.md)';
const STREAMED = '[`@Streamed()`](streams.md)';
const RUN = '[`@AgentRun()`](agents.md), an integration';
const TOOL = '[`@Tool()`](agents.md), an integration';
const INFERENCE = 'inferences';
const STREAM = 'inferences that stream';
const EMBEDDING = 'requests for embeddings';
const FORMER = "`agents.conventions: 'v1.41'`";
const EVALUATION = '[`recordEvaluation()`](agents.md#recording)';
const HANDLERS = '`interceptor: true`, `MetricsInterceptor`';
const CHECKS = 'each [health check](health.md#checks)';
const ALWAYS = 'always';
const PROCESSES = '[`processes`](processes.md)';
const EXPORTERS = 'each [exporter](exporters.md)';

const { request, endedRequest, tokensUsed, agentCalls } = GEN_AI_LABELS;
const sizes = [...request, 'source'];

/** The labels of the metrics of the conventions. */
const LABELS: Readonly<Record<keyof typeof GEN_AI_METRICS, readonly string[]>> =
  {
    inferenceDuration: endedRequest,
    timeToFirstChunk: request,
    timePerOutputChunk: request,
    inputTokens: sizes,
    outputTokens: sizes,
    inputTokensUsed: tokensUsed,
    outputTokensUsed: tokensUsed,
    cacheReadTokensUsed: tokensUsed,
    cacheWriteTokensUsed: tokensUsed,
    reasoningTokensUsed: tokensUsed,
    embeddingsDuration: endedRequest,
    embeddingsInputTokens: sizes,
    operationDuration: endedRequest,
    agentDuration: GEN_AI_LABELS.agentDuration,
    agentInferenceCalls: agentCalls,
    agentToolCalls: agentCalls,
    toolDuration: GEN_AI_LABELS.toolDuration,
    workflowDuration: [
      'gen_ai_operation_name',
      'gen_ai_workflow_name',
      'error_type',
    ],
  };

const FORMER_LABELS = {
  operationDuration: endedRequest,
  timeToFirstChunk: request,
  timePerOutputChunk: request,
  tokenUsage: [...sizes, 'gen_ai_token_type'],
};

/** By the name that the page gives in `<!-- metrics: name -->`. */
export const GROUPS: Readonly<Record<string, readonly Entry[]>> = {
  agent: group(AGENT_DESCRIPTORS, {
    executions: COUNTED,
    duration: TIMED,
    inFlight: IN_FLIGHT,
    inFlightOldest: IN_FLIGHT,
    firstItem: STREAMED,
    items: STREAMED,
  }),
  genAi: group(labelled(GEN_AI_METRICS, LABELS), {
    inferenceDuration: INFERENCE,
    timeToFirstChunk: STREAM,
    timePerOutputChunk: STREAM,
    inputTokens: INFERENCE,
    outputTokens: INFERENCE,
    inputTokensUsed: INFERENCE,
    outputTokensUsed: INFERENCE,
    cacheReadTokensUsed: INFERENCE,
    cacheWriteTokensUsed: INFERENCE,
    reasoningTokensUsed: INFERENCE,
    embeddingsDuration: EMBEDDING,
    embeddingsInputTokens: EMBEDDING,
    operationDuration: 'other requests, such as `retrieval`',
    agentDuration: RUN,
    agentInferenceCalls: RUN,
    agentToolCalls: RUN,
    toolDuration: TOOL,
    workflowDuration: '[`recordWorkflow()`](agents.md#recording)',
  }),
  own: [
    ...group(OWN_METRICS, {
      cost: 'inferences, with [`agents.prices`](agents.md#what-it-costs) or a cost that the provider reports',
      withoutUsage: 'inferences, with `agents.prices`',
      partialUsage: 'inferences, with `agents.prices`',
      estimatedUsage:
        'inferences, with [`agents.tokenizer`](agents.md#what-if-the-provider-reports-no-usage)',
      finishes: INFERENCE,
      retries: 'integrations, [`recordRetry()`](agents.md#recording)',
      runCost: 'agent runs with inferences that have a cost',
      runTokens: 'agent runs with inferences',
      evaluations: EVALUATION,
      evaluationScore: `${EVALUATION} with a score`,
    }),
    ...group(RUNNING_METRICS, { running: INFERENCE, oldest: INFERENCE }),
  ],
  former: [
    ...group(labelled(FORMER_GEN_AI_METRICS, FORMER_LABELS), {
      operationDuration: FORMER,
      timeToFirstChunk: FORMER,
      timePerOutputChunk: FORMER,
      tokenUsage: FORMER,
    }),
    ...group(FORMER_OWN_METRICS, {
      inputTokens: FORMER,
      cachedInputTokens: FORMER,
      outputTokens: FORMER,
      reasoningTokens: FORMER,
    }),
  ],
  handler: group(HANDLER_DESCRIPTORS, {
    duration: HANDLERS,
    executions: HANDLERS,
    connections: '`interceptor: true`',
  }),
  http: [
    ...group(HTTP_SERVER_DESCRIPTORS, {
      duration: '`http`',
      active: '`http`',
      requestSize: '`http.requestSize`',
      responseSize: '`http.responseSize`',
    }),
    ...group(HTTP_CLIENT_DESCRIPTORS, { duration: '`httpClient`' }),
  ],
  health: group(HEALTH_CHECK_DESCRIPTORS, { status: CHECKS, duration: CHECKS }),
  self: group(SELF_DESCRIPTORS, {
    errors: ALWAYS,
    refusals: ALWAYS,
    overflows: 'metrics beyond `maxSeriesPerMetric`',
    dropped: 'metrics beyond `maxMetrics`',
    members: PROCESSES,
    lateMembers: PROCESSES,
  }),
  exporter: group(EXPORTER_DESCRIPTORS, {
    exports: EXPORTERS,
    retries: EXPORTERS,
    dropped: EXPORTERS,
    queueLength: EXPORTERS,
    lastSuccess: EXPORTERS,
  }),
  process: processMetrics(),
};

/** The metrics of descriptors; the compiler finds those without an origin. */
function group<const D extends MetricDescriptors>(
  descriptors: D,
  origins: { readonly [K in keyof D]: string },
): Entry[] {
  return Object.entries(descriptors).map(([key, metric]) => ({
    metric,
    recordedBy: origins[key]!,
  }));
}

/** Metrics of the conventions with the labels that they have here. */
function labelled<K extends string>(
  metrics: Readonly<Record<K, Parameters<typeof withLabels>[0]>>,
  labels: Readonly<Record<K, readonly string[]>>,
): Readonly<Record<K, MetricDescriptor>> {
  const keys = Object.keys(metrics) as K[];
  const entries = keys.map((key) => [
    key,
    withLabels(metrics[key], labels[key]),
  ]);
  return Object.fromEntries(entries);
}

/** What prom-client puts in a registry. */
interface PromClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labelNames: readonly string[];
}

/** prom-client's metrics of the process, as a collector registers them. */
function processMetrics(): Entry[] {
  const registry = new Registry();
  const config = resolveProcessMetrics(true)!;
  const dispose = collectProcessMetrics(registry, {}, config);
  const metrics =
    registry.getMetricsAsArray() as unknown as readonly PromClientMetric[];
  const entries = metrics.map(({ name, help, type, labelNames }) => ({
    metric: { name, type, description: help, labels: labelNames },
    recordedBy: '`prometheus.defaultMetrics`',
  }));
  dispose();
  return entries;
}

import { HEALTH_CHECK_DESCRIPTORS } from '../../collector/health-check.descriptors.js';
import { SELF_DESCRIPTORS } from '../../collector/self.descriptors.js';
import {
  FORMER_GEN_AI_METRICS,
  GEN_AI_METRICS,
  type GenAiMetric,
} from '../../core/gen-ai-conventions.js';
import { EXPORTER_DESCRIPTORS } from '../../exporters/pipeline/exporter.descriptors.js';
import { AGENT_DESCRIPTORS } from '../../instrumentation/calls/agent.descriptors.js';
import type { Conventions } from '../../instrumentation/gen-ai/agents.options.js';
import {
  GEN_AI_LABELS,
  withLabels,
} from '../../instrumentation/gen-ai/gen-ai-labels.js';
import {
  FORMER_OWN_METRICS,
  OWN_METRICS,
  RUNNING_METRICS,
} from '../../instrumentation/gen-ai/own-metrics.js';
import { HANDLER_DESCRIPTORS } from '../../instrumentation/handlers/handler.descriptors.js';
import { HTTP_CLIENT_DESCRIPTORS } from '../../instrumentation/http-client/http-client.descriptors.js';
import { HTTP_SERVER_DESCRIPTORS } from '../../instrumentation/http-server/http-server.descriptors.js';
import type {
  MetricDescriptor,
  MetricDescriptors,
} from '../../model/metric-descriptor.js';
import type { Names } from './names.js';
import {
  PROCESS_DESCRIPTORS,
  PROMETHEUS_DESCRIPTORS,
} from './prometheus.descriptors.js';
import { type Histograms, Metric } from './promql.js';
import type { Thresholds } from './thresholds.js';

/** The metrics of a group of descriptors. */
type MetricsOf<D extends MetricDescriptors> = {
  readonly [K in keyof D]: Metric<D[K]['labels'][number]>;
};

/** What dashboards and rules are made for. */
export interface Subject {
  readonly names: Names;
  readonly conventions: Conventions;
  readonly histograms: Histograms;
  readonly thresholds: Thresholds;
}

/** All metrics of an app by the names that they have there. */
export type Metrics = ReturnType<typeof metricsOf>;

/** The metrics that the descriptors of the package define, for an app. */
export function metricsOf({
  names,
  conventions,
  histograms,
}: Omit<Subject, 'thresholds'>) {
  const group =
    (nameOf: (name: string) => string) =>
    <const D extends MetricDescriptors>(descriptors: D): MetricsOf<D> =>
      mapped(
        descriptors,
        (one) => new Metric(nameOf(one.name), one, histograms),
      );
  const app = group((name) => names.ofApp(name));
  const self = group((name) => names.ofSelf(name));
  const unprefixed = group((name) => name);
  return {
    agent: app(AGENT_DESCRIPTORS),
    own: app(OWN_METRICS),
    running: app(RUNNING_METRICS),
    handler: app(HANDLER_DESCRIPTORS),
    httpServer: app(HTTP_SERVER_DESCRIPTORS),
    httpClient: app(HTTP_CLIENT_DESCRIPTORS),
    health: app(HEALTH_CHECK_DESCRIPTORS),
    self: self(SELF_DESCRIPTORS),
    exporter: self(EXPORTER_DESCRIPTORS),
    run: unprefixed(RUN_DESCRIPTORS),
    model: unprefixed(modelDescriptors(conventions)),
    tokens: (conventions === 'v1.41'
      ? app(FORMER_TOKENS)
      : unprefixed(TOKENS)) as MetricsOf<TokenDescriptors>,
    process: unprefixed(PROCESS_DESCRIPTORS),
    prometheus: unprefixed(PROMETHEUS_DESCRIPTORS),
  };
}

/** The metrics that tell that a job uses the package. */
export function witnessesOf(metrics: Metrics): readonly Metric<string>[] {
  const { agent, run, model, handler, httpServer } = metrics;
  return [
    agent.executions,
    agent.duration,
    run.duration,
    model.duration,
    handler.executions,
    httpServer.duration,
  ];
}

/** Agent runs and tools, which both versions of the conventions have. */
const RUN_DESCRIPTORS = {
  duration: withLabels(
    GEN_AI_METRICS.agentDuration,
    GEN_AI_LABELS.agentDuration,
  ),
  inferences: withLabels(
    GEN_AI_METRICS.agentInferenceCalls,
    GEN_AI_LABELS.agentCalls,
  ),
  toolCalls: withLabels(
    GEN_AI_METRICS.agentToolCalls,
    GEN_AI_LABELS.agentCalls,
  ),
  tool: withLabels(GEN_AI_METRICS.toolDuration, GEN_AI_LABELS.toolDuration),
};

/** Inferences and their times. The current names come first where an app records both. */
function modelDescriptors(conventions: Conventions) {
  const isFormer = conventions === 'v1.41';
  const metrics = isFormer ? FORMER_GEN_AI_METRICS : GEN_AI_METRICS;
  const duration = isFormer
    ? FORMER_GEN_AI_METRICS.operationDuration
    : GEN_AI_METRICS.inferenceDuration;
  const { request, endedRequest } = GEN_AI_LABELS;
  return {
    duration: withLabels(duration, endedRequest),
    firstChunk: withLabels(metrics.timeToFirstChunk, request),
    chunk: withLabels(metrics.timePerOutputChunk, request),
  };
}

/** The label with the model of a token counter. */
export type ModelLabel = 'gen_ai_request_model' | 'model';

const TOKENS = {
  input: tokens(GEN_AI_METRICS.inputTokensUsed),
  cached: tokens(GEN_AI_METRICS.cacheReadTokensUsed),
  output: tokens(GEN_AI_METRICS.outputTokensUsed),
  reasoning: tokens(GEN_AI_METRICS.reasoningTokensUsed),
} as const;

const FORMER_TOKENS = {
  input: FORMER_OWN_METRICS.inputTokens,
  cached: FORMER_OWN_METRICS.cachedInputTokens,
  output: FORMER_OWN_METRICS.outputTokens,
  reasoning: FORMER_OWN_METRICS.reasoningTokens,
} as const;

/** The counters of tokens in either version of the conventions. */
type TokenDescriptors = Readonly<
  Record<keyof typeof TOKENS, MetricDescriptor<'agent' | ModelLabel>>
>;

function tokens(metric: GenAiMetric) {
  return withLabels(metric, GEN_AI_LABELS.tokensUsed);
}

/** The label that has the model in the counters of tokens. */
export function modelLabelOf({ conventions }: Subject): ModelLabel {
  return conventions === 'v1.41' ? 'model' : 'gen_ai_request_model';
}

function mapped<D extends MetricDescriptors>(
  descriptors: D,
  metric: (descriptor: MetricDescriptor) => Metric<string>,
): MetricsOf<D> {
  const entries = Object.entries(descriptors).map(
    ([key, descriptor]) => [key, metric(descriptor)] as const,
  );
  return Object.fromEntries(entries) as MetricsOf<D>;
}

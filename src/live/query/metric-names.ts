import { SELF_DESCRIPTORS } from '../../collector/self.descriptors.js';
import {
  FORMER_GEN_AI_METRICS,
  GEN_AI_METRICS,
} from '../../core/gen-ai-conventions.js';
import { EXPORTER_DESCRIPTORS } from '../../exporters/pipeline/exporter.descriptors.js';

/** Metrics that the page shows in views of their own, by the names that they are exposed under. */
export interface MetricNames {
  readonly executions: string;
  readonly duration: string;
  readonly firstItem: string;
  readonly inFlight: string;
  readonly inFlightOldest: string;
  readonly running: string;
  readonly runningOldest: string;
  readonly cost: string;
  readonly finishes: string;
  readonly runs: string;
  readonly inferenceCalls: string;
  readonly toolCalls: string;
  readonly tools: string;
  /** By version of the conventions, the current one first. */
  readonly inferences: readonly (readonly string[])[];
  readonly firstChunk: readonly (readonly string[])[];
  readonly perChunk: readonly (readonly string[])[];
  readonly tokens: Readonly<Record<TokenKind, readonly (readonly string[])[]>>;
  readonly httpRequests: string;
  readonly httpActive: string;
  readonly handlerCalls: string;
  readonly handlerDuration: string;
  readonly webSockets: string;
  readonly outgoing: string;
  readonly exports: string;
  readonly exportRetries: string;
  readonly exportDropped: string;
  readonly overflows: string;
  /** The counters that tell what went wrong in the module itself. */
  readonly own: readonly string[];
}

export type TokenKind =
  'input' | 'cachedInput' | 'cacheWrite' | 'output' | 'reasoning';

/** Gives the exposed name of a metric. */
type Exposed = (name: string, prefixed?: boolean) => string;

/** @param selfName gives the exposed name of a metric about the metrics. */
export function metricNames(
  exposed: Exposed,
  selfName: (name: string) => string,
): MetricNames {
  const genAi = ({ name }: { readonly name: string }) => exposed(name, false);
  const both = (current: string, former: string) => [[current], [former]];
  return {
    ...agentNames(exposed),
    runs: genAi(GEN_AI_METRICS.agentDuration),
    inferenceCalls: genAi(GEN_AI_METRICS.agentInferenceCalls),
    toolCalls: genAi(GEN_AI_METRICS.agentToolCalls),
    tools: genAi(GEN_AI_METRICS.toolDuration),
    inferences: [
      [
        genAi(GEN_AI_METRICS.inferenceDuration),
        genAi(GEN_AI_METRICS.embeddingsDuration),
      ],
      [genAi(FORMER_GEN_AI_METRICS.operationDuration)],
    ],
    firstChunk: both(
      genAi(GEN_AI_METRICS.timeToFirstChunk),
      genAi(FORMER_GEN_AI_METRICS.timeToFirstChunk),
    ),
    perChunk: both(
      genAi(GEN_AI_METRICS.timePerOutputChunk),
      genAi(FORMER_GEN_AI_METRICS.timePerOutputChunk),
    ),
    tokens: tokenNames(exposed, genAi),
    ...trafficNames(exposed),
    ...selfNames(selfName),
  };
}

function agentNames(exposed: Exposed) {
  return {
    executions: exposed('agent_executions_total'),
    duration: exposed('agent_duration_seconds'),
    firstItem: exposed('agent_time_to_first_item_seconds'),
    inFlight: exposed('agent_in_flight'),
    inFlightOldest: exposed('agent_in_flight_oldest_seconds'),
    running: exposed('agent_inferences_running'),
    runningOldest: exposed('agent_inferences_running_oldest_seconds'),
    cost: exposed('agent_cost_total'),
    finishes: exposed('agent_inference_finishes_total'),
  };
}

function tokenNames(
  exposed: Exposed,
  genAi: (metric: { readonly name: string }) => string,
): MetricNames['tokens'] {
  return {
    input: [
      [genAi(GEN_AI_METRICS.inputTokensUsed)],
      [exposed('agent_input_tokens_total')],
    ],
    cachedInput: [
      [genAi(GEN_AI_METRICS.cacheReadTokensUsed)],
      [exposed('agent_cached_input_tokens_total')],
    ],
    cacheWrite: [[genAi(GEN_AI_METRICS.cacheWriteTokensUsed)]],
    output: [
      [genAi(GEN_AI_METRICS.outputTokensUsed)],
      [exposed('agent_output_tokens_total')],
    ],
    reasoning: [
      [genAi(GEN_AI_METRICS.reasoningTokensUsed)],
      [exposed('agent_reasoning_tokens_total')],
    ],
  };
}

function trafficNames(exposed: Exposed) {
  return {
    httpRequests: exposed('http_server_request_duration_seconds'),
    httpActive: exposed('http_server_active_requests'),
    handlerCalls: exposed('handler_executions_total'),
    handlerDuration: exposed('handler_duration_seconds'),
    webSockets: exposed('websocket_connections'),
    outgoing: exposed('http_client_request_duration_seconds'),
  };
}

function selfNames(selfName: (name: string) => string) {
  const { exports, retries, dropped } = EXPORTER_DESCRIPTORS;
  const counters = Object.values(SELF_DESCRIPTORS).filter(
    ({ type }) => type === 'counter',
  );
  return {
    exports: selfName(exports.name),
    exportRetries: selfName(retries.name),
    exportDropped: selfName(dropped.name),
    overflows: selfName(SELF_DESCRIPTORS.overflows.name),
    own: counters.map(({ name }) => selfName(name)),
  };
}

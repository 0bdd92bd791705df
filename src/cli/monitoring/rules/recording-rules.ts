import type { Metrics, ModelLabel } from '../metrics.js';
import { failureRules } from './failure-rules.js';
import { type RecordingRule, record, type RuleGroup } from './rule.js';
import {
  base,
  durationQuantile,
  errorRatio,
  modelBuckets,
  tokenRate,
  toolRate,
} from './rule-names.js';

type Group = RuleGroup<RecordingRule>;

/** Windows of the error ratios that the alerts on the error budget compare. */
export const BUDGET_WINDOWS = ['30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** The recording rules for an app: sums over the instances of a job. */
export function recordingRules(
  metrics: Metrics,
  modelLabel: ModelLabel,
): readonly Group[] {
  return [
    agentGroup(metrics),
    budgetGroup(metrics),
    tokenGroup(metrics, modelLabel),
    modelGroup(metrics),
    requestGroup(metrics),
    failureRules(metrics),
  ];
}

function agentGroup(metrics: Metrics): Group {
  const calls = metrics.agent.executions.name;
  const rate = base(calls);
  const seconds = metrics.agent.duration.name;
  return {
    name: 'agents',
    rules: [
      record(
        `job_agent_status:${calls}:sum`,
        `sum by (job, agent, status) (${calls})`,
        'What the running instances have counted since each of them started. To look at, and not for rate().',
      ),
      record(
        `job_agent_status:${rate}:rate5m`,
        `sum by (job, agent, status) (rate(${calls}[5m]))`,
      ),
      record(
        `job_agent:${rate}:rate5m`,
        `sum by (job, agent) (rate(${calls}[5m]))`,
      ),
      record(
        errorRatio(metrics, '5m'),
        failedCalls(calls, '5m'),
        'Zero for agents without errors, nothing for those without calls.',
      ),
      record(
        `job_agent_error_type:${rate}:rate5m`,
        `sum by (job, agent, error_type) (rate(${calls}{status="error"}[5m]))`,
      ),
      record(
        `job_agent_le:${seconds}_bucket:rate5m`,
        `sum by (job, agent, le) (rate(${seconds}_bucket[5m]))`,
      ),
      record(
        `job_agent:${seconds}:mean5m`,
        `
          sum by (job, agent) (rate(${seconds}_sum[5m]))
            /
          (sum by (job, agent) (rate(${seconds}_count[5m])) > 0)
        `,
      ),
      ...[0.5, 0.95].map((q) =>
        record(
          durationQuantile(metrics, q * 100),
          `histogram_quantile(${q}, sum by (job, agent, le) (rate(${seconds}_bucket[5m])))`,
        ),
      ),
    ],
  };
}

function budgetGroup(metrics: Metrics): Group {
  const calls = metrics.agent.executions.name;
  return {
    name: 'error budget',
    comment:
      'The share of failed calls over longer windows: alerts compare a long one with a short one.',
    rules: BUDGET_WINDOWS.map((window) =>
      record(errorRatio(metrics, window), failedCalls(calls, window)),
    ),
  };
}

interface Ratio {
  readonly by: string;
  /** The counter of failures, and the one of all. */
  readonly failed: string;
  readonly all: string;
  readonly window: string;
}

/** A share of failures: zero without one, nothing where nothing was counted. */
function ratioOf({ by, failed, all, window }: Ratio): string {
  const rate = (counter: string) =>
    `sum by (${by}) (rate(${counter}[${window}]))`;
  return `
    (
      ${rate(failed)}
        or
      0 * ${rate(all)}
    )
      /
    (${rate(all)} > 0)
  `;
}

/** The share of failed calls of an agent. */
function failedCalls(calls: string, window: string): string {
  const failed = `${calls}{status="error"}`;
  return ratioOf({ by: 'job, agent', failed, all: calls, window });
}

function tokenGroup(metrics: Metrics, label: ModelLabel): Group {
  const { tokens, own } = metrics;
  const { input, cached, output, reasoning } = tokens;
  const cost = own.cost.name;
  return {
    name: 'tokens',
    rules: [
      ...[input, cached, output, reasoning].map(({ name }) =>
        record(
          `job_agent_${label}:${base(name)}:rate5m`,
          `sum by (job, agent, ${label}) (rate(${name}[5m]))`,
        ),
      ),
      record(
        tokenRate(metrics),
        `
          sum by (job, agent) (rate(${input.name}[5m]))
            +
          (
            sum by (job, agent) (rate(${output.name}[5m]))
              or
            0 * sum by (job, agent) (rate(${input.name}[5m]))
          )
        `,
        'Input and output together.',
      ),
      record(
        `job_agent_model_currency:${base(cost)}:rate5m`,
        `sum by (job, agent, model, currency) (rate(${cost}[5m]))`,
        "Per second, in the currency of the prices; times 86400 it is a day's.",
      ),
    ],
  };
}

function modelGroup(metrics: Metrics): Group {
  const { duration, firstChunk } = metrics.model;
  const seconds = duration.name;
  const tool = metrics.run.tool.name;
  return {
    name: 'models',
    rules: [
      record(
        `job_gen_ai_request_model:${seconds}_count:rate5m`,
        `sum by (job, gen_ai_request_model) (rate(${seconds}_count[5m]))`,
      ),
      ...[duration, firstChunk].map((metric) =>
        record(
          modelBuckets(metric),
          `sum by (job, gen_ai_request_model, le) (rate(${metric.name}_bucket[5m]))`,
        ),
      ),
      record(
        toolRate(metrics),
        `sum by (job, gen_ai_tool_name, error_type) (rate(${tool}_count[5m]))`,
      ),
    ],
  };
}

function requestGroup({ httpServer, httpClient, handler }: Metrics): Group {
  const server = httpServer.duration.name;
  const client = httpClient.duration.name;
  const calls = handler.executions.name;
  const seconds = handler.duration.name;
  return {
    name: 'requests',
    rules: [
      record(
        `job_method_route_status_code:${server}_count:rate5m`,
        `sum by (job, method, route, status_code) (rate(${server}_count[5m]))`,
      ),
      record(
        `job_route_le:${server}_bucket:rate5m`,
        `sum by (job, route, le) (rate(${server}_bucket{status_code!="499"}[5m]))`,
        'Without requests that their clients gave up.',
      ),
      record(
        `job:${server}_count_errors:ratio_rate5m`,
        ratioOf({
          by: 'job',
          failed: `${server}_count{status_code=~"5.."}`,
          all: `${server}_count`,
          window: '5m',
        }),
      ),
      record(
        `job_host_status_code:${client}_count:rate5m`,
        `sum by (job, host, status_code) (rate(${client}_count[5m]))`,
      ),
      record(
        `job_transport_handler_status:${base(calls)}:rate5m`,
        `sum by (job, transport, handler, status) (rate(${calls}[5m]))`,
      ),
      record(
        `job_transport_handler_le:${seconds}_bucket:rate5m`,
        `sum by (job, transport, handler, le) (rate(${seconds}_bucket[5m]))`,
      ),
    ],
  };
}

import type { Metrics, ModelLabel } from '../metrics.js';
import { failureRules } from './failure-rules.js';
import { type RecordingRule, record, type RuleGroup } from './rule.js';

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

/** The name of a metric in the names of its rates. */
export function base(name: string): string {
  return name.replace(/_total$/, '');
}

/** The name of the recorded share of failed calls in a window. */
export function errorRatio({ agent }: Metrics, window: string): string {
  return `job_agent:${base(agent.executions.name)}_errors:ratio_rate${window}`;
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
        ratioOf(calls, '5m'),
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
          `job_agent:${seconds}:p${q * 100}_5m`,
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
      record(errorRatio(metrics, window), ratioOf(calls, window)),
    ),
  };
}

/** The share of failed calls: zero without errors, nothing without calls. */
function ratioOf(calls: string, window: string): string {
  return `
    (
      sum by (job, agent) (rate(${calls}{status="error"}[${window}]))
        or
      0 * sum by (job, agent) (rate(${calls}[${window}]))
    )
      /
    (sum by (job, agent) (rate(${calls}[${window}])) > 0)
  `;
}

/** The name of the recorded rate of all tokens of an agent. */
export function tokenRate({ tokens }: Metrics): string {
  return `job_agent:${base(tokens.input.name).replace('_input', '')}:rate5m`;
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

function modelGroup({ model, run }: Metrics): Group {
  const seconds = model.duration.name;
  const first = model.firstChunk.name;
  const tool = run.tool.name;
  return {
    name: 'models',
    rules: [
      record(
        `job_gen_ai_request_model:${seconds}_count:rate5m`,
        `sum by (job, gen_ai_request_model) (rate(${seconds}_count[5m]))`,
      ),
      ...[seconds, first].map((name) =>
        record(
          `job_gen_ai_request_model_le:${name}_bucket:rate5m`,
          `sum by (job, gen_ai_request_model, le) (rate(${name}_bucket[5m]))`,
        ),
      ),
      record(
        `job_gen_ai_tool_name_error_type:${tool}_count:rate5m`,
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
        `
          (
            sum by (job) (rate(${server}_count{status_code=~"5.."}[5m]))
              or
            0 * sum by (job) (rate(${server}_count[5m]))
          )
            /
          (sum by (job) (rate(${server}_count[5m])) > 0)
        `,
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

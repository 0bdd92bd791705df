import { type Metrics, witnessesOf } from '../metrics.js';
import type { Thresholds } from '../thresholds.js';
import { metricsAlerts } from './metrics-alerts.js';
import { type AlertRule, type RuleGroup, withoutMargin } from './rule.js';
import {
  durationQuantile,
  errorRatio,
  failureNames,
  modelBuckets,
  tokenRate,
  toolRate,
} from './rule-names.js';

type Alerts = readonly AlertRule[];

/** The alerts for an app. They read the recording rules. */
export function alertRules(
  metrics: Metrics,
  thresholds: Thresholds,
): readonly RuleGroup<AlertRule>[] {
  const groups: readonly [name: string, alerts: Alerts][] = [
    ['first failures', firstFailures(metrics)],
    ['agents', agentAlerts(metrics, thresholds)],
    ['models', modelAlerts(metrics, thresholds)],
    ['targets', targetAlerts(metrics)],
    ['metrics', metricsAlerts(metrics)],
  ];
  return groups.map(([name, alerts]) => ({
    name: `alerts: ${name}`,
    rules: alerts.map((alert) => ({
      ...alert,
      expr: withoutMargin(alert.expr),
    })),
  }));
}

function firstFailures(metrics: Metrics): Alerts {
  const { calls, timed, tools } = failureNames(metrics);
  return [
    {
      alert: 'AgentCallFailed',
      expr: `
        ${calls} > 0
          or
        ${timed} > 0
      `,
      severity: 'info',
      summary:
        '{{ $labels.agent }}.{{ $labels.method }}() of {{ $labels.job }} has failed',
      description:
        '{{ $value | humanize }} calls have failed in the last five minutes. Each failure counts, the first one too.',
    },
    {
      alert: 'ToolCallFailed',
      expr: `${tools} > 0`,
      severity: 'info',
      summary:
        'The tool {{ $labels.gen_ai_tool_name }} of {{ $labels.job }} has failed',
      description:
        '{{ $value | humanize }} calls of the tool have failed in the last five minutes. Each failure counts, the first one too.',
    },
  ];
}

/** How many times faster than allowed errors use up the budget, and the windows that show it. */
// Why: docs/decisions/package.md, "Alerts on errors compare a long window with a short one".
const BURNS = {
  critical: [
    { factor: 14.4, long: '1h', short: '5m' },
    { factor: 6, long: '6h', short: '30m' },
  ],
  warning: [
    { factor: 3, long: '1d', short: '2h' },
    { factor: 1, long: '3d', short: '6h' },
  ],
} as const;

function agentAlerts(metrics: Metrics, thresholds: Thresholds): Alerts {
  const { agent } = metrics;
  const { latency, hanging } = thresholds;
  const tool = toolRate(metrics);
  return [
    burn(metrics, thresholds, 'critical', '2m'),
    burn(metrics, thresholds, 'warning', '15m'),
    {
      alert: 'AgentFails',
      expr: `${errorRatio(metrics, '5m')} > 0.1`,
      for: '10m',
      severity: 'warning',
      summary:
        '{{ $value | humanizePercentage }} of the calls of {{ $labels.agent }} ({{ $labels.job }}) fail',
      description:
        'More than 10 % of the calls of the agent have failed for ten minutes.',
    },
    {
      alert: 'AgentSlow',
      expr: `${durationQuantile(metrics, 95)} > ${latency}`,
      for: '10m',
      severity: 'warning',
      summary:
        'Calls of {{ $labels.agent }} ({{ $labels.job }}) take up to {{ $value | humanizeDuration }}',
      description: `95 % of the calls end within {{ $value | humanizeDuration }}; the limit is ${latency} s.`,
    },
    {
      alert: 'AgentHangs',
      expr: `max by (job, instance, agent, method) (${agent.inFlightOldest.name}) > ${hanging}`,
      severity: 'warning',
      summary:
        '{{ $labels.agent }}.{{ $labels.method }}() of {{ $labels.job }} hangs',
      description: `A call on {{ $labels.instance }} has been running for {{ $value | humanizeDuration }}; the limit is ${hanging} s.`,
    },
    {
      alert: 'ToolFails',
      expr: `
        sum by (job, gen_ai_tool_name) (${tool}{error_type!=""})
          /
        (sum by (job, gen_ai_tool_name) (${tool}) > 0)
          > 0.1
      `,
      for: '10m',
      severity: 'warning',
      summary:
        '{{ $value | humanizePercentage }} of the calls of the tool {{ $labels.gen_ai_tool_name }} ({{ $labels.job }}) fail',
      description:
        'More than 10 % of the calls of the tool have failed for ten minutes.',
    },
  ];
}

function burn(
  metrics: Metrics,
  { objective }: Thresholds,
  severity: 'critical' | 'warning',
  wait: string,
): AlertRule {
  const conditions = BURNS[severity].map(({ factor, long, short }) => {
    const limit = rounded(factor * (1 - objective));
    return `(${errorRatio(metrics, long)} > ${limit} and ${errorRatio(metrics, short)} > ${limit})`;
  });
  return {
    alert: 'AgentErrorBudgetBurn',
    expr: conditions.join('\n  or\n'),
    for: wait,
    severity,
    summary:
      '{{ $labels.agent }} ({{ $labels.job }}) uses up its error budget too fast',
    description: `{{ $value | humanizePercentage }} of the calls fail; the objective of ${rounded(objective * 100)} % allows ${rounded((1 - objective) * 100)} % over 30 days.`,
  };
}

function modelAlerts(
  metrics: Metrics,
  { firstToken, dailyCost, hanging }: Thresholds,
): Alerts {
  const { model, own, running } = metrics;
  const first = modelBuckets(model.firstChunk);
  const tokens = tokenRate(metrics);
  return [
    {
      alert: 'FirstTokenSlow',
      expr: `histogram_quantile(0.95, ${first}) > ${firstToken}`,
      for: '10m',
      severity: 'warning',
      summary:
        'Streams of {{ $labels.gen_ai_request_model }} ({{ $labels.job }}) begin after {{ $value | humanizeDuration }}',
      description: `95 % of the streams have their first token within {{ $value | humanizeDuration }}; the limit is ${firstToken} s.`,
    },
    {
      alert: 'InferenceHangs',
      expr: `max by (job, instance, agent, model) (${running.oldest.name}) > ${hanging}`,
      severity: 'warning',
      summary:
        'An inference of {{ $labels.model }} for {{ $labels.agent }} ({{ $labels.job }}) hangs',
      description: `An inference on {{ $labels.instance }} has been running for {{ $value | humanizeDuration }}; the limit is ${hanging} s.`,
    },
    {
      alert: 'CostBudgetExceeded',
      expr: `sum by (job, currency) (increase(${own.cost.name}[1d])) > ${dailyCost}`,
      severity: 'warning',
      summary:
        '{{ $labels.job }} has cost {{ $value | humanize }} {{ $labels.currency }} in a day',
      description: `The inferences of the last 24 hours have cost {{ $value | humanize }} {{ $labels.currency }}; the budget of a day is ${dailyCost}.`,
    },
    {
      alert: 'TokenSpike',
      expr: `
        avg_over_time(${tokens}[15m])
          > 3 * avg_over_time(${tokens}[1d] offset 15m)
          and
        avg_over_time(${tokens}[15m]) > 10
      `,
      for: '5m',
      severity: 'warning',
      summary:
        '{{ $labels.agent }} ({{ $labels.job }}) uses {{ $value | humanize }} tokens per second',
      description:
        'That is more than three times the average of the day before.',
    },
  ];
}

function targetAlerts(metrics: Metrics): Alerts {
  const { prometheus, health } = metrics;
  const present = witnessesOf(metrics).map(
    ({ seriesNames }) => `present_over_time(${seriesNames}[1d])`,
  );
  return [
    {
      alert: 'TargetDown',
      expr: `
        ${prometheus.up.name} == 0
          and on (job)
        count by (job) (
          ${present.join('\n            or\n          ')}
        )
      `,
      for: '2m',
      severity: 'critical',
      summary: '{{ $labels.instance }} of {{ $labels.job }} cannot be scraped',
      description:
        'The scrapes have failed for two minutes. The metrics of the instance are missing in all sums.',
    },
    {
      alert: 'HealthCheckDown',
      // MetricsNotDelivered is about those of exporters, which are not critical.
      expr: `min by (job, instance, check) (${health.status.name}{check!~"exporter:.*"}) == 0`,
      for: '2m',
      severity: 'critical',
      summary:
        'The health check {{ $labels.check }} of {{ $labels.instance }} ({{ $labels.job }}) is down',
      description: 'The check has been down for two minutes.',
    },
  ];
}

/** Without the digits that binary fractions add. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

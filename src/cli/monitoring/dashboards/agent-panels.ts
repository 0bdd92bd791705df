import type { Metrics } from '../metrics.js';
import { FAILED_SHARE, type Thresholds } from '../thresholds.js';
import { callsStat, failedLines, failedStat } from './call-panels.js';
import { AGENT, ERROR, PRESENT } from './conditions.js';
import { heatMap, type Query, stat, timeSeries } from './panels.js';

/** Latency by Prometheus' own formula. */
const QUANTILES = [0.5, 0.95, 0.99] as const;

/** The first look: how much, how well, how fast, at what cost. */
export function overview(metrics: Metrics, thresholds: Thresholds) {
  const { agent, own, tokens, running } = metrics;
  const calls = agent.executions.where(AGENT);
  const failed = agent.executions.where({ ...AGENT, status: ERROR });
  const used = tokens.output.where(AGENT).rate([]);
  return [
    callsStat(calls.rate([])),
    failedStat(
      {
        title: 'Failed calls',
        description: 'The share of all calls that failed.',
        limits: { warning: 1 - thresholds.objective, critical: FAILED_SHARE },
      },
      failed.shareOf(calls, []),
    ),
    stat(
      {
        title: 'p95 of a call',
        description: '95 % of the calls end within this time.',
        unit: 's',
        limits: { critical: thresholds.latency },
      },
      [agent.duration.where(AGENT).quantile(0.95, []), ''],
    ),
    stat(
      {
        title: 'Oldest inference',
        description: 'How long the oldest running inference has been running.',
        unit: 's',
        limits: { critical: thresholds.hanging },
      },
      [running.oldest.where(AGENT).aggregated('max', []), ''],
    ),
    stat(
      {
        title: 'Generated tokens',
        description: 'Tokens that all models generate per second.',
        unit: 'suffix: /s',
      },
      [used, ''],
    ),
    stat(
      {
        title: 'Cost of the range',
        description:
          'What all inferences of the chosen range cost, by currency.',
        unit: 'short',
      },
      [
        own.cost.where(AGENT).increase(['currency'], '$__range'),
        '{{currency}}',
      ],
    ),
  ];
}

/** Decorated calls: `@Counted()`, `@Timed()`, `@InFlight()`. */
export function callPanels({ agent }: Metrics, thresholds: Thresholds) {
  const calls = agent.executions.where(AGENT);
  const failed = agent.executions.where({ ...AGENT, status: ERROR });
  const kinds = agent.executions.where({ ...AGENT, error_type: PRESENT });
  const duration = agent.duration.where(AGENT);
  return [
    timeSeries(
      {
        title: 'Calls by agent',
        description: 'Calls per second.',
        unit: 'ops',
      },
      [[calls.rate(['agent']), '{{agent}}']],
    ),
    failedLines(
      {
        title: 'Failed calls by agent',
        description: 'The share of the calls of an agent that failed.',
        limits: { warning: 1 - thresholds.objective, critical: FAILED_SHARE },
      },
      failed.shareOf(calls, ['agent']),
      '{{agent}}',
    ),
    heatMap(
      {
        title: 'Latency of calls',
        description: 'How many calls took how long: darker is more.',
        unit: 's',
      },
      duration.buckets(),
    ),
    timeSeries(
      {
        title: 'Quantiles of latency',
        description:
          '50, 95 and 99 % of the calls of all agents end within these times.',
        unit: 's',
        limits: { critical: thresholds.latency },
      },
      QUANTILES.map((q): Query => [duration.quantile(q, []), `p${q * 100}`]),
    ),
    timeSeries(
      {
        title: 'p95 by agent',
        description: '95 % of the calls of an agent end within this time.',
        unit: 's',
        limits: { critical: thresholds.latency },
      },
      [[duration.quantile(0.95, ['agent']), '{{agent}}']],
    ),
    timeSeries(
      {
        title: 'Errors by type',
        description: 'Failed calls per second, by the class of the error.',
        unit: 'ops',
      },
      [[kinds.rate(['agent', 'error_type']), '{{agent}} {{error_type}}']],
      { isStacked: true },
    ),
    ...inFlightPanels(agent, thresholds),
  ];
}

function inFlightPanels(agent: Metrics['agent'], { hanging }: Thresholds) {
  return [
    timeSeries(
      {
        title: 'Running calls',
        description:
          'Calls that have not ended, of methods with `@InFlight()`.',
        unit: 'short',
      },
      [[agent.inFlight.where(AGENT).aggregated('sum', ['agent']), '{{agent}}']],
    ),
    timeSeries(
      {
        title: 'Oldest running call',
        description: 'A line that rises without end is a call that hangs.',
        unit: 's',
        limits: { critical: hanging },
      },
      [
        [
          agent.inFlightOldest
            .where(AGENT)
            .aggregated('max', ['agent', 'method']),
          '{{agent}}.{{method}}()',
        ],
      ],
    ),
  ];
}

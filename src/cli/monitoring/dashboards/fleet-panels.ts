import type { Metrics } from '../metrics.js';
import { callsStat, failedLines, failedStat } from './call-panels.js';
import { BY_INSTANCE, ERROR, INSTANCE, JOB, TARGET } from './conditions.js';
import { stat, table, timeSeries } from './panels.js';

/** The first look at many instances. */
export function fleetOverview({ prometheus, agent, own }: Metrics) {
  const calls = agent.executions.where(TARGET);
  const failed = agent.executions.where({ ...TARGET, status: ERROR });
  return [
    stat(
      {
        title: 'Instances up',
        description: 'Targets whose last scrape succeeded.',
        unit: 'short',
      },
      [prometheus.up.where(TARGET).aggregated('sum', []), ''],
    ),
    stat(
      {
        title: 'Instances down',
        description: 'Targets whose last scrape failed.',
        unit: 'short',
        limits: { critical: 1 },
      },
      [
        prometheus.up
          .where(TARGET)
          .aggregated('count', [])
          .map(
            (all) => `${all} - sum (${prometheus.up.where(TARGET).selector()})`,
          ),
        '',
      ],
    ),
    callsStat(calls.rate([])),
    failedStat(
      {
        title: 'Failed calls',
        description: 'The share of all calls that failed.',
      },
      failed.shareOf(calls, []),
    ),
    stat(
      {
        title: 'Cost per day',
        description: 'What a day costs at the present rate, by currency.',
        unit: 'short',
      },
      [own.cost.where(TARGET).rate(['currency']).times(86_400), '{{currency}}'],
    ),
    stat(
      {
        title: 'Firing alerts',
        description: 'Alerts of the chosen jobs that fire.',
        unit: 'short',
        limits: { critical: 1 },
      },
      [
        prometheus.alerts
          .where({ ...JOB, alertstate: '="firing"' })
          .aggregated('count', []),
        '',
      ],
    ),
  ];
}

/** The instances side by side: the one that differs stands out. */
export function instancePanels({ agent, httpServer, process }: Metrics) {
  const calls = agent.executions.where(TARGET);
  const failed = agent.executions.where({ ...TARGET, status: ERROR });
  return [
    timeSeries(
      {
        title: 'Calls by instance',
        description: 'Calls of agents per second.',
        unit: 'ops',
      },
      [[calls.rate(BY_INSTANCE), INSTANCE]],
    ),
    failedLines(
      {
        title: 'Failed calls by instance',
        description: 'The share of the calls of agents that failed.',
      },
      failed.shareOf(calls, BY_INSTANCE),
      INSTANCE,
    ),
    timeSeries(
      {
        title: 'p95 of a call by instance',
        description: '95 % of the calls of agents end within this time.',
        unit: 's',
      },
      [[agent.duration.where(TARGET).quantile(0.95, BY_INSTANCE), INSTANCE]],
    ),
    timeSeries(
      {
        title: 'Active requests by instance',
        description: 'HTTP requests that have not ended.',
        unit: 'short',
      },
      [
        [
          httpServer.active.where(TARGET).aggregated('sum', BY_INSTANCE),
          INSTANCE,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'CPU by instance',
        description: 'Cores that a process uses.',
        unit: 'short',
        limits: { critical: 1 },
      },
      [[process.cpu.where(TARGET).rate(BY_INSTANCE), INSTANCE]],
      { decimals: 2 },
    ),
    timeSeries(
      {
        title: 'Memory by instance',
        description: 'What the process takes.',
        unit: 'bytes',
      },
      [
        [
          process.residentMemory.where(TARGET).aggregated('sum', BY_INSTANCE),
          INSTANCE,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Delay of the event loop by instance',
        description:
          'The 99th percentile of how late the event loop runs what is due.',
        unit: 's',
        limits: { critical: 0.1 },
      },
      [
        [
          process.eventLoopP99.where(TARGET).aggregated('max', BY_INSTANCE),
          INSTANCE,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Restarts',
        description: 'Restarts of a target in the hour before.',
        unit: 'short',
        limits: { critical: 1 },
      },
      [
        [
          process.start
            .where(TARGET)
            .aggregated('max', BY_INSTANCE)
            .map(
              () =>
                `sum by (instance) (changes(${process.start.where(TARGET).selector()}[1h]))`,
            ),
          INSTANCE,
        ],
      ],
    ),
  ];
}

/** What runs where, and which alerts fire. */
export function inventoryPanels({ prometheus, process, agent, own }: Metrics) {
  return [
    table({ title: 'Instances', description: 'One row for each target.' }, [
      {
        title: 'Up',
        unit: 'short',
        expression: prometheus.up
          .where(TARGET)
          .aggregated('max', ['job', 'instance']),
      },
      {
        title: 'Calls/s',
        unit: 'ops',
        expression: agent.executions
          .where(TARGET)
          .rate(['job', 'instance'], '5m'),
      },
      {
        title: 'Memory',
        unit: 'bytes',
        expression: process.residentMemory
          .where(TARGET)
          .aggregated('sum', ['job', 'instance']),
      },
      {
        title: 'Age',
        unit: 's',
        expression: process.start
          .where(TARGET)
          .aggregated('max', ['job', 'instance'])
          .map((start) => `time() - ${start}`),
      },
    ]),
    timeSeries(
      {
        title: 'Versions of Node',
        description: 'How many instances run which version.',
        unit: 'short',
      },
      [
        [
          process.version.where(TARGET).aggregated('count', ['version']),
          '{{version}}',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Cost per day by job',
        description: 'What a day costs at the present rate.',
        unit: 'short',
      },
      [
        [
          own.cost.where(TARGET).rate(['job', 'currency']).times(86_400),
          '{{job}} {{currency}}',
        ],
      ],
      { decimals: 2 },
    ),
    table(
      {
        title: 'Alerts',
        description: 'Alerts of the chosen jobs that are pending or firing.',
      },
      [
        {
          title: 'Alerts',
          unit: 'short',
          expression: prometheus.alerts
            .where(JOB)
            .aggregated('count', [
              'alertname',
              'alertstate',
              'severity',
              'job',
            ]),
        },
      ],
    ),
  ];
}

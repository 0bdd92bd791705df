import type { Metrics } from '../metrics.js';
import { BY_INSTANCE, INSTANCE, TARGET } from './conditions.js';
import { stat, timeSeries } from './panels.js';

/** The processes: what they take, and whether they keep up. */
export function processPanels({ process }: Metrics) {
  const bytes = 'bytes';
  const present = (metric: Metrics['process']['start']) =>
    metric.where(TARGET).aggregated('sum', BY_INSTANCE);
  return [
    timeSeries(
      {
        title: 'CPU',
        description: 'Cores that a process uses. Node runs JavaScript on one.',
        unit: 'short',
        limits: { critical: 1 },
      },
      [[process.cpu.where(TARGET).rate(BY_INSTANCE), INSTANCE]],
      { decimals: 2 },
    ),
    timeSeries(
      {
        title: 'Memory',
        description:
          'What the process takes, and the part of it that JavaScript objects use.',
        unit: bytes,
      },
      [
        [present(process.residentMemory), `${INSTANCE} resident`],
        [present(process.heapUsed), `${INSTANCE} heap used`],
        [present(process.heapTotal), `${INSTANCE} heap`],
        [present(process.externalMemory), `${INSTANCE} external`],
      ],
    ),
    timeSeries(
      {
        title: 'Delay of the event loop',
        description:
          'How late the event loop runs what is due. Long delays are code that does not let others run.',
        unit: 's',
        limits: { critical: 0.1 },
      },
      [
        [present(process.eventLoopMean), `${INSTANCE} mean`],
        [present(process.eventLoopP99), `${INSTANCE} p99`],
      ],
    ),
    timeSeries(
      {
        title: 'Garbage collection',
        description: 'The share of the time that garbage collections take.',
        unit: 'percentunit',
        limits: { critical: 0.1 },
      },
      [
        [
          process.garbageCollection.where(TARGET).total(['instance', 'kind']),
          `${INSTANCE} {{kind}}`,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Open files',
        description:
          'Open files and sockets, as a share of what the process may open.',
        unit: 'percentunit',
        limits: { critical: 0.8 },
      },
      [[present(process.openFiles).per(present(process.maxFiles)), INSTANCE]],
    ),
    timeSeries(
      {
        title: 'Age of the process',
        description: 'Time since the start: a line that falls is a restart.',
        unit: 's',
      },
      [
        [
          process.start
            .where(TARGET)
            .aggregated('max', BY_INSTANCE)
            .map((start) => `time() - ${start}`),
          INSTANCE,
        ],
      ],
    ),
  ];
}

/** The health checks of the app. */
export function healthPanels({ health }: Metrics) {
  const by = ['instance', 'check'] as const;
  return [
    timeSeries(
      {
        title: 'Health checks',
        description: '1 is up, 0 is down.',
        unit: 'short',
        limits: { critical: 1, isInverted: true },
      },
      [
        [
          health.status.where(TARGET).aggregated('min', by),
          `${INSTANCE} {{check}}`,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Duration of health checks',
        description: 'How long the last run of a check took.',
        unit: 's',
      },
      [
        [
          health.duration.where(TARGET).aggregated('max', by),
          `${INSTANCE} {{check}}`,
        ],
      ],
    ),
  ];
}

/** The first look at the processes of an app. */
export function processOverview({ prometheus, process, self }: Metrics) {
  return [
    stat(
      {
        title: 'Instances up',
        description: 'Targets whose last scrape succeeded.',
        unit: 'short',
        limits: { critical: 1, isInverted: true },
      },
      [prometheus.up.where(TARGET).aggregated('sum', []), ''],
      6,
    ),
    stat(
      {
        title: 'Slowest event loop',
        description: 'The 99th percentile of the delays in the worst process.',
        unit: 's',
        limits: { critical: 0.1 },
      },
      [process.eventLoopP99.where(TARGET).aggregated('max', []), ''],
      6,
    ),
    stat(
      {
        title: 'Largest page',
        description: 'Samples of the largest page.',
        unit: 'short',
      },
      [prometheus.scrapedSamples.where(TARGET).aggregated('max', []), ''],
      6,
    ),
    stat(
      {
        title: 'Errors of the instrumentation',
        description: 'Errors of the chosen range that were kept from the app.',
        unit: 'short',
        limits: { critical: 1 },
      },
      [self.errors.where(TARGET).increase([], '$__range'), ''],
      6,
    ),
  ];
}

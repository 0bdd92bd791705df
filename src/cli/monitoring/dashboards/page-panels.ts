import type { Metrics } from '../metrics.js';
import { BY_INSTANCE, INSTANCE, TARGET } from './conditions.js';
import { timeSeries } from './panels.js';

/** The pages: how large they are, what they lose, who is turned away. */
export function pagePanels({ prometheus, self }: Metrics) {
  const noneIsGood = { critical: 0.000001 };
  return [
    timeSeries(
      {
        title: 'Samples of a page',
        description: 'How many samples a scrape reads.',
        unit: 'short',
      },
      [
        [
          prometheus.scrapedSamples
            .where(TARGET)
            .aggregated('max', BY_INSTANCE),
          INSTANCE,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'New series',
        description:
          'How many series a scrape adds. Many, again and again, are labels with too many values.',
        unit: 'short',
      },
      [
        [
          prometheus.addedSeries.where(TARGET).aggregated('max', BY_INSTANCE),
          INSTANCE,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Duration of a scrape',
        description:
          'How long a page takes, from the request to its last byte.',
        unit: 's',
        limits: { critical: 5 },
      },
      [
        [
          prometheus.scrapeDuration
            .where(TARGET)
            .aggregated('max', BY_INSTANCE),
          INSTANCE,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Errors of the instrumentation',
        description:
          'Errors per second that were kept from the app; the log names each first one.',
        unit: 'ops',
        limits: noneIsGood,
      },
      [[self.errors.where(TARGET).rate(['cause']), '{{cause}}']],
    ),
    timeSeries(
      {
        title: 'Recordings beyond a cap',
        description:
          'Recordings per second in the overflow series of full metrics, and those that were dropped.',
        unit: 'ops',
        limits: noneIsGood,
      },
      [
        [self.overflows.where(TARGET).rate(['metric']), '{{metric}}'],
        [self.dropped.where(TARGET).rate([]), 'dropped: too many metrics'],
      ],
    ),
    timeSeries(
      {
        title: 'Requests that were turned away',
        description:
          'Requests per second to the page and the health that got no answer they wanted.',
        unit: 'reqps',
      },
      [
        [
          self.refusals.where(TARGET).rate(['resource', 'reason']),
          '{{resource}} {{reason}}',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Members of a page',
        description:
          'Processes and threads whose metrics are on the page: the option `processes`.',
        unit: 'short',
      },
      [
        [self.members.where(TARGET).aggregated('max', BY_INSTANCE), INSTANCE],
        [
          self.lateMembers.where(TARGET).rate(BY_INSTANCE),
          `${INSTANCE} late per second`,
        ],
      ],
    ),
  ];
}

/** The exporters: whether they deliver. */
export function exporterPanels({ exporter }: Metrics) {
  return [
    timeSeries(
      {
        title: 'Deliveries',
        description: 'Deliveries per second, by outcome.',
        unit: 'ops',
      },
      [
        [
          exporter.exports.where(TARGET).rate(['exporter', 'status']),
          '{{exporter}} {{status}}',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Time since the last delivery',
        description: 'A line that rises is an exporter that does not deliver.',
        unit: 's',
        limits: { critical: 300 },
      },
      [
        [
          exporter.lastSuccess
            .where(TARGET)
            .aggregated('max', ['instance', 'exporter'])
            .map((last) => `time() - ${last}`),
          `${INSTANCE} {{exporter}}`,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Retries and losses',
        description:
          'Deliveries per second that were repeated, and points and events per second that were lost.',
        unit: 'ops',
      },
      [
        [
          exporter.retries.where(TARGET).rate(['exporter']),
          '{{exporter}} retried',
        ],
        [
          exporter.dropped.where(TARGET).rate(['exporter']),
          '{{exporter}} lost',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Queue of events',
        description: 'Events that wait to be delivered.',
        unit: 'short',
      },
      [
        [
          exporter.queueLength.where(TARGET).aggregated('sum', ['exporter']),
          '{{exporter}}',
        ],
      ],
    ),
  ];
}

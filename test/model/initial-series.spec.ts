import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { LabelError, OptionsError } from '../../src/core/errors.js';
import {
  MetricType,
  type PrometheusCollectorOptions,
} from '../../src/index.js';
import {
  makeCollector,
  OPEN_METRICS,
  samples,
  seriesOf,
} from '../support/collector.js';
import { withLink } from '../../src/core/message-links.js';

async function pageOf(collector: { metrics(): Promise<string> }) {
  return (await collector.metrics()).replace(/^#.*\n/gm, '');
}

describe('a counter that nothing was recorded in', () => {
  test('a counter without labels is 0 from its making', async () => {
    const { collector } = makeCollector({ defaultLabels: { app: 'docs' } });
    const jobs = collector.counter('jobs_total');
    expect(await pageOf(collector)).toBe('jobs_total{app="docs"} 0\n');
    jobs.inc();
    expect(await pageOf(collector)).toBe('jobs_total{app="docs"} 1\n');
  });

  test('a counter without labels that is 0 has a _created sample, and a registry of prom-client shows it', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    collector.counter('jobs_total');
    expect(await collector.metrics(OPEN_METRICS)).toMatch(
      /^jobs_total 0\njobs_created \d+\.\d+$/m,
    );
    expect(await registry.metrics()).toContain('\njobs_total 0\n');
  });

  test.each<
    [string, (collector: ReturnType<typeof makeCollector>['collector']) => void]
  >([
    ['by inc()', (one) => one.counter('jobs_total').inc({ queue: 'mail' })],
    [
      'by a kept series',
      (one) => one.counter('jobs_total').labels({ queue: 'mail' }).inc(),
    ],
    [
      'by an event',
      (one) =>
        one.record({
          name: 'jobs_total',
          type: MetricType.COUNTER,
          value: 1,
          labels: { queue: 'mail' },
        }),
    ],
  ])(
    'the series without labels goes when the first recording has labels, %s',
    async (_, record) => {
      const { collector } = makeCollector();
      collector.counter('jobs_total');
      record(collector);
      expect(await pageOf(collector)).toBe('jobs_total{queue="mail"} 1\n');
    },
  );

  test('the series without labels stays when it was recorded in before the first recording with labels', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total');
    jobs.inc();
    jobs.inc({ queue: 'mail' });
    expect(await samples(collector, 'jobs_total')).toEqual([
      'jobs_total 1',
      'jobs_total{queue="mail"} 1',
    ]);
  });

  test.each<
    [
      string,
      (
        jobs: ReturnType<
          ReturnType<typeof makeCollector>['collector']['counter']
        >,
      ) => void,
    ]
  >([
    ['init()', (jobs) => jobs.init()],
    ['labels({})', (jobs) => void jobs.labels({})],
  ])('%s makes the series without labels one that stays', async (_, ask) => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total');
    ask(jobs);
    jobs.inc({ queue: 'mail' });
    expect(await samples(collector, 'jobs_total')).toEqual([
      'jobs_total 0',
      'jobs_total{queue="mail"} 1',
    ]);
  });

  test('the series without labels takes no place that a series with labels needs', async () => {
    const { collector, warnings } = makeCollector({ maxSeriesPerMetric: 1 });
    collector.counter('jobs_total').inc({ queue: 'mail' });
    expect(await pageOf(collector)).toBe('jobs_total{queue="mail"} 1\n');
    expect(warnings).toEqual([]);
  });

  test.each([
    ['labelNames are given', { labelNames: ['queue'] }],
    ['initialLabels is empty', { initialLabels: [] }],
  ])(
    'a counter starts without a series if %s, also later',
    async (_, options) => {
      const { collector } = makeCollector();
      collector.counter('first_total', options);
      collector.counter('second_total');
      collector.counter('second_total', options);
      expect(await pageOf(collector)).toBe('');
    },
  );

  test.each<[string, PrometheusCollectorOptions]>([
    ['the option initialSeries is off', { initialSeries: false }],
    ['a filter denies it', { filters: [{ deny: true }] }],
    ['there is no room for it', { maxMetrics: 1 }],
  ])(
    'a counter has no series before its first recording if %s',
    async (_, options) => {
      const { collector } = makeCollector(options);
      collector.gauge('first');
      collector.counter('jobs_total', { initialLabels: [{}] });
      collector.counter('jobs_total');
      expect(await pageOf(collector)).toBe('');
    },
  );

  test('metrics about the metrics, gauges and histograms start without a series', async () => {
    const { collector } = makeCollector();
    collector.gauge('sessions');
    collector.histogram('size');
    collector.timer('took_seconds');
    collector.reportError('test', new Error('no'));
    const page = await pageOf(collector);
    expect(page).toBe('metrics_errors_total{cause="test"} 1\n');
  });

  test('a counter starts again at 0 after reset(), and after clearMetrics() once it is asked for', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total');
    jobs.inc(3);
    jobs.reset();
    expect(await pageOf(collector)).toBe('jobs_total 0\n');
    jobs.inc(3);
    collector.clearMetrics();
    expect(await pageOf(collector)).toBe('');
    collector.counter('jobs_total');
    expect(await pageOf(collector)).toBe('jobs_total 0\n');
    collector.clearMetrics();
    jobs.inc();
    expect(await pageOf(collector)).toBe('jobs_total 1\n');
    collector.clearMetrics();
    jobs.inc({ queue: 'mail' });
    expect(await pageOf(collector)).toBe('jobs_total{queue="mail"} 1\n');
    jobs.reset();
    expect(await pageOf(collector)).toBe('');
  });

  test('a removed series without labels comes back with a recording only', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total');
    expect(jobs.remove()).toBe(true);
    collector.counter('jobs_total');
    expect(await pageOf(collector)).toBe('');
    jobs.inc();
    expect(await pageOf(collector)).toBe('jobs_total 1\n');
  });

  test('a filter that cannot map the default labels makes recordings throw, and not counter()', async () => {
    const { collector } = makeCollector({
      defaultLabels: { app: 'docs' },
      filters: [
        {
          mapLabels: {
            app: () => {
              throw new Error('boom');
            },
          },
        },
      ],
    });
    const jobs = collector.counter('jobs_total');
    expect(() => jobs.inc()).toThrow(LabelError);
    expect(await pageOf(collector)).toBe('');
  });
});

describe('initialLabels', () => {
  test('series of initialLabels are there from the start, for all types of metrics', async () => {
    const { collector } = makeCollector();
    const initialLabels = [{ status: 'ok' }, { status: 'error' }];
    collector.counter('a_total', { initialLabels });
    collector.gauge('b', { initialLabels });
    collector.histogram('c', { initialLabels, buckets: [1] });
    expect(await pageOf(collector)).toBe(
      [
        'a_total{status="ok"} 0',
        'a_total{status="error"} 0',
        'b{status="ok"} 0',
        'b{status="error"} 0',
        ...['ok', 'error'].flatMap((status) => [
          `c_bucket{status="${status}",le="1"} 0`,
          `c_bucket{status="${status}",le="+Inf"} 0`,
          `c_sum{status="${status}"} 0`,
          `c_count{status="${status}"} 0`,
        ]),
        '',
      ].join('\n'),
    );
  });

  test('series of initialLabels are added to a metric that exists, once, and change none', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total');
    jobs.inc({ queue: 'mail', n: 1 });
    for (let i = 0; i < 3; i++) {
      collector.counter('jobs_total', {
        initialLabels: [{ n: '1', queue: 'mail' }, { queue: 'print' }],
      });
    }
    expect(await samples(collector, 'jobs_total')).toEqual([
      'jobs_total{n="1",queue="mail"} 1',
      'jobs_total{queue="print"} 0',
    ]);
  });

  test('series of initialLabels come back after reset() and clearMetrics(), and not after remove() and removeAll()', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total', {
      initialLabels: [{ queue: 'mail' }, { queue: 'print' }],
    });
    jobs.inc({ queue: 'mail' });
    jobs.inc({ queue: 'fax' });
    jobs.reset();
    const start = 'jobs_total{queue="mail"} 0\njobs_total{queue="print"} 0\n';
    expect(await pageOf(collector)).toBe(start);
    collector.clearMetrics();
    expect(await pageOf(collector)).toBe('');
    jobs.inc({ queue: 'print' });
    expect(await pageOf(collector)).toBe(start.replace(/0\n$/, '1\n'));
    jobs.remove({ queue: 'mail' });
    expect(await pageOf(collector)).toBe('jobs_total{queue="print"} 1\n');
    jobs.removeAll();
    expect(await pageOf(collector)).toBe('');
  });

  test('initial series count towards the limit of series, which is reported', async () => {
    const { collector, warnings } = makeCollector({ maxSeriesPerMetric: 2 });
    const jobs = collector.counter('jobs_total', {
      initialLabels: [{ n: 1 }, { n: 2 }, { n: 3 }],
    });
    jobs.inc({ n: 4 });
    expect(await samples(collector, 'jobs_total')).toEqual([
      'jobs_total{n="1"} 0',
      'jobs_total{n="2"} 0',
      'jobs_total{otel_metric_overflow="true"} 1',
    ]);
    expect(warnings).toEqual([
      withLink(
        'Metric "jobs_total" has reached 2 series; new label sets are recorded as {otel_metric_overflow="true"}',
        'series_limit',
      ),
    ]);
  });

  test('initial series have the default labels and those that filters make', async () => {
    const { collector } = makeCollector({
      defaultLabels: { app: 'docs' },
      filters: [{ renameLabels: { queue: 'q' } }],
    });
    collector.counter('jobs_total', { initialLabels: [{ queue: 'mail' }] });
    expect(await pageOf(collector)).toBe('jobs_total{app="docs",q="mail"} 0\n');
  });

  test.each<[unknown, Error]>([
    [
      { queue: 'mail' },
      new OptionsError(
        'The initialLabels of metric "jobs_total" are { queue: \'mail\' }; expected an array of objects of label names and values',
      ),
    ],
    ...[null, 0, ''].map((given): [unknown, Error] => [
      given,
      new OptionsError(
        `The initialLabels of metric "jobs_total" are ${given === '' ? "''" : given}; expected an array of objects of label names and values`,
      ),
    ]),
    [
      [{}, { le: '1' }],
      new LabelError(
        'initialLabels[1]: Label name "le" of metric "jobs_total" is reserved by Prometheus; give it another name',
      ),
    ],
    [
      ['mail'],
      new LabelError(
        'initialLabels[0]: Labels of metric "jobs_total" are \'mail\'; expected an object of label names and values',
      ),
    ],
    [
      [{ queue: ['mail'] }],
      new LabelError(
        'initialLabels[0]: Label "queue" of metric "jobs_total" is [ \'mail\' ]; expected a string, number or boolean',
      ),
    ],
  ])(
    'initialLabels of %j are refused with an error that names the place and the value',
    async (initialLabels, error) => {
      const { collector } = makeCollector();
      const ask = () =>
        collector.counter('jobs_total', { initialLabels: initialLabels as [] });
      expect(ask).toThrow(error);
      expect(collector.getMetricCount()).toBe(0);
    },
  );
});

describe('init()', () => {
  test('init() creates a series at 0, and leaves one that exists as it is', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total', { labelNames: ['queue'] });
    jobs.init({ queue: 'mail' });
    jobs.init('print');
    jobs.inc({ queue: 'mail' });
    jobs.init('mail');
    expect(await seriesOf(collector, 'jobs_total')).toEqual([
      [{ queue: 'mail' }, 1],
      [{ queue: 'print' }, 0],
    ]);
  });

  test('init() creates a series of a histogram without observations, also where initialSeries is off', async () => {
    const { collector } = makeCollector({ initialSeries: false });
    const size = collector.histogram('size', { buckets: [1] });
    size.init();
    size.observe(2);
    size.init();
    expect(await samples(collector, 'size')).toEqual([
      'size_bucket{le="1"} 0',
      'size_bucket{le="+Inf"} 1',
      'size_sum 2',
      'size_count 1',
    ]);
  });

  test('init() refuses labels that cannot be written with a typed error', () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total');
    expect(() => jobs.init({ le: 1 })).toThrow(
      new LabelError(
        'Label name "le" of metric "jobs_total" is reserved by Prometheus; give it another name',
      ),
    );
    expect(() => jobs.init('mail')).toThrow(LabelError);
  });
});

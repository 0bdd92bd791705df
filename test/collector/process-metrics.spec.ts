import perfHooks from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import type { PrometheusCollectorOptions } from '../../src/index.js';
import { makeCollector, samplesOf } from '../support/collector.js';

type DefaultMetrics = PrometheusCollectorOptions['defaultMetrics'];

async function shown(defaultMetrics: DefaultMetrics): Promise<string[]> {
  const { collector } = makeCollector({ defaultMetrics });
  await collector.initialize();
  return namesOn(await collector.metrics());
}

/** The names of the metrics on a page, without those about the metrics. */
function namesOn(page: string): string[] {
  const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  return names.filter((name) => !name.startsWith('metrics_')).sort();
}

describe('the metrics of the process', () => {
  it('the metrics of the process are all there by default, and none when they are off', async () => {
    const all = await shown(true);
    expect(all).toContain('process_cpu_seconds_total');
    expect(all).toContain('nodejs_gc_duration_seconds');
    expect(await shown({})).toEqual(all);
    expect(await shown(false)).toEqual([]);
  });

  it.each([
    [['process_cpu_seconds_total'], ['process_cpu_seconds_total']],
    [
      ['process_cpu_*'],
      [
        'process_cpu_seconds_total',
        'process_cpu_system_seconds_total',
        'process_cpu_user_seconds_total',
      ],
    ],
    [
      [/^nodejs_(gc|version)/],
      ['nodejs_gc_duration_seconds', 'nodejs_version_info'],
    ],
    [
      ['process_start_time_seconds', 'process_start_*'],
      ['process_start_time_seconds'],
    ],
    [[], []],
  ])(
    'only the metrics of the process that are selected are shown: %o',
    async (only, expected) => {
      expect(await shown({ only })).toEqual(expected);
    },
  );

  it('all metrics of the process but some are shown', async () => {
    const all = await shown(true);
    expect(await shown({ except: ['nodejs_*'] })).toEqual(
      all.filter((name) => !name.startsWith('nodejs_')),
    );
  });

  it('a prefix precedes the names, and not those of the selection', async () => {
    expect(
      await shown({ only: ['nodejs_version_info'], prefix: 'acme_' }),
    ).toEqual(['acme_nodejs_version_info']);
    const all = await shown(true);
    expect(await shown({ prefix: 'acme_' })).toEqual(
      all.map((name) => `acme_${name}`),
    );
  });

  it('what is left out is not observed', async () => {
    const observers = vi.spyOn(
      perfHooks.PerformanceObserver.prototype,
      'disconnect',
    );
    await shown({ only: ['process_cpu_*'] });
    expect(observers).toHaveBeenCalledTimes(1);
    observers.mockClear();
    await shown({ only: ['nodejs_gc_duration_seconds'] });
    expect(observers).not.toHaveBeenCalled();
    observers.mockRestore();
  });

  it.each<[DefaultMetrics, string]>([
    [{ only: ['nodejs_foo'] }, "defaultMetrics.only[0] is 'nodejs_foo'"],
    [{ except: ['nodejs_*', /^foo/] }, 'defaultMetrics.except[1] is /^foo/'],
    [{ only: ['nodejs_version_infos'] }, 'did you mean "nodejs_version_info"?'],
  ])(
    'a collector does not start with a selection of nothing: %o',
    async (defaultMetrics, message) => {
      const { collector } = makeCollector({ defaultMetrics });
      await expect(collector.initialize()).rejects.toThrow(
        expect.objectContaining({
          name: 'OptionsError',
          message: expect.stringContaining(message) as string,
        }) as Error,
      );
      expect(collector.registry.getMetricsAsArray()).toEqual([]);
    },
  );

  it.each([
    ['all', "defaultMetrics is 'all'; expected true, false or an object"],
    [{ onyl: [] }, 'did you mean "only"?'],
    [{ only: 'process_*' }, "defaultMetrics.only is 'process_*'"],
    [{ only: ['a*b'] }, "defaultMetrics.only[0] is 'a*b'"],
    [{ only: [], except: [] }, 'defaultMetrics has only and except'],
    [{ prefix: '0' }, "defaultMetrics.prefix is '0'"],
  ])('an invalid selection is refused: %o', (defaultMetrics, message) => {
    const given = defaultMetrics as DefaultMetrics;
    expect(() => makeCollector({ defaultMetrics: given })).toThrow(message);
  });
});

describe('filters and metrics of prom-client', () => {
  it.each<[PrometheusCollectorOptions['filters'], string[]]>([
    [[{ metrics: 'jobs_*', deny: true }], ['nodejs_version_info']],
    [[{ metrics: 'nodejs_*', deny: true }], ['jobs_total']],
    [[{ metrics: 'jobs_total', accept: true }, { deny: true }], ['jobs_total']],
    [
      [
        { metrics: /^jobs/, deny: true },
        { metrics: 'nodejs_*', deny: true },
      ],
      [],
    ],
  ])(
    'a filter leaves out what others have made with prom-client: %o',
    async (filters, expected) => {
      const registry = new Registry();
      new Counter({ name: 'jobs_total', help: 'jobs', registers: [registry] });
      const { collector } = makeCollector({
        registry,
        filters: filters!,
        defaultMetrics: { only: ['nodejs_version_info'] },
      });
      await collector.initialize();
      expect(namesOn(await collector.metrics())).toEqual(expected.sort());
      const snapshot = await collector.snapshot();
      expect(
        snapshot.metrics
          .map(({ name }) => name)
          .filter((name) => !name.startsWith('metrics_'))
          .sort(),
      ).toEqual(expected.sort());
    },
  );

  it('a metric of prom-client that is denied may be registered and removed while pages are made', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({
      registry,
      filters: [{ metrics: 'jobs_*', deny: true }],
    });
    const other = (name: string) =>
      new Counter({ name, help: name, registers: [registry] });
    other('jobs_total');
    other('tasks_total');
    expect(await collector.metrics()).not.toContain('jobs_');
    registry.removeSingleMetric('jobs_total');
    other('jobs_failed_total');
    other('rows_total');
    const page = await collector.metrics();
    expect(page).not.toContain('jobs_');
    expect(page).toContain('tasks_total 0');
    expect(page).toContain('rows_total 0');
  });

  it('filters of labels change the series of metrics of prom-client, and add up those that become one', async () => {
    const registry = new Registry();
    const { collector, warnings } = makeCollector({
      registry,
      filters: [
        { metrics: '*', dropLabels: ['user'] },
        { metrics: 'jobs_*', renameLabels: { queue: 'lane' } },
        { metrics: 'jobs_*', mapLabels: { lane: (lane) => lane.slice(0, 1) } },
        { metrics: 'jobs_*', defaultLabels: { region: 'eu' } },
      ],
    });
    const labelNames = ['queue', 'user'];
    const registers = [registry];
    const jobs = new Counter({
      name: 'jobs_total',
      help: 'j',
      labelNames,
      registers,
    });
    jobs.inc({ queue: 'mail', user: 'anna' }, 2);
    jobs.inc({ queue: 'map', user: 'ben' }, 3);
    jobs.inc({ queue: 'sms', user: 'ben' }, 5);
    const size = new Histogram({
      name: 'size',
      help: 's',
      labelNames,
      buckets: [1, 2],
      registers,
    });
    size.observe({ queue: 'mail', user: 'anna' }, 1);
    size.observe({ queue: 'mail', user: 'ben' }, 2);
    const level = new Gauge({
      name: 'level',
      help: 'l',
      labelNames,
      registers,
    });
    level.set({ queue: 'mail', user: 'anna' }, 7);
    level.set({ queue: 'mail', user: 'ben' }, 8);
    const page = await collector.metrics();
    expect(samplesOf(page, 'jobs_total')).toEqual([
      'jobs_total{lane="m",region="eu"} 5',
      'jobs_total{lane="s",region="eu"} 5',
    ]);
    expect(samplesOf(page, 'size')).toEqual([
      'size_bucket{queue="mail",le="1"} 1',
      'size_bucket{queue="mail",le="2"} 2',
      'size_bucket{queue="mail",le="+Inf"} 2',
      'size_sum{queue="mail"} 3',
      'size_count{queue="mail"} 2',
    ]);
    expect(samplesOf(page, 'level')).toEqual(['level{queue="mail"} 7']);
    expect(warnings.join()).toContain(
      'Series of metric "level" have the same labels after the filters; only the first of them is shown',
    );
    // The page reads prom-client's metrics, and does not change them.
    expect(samplesOf(await collector.metrics(), 'jobs_total')).toEqual(
      samplesOf(page, 'jobs_total'),
    );
    const { values } = await jobs.get();
    expect(values).toHaveLength(3);
  });

  it('a metric of prom-client whose labels cannot be mapped is left out, with a warning', async () => {
    const registry = new Registry();
    const { collector, warnings } = makeCollector({
      registry,
      filters: [{ mapLabels: { queue: () => ({}) as string } }],
    });
    const registers = [registry];
    new Counter({
      name: 'jobs_total',
      help: 'j',
      labelNames: ['queue'],
      registers,
    }).inc({ queue: 'a' });
    new Counter({ name: 'rows_total', help: 'r', registers });
    const page = await collector.metrics();
    expect(page).not.toContain('jobs_total');
    expect(page).toContain('rows_total 0');
    expect(warnings.join()).toContain('filters[0].mapLabels gave');
  });
});

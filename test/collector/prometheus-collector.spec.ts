import { Counter as PromCounter, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  MetricEvent,
  MetricType,
  PrometheusCollector,
} from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';

describe('a collector', () => {
  test('a collector gives the same instrument for the same name', () => {
    const { collector } = makeCollector();
    expect(collector.counter('a')).toBe(collector.counter('a'));
    expect(collector.gauge('b-c')).toBe(collector.gauge('b.c'));
  });

  test('a collector records at once with record(), and by a promise with sendMetric()', async () => {
    const { collector } = makeCollector();
    const hit = { name: 'hits_total', type: MetricType.COUNTER, value: 1 };
    collector.record(hit);
    expect(await collector.sendMetric(new MetricEvent(hit))).toBeUndefined();
    expect(await samples(collector, 'hits_total')).toEqual(['hits_total 2']);
  });

  test('a collector shares a metric between events and instruments', async () => {
    const { collector } = makeCollector();
    collector.timer('took_seconds', { buckets: [1] }).observe(0.5);
    collector.record({
      name: 'took_seconds',
      type: MetricType.HISTOGRAM,
      value: 2,
    });
    expect(await samples(collector, 'took_seconds')).toEqual([
      'took_seconds_bucket{le="1"} 1',
      'took_seconds_bucket{le="+Inf"} 2',
      'took_seconds_sum 2.5',
      'took_seconds_count 2',
    ]);
  });

  test('a collector keeps the first description that is given, also when it comes late', async () => {
    const { collector } = makeCollector();
    collector.counter('a');
    expect(await collector.metrics()).toContain('# HELP a a\n');
    collector.counter('a', { description: 'First' });
    collector.counter('a', { description: 'Second' });
    expect(await collector.metrics()).toContain('# HELP a First\n');
  });

  test('a collector puts its default labels on every series that has none of that name', async () => {
    const { collector } = makeCollector({
      defaultLabels: { app: 'docs', zone: 'a' },
    });
    const counter = collector.counter('hits_total');
    counter.inc();
    counter.inc({ zone: 'b', method: 'GET' });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{app="docs",zone="a"} 1',
      'hits_total{app="docs",method="GET",zone="b"} 1',
    ]);
  });

  test('two collectors in one process never meet', async () => {
    const first = makeCollector().collector;
    const second = makeCollector().collector;
    first.counter('a').inc();
    second.gauge('a').set(9);
    expect(await samples(first, 'a')).toEqual(['a 1']);
    expect(await samples(second, 'a')).toEqual(['a 9']);
  });
});

describe('clearMetrics()', () => {
  test('clearMetrics() removes everything; instruments and series that are kept start again', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('a', { description: 'A' });
    const series = counter.labels({ x: 1 });
    const gauge = collector.gauge('b');
    counter.inc();
    series.inc(5);
    gauge.set(3);
    collector.clearMetrics();
    expect(collector.getMetricCount()).toBe(0);
    expect(await collector.metrics()).toBe('');
    series.inc();
    expect(collector.getMetricCount()).toBe(1);
    expect(await collector.metrics()).toBe(
      '# HELP a A\n# TYPE a counter\na{x="1"} 1\n',
    );
  });

  test('clearMetrics() frees a name for another metric, and says who still holds the old one', () => {
    const { collector } = makeCollector();
    const counter = collector.counter('a');
    collector.clearMetrics();
    collector.gauge('a').set(1);
    expect(() => counter.inc()).toThrow(
      'Metric "a" was cleared and is now a gauge; ask the collector for it again',
    );
    expect(collector.getMetricCount()).toBe(1);
  });

  test('clearMetrics() frees the names in the registry that was joined', () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    collector.counter('a').inc();
    collector.clearMetrics();
    expect(registry.getMetricsAsArray()).toEqual([]);
    collector.counter('a');
    expect(registry.getMetricsAsArray()).toHaveLength(1);
  });
});

describe('a collector that joined a prom-client registry', () => {
  test("a joined registry and its collector show each other's metrics on their pages", async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry, namespace: 'ours' });
    new PromCounter({ name: 'theirs', help: 'T', registers: [registry] }).inc(
      2,
    );
    collector.counter('hits_total').inc({ a: 1 });
    for (const page of [await collector.metrics(), await registry.metrics()]) {
      expect(page).toContain('theirs 2\n');
      expect(page).toContain('ours_hits_total{a="1"} 1\n');
    }
  });

  test('a collector leaves a joined registry at shutdown, values kept, and comes back', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    const counter = collector.counter('hits_total');
    counter.inc();
    await collector.initialize();
    await collector.shutdown();
    expect(registry.getMetricsAsArray()).toEqual([]);
    await collector.initialize();
    counter.inc();
    expect(await registry.metrics()).toContain('hits_total 2\n');
  });

  test('a collector has the labels that were set on its joined registry, as prom-client does', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ app: 'docs' });
    const { collector } = makeCollector({ registry });
    collector.counter('hits_total').inc({ a: 1 });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{a="1",app="docs"} 1',
    ]);
  });

  test('resetMetrics() of a joined registry resets its collector as prom-client does', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    collector.counter('hits_total').inc();
    collector.counter('labelled_total').inc({ a: 1 });
    registry.resetMetrics();
    expect(await samples(collector, 'hits_total')).toEqual(['hits_total 0']);
    expect(await samples(collector, 'labelled_total')).toEqual([]);
  });
});

describe('a registry that others change too', () => {
  test('a shared registry keeps the process metrics while one of two collectors needs them', async () => {
    const registry = new Registry();
    const options = { registry, defaultMetrics: true };
    const first = makeCollector({ ...options, namespace: 'a' }).collector;
    const second = makeCollector({ ...options, namespace: 'b' }).collector;
    await first.initialize();
    await second.initialize();
    await first.shutdown();
    expect(await second.metrics()).toContain('process_cpu_user_seconds_total');
    await second.shutdown();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  test('a shared registry gets a lost metric back when that is requested again', async () => {
    const { collector } = makeCollector();
    collector.counter('a').inc();
    collector.registry.clear();
    collector.counter('a').inc();
    expect(await samples(collector, 'a')).toEqual(['a 2']);
  });

  test("a shared registry keeps another's metric of the same name at shutdown", async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    collector.counter('a');
    await collector.initialize();
    registry.clear();
    new PromCounter({ name: 'a', help: 'theirs', registers: [registry] }).inc(
      9,
    );
    await collector.shutdown();
    expect(await registry.metrics()).toContain('a 9');
    collector.counter('late').inc();
    expect(await registry.metrics()).not.toContain('late');
  });

  test('a registry that cannot be joined again leaves no server behind', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    collector.counter('a');
    await collector.initialize();
    await collector.shutdown();
    new PromCounter({ name: 'a', help: 'theirs', registers: [registry] });
    await expect(collector.initialize()).rejects.toThrow(
      'close the app or collector that has registered it',
    );
    expect((await collector.healthCheck()).server_running).toBe(false);
  });
});

describe('errors of the instrumentation', () => {
  test('errors of the instrumentation never throw, also where they cannot be counted or logged', async () => {
    const { collector, warnings } = makeCollector();
    collector.gauge('metrics_errors_total').set(1);
    collector.reportError('labels', new Error('first'));
    expect(warnings).toEqual([
      expect.stringContaining('first'),
      expect.stringContaining('is registered as a gauge'),
    ]);
    const mute = new PrometheusCollector(
      {},
      {
        logger: {
          warn: () => {
            throw new Error('logger is down');
          },
        },
      },
    );
    const hostile = Object.defineProperty(new Error('x'), 'name', {
      get: () => {
        throw new Error('do not look');
      },
    });
    expect(() => mute.reportError('labels', 'text')).not.toThrow();
    expect(() => collector.reportError('labels', hostile)).not.toThrow();
  });

  test('errors of the instrumentation do not make a full metric refuse recordings', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 1 });
    collector.gauge('metrics_overflows_total').set(1);
    const counter = collector.counter('a');
    counter.inc({ x: 1 });
    expect(() => counter.inc({ x: 2 })).not.toThrow();
    expect(await samples(collector, 'a')).toHaveLength(2);
  });
});

describe('default labels', () => {
  test('default labels that are absent, or named like members of objects, do no harm', async () => {
    const given = { env: undefined as never, toString: 'x', zone: '' };
    const { collector } = makeCollector({ defaultLabels: given });
    given.toString = 'changed later';
    collector.counter('a').inc({ b: 1 });
    expect(await samples(collector, 'a')).toEqual(['a{b="1",toString="x"} 1']);
  });

  test('default labels do not replace the own labels of process metrics', async () => {
    const { collector } = makeCollector({
      defaultMetrics: true,
      defaultLabels: { version: 'mine', space: 'mine' },
    });
    await collector.initialize();
    expect(await collector.metrics()).toContain(
      `nodejs_version_info{version="${process.version}"`,
    );
  });
});

describe('the metrics of the process', () => {
  const names = (registry: Registry) =>
    registry.getMetricsAsArray().map(({ name }) => name);

  test('the metrics of the process are there while the collector runs, if requested', async () => {
    const { collector } = makeCollector({
      defaultMetrics: true,
      defaultLabels: { app: 'docs' },
    });
    expect(names(collector.registry)).toEqual([]);
    await collector.initialize();
    const page = await collector.metrics();
    expect(page).toMatch(/^process_cpu_user_seconds_total\{app="docs"\} /m);
    expect(page).toContain('nodejs_gc_duration_seconds');
    expect(collector.getMetricCount()).toBe(0);
    await collector.shutdown();
    expect(names(collector.registry)).toEqual([]);
  });

  test('the metrics of the process are not there by default', async () => {
    const { collector } = makeCollector();
    await collector.initialize();
    expect(await collector.metrics()).toBe('');
  });

  test("the metrics of the process take none of the user's own metrics along when they go", async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry, defaultMetrics: true });
    await collector.initialize();
    new PromCounter({ name: 'process_own', help: 'O', registers: [registry] });
    await collector.shutdown();
    expect(names(registry)).toEqual(['process_own']);
  });

  test('the metrics of the process are left alone in a registry that has them already', async () => {
    const registry = new Registry();
    const first = makeCollector({ registry, defaultMetrics: true }).collector;
    const second = makeCollector({ registry, defaultMetrics: true }).collector;
    await first.initialize();
    await second.initialize();
    await second.shutdown();
    expect(names(registry)).toContain('process_cpu_user_seconds_total');
  });
});

test('errors kept from the app are counted by cause and logged once for each place', async () => {
  const { collector, warnings } = makeCollector({
    namespace: 'app',
    subsystem: 'api',
  });
  collector.reportError('scrape', new Error('first'));
  collector.reportError('scrape', new Error('second'));
  collector.reportError('labels', 'text', 'counter "a"');
  collector.reportError('labels', 'text', 'counter "b"');
  collector.reportError('labels', 'other text', 'counter "a"');
  expect(warnings).toEqual([
    expect.stringContaining('first'),
    expect.stringContaining('counter "a": \'text\''),
    expect.stringContaining('counter "b"'),
  ]);
  expect(await samples(collector, 'app_metrics_errors_total')).toEqual([
    'app_metrics_errors_total{cause="scrape"} 2',
    'app_metrics_errors_total{cause="labels"} 3',
  ]);
});

test('errors in very many places are logged for the first ones and for new causes', async () => {
  const { collector, warnings } = makeCollector();
  const reportAll = () => {
    for (let i = 0; i < 1_000; i++) {
      collector.reportError('labels', 'text', `counter "c${i}"`);
    }
  };
  reportAll();
  const { length } = warnings;
  expect(length).toBeLessThan(200);
  reportAll();
  expect(warnings).toHaveLength(length);
  collector.reportError('scrape', 'another cause');
  expect(warnings).toHaveLength(length + 1);
  expect(await samples(collector, 'metrics_errors_total')).toContain(
    'metrics_errors_total{cause="labels"} 2000',
  );
});

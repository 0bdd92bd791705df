import { Registry as PlatformaticRegistry } from '@platformatic/prom-client';
import { Registry as PrometheusIoRegistry } from '@prometheus-io/client';
import { Registry as PromClient14Registry } from 'prom-client-14';
import { Registry as PromClientRegistry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type MetricRegistry,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import type { MetricsSnapshot } from '../../src/exporters/index.js';
import {
  makeCollector,
  OPEN_METRICS,
  samplesOf,
} from '../support/collector.js';
import { hasParser, startParser } from '../support/openmetrics-parser.js';
import {
  CLIENTS,
  type PrometheusClient,
} from '../support/prometheus-clients.js';

/** A registry of a client with a metric of each type, and a collector that joins it. */
function joined({
  Registry,
  Counter,
  Gauge,
  Histogram,
  Summary,
}: PrometheusClient) {
  const registry = new Registry();
  const made = { help: 'H', labelNames: ['a'], registers: [registry] };
  const counter = new Counter({ ...made, name: 'c_total' });
  counter.inc({ a: 'x"\\' }, 2);
  new Gauge({ ...made, name: 'g' }).set({ a: 'y' }, -1.5);
  const h = new Histogram({ ...made, name: 'h', buckets: [0.5, 1] });
  for (const value of [0.5, 1, 5]) h.observe({ a: 'x' }, value);
  const s = new Summary({ ...made, name: 's', percentiles: [0.5] });
  s.observe({ a: 'x' }, 4);
  const joining = makeCollector({ registry, createdSamples: false });
  const { collector } = joining;
  collector.counter('ours_total').inc({ b: 1 });
  collector.histogram('took', { buckets: [1] }).observe(2);
  return { ...joining, registry, counter };
}

const THEIRS = [
  String.raw`c_total{a="x\"\\"} 2`,
  'g{a="y"} -1.5',
  'h_bucket{a="x",le="0.5"} 1',
  'h_bucket{a="x",le="1"} 2',
  'h_bucket{a="x",le="+Inf"} 3',
  'h_sum{a="x"} 6.5',
  'h_count{a="x"} 3',
  's{a="x",quantile="0.5"} 4',
  's_sum{a="x"} 4',
  's_count{a="x"} 1',
];

const OURS = [
  'ours_total{b="1"} 1',
  'took_bucket{le="1"} 0',
  'took_bucket{le="+Inf"} 1',
  'took_sum 2',
  'took_count 1',
];

const samplesIn = (page: string) =>
  page.split('\n').filter((line) => !/^(#|$)/.test(line));

const typesIn = (page: string) =>
  page.match(/^# TYPE .*$/gm)?.map((line) => line.slice(7));

describe.each(CLIENTS)('a registry of %s', (_name, client) => {
  test('a registry has all of its metrics and ours on the page', async () => {
    const { collector, warnings } = joined(client);
    const page = await collector.metrics();
    expect(samplesIn(page)).toEqual([...THEIRS, ...OURS]);
    expect(typesIn(page)).toEqual([
      'c_total counter',
      'g gauge',
      'h histogram',
      's summary',
      'ours_total counter',
      'took histogram',
    ]);
    expect(warnings).toEqual([]);
  });

  test.runIf(hasParser())(
    'a registry has all of its metrics and ours on an OpenMetrics page that a strict parser accepts',
    async () => {
      const { collector } = joined(client);
      const parser = startParser();
      onTestFinished(() => parser.stop());
      const page = await collector.metrics(OPEN_METRICS);
      const families = await parser.parse(page);
      expect(families.map(({ name, type }) => `${name} ${type}`)).toEqual([
        'c counter',
        'g gauge',
        'h histogram',
        's summary',
        'ours counter',
        'took histogram',
      ]);
      const count = families.flatMap(({ samples }) => samples).length;
      expect(count).toBe(THEIRS.length + OURS.length);
    },
  );

  test("a registry has a metric that is requested by a sample's name, from the first page", async () => {
    const { collector } = joined(client);
    await collector.initialize();
    const { endpoint } = await collector.healthCheck();
    const page = await (await fetch(`${endpoint}?name[]=h_count`)).text();
    expect(typesIn(page)).toEqual(['h histogram']);
  });

  test('a registry has all of its metrics and ours in snapshots and for exporters', async () => {
    const { collector } = joined(client);
    const exported: MetricsSnapshot[] = [];
    await collector.addExporter({
      name: 'memory',
      interval: false,
      export: async (snapshot) => void exported.push(snapshot),
    });
    await collector.initialize();
    await collector.flush();
    for (const { metrics } of [await collector.snapshot(), ...exported]) {
      const series = metrics
        .filter(({ name }) => !name.startsWith('metrics_'))
        .filter(({ name }) => !name.startsWith('health_'))
        .map(({ name, type, series }) => `${name} ${type} ${series.length}`);
      expect(series).toEqual([
        'c_total counter 1',
        'g gauge 1',
        'h histogram 1',
        's summary 1',
        'ours_total counter 1',
        'took histogram 1',
      ]);
    }
    expect(exported).toHaveLength(1);
  });

  test('a registry adds its default labels to all metrics that do not have their own', async () => {
    const { collector, registry } = joined(client);
    registry.setDefaultLabels({ a: 'd', app: 'docs' });
    const page = await collector.metrics();
    expect(page).toContain('\ng{a="y",app="docs"} -1.5\n');
    expect(page).toContain('\nours_total{b="1",a="d",app="docs"} 1\n');
  });

  test('a registry has our metrics on its own page', async () => {
    const { registry } = joined(client);
    const page = await registry.metrics();
    expect(page).toMatch(/^# TYPE ours_total counter\nours_total\{b="1"\} 1$/m);
    expect(samplesOf(page, 'took')).toEqual(OURS.slice(1));
    const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    expect(names).toEqual(['c_total', 'g', 'h', 's', 'ours_total', 'took']);
  });

  test('a registry is reset by its resetMetrics(), with our metrics', async () => {
    const { collector, registry, counter } = joined(client);
    registry.resetMetrics();
    const isSummary = (line: string) => line.startsWith('s');
    const left = samplesIn(await collector.metrics());
    // Summaries keep their series, as all clients have it.
    const zeros = OURS.slice(1).map((line) => line.replace(/ \S+$/, ' 0'));
    expect(left.filter((line) => !isSummary(line))).toEqual(zeros);
    counter.inc({ a: 'new' });
    collector.counter('ours_total').inc();
    const page = samplesIn(await collector.metrics());
    expect(page.filter((line) => !isSummary(line))).toEqual([
      'c_total{a="new"} 1',
      'ours_total 1',
      ...zeros,
    ]);
  });

  test('a registry has no metric after its clear(), until one is requested again', async () => {
    const { collector, registry } = joined(client);
    registry.clear();
    expect(await collector.metrics()).toBe('');
    collector.counter('ours_total').inc({ b: 1 });
    expect(samplesIn(await collector.metrics())).toEqual([
      'ours_total{b="1"} 2',
    ]);
  });

  test('a registry has the metrics of the process until the shutdown', async () => {
    const registry = new client.Registry();
    const { collector } = makeCollector({ registry, defaultMetrics: true });
    await collector.initialize();
    const page = await collector.metrics();
    expect(page).toMatch(/^process_cpu_seconds_total \d/m);
    expect(page).toMatch(/^nodejs_eventloop_lag_max_seconds \d/m);
    await collector.shutdown();
    expect(registry.getMetricsAsArray()).toEqual([]);
  });
});

describe('the option `registry`', () => {
  test('the type of the option `registry` accepts the registries of all clients', () => {
    for (const registry of [
      new PromClientRegistry(),
      new PromClient14Registry(),
      new PrometheusIoRegistry(),
      new PlatformaticRegistry(),
    ]) {
      const { collector } = makeCollector({ registry });
      expect(collector.registry).toBe(registry);
    }
  });

  test('the option `registry` accepts any object that keeps metrics by their names', async () => {
    const byName = new Map<string, object>();
    const registry: MetricRegistry = {
      registerMetric: (metric) =>
        void byName.set((metric as { name: string }).name, metric),
      getSingleMetric: (name) => byName.get(name),
      removeSingleMetric: (name) => void byName.delete(name),
      getMetricsAsArray: () => [...byName.values()],
    };
    const { collector } = makeCollector({ registry });
    collector.counter('ours').inc();
    registry.registerMetric({
      name: 'theirs',
      get: () => ({ type: 'gauge', values: [{ value: 1 }] }),
    });
    expect(await collector.metrics()).toMatch(
      /^ours 1$[^]*^# TYPE theirs gauge\ntheirs 1$/m,
    );
  });

  const EXPECTED =
    'expected a Registry of prom-client, @prometheus-io/client or @platformatic/prom-client';
  test.each<[string, unknown, string]>([
    ['a text', 'default', `registry is 'default'; ${EXPECTED}`],
    [
      'an object that is no registry',
      { registerMetric() {}, getMetricsAsArray: () => [] },
      `which lacks the methods getSingleMetric, removeSingleMetric; ${EXPECTED}`,
    ],
    [
      'a registry that gives its metrics in another form',
      Object.assign(new PromClientRegistry(), {
        getMetricsAsArray: () => new Map(),
      }),
      `registry.getMetricsAsArray() gives Map(0) {} and no array; ${EXPECTED}`,
    ],
  ])(
    'the option `registry` refuses %s and says what it lacks',
    (_what, registry, message) => {
      const make = () =>
        new PrometheusCollector({ registry: registry as MetricRegistry });
      expect(make).toThrow(OptionsError);
      expect(make).toThrow(message);
    },
  );
});

import fc from 'fast-check';
import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { GaugeCallback } from '../../src/index.js';
import { COLLECT_LIMIT } from '../../src/core/coalesced-task.js';
import { makeCollector, OPEN_METRICS, samples } from '../support/collector.js';

vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

/** A registry of prom-client alone, and a collector of ours, for the same recordings. */
function twins() {
  const theirs = new Registry();
  // Theirs shows no series before the first recording: it has label names.
  const { collector } = makeCollector({ initialSeries: false });
  return { theirs, collector, registers: [theirs] };
}

/** The lines of a page in an order of their own, with `le` where we have it. */
const sortedLines = (page: string) =>
  page
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/\{(le="[^"]*"),([^]*)\} /, '{$2,$1} '))
    .sort();

describe('the page', () => {
  test("the page has the same lines as prom-client's page of the same recordings", async () => {
    const labels = fc.record({
      b: fc.string({ minLength: 1, unit: 'binary' }),
      a: fc.constantFrom('x', 'y', '"', '\\', '\n', '😀', 'ü'),
    });
    const recording = fc.record({
      labels,
      value: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(recording, { maxLength: 20 }),
        fc.string(),
        async (recordings, text) => {
          const { theirs, collector, registers } = twins();
          const help = `Some "text" \\ \n ${text}`;
          const labelNames = ['a', 'b'];
          const buckets = [0.1, 10, 1000];
          const counter = new PromCounter({
            name: 'c',
            help,
            labelNames,
            registers,
          });
          const gauge = new PromGauge({
            name: 'g',
            help,
            labelNames,
            registers,
          });
          const histogram = new PromHistogram({
            name: 'h',
            help,
            labelNames,
            buckets,
            registers,
          });
          const ours = {
            counter: collector.counter('c', { description: help }),
            gauge: collector.gauge('g', { description: help }),
            histogram: collector.histogram('h', { description: help, buckets }),
          };
          for (const { labels, value } of recordings) {
            const { a, b } = labels;
            counter.inc({ a, b }, value);
            gauge.set({ a, b }, -value);
            histogram.observe({ a, b }, value);
            ours.counter.inc(labels, value);
            ours.gauge.set(labels, -value);
            ours.histogram.observe(labels, value);
          }
          expect(sortedLines(await collector.metrics())).toEqual(
            sortedLines(await theirs.metrics()),
          );
        },
      ),
    );
  });

  test('the page is the same whether prom-client or the collector writes it', async () => {
    const { collector } = makeCollector();
    collector.counter('c').inc({ path: 'a"b\\c\nd😀' }, 3);
    collector.gauge('g').set(-0.5);
    collector.timer('t', { buckets: [1, 2] }).observe({ x: 1 }, 1.5);
    expect(sortedLines(await collector.metrics())).toEqual(
      sortedLines(await collector.registry.metrics()),
    );
  });

  test('the page is complete without a prom-client metric that fails', async () => {
    const { collector, warnings } = makeCollector();
    new PromGauge({
      name: 'theirs',
      help: 'T',
      registers: [collector.registry],
      collect: () => {
        throw new Error('no connection');
      },
    });
    collector.counter('ours').inc();
    expect(await samples(collector, 'ours')).toEqual(['ours 1']);
    expect(warnings).toEqual([expect.stringContaining('no connection')]);
    expect(await collector.metrics()).toContain(
      'metrics_errors_total{cause="foreign_metric"} 2',
    );
  });

  test('the page is rendered once for simultaneous requests', async () => {
    const { collector } = makeCollector();
    let renders = 0;
    collector.gauge('renders', { collect: () => ++renders });
    const pages = await Promise.all([
      collector.metrics(),
      collector.metrics(),
      collector.metrics(),
    ]);
    expect(new Set(pages).size).toBe(1);
    expect(renders).toBe(1);
    await collector.metrics();
    expect(renders).toBe(2);
  });

  test('the event loop runs while the page is rendered', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 200_000 });
    const counter = collector.counter('c');
    for (let i = 0; i < 100_000; i++) counter.inc({ i });
    let turns = 0;
    let done = false;
    const count = () => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    const page = await collector.metrics();
    done = true;
    expect(page.split('\n')).toHaveLength(100_003);
    expect(turns).toBeGreaterThan(2);
  });

  test('the page is whole when metrics are cleared and recorded while it is rendered', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 50_000 });
    const counter = collector.counter('c');
    for (let i = 0; i < 50_000; i++) counter.inc({ i });
    const rendering = collector.metrics();
    setImmediate(() => {
      collector.clearMetrics();
      counter.inc({ late: true });
    });
    const page = await rendering;
    expect(page.match(/^c\{i="\d+"\} 1$/gm)).toHaveLength(50_000);
    expect(await samples(collector, 'c')).toEqual(['c{late="true"} 1']);
  });

  test('the page is whole for every scraper, however slow, while other pages are rendered', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 20_000 });
    const gauge = collector.gauge('g');
    const setAll = (value: number) => {
      for (let i = 0; i < 20_000; i++) gauge.set({ i }, value);
    };
    setAll(1);
    await collector.initialize();
    const { endpoint } = await collector.healthCheck();
    const headers = { 'accept-encoding': 'identity' };
    const slow = await fetch(endpoint, { headers });
    for (let value = 2; value < 6; value++) {
      setAll(value);
      const page = await (await fetch(endpoint, { headers })).text();
      expect(page.match(new RegExp(`} ${value}$`, 'gm'))).toHaveLength(20_000);
    }
    expect((await slow.text()).match(/} 1$/gm)).toHaveLength(20_000);
  });

  test('the page can have labels that are longer than its chunks', async () => {
    const { collector } = makeCollector();
    const names = Array.from({ length: 120 }, (_, i) => `label${100 + i}`);
    const value = 'ü'.repeat(1_000);
    const labels = Object.fromEntries(names.map((name) => [name, value]));
    const pairs = names.map((name) => `${name}="${value}"`).join(',');
    collector.counter('c').inc({ before: 1 });
    collector.counter('c').inc(labels);
    collector.histogram('h', { buckets: [1] }).observe(labels, 1);
    collector.counter('d').inc(2 ** 31);
    const page = await collector.metrics();
    expect(page).toContain(`\nc{before="1"} 1\nc{${pairs}} 1\n`);
    expect(page).toContain(`\nh_count{${pairs}} 1\n`);
    expect(page).toContain('\nd 2147483648\n');
  });

  test.each([
    0,
    9,
    10,
    99,
    100,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    1e21,
    0.1,
    -0,
    -5,
    1e-7,
    123.456,
  ])('the page has the number %d as JavaScript writes it', async (value) => {
    const { collector } = makeCollector();
    collector.gauge('g').set(value);
    expect(await samples(collector, 'g')).toEqual([`g ${String(value)}`]);
  });

  test('the page is in the requested format, whatever content type the registry has', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry, createdSamples: false });
    collector.counter('hits_total').inc({ a: 1 });
    const text =
      '# HELP hits_total hits_total\n# TYPE hits_total counter\nhits_total{a="1"} 1\n';
    const openMetrics =
      '# TYPE hits counter\n# HELP hits hits_total\nhits_total{a="1"} 1\n# EOF\n';
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    expect(await collector.metrics()).toBe(text);
    expect(await collector.metrics(OPEN_METRICS)).toBe(openMetrics);
    // It renames counters in place.
    expect(await registry.metrics()).toContain('# TYPE hits counter\n');
    expect(await collector.metrics()).toBe(text);
    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE as never);
    expect(await collector.metrics(OPEN_METRICS)).toBe(openMetrics);
  });

  test('a page keeps the series of its start that are removed or cleared meanwhile', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({
      registry,
      maxSeriesPerMetric: 50_000,
    });
    const counter = collector.counter('a');
    const histogram = collector.histogram('z', { buckets: [1] });
    for (let i = 0; i < 50_000; i++) counter.inc({ i });
    for (let i = 0; i < 1_000; i++) histogram.observe({ i }, 1);
    for (const spoil of [
      () => histogram.remove({ i: 7 }),
      () => collector.clearMetrics(),
    ]) {
      const series = (await collector.metrics()).match(/^z_count/gm)!.length;
      const rendering = collector.metrics(OPEN_METRICS);
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      spoil();
      await collector.shutdown();
      const page = await rendering;
      expect(page.match(/^a_total\{i="\d+"\} 1$/gm)).toHaveLength(50_000);
      expect(page.match(/^z_count/gm)).toHaveLength(series);
      expect(page).toMatch(/\n# EOF\n$/);
      await collector.initialize();
    }
  });

  test.each<[string, GaugeCallback]>([
    [
      'throws',
      () => {
        throw new Error('no connection');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no connection'))],
    ['returns a text', (() => '12') as never],
    ['returns an object', (() => ({ value: 12 })) as never],
    ['returns null', (() => null) as never],
  ])(
    'the page lacks only the series of a gauge whose callback %s',
    async (_what, collect) => {
      const { collector, warnings } = makeCollector();
      collector.gauge('bad', { collect });
      collector.gauge('worse', { collect });
      collector.gauge('odd', { collect: () => NaN });
      collector.counter('good').inc();
      for (const accept of [undefined, OPEN_METRICS]) {
        const page = await collector.metrics(accept);
        expect(page).toMatch(/^good(_total)? 1$/m);
        expect(page).toContain('\nodd NaN\n');
        expect(page).not.toMatch(/^(bad|worse) /m);
      }
      expect(warnings).toEqual([
        expect.stringContaining('gauge "bad"'),
        expect.stringContaining('gauge "worse"'),
      ]);
      expect(await collector.metrics()).toMatch(
        /^metrics_errors_total\{cause="\w+"\} 6$/m,
      );
    },
  );

  test('the page is complete without a gauge whose callback hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { collector, warnings } = makeCollector();
    collector.gauge('hangs', { collect: () => new Promise(() => {}) });
    collector.counter('good').inc();
    const page = collector.metrics(OPEN_METRICS);
    await vi.advanceTimersByTimeAsync(COLLECT_LIMIT);
    expect(await page).toContain('\ngood_total 1\n');
    expect(await collector.metrics()).toContain('\ngood 1\n');
    expect(warnings).toEqual([expect.stringContaining('gauge "hangs"')]);
  });

  test('the page is rendered separately for each format', async () => {
    const { collector } = makeCollector();
    collector.gauge('g').set(1);
    const pages = await Promise.all([
      collector.metrics(),
      collector.metrics(OPEN_METRICS),
      collector.metrics(),
      collector.metrics(OPEN_METRICS),
    ]);
    expect(pages.map((page) => page.endsWith('# EOF\n'))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

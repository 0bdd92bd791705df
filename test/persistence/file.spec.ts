import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, Gauge as PromGauge } from 'prom-client';
import { expect, test } from 'vitest';
import type { PrometheusCollectorOptions } from '../../src/index.js';
import {
  makeCollector,
  OPEN_METRICS,
  samples,
  samplesOf,
} from '../support/collector.js';
import { tempFolder } from '../support/temp.js';

/** An interval that no test waits for. */
const NEVER = 86_400_000;

async function startApp(
  file: string,
  options: PrometheusCollectorOptions = {},
) {
  const app = makeCollector({
    persistence: { file, interval: NEVER },
    ...options,
  });
  await app.collector.initialize();
  return app;
}

test('counters and histograms go on from where they were after a restart', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector: first } = await startApp(file);
  first.counter('jobs_total').inc({ queue: 'mail' }, 3);
  first.counter('old_total', { description: 'Old jobs.' }).inc(7);
  const buckets = [1, 10];
  first.histogram('size', { buckets }).observe(5);
  await first.shutdown();

  const { collector: second, warnings } = await startApp(file);
  second.counter('jobs_total').inc({ queue: 'mail' }, 2);
  second.counter('jobs_total').inc({ queue: 'sms' });
  second.histogram('size', { buckets }).observe(0.5);
  expect(await samples(second, 'jobs_total')).toEqual([
    'jobs_total{queue="mail"} 5',
    'jobs_total{queue="sms"} 1',
  ]);
  expect(await samples(second, 'size')).toEqual([
    'size_bucket{le="1"} 1',
    'size_bucket{le="10"} 2',
    'size_bucket{le="+Inf"} 2',
    'size_sum 5.5',
    'size_count 2',
  ]);
  expect(await second.metrics()).toContain('# HELP old_total Old jobs.');
  expect(await samples(second, 'old_total')).toEqual(['old_total 7']);
  expect(warnings).toEqual([]);
});

test('a restored series has the time of its creation before the restart', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const created = async (collector: { metrics(a: string): Promise<string> }) =>
    (await collector.metrics(OPEN_METRICS))
      .split('\n')
      .find((line) => line.startsWith('jobs_created'));
  const { collector: first } = await startApp(file);
  first.counter('jobs_total').inc();
  const before = await created(first);
  await first.shutdown();

  const { collector: second } = await startApp(file);
  expect(await created(second)).toBe(before);
  second.counter('jobs_total').inc();
  expect(await created(second)).toBe(before);
});

test('sums of fractions are exactly what was shown before the restart', async () => {
  const file = join(tempFolder(), 'metrics.state');
  let last = 0;
  for (let run = 0; run < 5; run++) {
    const { collector } = await startApp(file);
    const cost = collector.counter('cost_total');
    const value = async () =>
      Number((await samples(collector, 'cost_total'))[0]!.split(' ')[1]);
    cost.inc(0);
    expect(await value()).toBe(last);
    for (let i = 0; i < 20; i++) {
      cost.inc(Math.random() / 3);
      const now = await value();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    await collector.shutdown();
  }
});

test('a gauge starts empty, and a persistent one with its last value until it is set', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector: first } = await startApp(file);
  first.gauge('sessions').set(4);
  const options = { persistent: true, description: 'Rows.' };
  first.gauge('import_rows', options).set({ source: 'crm' }, 120);
  first.gauge('import_rows', options).set({ source: 'erp' }, NaN);
  await first.shutdown();

  const { collector: second } = await startApp(file);
  expect(await samples(second, 'sessions')).toEqual([]);
  expect(await samples(second, 'import_rows')).toEqual([
    'import_rows{source="crm"} 120',
    'import_rows{source="erp"} NaN',
  ]);
  await second.shutdown();

  const { collector: third } = await startApp(file);
  third.gauge('import_rows', options).set({ source: 'erp' }, 3);
  expect((await samples(third, 'import_rows')).toSorted()).toEqual([
    'import_rows{source="crm"} 120',
    'import_rows{source="erp"} 3',
  ]);
  expect(await third.metrics()).toContain('# HELP import_rows Rows.');
});

test('what a page has shown is in the file before the page is sent', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector: killed } = await startApp(file);
  killed.counter('jobs_total').inc(41);
  await killed.metrics();
  // It counts what no page shows, and is killed.
  killed.counter('jobs_total').inc(100);

  const { collector: second } = await startApp(file);
  expect(await samples(second, 'jobs_total')).toEqual(['jobs_total 41']);
});

test('nothing is written where nothing has changed', async () => {
  const folder = tempFolder();
  const file = join(folder, 'metrics.state');
  const { collector } = await startApp(file, { defaultMetrics: true });
  collector.counter('jobs_total').inc();
  await collector.metrics();
  const { ino } = statSync(file);
  collector.gauge('sessions').set(1);
  await collector.metrics();
  await collector.save();
  expect(statSync(file).ino).toBe(ino);
  collector.counter('jobs_total').inc();
  await collector.save();
  expect(statSync(file).ino).not.toBe(ino);
  expect(readdirSync(folder)).toEqual(['metrics.state']);
});

test('the totals are saved each interval without a page', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector } = makeCollector({
    persistence: { file, interval: 100 },
  });
  await collector.initialize();
  collector.counter('jobs_total').inc();
  await expect
    .poll(() => readFileSync(file, 'utf8'), { timeout: 10_000 })
    .toContain('jobs_total');
});

test('counters of prom-client go on, those about the process and its gauges do not', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const count = async (by: number) => {
    const app = await startApp(file, { defaultMetrics: true });
    const { registry } = app.collector;
    const counter = new Counter({
      name: 'other_total',
      help: 'Others.',
      labelNames: ['a'],
      registers: [registry],
    });
    counter.inc({ a: 'x' }, by);
    new PromGauge({ name: 'level', help: 'Level.', registers: [registry] }).set(
      by,
    );
    return app.collector;
  };
  const first = await count(2);
  await first.metrics();
  await first.shutdown();
  const second = await count(3);
  const page = await second.metrics();
  expect(samplesOf(page, 'other_total')).toEqual(['other_total{a="x"} 5']);
  expect(samplesOf(page, 'level')).toEqual(['level 3']);
  expect(readFileSync(file, 'latin1')).not.toContain('process_cpu');
});

test('a job saves and restores without a server', async () => {
  const file = join(tempFolder(), 'metrics.state');
  for (let run = 1; run <= 3; run++) {
    const { collector } = makeCollector({ persistence: { file } });
    await collector.restore();
    await collector.restore();
    collector.counter('runs_total').inc();
    await collector.save();
    expect(await samples(collector, 'runs_total')).toEqual([
      `runs_total ${run}`,
    ]);
  }
});

test('clearMetrics() removes what was restored, too', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector: first } = await startApp(file);
  first.counter('jobs_total').inc();
  await first.shutdown();
  const { collector: second } = await startApp(file);
  second.clearMetrics();
  await new Promise(setImmediate);
  expect(await samples(second, 'jobs_total')).toEqual([]);
  second.counter('jobs_total').inc();
  expect(await samples(second, 'jobs_total')).toEqual(['jobs_total 1']);
});

test('other buckets after an update take over the counts that were restored', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector: first } = await startApp(file);
  first.histogram('size', { buckets: [1, 2, 4] }).observe(1.5);
  await first.shutdown();
  const { collector: second } = await startApp(file);
  second.histogram('size', { buckets: [2, 8] }).observe(1);
  expect(await samples(second, 'size')).toEqual([
    'size_bucket{le="2"} 2',
    'size_bucket{le="8"} 2',
    'size_bucket{le="+Inf"} 2',
    'size_sum 2.5',
    'size_count 2',
  ]);
});

test('a metric of another type after an update is shown without what was saved, and reported', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector: first } = await startApp(file);
  first.counter('level').inc(5);
  first.histogram('size').observe(5);
  await first.shutdown();
  const { collector: second, warnings } = await startApp(file);
  second.gauge('level').set(2);
  second.counter('size').inc(2);
  expect(await samples(second, 'level')).toEqual(['level 2']);
  expect(await samples(second, 'size')).toEqual(['size 2']);
  expect(warnings).toEqual([
    expect.stringContaining('"size" had another type'),
    expect.stringContaining('"level" had another type'),
  ]);
});

test('shutdown() and a second initialize() count nothing twice', async () => {
  const file = join(tempFolder(), 'metrics.state');
  const { collector } = await startApp(file);
  collector.counter('jobs_total').inc(2);
  await collector.shutdown();
  await collector.initialize();
  collector.counter('jobs_total').inc();
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 3']);
  await collector.shutdown();
  const { collector: second } = await startApp(file);
  expect(await samples(second, 'jobs_total')).toEqual(['jobs_total 3']);
});

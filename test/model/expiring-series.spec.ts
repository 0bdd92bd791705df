import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { replaceClock } from '../../src/core/clock.js';
import { MetricConflictError, OptionsError } from '../../src/core/errors.js';
import type { MetricsSnapshot } from '../../src/exporters/snapshot.js';
import { makeCollector, OPEN_METRICS, samples } from '../support/collector.js';
import { Members } from '../processes/members.js';

let now = 0n;

/** Lets time pass; without this call none does. */
function pass(seconds: number): void {
  now += BigInt(seconds) * 1_000_000_000n;
}

beforeEach(() => {
  onTestFinished(replaceClock(() => now));
});

const EXPIRES = { expireAfter: 60 };

describe('a series of a metric with expireAfter', () => {
  test('a series without a recording for so long goes with the next page', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total', EXPIRES);
    jobs.inc({ queue: 'mail' });
    jobs.inc({ queue: 'print' });
    expect(await samples(collector, 'jobs_total')).toHaveLength(2);
    pass(60);
    expect(await samples(collector, 'jobs_total')).toHaveLength(2);
    jobs.inc({ queue: 'print' });
    pass(1);
    expect(await samples(collector, 'jobs_total')).toEqual([
      'jobs_total{queue="print"} 2',
    ]);
  });

  test('a series is not removed before a page has shown its last recording', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total', EXPIRES);
    jobs.inc({ queue: 'mail' });
    await collector.metrics();
    pass(50);
    jobs.inc({ queue: 'mail' });
    pass(100);
    expect(await samples(collector, 'jobs_total')).toEqual([
      'jobs_total{queue="mail"} 2',
    ]);
    pass(1);
    expect(await samples(collector, 'jobs_total')).toEqual([]);
  });

  test('a series that comes back starts from 0, with a generation and a time of creation of its own, also one that is held', async () => {
    const { collector } = makeCollector();
    const held = collector.counter('jobs_total', EXPIRES).labels({ a: 1 });
    held.inc(5);
    const seriesIn = ({ metrics }: MetricsSnapshot) =>
      [...metrics.find(({ name }) => name === 'jobs_total')!.series].map(
        (one) => ({ ...one }),
      ) as { value: number; generation: number; created: number }[];
    const [before] = seriesIn(await collector.snapshot());
    pass(61);
    expect(seriesIn(await collector.snapshot())).toEqual([]);
    held.inc();
    const [after] = seriesIn(await collector.snapshot());
    expect(after!.value).toBe(1);
    expect(after!.generation).not.toBe(before!.generation);
    expect(after!.created).toBeGreaterThanOrEqual(before!.created);
    expect(await collector.metrics(OPEN_METRICS)).toMatch(
      /^jobs_created\{a="1"\} \d/m,
    );
  });

  test('a gauge that is set to the same value is touched, and one with a callback is touched by it', async () => {
    const { collector } = makeCollector();
    const rows = collector.gauge('rows', EXPIRES);
    collector.gauge('read', { ...EXPIRES, collect: () => 1 });
    const histogram = collector.histogram('size', { ...EXPIRES, buckets: [1] });
    for (const value of [1, 1, 1]) {
      rows.set({ table: 'a' }, value);
      histogram.observe({ table: 'a' }, value);
      await collector.metrics();
      pass(50);
    }
    expect(await samples(collector, 'rows')).toEqual(['rows{table="a"} 1']);
    expect(await samples(collector, 'size')).toHaveLength(4);
    pass(61);
    expect(await samples(collector, 'rows')).toEqual([]);
    expect(await samples(collector, 'size')).toEqual([]);
    expect(await samples(collector, 'read')).toEqual(['read 1']);
  });

  test('series that are there from the start stay, and others that init() creates go', async () => {
    const { collector } = makeCollector();
    collector.counter('a_total', EXPIRES).inc();
    const { initialLabels } = { initialLabels: [{ queue: 'mail' }] };
    const other = collector.counter('b_total', { ...EXPIRES, initialLabels });
    other.inc({ queue: 'mail' });
    other.init({ queue: 'print' });
    await collector.metrics();
    pass(61);
    expect(await samples(collector, 'a_total')).toEqual(['a_total 1']);
    expect(await samples(collector, 'b_total')).toEqual([
      'b_total{queue="mail"} 1',
    ]);
  });

  test('expired series make room for others, the overflow series included', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 1 });
    const jobs = collector.counter('jobs_total', EXPIRES);
    jobs.inc({ queue: 'a' });
    jobs.inc({ queue: 'b' });
    await collector.metrics();
    pass(61);
    expect(await samples(collector, 'jobs_total')).toEqual([]);
    jobs.inc({ queue: 'b' });
    expect(await samples(collector, 'jobs_total')).toEqual([
      'jobs_total{queue="b"} 1',
    ]);
  });

  test('the pages and the JSON of prom-client expire series too, also after the metrics were cleared', async () => {
    const { collector } = makeCollector();
    const jobs = collector.counter('jobs_total', EXPIRES);
    jobs.inc({ queue: 'a' });
    collector.clearMetrics();
    jobs.inc({ queue: 'a' });
    const read = async () =>
      (await collector.registry.getMetricsAsJSON()).find(
        ({ name }) => name === 'jobs_total',
      )!.values;
    expect(await read()).toHaveLength(1);
    pass(61);
    expect(await read()).toEqual([]);
  });

  test('expireAfter may be given when the metric exists, and holds from the next page on', async () => {
    const { collector } = makeCollector();
    const rows = collector.gauge('rows');
    rows.set({ table: 'a' }, 1);
    collector.gauge('rows', EXPIRES);
    pass(61);
    expect(await samples(collector, 'rows')).toHaveLength(1);
    pass(61);
    expect(await samples(collector, 'rows')).toEqual([]);
  });

  test('subscribers still get the recordings of a metric with expireAfter', async () => {
    const { collector } = makeCollector();
    const values: number[] = [];
    const subscription = collector.events$.subscribe(({ value }) => {
      values.push(value);
    });
    onTestFinished(() => subscription.unsubscribe());
    collector.counter('jobs_total', EXPIRES).inc(3);
    await expect.poll(() => values).toEqual([3]);
  });
});

test('counters and histograms of several processes do not expire, as their sum would fall, and gauges do', async () => {
  const app = new Members();
  const { collector: one } = await app.add();
  const { collector: two } = await app.add();
  for (const each of [one, two]) {
    each.counter('jobs_total', EXPIRES).inc({ queue: 'mail' });
    each.gauge('rows', EXPIRES).set({ table: 'a' }, 1);
    await each.metrics();
  }
  pass(61);
  two.counter('jobs_total').inc({ queue: 'mail' });
  for (const each of [one, two, one, two]) {
    expect(await samples(each, 'jobs_total')).toEqual([
      'jobs_total{queue="mail"} 3',
    ]);
  }
  await expect.poll(() => samples(one, 'rows')).toEqual([]);
});

test.each([[0], [-1], [NaN], [Infinity], ['1h']])(
  'an expireAfter of %j is refused with an error that names the metric and the value',
  (expireAfter) => {
    const { collector } = makeCollector();
    const ask = () =>
      collector.counter('jobs_total', { expireAfter: expireAfter as number });
    expect(ask).toThrow(OptionsError);
    expect(ask).toThrow(
      /^counter\('jobs_total'\)\.expireAfter is .+; expected a finite number of seconds above 0$/m,
    );
  },
);

test('a metric that is asked for with two times to expire is refused', () => {
  const { collector } = makeCollector();
  collector.counter('jobs_total', EXPIRES);
  collector.counter('jobs_total', EXPIRES);
  collector.counter('jobs_total');
  expect(() => collector.counter('jobs_total', { expireAfter: 5 })).toThrow(
    new MetricConflictError(
      'Metric "jobs_total" has the expireAfter 60 and was asked for with 5; use the same one',
    ),
  );
});

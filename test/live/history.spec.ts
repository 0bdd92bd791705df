import { describe, expect, test } from 'vitest';
import { labelOf } from '../../src/model/labels.js';
import { Buckets, Levels, Sums } from '../../src/live/query/measures.js';
import { run, SampledCollector } from './support.js';

/** The sum of increases of a metric over the range, and its points per minute. */
function sumsOf(sampled: SampledCollector, metric: string, minutes = 30) {
  const query = sampled.query(minutes);
  const sums = new Sums(query.window, 'bars');
  for (const series of query.series(metric)) query.watch(series, sums);
  run(query);
  return { total: sums.total, points: sums.per(60), window: query.window };
}

describe('the history of counters', () => {
  test('a counter has the increases since the first sample', async () => {
    const sampled = new SampledCollector();
    const counter = sampled.collector.counter('jobs_total');
    counter.inc({ kind: 'early' }, 100);
    await sampled.sample();
    counter.inc({ kind: 'early' }, 3);
    counter.inc({ kind: 'late' }, 4);
    await sampled.sample();
    counter.inc({ kind: 'late' }, 0.5);
    await sampled.sample();
    expect(sumsOf(sampled, 'jobs_total').total).toBe(7.5);
  });

  test('a counter that was reset counts from zero again', async () => {
    const sampled = new SampledCollector();
    const counter = sampled.collector.counter('jobs_total');
    await sampled.sample();
    counter.inc({}, 5);
    await sampled.sample();
    counter.reset();
    // More than before the reset: only another series tells it.
    counter.inc({}, 9);
    await sampled.sample();
    expect(sumsOf(sampled, 'jobs_total').total).toBe(14);
  });

  test('steps without a sample are gaps, and rates divide by the time that was sampled', async () => {
    const sampled = new SampledCollector();
    const counter = sampled.collector.counter('jobs_total');
    await sampled.sample();
    for (let i = 0; i < 6; i++) {
      counter.inc({}, 1);
      await sampled.sample();
    }
    // The app was suspended for two minutes.
    counter.inc({}, 25);
    await sampled.sample(125);
    const { total, points } = sumsOf(sampled, 'jobs_total', 5);
    expect(total).toBe(31);
    expect(points.filter((one) => one === null).length).toBeGreaterThan(30);
    const known = points.filter((one) => one !== null);
    // 1 in 5 s, and 25 in 125 s: both are 12 a minute.
    for (const one of known.slice(1)) expect(one).toBe(12);
  });

  test('removed series keep their history', async () => {
    const sampled = new SampledCollector();
    const counter = sampled.collector.counter('jobs_total');
    await sampled.sample();
    counter.inc({ kind: 'a' }, 2);
    counter.inc({ kind: 'b' }, 3);
    await sampled.sample();
    counter.remove({ kind: 'a' });
    counter.inc({ kind: 'b' }, 1);
    counter.inc({ kind: 'c' }, 1);
    await sampled.sample();
    expect(sumsOf(sampled, 'jobs_total').total).toBe(7);
  });
});

describe('the history of other metrics', () => {
  test('a histogram has the increases of its buckets', async () => {
    const sampled = new SampledCollector();
    const buckets = [1, 2, 5];
    const histogram = sampled.collector.histogram('size', { buckets });
    histogram.observe({}, 1);
    await sampled.sample();
    for (const value of [1, 2, 2, 9]) histogram.observe({}, value);
    await sampled.sample();
    histogram.observe({}, 4);
    await sampled.sample();
    const query = sampled.query();
    const counts = new Buckets(query.family('size')!.bounds);
    query.watchEach(['size'], () => counts);
    run(query);
    expect([...counts.counts]).toEqual([1, 2, 1, 1]);
  });

  test('a gauge has its levels, also from before the samples that are kept', async () => {
    const sampled = new SampledCollector({}, 1_000_000, 3);
    const gauge = sampled.collector.gauge('open');
    gauge.set({ kind: 'a' }, 7);
    gauge.set({ kind: 'b' }, -0.5);
    for (let i = 0; i < 10; i++) await sampled.sample();
    const levels = levelsOf(sampled, 'open');
    expect(levels.now).toBe(6.5);
    expect(levels.points().filter((one) => one !== null)).toEqual([6.5]);
    gauge.remove({ kind: 'a' });
    gauge.remove({ kind: 'b' });
    await sampled.sample();
    expect(levelsOf(sampled, 'open').now).toBeUndefined();
  });
});

function levelsOf(sampled: SampledCollector, metric: string): Levels {
  const query = sampled.query();
  const levels = new Levels(query.window);
  for (const series of query.series(metric)) query.watch(series, levels);
  run(query);
  return levels;
}

describe('the bounds of the history', () => {
  const SERIES = 3_000;

  function busyCollector() {
    const sampled = new SampledCollector({ maxSeriesPerMetric: SERIES });
    const histogram = sampled.collector.histogram('busy_seconds');
    const all = Array.from({ length: SERIES }, (_, i) =>
      histogram.labels({ id: i }),
    );
    return { sampled, all };
  }

  test('a history of thousands of busy series stays below 2 MB, and tells how many it leaves out', async () => {
    const { sampled, all } = busyCollector();
    await sampled.sample();
    for (let i = 0; i < 150; i++) {
      for (const [at, series] of all.entries()) series.observe((at % 7) + 0.5);
      await sampled.sample();
    }
    const { history } = sampled;
    expect(history.leftOut).toBe(1_000);
    expect(history.bytes).toBeLessThan(2 * 1024 * 1024);
    // The oldest samples made room.
    expect(history.times.first).toBeGreaterThan(0);
    const kept = history.next - history.times.first;
    expect(sumsOf(sampled, 'busy_seconds').total).toBe(kept * 2_000);
  });

  test('series that are busier take the places of idle ones, without a jump', async () => {
    const { sampled, all } = busyCollector();
    await sampled.sample();
    for (const series of all) series.observe(1);
    await sampled.sample();
    const late = all.slice(2_500, 2_600);
    for (let i = 0; i < 40; i++) {
      for (const series of late) series.observe(1);
      await sampled.sample();
    }
    const query = sampled.query();
    const ids = [...query.series('busy_seconds')].map((one) =>
      labelOf(one, 'id'),
    );
    expect(ids).toHaveLength(2_000);
    for (const [i] of late.entries()) expect(ids).toContain(String(2_500 + i));
    const { total } = sumsOf(sampled, 'busy_seconds');
    // Some of what happened before the exchange is not known, and nothing counts twice.
    expect(total).toBeGreaterThan(1_900 + 100 * 15);
    expect(total).toBeLessThanOrEqual(2_000 + 100 * 40);
  });

  test('series without a recording take no place', async () => {
    const { sampled, all } = busyCollector();
    for (let i = 0; i < 3; i++) await sampled.sample();
    expect(sampled.history.leftOut).toBe(0);
    all.at(-1)!.observe(1);
    await sampled.sample();
    expect(sumsOf(sampled, 'busy_seconds').total).toBe(1);
  });
});

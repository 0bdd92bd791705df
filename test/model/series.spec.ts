import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Labels } from '../../src/index.js';
import { makeCollector, samples, seriesOf } from '../support/collector.js';
import { heapKeptBy } from '../support/heap.js';
import { withLink } from '../../src/core/message-links.js';

describe('a series', () => {
  test('a series is the same for the same labels in another order or of another type', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    counter.inc({ code: 200, method: 'GET' });
    counter.inc({ method: 'GET', code: '200' });
    counter.inc({ method: 'GET', code: '200', gone: null });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{code="200",method="GET"} 3',
    ]);
  });

  test('two label sets that look alike when joined have separate series', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    counter.inc({ a: 'x,b:y', b: 'z' });
    counter.inc({ a: 'x', b: 'y,b:z' });
    expect(await samples(collector, 'hits_total')).toHaveLength(2);
  });

  test('series of one metric may have different label names', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    counter.inc();
    counter.inc({ a: 1 });
    counter.inc({ b: 1 });
    counter.inc({ a: 1, b: 1 });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total 1',
      'hits_total{a="1"} 1',
      'hits_total{b="1"} 1',
      'hits_total{a="1",b="1"} 1',
    ]);
  });

  test('a series keeps its labels when the caller changes the object afterwards', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    const labels = { user: 'first' };
    counter.inc(labels);
    const kept = counter.labels(labels);
    labels.user = 'second';
    kept.inc();
    counter.inc(labels);
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{user="first"} 2',
      'hits_total{user="second"} 1',
    ]);
  });

  test('a series is found again for any labels, as a Map of the sorted labels would find it', async () => {
    const name = fc.constantFrom('a', 'b', 'c', '_d');
    const value = fc.oneof(
      fc.constantFrom<Labels[string][]>('x', 'y', '1', 1, 'true', true, null),
      fc.string({ maxLength: 3 }),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(undefined, ''),
    );
    const step = fc.record({
      labels: fc.dictionary(name, value) as fc.Arbitrary<Labels>,
      removed: fc.integer({ max: 9, min: 0 }).map((i) => i === 0),
    });
    const defaults = fc.constantFrom<Record<string, string>[]>({}, { a: 'x' });
    const run = async (
      steps: { labels: Labels; removed: boolean }[],
      own: Record<string, string>,
    ) => {
      const { collector } = makeCollector({
        defaultLabels: own,
        initialSeries: false,
      });
      const counter = collector.counter('hits_total');
      const expected = new Map<string, number>();
      for (const { labels, removed } of steps) {
        const present = Object.entries(labels).filter(
          ([, v]) => v !== null && v !== undefined && v !== '',
        );
        const key = JSON.stringify(
          Object.entries({ ...own, ...Object.fromEntries(present) })
            .map(([n, v]) => [n, String(v)])
            .sort(),
        );
        if (removed) {
          expect(counter.remove(labels)).toBe(expected.delete(key));
        } else {
          counter.inc(labels);
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
      }
      const series = await seriesOf(collector, 'hits_total');
      const actual = series.map(
        ([found, times]) =>
          [JSON.stringify(Object.entries(found)), times] as const,
      );
      expect(actual).toHaveLength(expected.size);
      expect(new Map(actual)).toEqual(expected);
    };
    const steps = fc.array(step, { size: '+1' });
    await fc.assert(fc.asyncProperty(steps, defaults, run), { numRuns: 500 });
  });

  test('a series that was removed starts from 0 again, also through a kept handle', async () => {
    const { collector } = makeCollector();
    const gauge = collector.gauge('level');
    const kept = gauge.labels({ tank: 1 });
    kept.set(7);
    expect(gauge.remove({ tank: '1' })).toBe(true);
    expect(gauge.remove({ tank: '1' })).toBe(false);
    expect(await samples(collector, 'level')).toEqual([]);
    kept.inc(2);
    gauge.inc({ tank: 1 }, 3);
    expect(await samples(collector, 'level')).toEqual(['level{tank="1"} 5']);
  });

  test('removed series use no memory, however many come and go', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 10 });
    const gauge = collector.gauge('level');
    for (let i = 0; i < 1000; i++) {
      gauge.set({ tank: i }, i);
      gauge.remove({ tank: i });
    }
    gauge.set({ tank: 'last' }, 1);
    expect(await samples(collector, 'level')).toEqual(['level{tank="last"} 1']);
  });
});

describe('a metric with too many label sets', () => {
  test('a metric with too many label sets records the rest in one overflow series, and nothing is dropped', async () => {
    const { collector, warnings } = makeCollector({ maxSeriesPerMetric: 3 });
    const counter = collector.counter('hits_total');
    for (let user = 0; user < 10; user++) counter.inc({ user });
    counter.inc({ user: 0 });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{user="0"} 2',
      'hits_total{user="1"} 1',
      'hits_total{user="2"} 1',
      'hits_total{otel_metric_overflow="true"} 7',
    ]);
    expect(warnings).toEqual([
      withLink(
        'Metric "hits_total" has reached 3 series; new label sets are recorded as {otel_metric_overflow="true"}',
        'series_limit',
      ),
    ]);
    expect(await samples(collector, 'metrics_overflows_total')).toEqual([
      'metrics_overflows_total{metric="hits_total"} 7',
    ]);
  });

  test('a metric with too many label sets has its default labels on the overflow series too', async () => {
    const { collector } = makeCollector({
      maxSeriesPerMetric: 1,
      defaultLabels: { app: 'docs' },
    });
    const histogram = collector.histogram('size', { buckets: [1] });
    histogram.observe({ a: 1 }, 1);
    histogram.observe({ a: 2 }, 2);
    expect(await samples(collector, 'size')).toEqual([
      'size_bucket{a="1",app="docs",le="1"} 1',
      'size_bucket{a="1",app="docs",le="+Inf"} 1',
      'size_sum{a="1",app="docs"} 1',
      'size_count{a="1",app="docs"} 1',
      'size_bucket{app="docs",otel_metric_overflow="true",le="1"} 0',
      'size_bucket{app="docs",otel_metric_overflow="true",le="+Inf"} 1',
      'size_sum{app="docs",otel_metric_overflow="true"} 2',
      'size_count{app="docs",otel_metric_overflow="true"} 1',
    ]);
  });

  test('a metric with too many label sets makes room again when a series is removed', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 1 });
    const gauge = collector.gauge('level');
    gauge.set({ tank: 1 }, 1);
    gauge.set({ tank: 2 }, 2);
    gauge.remove({ tank: 1 });
    gauge.set({ tank: 3 }, 3);
    expect(await samples(collector, 'level')).toEqual([
      'level{otel_metric_overflow="true"} 2',
      'level{tank="3"} 3',
    ]);
  });

  test('a full metric does not store the label sets that it has no room for', async () => {
    const maxSeries = 5_000;
    const { collector } = makeCollector({ maxSeriesPerMetric: maxSeries });
    const counter = collector.counter('hits_total');
    for (let user = 0; user < maxSeries; user++) counter.inc({ user });
    const kept = await heapKeptBy((round) => {
      const first = maxSeries * (1 + 2 * round);
      for (let user = first; user < first + 2 * maxSeries; user++) {
        counter.inc({ user });
        counter.inc({ user: String(user) });
      }
    });
    expect(kept).toBeLessThan(500_000);
    const found = await samples(collector, 'hits_total');
    expect(found).toHaveLength(maxSeries + 1);
    expect(found).toContain('hits_total{otel_metric_overflow="true"} 80000');
  });
});

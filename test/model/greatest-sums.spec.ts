import { describe, expect, test } from 'vitest';
import { MetricType, MetricValueError } from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';

const HALF = 1e308;

describe('a counter', () => {
  test('a counter refuses an increase past the greatest number, and keeps its value', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    const series = counter.labels({ a: 1 });
    counter.inc({ a: 1 }, HALF);
    const message =
      'Counter "hits_total" is at 1e+308 and cannot be increased by 1e+308; expected a sum of 1.7976931348623157e+308 at most';
    for (const more of [
      () => counter.inc({ a: 1 }, HALF),
      () => series.inc(HALF),
      () =>
        collector.record({
          name: 'hits_total',
          type: MetricType.COUNTER,
          labels: { a: 1 },
          value: HALF,
        }),
    ]) {
      expect(more).toThrow(MetricValueError);
      expect(more).toThrow(message);
    }
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{a="1"} 1e+308',
    ]);
    series.inc(Number.MAX_VALUE - HALF);
    series.inc();
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{a="1"} 1.7976931348623157e+308',
    ]);
  });

  test.each([Infinity, NaN, -1, '1', 1n, null])(
    'a counter refuses %s by way of a kept series too',
    async (value) => {
      const { collector } = makeCollector();
      const series = collector.counter('hits_total').labels({});
      expect(() => series.inc(value as number)).toThrow(
        /^Counter "hits_total" cannot be increased by .*; expected a finite number of 0 or more$/m,
      );
      expect(await samples(collector, 'hits_total')).toEqual(['hits_total 0']);
    },
  );
});

describe('a histogram', () => {
  test.each([HALF, -HALF])(
    'a histogram refuses an observation of %s that its sum cannot hold, and records no part of it',
    async (value) => {
      const { collector } = makeCollector();
      const histogram = collector.histogram('size', { buckets: [1] });
      const series = histogram.labels({});
      histogram.observe(value);
      for (const more of [
        () => histogram.observe(value),
        () => series.observe(value),
      ]) {
        expect(more).toThrow(MetricValueError);
        expect(more).toThrow(
          `Histogram "size" has observed a sum of ${value} and cannot observe ${value}`,
        );
      }
      const lines = await samples(collector, 'size');
      expect(lines).toContain(`size_sum ${value}`);
      expect(lines).toContain('size_count 1');
    },
  );

  test.each([Infinity, -Infinity, NaN, '1', 1n, undefined])(
    'a histogram refuses %s by way of a kept series too',
    async (value) => {
      const { collector } = makeCollector();
      const series = collector.histogram('size').labels({});
      expect(() => series.observe(value as number)).toThrow(
        /^Histogram "size" cannot observe .*; expected a finite number$/m,
      );
      expect(await samples(collector, 'size')).toContain('size_count 0');
    },
  );
});

describe('a gauge', () => {
  test('a gauge does not become infinite by adding, but can be set so', async () => {
    const { collector } = makeCollector();
    const gauge = collector.gauge('level');
    const series = gauge.labels({});
    gauge.set(HALF);
    for (const more of [() => gauge.inc(HALF), () => series.inc(HALF)]) {
      expect(more).toThrow(MetricValueError);
      expect(more).toThrow(
        'Gauge "level" is at 1e+308 and cannot be changed by 1e+308',
      );
    }
    gauge.set(-HALF);
    expect(() => gauge.dec(HALF)).toThrow(MetricValueError);
    expect(() => series.dec(HALF)).toThrow(MetricValueError);
    expect(await samples(collector, 'level')).toEqual(['level -1e+308']);
    gauge.set(Infinity);
    gauge.inc();
    expect(await samples(collector, 'level')).toEqual(['level +Inf']);
    gauge.set(0);
    gauge.dec(Infinity);
    expect(await samples(collector, 'level')).toEqual(['level -Inf']);
    gauge.set(NaN);
    gauge.inc(1);
    expect(await samples(collector, 'level')).toEqual(['level NaN']);
  });
});

test('a metric that a filter denies takes any number of great values', () => {
  const { collector } = makeCollector({ filters: [{ deny: true }] });
  const [counter, gauge, histogram] = [
    collector.counter('hits_total'),
    collector.gauge('level'),
    collector.histogram('size'),
  ];
  for (let user = 0; user < 3; user++) {
    counter.inc({ user }, HALF);
    gauge.inc({ user }, HALF);
    histogram.observe({ user }, HALF);
    histogram.labels({ user }).observe(HALF);
  }
});

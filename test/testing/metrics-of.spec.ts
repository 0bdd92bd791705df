import * as prometheus from 'prom-client';
import { describe, expect, test } from 'vitest';
import { LabelError, MetricNameError } from '../../src/index.js';
import {
  metricsOf,
  MetricTypeError,
  UnknownMetricError,
} from '../../src/testing/index.js';
import { makeCollector } from '../support/collector.js';

const OPTIONS = { namespace: 'shop', subsystem: 'api' };

function made(options = {}) {
  const { collector } = makeCollector({ ...OPTIONS, ...options });
  return { collector, metrics: metricsOf(collector) };
}

describe('value()', () => {
  test('value() sums the series that have the labels, by short and by full name', () => {
    const { collector, metrics } = made();
    const sold = collector.counter('sold_total');
    sold.inc({ item: 'book', shop: 1 }, 2);
    sold.inc({ item: 'book', shop: 2 }, 3);
    sold.inc({ item: 'pen', shop: 2 });
    expect(metrics.value('sold_total')).toBe(6);
    expect(metrics.value('sold_total', { item: 'book' })).toBe(5);
    expect(metrics.value('shop_api_sold_total', { shop: 2 })).toBe(4);
    expect(metrics.value('sold_total', { item: 'cup' })).toBe(0);
  });

  test('a label that is given without a value must be absent', () => {
    const { collector, metrics } = made();
    const calls = collector.counter('calls_total');
    calls.inc();
    calls.inc({ error_type: 'RangeError' }, 5);
    for (const error_type of [undefined, null, '']) {
      expect(metrics.value('calls_total', { error_type })).toBe(1);
    }
  });

  test('value() finds a long label value by the text that the app gave', () => {
    const { collector, metrics } = made();
    const text = 'x'.repeat(5_000);
    collector.counter('calls_total').inc({ text });
    expect(metrics.value('calls_total', { text })).toBe(1);
  });

  test('value() finds metrics without the subsystem, without any prefix, and by the name before a filter', () => {
    const { collector, metrics } = made({
      filters: [{ metrics: 'old_total', rename: 'new_total' }],
    });
    collector.reportError('test', new Error('kept'));
    collector.counter('plain_total', { prefixed: false }).inc();
    collector.counter('old_total').inc();
    collector.counter('gen_ai.calls').inc();
    expect(metrics.value('metrics_errors_total')).toBe(1);
    expect(metrics.value('plain_total')).toBe(1);
    expect(metrics.value('old_total')).toBe(1);
    expect(metrics.value('gen_ai.calls')).toBe(1);
  });

  test('value() has the default labels of the collector and of the registry', () => {
    const { collector, metrics } = made({ defaultLabels: { region: 'eu' } });
    collector.registry.setDefaultLabels({ app: 'shop' });
    collector.counter('calls_total').inc();
    expect(metrics.series('calls_total')).toEqual([
      { labels: { app: 'shop', region: 'eu' }, value: 1 },
    ]);
  });

  test('value() of a histogram is refused with the method that reads it', () => {
    const { collector, metrics } = made();
    collector.timer('took_seconds').observe(1);
    expect(() => metrics.value('took_seconds')).toThrow(MetricTypeError);
    expect(() => metrics.value('took_seconds')).toThrow(
      'Metric "shop_api_took_seconds" is a histogram; read it with histogram() or series()',
    );
    collector.counter('calls_total').inc();
    expect(() => metrics.histogram('calls_total')).toThrow(
      'Metric "shop_api_calls_total" is a counter; read it with value()',
    );
    expect(metrics.series('took_seconds')).toEqual([{ labels: {}, value: 1 }]);
  });

  test('value() refuses what is no label set and no name', () => {
    const { collector, metrics } = made();
    collector.counter('calls_total').inc({ a: 1 });
    expect(() => metrics.value('calls_total', 'a' as never)).toThrow(
      LabelError,
    );
    expect(() => metrics.value(1 as never)).toThrow(MetricNameError);
  });
});

describe('a name that does not exist', () => {
  test('a name that does not exist fails with the three nearest ones', () => {
    const { collector, metrics } = made();
    expect(() => metrics.value('a')).toThrow('there are no metrics yet');
    for (const name of [
      'agent_executions_total',
      'agent_duration_seconds',
      'agent_cost_total',
      'queue_length',
    ]) {
      collector.counter(name).inc();
    }
    expect(() => metrics.value('agent_exections_total')).toThrow(
      UnknownMetricError,
    );
    expect(() => metrics.value('agent_exections_total')).toThrow(
      /^No metric is named "agent_exections_total"; the nearest are "shop_api_agent_executions_total", "shop_api_agent_cost_total", "[^"]+"$/m,
    );
    expect(() => metrics.value('executions')).toThrow(
      'the nearest are "shop_api_agent_executions_total", ',
    );
    expect(() => metrics.series('cost')).toThrow(UnknownMetricError);
    expect(() => metrics.histogram('cost')).toThrow(UnknownMetricError);
  });

  test('a metric that a filter drops fails with that reason', () => {
    const { collector, metrics } = made({
      filters: [{ metrics: 'noise_total', deny: true }],
    });
    collector.counter('noise_total').inc();
    expect(() => metrics.value('noise_total')).toThrow(
      'Metric "noise_total" is dropped by a filter',
    );
  });
});

describe('histogram()', () => {
  test('histogram() has count, sum and cumulated buckets of all series with the labels', () => {
    const { collector, metrics } = made();
    const took = collector.histogram('took', { buckets: [1, 10] });
    took.observe({ step: 'a' }, 0.5);
    took.observe({ step: 'a' }, 5);
    took.observe({ step: 'b' }, 50);
    const { count, sum, buckets } = metrics.histogram('took');
    expect({ count, sum, buckets }).toEqual({
      count: 3,
      sum: 55.5,
      buckets: [
        { le: 1, count: 1 },
        { le: 10, count: 2 },
        { le: Infinity, count: 3 },
      ],
    });
    expect(metrics.histogram('took', { step: 'b' })).toMatchObject({
      count: 1,
      sum: 50,
    });
    expect(metrics.histogram('took', { step: 'c' }).quantile(0.5)).toBeNaN();
  });
});

describe('changes()', () => {
  test('changes() has what the work has changed, and nothing else', async () => {
    const { collector, metrics } = made();
    const calls = collector.counter('calls_total');
    const took = collector.histogram('took', { buckets: [1, 10] });
    const open = collector.gauge('open');
    calls.inc({ kind: 'a' }, 5);
    calls.inc({ kind: 'b' });
    took.observe(100);
    open.set({ door: 1 }, 3);
    open.set({ door: 2 }, 7);
    collector.counter('other_total').inc();
    const changes = await metrics.changes(async () => {
      calls.inc({ kind: 'a' }, 2);
      calls.inc({ kind: 'c' });
      calls.inc({ kind: 'd' }, 0);
      took.observe(0.5);
      open.dec({ door: 1 }, 2);
      open.remove({ door: 2 });
      return 'done';
    });
    expect(changes.result).toBe('done');
    expect(changes.value('calls_total')).toBe(3);
    expect(changes.value('calls_total', { kind: 'b' })).toBe(0);
    expect(changes.value('other_total')).toBe(0);
    expect(changes.series('calls_total')).toEqual([
      { labels: { kind: 'a' }, value: 2 },
      { labels: { kind: 'c' }, value: 1 },
    ]);
    expect(changes.histogram('took')).toMatchObject({
      count: 1,
      sum: 0.5,
      buckets: [{ count: 1 }, { count: 1 }, { count: 1 }],
    });
    expect(changes.all).toEqual([
      change('calls_total', 'counter', 2, { kind: 'a' }),
      change('calls_total', 'counter', 1, { kind: 'c' }),
      change('took', 'histogram', 1),
      change('open', 'gauge', -2, { door: '1' }),
      change('open', 'gauge', -7, { door: '2' }),
    ]);
    expect(() => changes.value('call_total')).toThrow(UnknownMetricError);
  });

  function change(name: string, type: string, by: number, labels = {}) {
    return { name: `shop_api_${name}`, type, labels, by };
  }

  test('changes() counts a metric that was reset from zero', async () => {
    const { collector, metrics } = made();
    const calls = collector.counter('calls_total');
    calls.inc(2);
    const changes = await metrics.changes(() => {
      metrics.reset();
      calls.inc(3);
    });
    expect(changes.value('calls_total')).toBe(3);
  });

  test('changes() passes on what the work throws', async () => {
    const { metrics } = made();
    const error = new Error('work');
    await expect(metrics.changes(() => Promise.reject(error))).rejects.toBe(
      error,
    );
    await expect(
      metrics.changes(() => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  test('changes() has gauges with a callback and metrics of prom-client', async () => {
    const { collector, metrics } = made();
    let length = 2;
    collector.gauge('length', { collect: () => length });
    const theirs = new prometheus.Counter({
      name: 'theirs_total',
      help: 'theirs',
      registers: [collector.registry],
    });
    const summary = new prometheus.Summary({
      name: 'sizes',
      help: 'sizes',
      registers: [collector.registry],
    });
    theirs.inc(4);
    const changes = await metrics.changes(() => {
      length = 9;
      theirs.inc();
      summary.observe(3);
    });
    expect(changes.value('length')).toBe(7);
    expect(changes.value('theirs_total')).toBe(1);
    expect(changes.series('sizes')).toEqual([{ labels: {}, value: 1 }]);
  });
});

test('reset() begins again at zero, for instruments and series that the app holds too', () => {
  const { collector, metrics } = made();
  const calls = collector.counter('calls_total');
  const series = calls.labels({ kind: 'a' });
  const took = collector.timer('took_seconds');
  series.inc();
  took.observe(1);
  metrics.reset();
  expect(metrics.value('calls_total')).toBe(0);
  expect(metrics.histogram('took_seconds').count).toBe(0);
  series.inc();
  took.observe(2);
  expect(metrics.value('calls_total', { kind: 'a' })).toBe(1);
  expect(metrics.histogram('took_seconds').sum).toBe(2);
});

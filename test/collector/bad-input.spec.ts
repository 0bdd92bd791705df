import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  BucketsError,
  LabelError,
  MetricConflictError,
  MetricEvent,
  type MetricEventInit,
  MetricNameError,
  MetricsError,
  MetricType,
  MetricValueError,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';

/** What is thrown, by an event and by the instrument of the same type. */
const event = (init: Partial<MetricEventInit>) =>
  new MetricEvent({
    name: 'm',
    type: MetricType.COUNTER,
    value: 1,
    ...init,
  } as MetricEventInit);

const badEvents: [
  string,
  Partial<MetricEventInit>,
  new (m: string) => MetricsError,
][] = [
  ['an empty name', { name: '' }, MetricNameError],
  ['a name without any usable character', { name: '???' }, MetricNameError],
  ['an unknown type', { type: 'summary' as MetricType }, MetricValueError],
  ['a negative counter value', { value: -1 }, MetricValueError],
  ['a counter value of NaN', { value: NaN }, MetricValueError],
  ['an infinite counter value', { value: Infinity }, MetricValueError],
  ['a counter value as text', { value: '1' as never }, MetricValueError],
  ['a counter value as bigint', { value: 1n as never }, MetricValueError],
  ['no value', { value: undefined }, MetricValueError],
  [
    'a gauge value as text',
    { type: MetricType.GAUGE, value: '1' as never },
    MetricValueError,
  ],
  [
    'NaN to a histogram',
    { type: MetricType.HISTOGRAM, value: NaN },
    MetricValueError,
  ],
  [
    'infinity to a timer',
    { type: MetricType.TIMER, value: Infinity },
    MetricValueError,
  ],
  ['the label le', { labels: { le: '1' } }, LabelError],
  ['the label quantile', { labels: { quantile: '1' } }, LabelError],
  ['a label that starts with __', { labels: { __x: '1' } }, LabelError],
  ['an object as label value', { labels: { a: {} as never } }, LabelError],
  [
    'a timer in another unit than seconds',
    { type: MetricType.TIMER, unit: 'ms' },
    OptionsError,
  ],
  ['a description that is no text', { description: 5 as never }, OptionsError],
];

describe('an event with', () => {
  test.each(badEvents)(
    'an event with %s is refused, and nothing of it is kept',
    async (_what, init, type) => {
      const { collector } = makeCollector();
      expect(() => collector.record(event(init))).toThrow(type);
      await expect(collector.sendMetric(event(init))).rejects.toThrow(type);
      expect(collector.getMetricCount()).toBe(0);
      expect(await collector.metrics()).toBe('');
    },
  );
});

describe('a known metric', () => {
  test('a known metric is not touched by a recording that is refused', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('m');
    const gauge = collector.gauge('g');
    const histogram = collector.histogram('h');
    counter.inc({ a: 1 });
    expect(() => counter.inc({ b: 1 }, -1)).toThrow(MetricValueError);
    expect(() => counter.inc({ le: 1 })).toThrow(LabelError);
    expect(() => counter.labels({ a: 1 }).inc(NaN)).toThrow(MetricValueError);
    expect(() => gauge.set({ b: 1 } as never)).toThrow(MetricValueError);
    expect(() => histogram.observe({ b: 1 }, NaN)).toThrow(MetricValueError);
    expect(() => collector.record(event({ name: 'm', value: -1 }))).toThrow(
      'Counter "m" cannot be increased by -1; expected a finite number of 0 or more',
    );
    expect(await samples(collector, 'm')).toEqual(['m{a="1"} 1']);
    expect(await samples(collector, 'g')).toEqual([]);
    expect(await samples(collector, 'h')).toEqual([]);
  });

  test('a known metric refuses an event without a value, as a new one does', async () => {
    const { collector } = makeCollector();
    collector.record(event({ name: 'm', value: 2 }));
    const without = event({ name: 'm', value: undefined });
    expect(() => collector.record(without)).toThrow(MetricValueError);
    expect(await samples(collector, 'm')).toEqual(['m 2']);
  });

  test('a known metric is refused under another type, with the reason and the way out', () => {
    const { collector } = makeCollector({ namespace: 'tframex' });
    collector.counter('m');
    expect(() => collector.gauge('m')).toThrow(
      new MetricConflictError(
        'Metric "tframex_m" is registered as a counter and was asked for as a gauge; give one of them another name',
      ),
    );
    expect(() => collector.record(event({ type: MetricType.TIMER }))).toThrow(
      MetricConflictError,
    );
  });

  test('a known metric is refused with other buckets, and given with the same or with none', () => {
    const { collector } = makeCollector();
    const histogram = collector.histogram('h', { buckets: [1, 2] });
    expect(collector.histogram('h')).toBe(histogram);
    expect(collector.timer('h', { buckets: [1, 2] })).toBe(histogram);
    expect(() => collector.histogram('h', { buckets: [1, 3] })).toThrow(
      'Metric "h" is registered with buckets 1, 2 and was asked for with 1, 3',
    );
  });

  test.each([
    ['h', 'h_count'],
    ['h', 'h_sum'],
    ['h', 'h_bucket'],
  ])(
    'a metric called %s and a histogram make the name %s unusable',
    (base, sample) => {
      const first = makeCollector().collector;
      first.histogram(base);
      expect(() => first.counter(sample)).toThrow(MetricConflictError);
      const second = makeCollector().collector;
      second.counter(sample);
      expect(() => second.histogram(base)).toThrow(MetricConflictError);
    },
  );

  test('a metric of another collector in the same registry is not taken over', () => {
    const registry = new Registry();
    const first = makeCollector({ registry }).collector;
    const second = makeCollector({ registry }).collector;
    first.counter('m');
    expect(() => second.counter('m')).toThrow(MetricConflictError);
    expect(second.getMetricCount()).toBe(0);
  });
});

describe('buckets that are', () => {
  test.each([
    ['unsorted', [2, 1]],
    ['repeated', [1, 1]],
    ['infinite', [1, Infinity]],
  ])(
    'buckets that are %s are refused, and no metric is made',
    (_what, buckets) => {
      const { collector } = makeCollector();
      expect(() => collector.histogram('h', { buckets })).toThrow(BucketsError);
      expect(() => collector.timer('h', { buckets })).toThrow(BucketsError);
      expect(collector.getMetricCount()).toBe(0);
    },
  );
});

describe('a collector configured with', () => {
  test.each([
    [{ port: 70_000 }, 'port is 70000; expected an integer from 0 to 65535'],
    [{ port: -1 }, 'port is -1; expected an integer from 0 to 65535'],
    [{ port: '9090' }, "port is '9090'; expected an integer"],
    [
      { path: 'metrics' },
      'path is \'metrics\'; expected a URL path such as "/metrics"',
    ],
    [{ path: '/' }, "path is '/'; expected a URL path"],
    [{ path: '/a/:b' }, "path is '/a/:b'; expected a URL path"],
    [
      { path: '/health' },
      'path is \'/health\'; expected a URL path such as "/metrics" other than /health',
    ],
    [{ host: '' }, "host is ''; expected a host name"],
    [{ namespace: 5 }, 'namespace is 5; expected a string'],
    [{ subsystem: null }, 'subsystem is null; expected a string'],
    [
      { maxSeriesPerMetric: 0 },
      'maxSeriesPerMetric is 0; expected an integer of 1 or more',
    ],
    [
      { defaultLabels: { le: 'x' } },
      "defaultLabels is { le: 'x' }; expected an object of label names",
    ],
    [{ defaultLabels: 'x' }, "defaultLabels is 'x'; expected an object"],
    [
      { buckets: { m: [2, 1] } },
      'expected an object of metric names and, for each, finite numbers',
    ],
    [
      { registry: {} },
      'registry is {}, which lacks the methods registerMetric',
    ],
    [
      { defaultMetrics: 1 },
      'defaultMetrics is 1; expected true, false or an object',
    ],
    [
      { prot: 9090 },
      'prot is not an option; known here are: namespace, subsystem',
    ],
    [null, 'The options object is null; expected an object'],
    [[], 'The options object is []; expected an object'],
  ])(
    'a collector configured with %j fails and says what is allowed',
    (options, message) => {
      expect(() => new PrometheusCollector(options as never)).toThrow(
        OptionsError,
      );
      expect(() => new PrometheusCollector(options as never)).toThrow(message);
    },
  );

  test('an explicit undefined has the default', () => {
    const { collector } = makeCollector({
      namespace: undefined,
      path: undefined,
      registry: null,
    });
    expect(collector.counter('m').name).toBe('tframex_m');
  });
});

test('errors have a class, a code and a short message', () => {
  const { collector } = makeCollector();
  try {
    collector.counter('m').inc({ a: { huge: 'x'.repeat(10_000) } as never });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(MetricsError);
    expect(error).toMatchObject({ name: 'LabelError', code: 'invalid_label' });
    expect((error as Error).message.length).toBeLessThan(300);
  }
});

import { trace } from '@opentelemetry/api';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  MetricType,
  type PrometheusCollector,
  type PrometheusCollectorOptions,
} from '../../src/index.js';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';
import { type SpanLabels, startTracing } from '../support/tracing.js';

/** Seconds that all durations have, whatever the machine is busy with. */
const durations = vi.hoisted(() => ({ seconds: 0 }));

vi.mock('../../src/core/clock.js', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../src/core/clock.js')>();
  return { ...real, secondsSince: () => durations.seconds };
});

/** The exemplars of a page: the series with labels, value and time of each. */
async function exemplarsOf(collector: PrometheusCollector) {
  const page = await collector.metrics(OPEN_METRICS);
  return [...page.matchAll(/^(\S+) \S+ # \{(.*)\} (\S+) (\S+)$/gm)].map(
    ([, series, labels, value, time]) => ({
      series,
      labels,
      value: Number(value),
      time: Number(time),
    }),
  );
}

const text = ({ trace_id, span_id }: SpanLabels) =>
  `trace_id="${trace_id}",span_id="${span_id}"`;

/** A collector whose first round of exemplars has begun. */
async function scraped(options: PrometheusCollectorOptions = {}) {
  const tracing = startTracing();
  const made = makeCollector({ createdSamples: false, ...options });
  await made.collector.initialize();
  await made.collector.metrics(OPEN_METRICS);
  return { ...made, ...tracing };
}

describe('exemplars', () => {
  test('exemplars name the span that a recording was made in, by all ways to record', async () => {
    const { collector, inSpan } = await scraped();
    const counter = collector.counter('c_total');
    const histogram = collector.histogram('h', { buckets: [1, 10] });
    const before = Date.now() / 1000;
    const { labels } = inSpan(() => {
      counter.inc({ a: 1 }, 5);
      counter.inc(2);
      counter.labels({ a: 2 }).inc(3);
      histogram.observe({ a: 1 }, 4);
      histogram.labels({ a: 2 }).observe(40);
      collector.record({ name: 'e', type: MetricType.COUNTER, value: 7 });
      collector.record({ name: 'f', type: MetricType.HISTOGRAM, value: 99 });
      histogram.startTimer({ a: 3 })();
    });
    const after = Date.now() / 1000;
    const found = await exemplarsOf(collector);
    expect(found.map(({ series, value }) => [series, value])).toEqual([
      ['c_total{a="1"}', 5],
      ['c_total', 2],
      ['c_total{a="2"}', 3],
      ['h_bucket{a="1",le="10.0"}', 4],
      ['h_bucket{a="2",le="+Inf"}', 40],
      ['h_bucket{a="3",le="1.0"}', expect.any(Number)],
      ['e_total', 7],
      ['f_bucket{le="+Inf"}', 99],
    ]);
    for (const exemplar of found) {
      expect(exemplar.labels).toBe(text(labels));
      expect(exemplar.time).toBeGreaterThanOrEqual(before);
      expect(exemplar.time).toBeLessThanOrEqual(after);
    }
  });

  test('a histogram has one exemplar for each bucket', async () => {
    const { collector, inSpan } = await scraped();
    const histogram = collector.histogram('h', { buckets: [1, 10] });
    const first = inSpan(() => histogram.observe(0.5)).labels;
    const second = inSpan(() => histogram.observe(5)).labels;
    inSpan(() => histogram.observe(0.6));
    expect(await exemplarsOf(collector)).toMatchObject([
      { series: 'h_bucket{le="1.0"}', labels: text(first), value: 0.5 },
      { series: 'h_bucket{le="10.0"}', labels: text(second), value: 5 },
    ]);
  });

  test('exemplars are taken once between two pages, and at most once a second', async () => {
    const { collector, inSpan } = await scraped();
    const counter = collector.counter('c_total');
    const first = inSpan(() => counter.inc(1)).labels;
    inSpan(() => counter.inc(2));
    expect(await exemplarsOf(collector)).toMatchObject([
      { labels: text(first), value: 1 },
    ]);
    inSpan(() => counter.inc(3));
    expect(await exemplarsOf(collector)).toMatchObject([{ value: 1 }]);
    durations.seconds = 2;
    onTestFinished(() => void (durations.seconds = 0));
    await collector.metrics(OPEN_METRICS);
    const later = inSpan(() => counter.inc(4)).labels;
    expect(await exemplarsOf(collector)).toMatchObject([
      { labels: text(later), value: 4 },
    ]);
  });

  test('exemplars are not taken before a scraper reads OpenMetrics', async () => {
    const { inSpan } = startTracing();
    const { collector } = makeCollector();
    await collector.initialize();
    await collector.metrics();
    const asked = vi.spyOn(trace, 'getActiveSpan');
    onTestFinished(() => asked.mockRestore());
    inSpan(() => collector.counter('c_total').inc());
    expect(asked).not.toHaveBeenCalled();
    expect(await exemplarsOf(collector)).toEqual([]);
    inSpan(() => collector.counter('c_total').inc());
    expect(await exemplarsOf(collector)).toHaveLength(1);
  });

  test('an app that is not traced looks for no spans until it is traced', async () => {
    const { collector } = makeCollector();
    await collector.initialize();
    await collector.metrics(OPEN_METRICS);
    const asked = vi.spyOn(trace, 'getActiveSpan');
    onTestFinished(() => asked.mockRestore());
    collector.counter('c_total').inc();
    expect(asked).not.toHaveBeenCalled();
    const { inSpan } = startTracing();
    await collector.metrics(OPEN_METRICS);
    inSpan(() => collector.counter('c_total').inc());
    expect(await exemplarsOf(collector)).toHaveLength(1);
  });

  test('there are no exemplars outside of sampled spans, in the text format and on gauges', async () => {
    const { collector, inSpan, inUnsampledSpan } = await scraped();
    const counter = collector.counter('c_total');
    counter.inc();
    inUnsampledSpan(() => counter.inc());
    inSpan(() => collector.gauge('g').set(1));
    expect(await exemplarsOf(collector)).toEqual([]);
    inSpan(() => counter.inc());
    expect(await exemplarsOf(collector)).toHaveLength(1);
    expect(await collector.metrics()).toContain('\nc_total 3\n');
  });

  test('exemplars are not taken if they are switched off, nor by metrics that are denied', async () => {
    const asked = vi.spyOn(trace, 'getActiveSpan');
    onTestFinished(() => asked.mockRestore());
    const off = await scraped({ exemplars: false });
    off.inSpan(() => off.collector.counter('c_total').inc());
    const denying = await scraped({ filters: [{ deny: true }] });
    denying.inSpan(() => denying.collector.counter('c_total').inc());
    expect(asked).not.toHaveBeenCalled();
    expect(await exemplarsOf(off.collector)).toEqual([]);
  });

  test('exemplars are removed with their series', async () => {
    const { collector, inSpan } = await scraped();
    const counter = collector.counter('c_total');
    const histogram = collector.histogram('h');
    const record = () => {
      counter.inc({ a: 1 });
      histogram.observe(1);
    };
    inSpan(record);
    expect(await exemplarsOf(collector)).toHaveLength(2);
    counter.remove({ a: 1 });
    collector.clearMetrics();
    record();
    expect(await exemplarsOf(collector)).toEqual([]);
  });

  test('exemplars are also taken for metrics from before the start, and not after the shutdown', async () => {
    const { inSpan } = startTracing();
    const { collector } = makeCollector();
    const early = collector.counter('early_total');
    inSpan(() => early.inc());
    await collector.initialize();
    expect(await exemplarsOf(collector)).toEqual([]);
    inSpan(() => early.inc());
    expect(await exemplarsOf(collector)).toHaveLength(1);
    await collector.shutdown();
    inSpan(() => collector.counter('late_total').inc());
    expect(await exemplarsOf(collector)).toHaveLength(1);
  });

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['gives something else', () => ({})],
    ['gives no ids', () => ({ spanContext: () => ({ traceFlags: 1 }) })],
    [
      'gives hostile ids',
      () => ({
        spanContext: () => ({
          traceFlags: 1,
          traceId: '"} 1\nevil{a="',
          spanId: 'b'.repeat(16),
        }),
      }),
    ],
    [
      'gives ids of zeros',
      () => ({
        spanContext: () => ({
          traceFlags: 1,
          traceId: '0'.repeat(32),
          spanId: '0'.repeat(16),
        }),
      }),
    ],
  ])(
    'recordings work where the API of OpenTelemetry %s, and it is called once in a window',
    async (_what, activeSpan) => {
      const { collector } = await scraped();
      const asked = vi
        .spyOn(trace, 'getActiveSpan')
        .mockImplementation(activeSpan as typeof trace.getActiveSpan);
      onTestFinished(() => asked.mockRestore());
      const counter = collector.counter('c_total');
      const histogram = collector.histogram('h');
      for (let i = 0; i < 3; i++) {
        counter.inc();
        histogram.observe(i);
      }
      expect(asked).toHaveBeenCalledTimes(1);
      const page = await collector.metrics(OPEN_METRICS);
      expect(page).toContain('\nc_total 3\n');
      expect(page).toContain('\nh_count 3\n');
      expect(page).not.toContain('evil');
    },
  );
});

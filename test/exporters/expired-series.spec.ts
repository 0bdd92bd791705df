import { expect, onTestFinished, test } from 'vitest';
import { replaceClock } from '../../src/core/clock.js';
import { centiseconds } from '../../src/core/wall-clock.js';
import type { MetricsExporter } from '../../src/exporters/index.js';
import { OtlpExporter } from '../../src/exporters/otlp/otlp-exporter.js';
import { StatsdExporter } from '../../src/exporters/statsd/statsd-exporter.js';
import type { PrometheusCollector } from '../../src/index.js';
import { makeCollector } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { startOtlpBackend } from '../support/otlp-backend.js';
import { startStatsd } from '../support/statsd.js';

const EXPIRES = { expireAfter: 60 };
const LABELS = { queue: 'mail' };

/** Records in metrics of each type, whose series expire. */
function record({ counter, gauge, histogram }: ReturnType<typeof metricsIn>) {
  counter.inc(LABELS, 5);
  gauge.set(LABELS, 5);
  histogram.observe(LABELS, 0.5);
}

const metricsIn = (collector: PrometheusCollector) => ({
  counter: collector.counter('jobs_total', EXPIRES),
  gauge: collector.gauge('waiting', EXPIRES),
  histogram: collector.histogram('sizes', EXPIRES),
});

/**
 * Exports series in which nothing was recorded since the last export, then without them as they have
 * expired, and then with them again, as they are back.
 */
async function exportLives(exporter: MetricsExporter): Promise<void> {
  let now = 0n;
  onTestFinished(replaceClock(() => now));
  const { collector } = makeCollector();
  await collector.addExporter(exporter);
  await collector.initialize();
  const metrics = metricsIn(collector);
  record(metrics);
  await collector.flush();
  for (const seconds of [30n, 31n]) {
    now += seconds * 1_000_000_000n;
    await collector.flush();
  }
  await nextCreationTime();
  record(metrics);
  await collector.flush();
  metrics.counter.inc(LABELS, 2);
  await collector.flush();
}

/** Waits until a new series is created later than now: in hundredths of a second. */
async function nextCreationTime(): Promise<void> {
  const time = centiseconds() + 1;
  await waitFor(() => centiseconds() > time, 'the next creation time');
}

async function pointsOf(temporality: 'cumulative' | 'delta') {
  const { url, points } = await startOtlpBackend();
  await exportLives(new OtlpExporter({ url, temporality, interval: false }));
  return (metric: string) =>
    points(metric).map(({ value, count, start, time }) => ({
      value: value ?? Number(count),
      start: BigInt(start ?? 0),
      time: BigInt(time),
    }));
}

test('a series that expired and came back has a new start time in cumulative points of OTLP, and counts from 0', async () => {
  const points = await pointsOf('cumulative');
  const values = (metric: string) => points(metric).map(({ value }) => value);
  expect(values('jobs_total')).toEqual([5, 5, 5, 7]);
  expect(values('waiting')).toEqual([5, 5, 5, 5]);
  expect(values('sizes')).toEqual([1, 1, 1, 1]);
  for (const metric of ['jobs_total', 'sizes']) {
    const [first, last, back, next] = points(metric);
    expect(last!.start).toBe(first!.start);
    expect(back!.start).toBeGreaterThan(last!.time);
    expect(back!.time).toBeGreaterThanOrEqual(back!.start);
    expect(next!.start).toBe(back!.start);
  }
});

test('the deltas of a series that expired and came back are all that was recorded, in intervals that do not overlap', async () => {
  const points = await pointsOf('delta');
  const sum = (metric: string) =>
    points(metric).reduce((total, { value }) => total + value, 0);
  expect(sum('jobs_total')).toBe(12);
  expect(sum('sizes')).toBe(2);
  for (const metric of ['jobs_total', 'sizes']) {
    const all = points(metric);
    for (const [i, { start, time }] of all.entries()) {
      expect(start).toBeLessThanOrEqual(time);
      if (i > 0) expect(start).toBeGreaterThanOrEqual(all[i - 1]!.time);
    }
  }
});

test.each(['udp', 'tcp'] as const)(
  'a StatsD server over %s adds up what a series has recorded that expired and came back',
  async (protocol) => {
    const server = await startStatsd(protocol);
    await exportLives(
      new StatsdExporter({
        protocol,
        host: '127.0.0.1',
        port: server.port,
        tags: 'graphite',
        interval: false,
      }),
    );
    const name = (metric: string) => `${metric};queue=mail`;
    await waitFor(async () => {
      const { counters, timers } = await server.totals();
      return (
        counters[name('jobs_total')]! >= 12 &&
        timers[name('sizes')]?.length === 2
      );
    }, 'both lives of the series');
    const { counters, gauges } = await server.totals();
    expect(counters[name('jobs_total')]).toBe(12);
    expect(gauges[name('waiting')]).toBe(5);
  },
);

import { Counter as PromCounter, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { makeCollector, OPEN_METRICS } from '../../support/collector.js';
import { startOtlpBackend } from '../../support/otlp-backend.js';
import { FIVE_DAYS, setClock } from '../../support/set-clock.js';
import { startTracing } from '../../support/tracing.js';

async function exporting(options: OtlpOptions = {}) {
  const backend = await startOtlpBackend();
  const registry = new Registry();
  const { collector } = makeCollector({ registry });
  await collector.addExporter(
    new OtlpExporter({ url: backend.url, interval: false, ...options }),
  );
  await collector.initialize();
  const foreign = new PromCounter({
    name: 'foreign_total',
    help: 'x',
    registers: [registry],
  });
  foreign.inc();
  return { backend, registry, collector };
}

/** Each point of the last export begins before it ends. */
function expectOrder(points: { start?: string; time: string }[]) {
  expect(points.length).toBeGreaterThan(2);
  for (const { start, time } of points) {
    expect(BigInt(start ?? 0)).toBeLessThanOrEqual(BigInt(time));
  }
}

describe.each(['cumulative', 'delta'] as const)(
  'points with %s temporality',
  (temporality) => {
    it.each([
      ['back', -FIVE_DAYS],
      ['forward', FIVE_DAYS],
    ])(
      'points do not start after they end if the clock is set %s',
      async (_, seconds) => {
        const { backend, collector } = await exporting({ temporality });
        collector.counter('before_total').inc();
        collector.histogram('sizes').observe(1);
        await collector.flush();
        setClock(seconds);
        collector.counter('before_total').inc();
        collector.counter('after_total').inc();
        collector.histogram('sizes').observe(1);
        backend.requests.length = 0;
        await collector.flush();
        expectOrder(backend.points() as never);
        const times = backend.points().map(({ time }) => Number(time) / 1e9);
        expect(Math.abs(times[0]! - Date.now() / 1_000)).toBeLessThan(60);
      },
    );

    it('points count each increase once if the clock is set back and forward again', async () => {
      const { backend, collector } = await exporting({ temporality });
      const counter = collector.counter('calls_total');
      counter.inc();
      await collector.flush();
      setClock(-FIVE_DAYS);
      counter.inc();
      await collector.flush();
      setClock(FIVE_DAYS);
      counter.inc();
      await collector.flush();
      const values = backend.points('calls_total').map(({ value }) => value);
      expect(values).toEqual(temporality === 'delta' ? [1, 1, 1] : [1, 2, 3]);
    });
  },
);

describe('start times', () => {
  it('start times move once when the clock is set back, and then stay', async () => {
    const { backend, collector } = await exporting();
    collector.counter('calls_total').inc();
    await collector.flush();
    setClock(-FIVE_DAYS);
    await collector.flush();
    await collector.flush();
    for (const metric of ['calls_total', 'foreign_total']) {
      const [first, second, third] = backend
        .points(metric)
        .map(({ start }) => Number(start) / 1e9);
      expect(first! - second!).toBeGreaterThan(FIVE_DAYS - 60);
      expect(third).toBe(second);
    }
  });

  it('start times stay the same if the clock is set forward', async () => {
    const { backend, collector } = await exporting();
    collector.counter('calls_total').inc();
    await collector.flush();
    setClock(FIVE_DAYS);
    await collector.flush();
    const starts = backend.points('calls_total').map(({ start }) => start);
    expect(starts[1]).toBe(starts[0]);
  });

  it('start times on a page of OpenMetrics are not in the future after the clock was set back', async () => {
    const { collector } = await exporting();
    collector.counter('calls_total').inc();
    collector.histogram('sizes').observe(1);
    await collector.metrics(OPEN_METRICS);
    setClock(-FIVE_DAYS);
    const page = await collector.metrics(OPEN_METRICS);
    const created = [...page.matchAll(/^\w+_created(?:{.*})? (\S+)$/gm)];
    expect(created.length).toBeGreaterThan(1);
    for (const [, time] of created) {
      expect(Number(time)).toBeLessThanOrEqual(Date.now() / 1_000);
    }
  });
});

describe('exemplars', () => {
  it('exemplars are sent after the clock was set back, and none is in the future', async () => {
    const { inSpan } = startTracing();
    const { backend, collector } = await exporting();
    const counter = collector.counter('calls_total');
    counter.inc();
    await collector.flush();
    inSpan(() => counter.inc({ a: 1 }));
    await collector.flush();
    setClock(-FIVE_DAYS);
    const { labels } = inSpan(() => counter.inc({ a: 2 }));
    backend.requests.length = 0;
    await collector.flush();
    const found = backend.points('calls_total').flatMap((p) => p.exemplars);
    expect(found.map(({ spanId }) => spanId)).toContain(labels.span_id);
    for (const { time } of found) {
      expect(Number(time) / 1e9).toBeLessThanOrEqual(Date.now() / 1_000);
    }
    const page = await collector.metrics(OPEN_METRICS);
    const times = [...page.matchAll(/ # \{.*\} \S+ (\S+)$/gm)];
    expect(times.length).toBeGreaterThan(1);
    for (const [, time] of times) {
      expect(Number(time)).toBeLessThanOrEqual(Date.now() / 1_000);
    }
  });
});

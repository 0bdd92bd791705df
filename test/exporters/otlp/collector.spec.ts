import fc from 'fast-check';
import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
  Summary as PromSummary,
} from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import type { PrometheusCollectorOptions } from '../../../src/index.js';
import { makeCollector } from '../../support/collector.js';
import { usedHeap } from '../../support/heap.js';
import { waitFor } from '../../support/http.js';
import {
  type OtlpBackend,
  startOtlpBackend,
} from '../../support/otlp-backend.js';
import { startTracing } from '../../support/tracing.js';
import { samplesOfPage, samplesOfPoints } from './page-of-points.js';

async function exporting(
  backend: OtlpBackend,
  options: OtlpOptions,
  collectorOptions: PrometheusCollectorOptions = {},
) {
  const { collector } = makeCollector(collectorOptions);
  const remove = await collector.addExporter(
    new OtlpExporter({ url: backend.url, interval: false, ...options }),
  );
  await collector.initialize();
  return { collector, remove };
}

/** All samples but those that each reading changes: of the process, and of the exporter itself. */
const steady = (samples: Map<string, number>) =>
  new Map(
    [...samples].filter(
      ([key]) => !/^\["(metrics|health_check|process|nodejs)_/.test(key),
    ),
  );

const namesOf = (samples: Map<string, number>) =>
  new Set([...samples.keys()].map((key) => JSON.parse(key)[0] as string));

const recording = fc.record({
  labels: fc.dictionary(
    fc.constantFrom('a', 'b', 'method'),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 9 }),
      fc.constantFrom('\\', '"', '\n', 'x"}\n', '😀', '\u2028', '\\n'),
    ),
  ),
  value: fc.double({ min: 0, max: 1e9, noNaN: true }),
});

describe.each(['http/protobuf', 'http/json'] as const)(
  'what a backend gets by %s',
  (protocol) => {
    it('a backend gets the values of the page', async () => {
      const backend = await startOtlpBackend();
      await fc.assert(
        fc.asyncProperty(
          fc.array(recording, { maxLength: 30 }),
          async (recordings) => {
            const { collector, remove } = await exporting(backend, {
              protocol,
            });
            for (const { labels, value } of recordings) {
              collector.counter('c_total').inc(labels, value);
              collector.gauge('g').dec(labels, value);
              collector.timer('t').observe(labels, value);
              collector.histogram('h').observe(labels, value / 1e8);
            }
            const page = steady(samplesOfPage(await collector.metrics()));
            backend.requests.length = 0;
            await collector.flush();
            const sent = steady(samplesOfPoints(backend.points()));
            expect(sent).toEqual(page);
            expect(page.size > 0).toBe(recordings.length > 0);
            await remove();
            await collector.shutdown();
          },
        ),
        { numRuns: 60 },
      );
    });

    it('a backend gets the metrics of prom-client too', async () => {
      const backend = await startOtlpBackend();
      const registry = new Registry();
      registry.setDefaultLabels({ app: 'x"\n' });
      const { collector } = await exporting(
        backend,
        { protocol },
        { registry, defaultMetrics: true },
      );
      const options = { help: 'h', registers: [registry], labelNames: ['l'] };
      new PromCounter({ name: 'their_total', ...options }).inc({ l: '\\' }, 2);
      new PromGauge({ name: 'their_level', ...options }).set(-Infinity);
      new PromGauge({ name: 'their_none', ...options }).set(NaN);
      const histogram = new PromHistogram({ name: 'their_wait', ...options });
      histogram.observe({ l: 'a' }, 0.02);
      histogram.observe({ l: 'a' }, 1e9);
      const summary = new PromSummary({ name: 'their_size', ...options });
      for (let i = 0; i < 100; i++) summary.observe(i);
      // The first garbage collection adds a metric: it must not come between page and export.
      usedHeap();
      await waitFor(
        async () =>
          (await collector.metrics()).includes(
            'nodejs_gc_duration_seconds_count',
          ),
        'a garbage collection on the page',
      );
      const page = samplesOfPage(await collector.metrics());
      await collector.flush();
      const sent = samplesOfPoints(backend.points());
      expect(steady(sent)).toEqual(steady(page));
      expect(steady(page).size).toBeGreaterThan(20);
      expect(namesOf(sent)).toEqual(namesOf(page));
    });
  },
);

describe('a metric of the collector', () => {
  it('a metric is sent with its unit, its description, and the start times of its series', async () => {
    const backend = await startOtlpBackend();
    const { collector } = await exporting(backend, {}, { subsystem: 'api' });
    const before = Date.now();
    collector
      .timer('wait_seconds', { description: 'Time waited' })
      .observe(0.2);
    collector.counter('sent_bytes_total', { unit: 'bytes' }).inc(7);
    await collector.flush();
    const [wait] = backend.points('api_wait_seconds');
    expect(wait).toMatchObject({ unit: 's', description: 'Time waited' });
    const [sent] = backend.points('api_sent_bytes_total');
    expect(sent!.unit).toBe('By');
    for (const { start, time } of [wait!, sent!]) {
      expect(Number(start) / 1e6).toBeGreaterThan(before - 1_000);
      expect(Number(start) / 1e6).toBeLessThanOrEqual(Date.now());
      expect(Number(time)).toBeGreaterThanOrEqual(Number(start));
    }
  });

  it('a metric is sent with the traces that it was recorded in', async () => {
    const { inSpan } = startTracing();
    const backend = await startOtlpBackend();
    const { collector } = await exporting(backend, {}, { exemplars: true });
    // Exemplars are taken once somebody has read them.
    await collector.flush();
    const { labels } = inSpan(() => {
      collector.counter('hits_total').inc(3);
      collector.timer('wait').observe(0.2);
    });
    await collector.flush();
    const exemplars = backend.points().flatMap((point) => point.exemplars);
    expect(exemplars).toMatchObject([
      { traceId: labels.trace_id, spanId: labels.span_id, labels: {} },
      { traceId: labels.trace_id, spanId: labels.span_id, labels: {} },
    ]);
    expect(exemplars.map(({ value }) => value).sort()).toEqual([0.2, 3]);
  });
});

describe('a metric of prom-client that cannot be read in one export', () => {
  /** What a backend gets of a counter that is 100, cannot be read, and is 101. */
  async function pointsOf(temporality: 'delta' | 'cumulative') {
    const backend = await startOtlpBackend();
    const registry = new Registry();
    const { collector } = await exporting(
      backend,
      { temporality },
      { registry },
    );
    let fails = false;
    const counter = new PromCounter({
      name: 'their_total',
      help: 'h',
      registers: [registry],
      collect: () => {
        if (fails) throw new Error('no pool');
      },
    });
    counter.inc(100);
    await collector.flush();
    fails = true;
    await collector.flush();
    fails = false;
    counter.inc();
    await collector.flush();
    return backend.points('their_total');
  }

  it('deltas of a metric that could not be read once go on from its last delivery', async () => {
    const points = await pointsOf('delta');
    expect(points.map(({ value }) => value)).toEqual([100, 1]);
  });

  it('a metric that could not be read once keeps its start time', async () => {
    const [first, second] = await pointsOf('cumulative');
    expect([first!.value, second!.value]).toEqual([100, 101]);
    expect(second!.start).toBe(first!.start);
  });
});

describe('two backends', () => {
  it('two backends get the metrics from exporters with different names', async () => {
    const backends = [await startOtlpBackend(), await startOtlpBackend()];
    const { collector } = await exporting(backends[0]!, {});
    const second = { url: backends[1]!.url, interval: false } as const;
    await expect(
      collector.addExporter(new OtlpExporter(second)),
    ).rejects.toThrow(/otlp/);
    await collector.addExporter(new OtlpExporter({ name: 'mine', ...second }));
    collector.counter('calls_total').inc();
    await collector.flush();
    for (const backend of backends) {
      expect(backend.points('calls_total')).toHaveLength(1);
    }
    expect(await collector.metrics()).toMatch(
      /^metrics_exports_total\{exporter="mine",status="success"\} 1$/m,
    );
  });
});

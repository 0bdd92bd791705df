import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type {
  ExemplarSnapshot,
  MetricSnapshot,
} from '../../../src/exporters/snapshot.js';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { startOtlpBackend } from '../../support/otlp-backend.js';
import {
  counterOf,
  distribution,
  gaugeOf,
  histogramOf,
  NOON,
  snapshotOf,
  valueSeries,
} from '../../support/snapshots.js';

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;

const NEVER = new AbortController().signal;

async function exporting(options: OtlpOptions) {
  const backend = await startOtlpBackend();
  const exporter = new OtlpExporter({ url: backend.url, ...options });
  await exporter.start();
  onTestFinished(() => exporter.shutdown());
  const send = (metrics: readonly MetricSnapshot[], time = NOON) =>
    exporter.export(snapshotOf(metrics, time), NEVER);
  return { backend, exporter, send };
}

const EXEMPLAR: ExemplarSnapshot = {
  labels: {
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    tenant: 'a',
  },
  value: 0.7,
  timestamp: NOON - 1.25,
};

describe.each(PROTOCOLS)('a request by %s', (protocol) => {
  it('a request has counters as monotonic sums with start times', async () => {
    const { backend, send } = await exporting({ protocol });
    const calls = counterOf(
      'calls_total',
      valueSeries(7.5, { agent: 'A' }, { created: NOON - 10.5 }),
    );
    await send([{ ...calls, help: 'Calls “so far”' }]);
    expect(backend.points()).toEqual([
      expect.objectContaining({
        metric: 'calls_total',
        kind: 'sum',
        description: 'Calls “so far”',
        unit: '',
        temporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
        isMonotonic: true,
        labels: { agent: 'A' },
        value: 7.5,
        start: '1795607989500000000',
        time: '1795608000000000000',
      }),
    ]);
  });

  it('a request has the present values of gauges, without start times', async () => {
    const { backend, send } = await exporting({ protocol });
    const values = [-0.1, 0, NaN, Infinity, -Infinity, 5e-324, 2 ** 60];
    await send([
      gaugeOf(
        'level',
        ...values.map((value, i) => valueSeries(value, { i: String(i) })),
      ),
    ]);
    const points = backend
      .points()
      .toSorted((a, b) => Number(a.labels.i) - Number(b.labels.i));
    expect(points.map(({ value }) => value)).toEqual(values);
    for (const { kind, start, temporality } of points) {
      expect([kind, start, temporality]).toEqual([
        'gauge',
        undefined,
        undefined,
      ]);
    }
  });

  it('a request has histograms with their bounds and exact counts', async () => {
    const { backend, send } = await exporting({ protocol });
    const counts = [1, 0, 2 ** 32, 2 ** 52 + 1];
    await send([
      {
        ...histogramOf(
          'wait_seconds',
          [0.1, 1, 10],
          distribution(counts, 99.5),
        ),
        unit: 'seconds',
      },
    ]);
    expect(backend.points()).toEqual([
      expect.objectContaining({
        kind: 'histogram',
        unit: 's',
        temporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
        bounds: [0.1, 1, 10],
        counts: counts.map(String),
        count: String(counts.reduce((a, b) => a + b)),
        sum: 99.5,
      }),
    ]);
  });

  it('a request leaves out sums of histograms that may go down', async () => {
    const { backend, send } = await exporting({ protocol });
    await send([
      histogramOf('drift', [-1, 1], distribution([1, 1, 0], 3)),
      histogramOf('odd', [1], distribution([1, 0], -3)),
    ]);
    expect(backend.points().map(({ sum }) => sum)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('a request may have histograms without buckets', async () => {
    const { backend, send } = await exporting({ protocol });
    await send([histogramOf('plain', [], distribution([3], 6))]);
    expect(backend.points()).toEqual([
      expect.objectContaining({
        bounds: [],
        counts: ['3'],
        count: '3',
        sum: 6,
      }),
    ]);
  });

  it('a request has the summaries of prom-client', async () => {
    const { backend, send } = await exporting({ protocol });
    const quantiles = [
      { quantile: 0.5, value: 1 },
      { quantile: 0.99, value: NaN },
    ];
    await send([
      {
        type: 'summary',
        name: 'size_bytes',
        help: '',
        unit: 'bytes',
        series: [
          {
            key: '',
            labels: {},
            created: undefined,
            quantiles,
            count: 2,
            sum: 3,
          },
        ],
      },
    ]);
    expect(backend.points()).toEqual([
      expect.objectContaining({
        kind: 'summary',
        unit: 'By',
        quantiles,
        count: '2',
        sum: 3,
      }),
    ]);
  });

  it('a request has exemplars, each once', async () => {
    const { backend, send } = await exporting({ protocol });
    const metrics = [
      counterOf('hits_total', valueSeries(1, {}, { exemplar: EXEMPLAR })),
      histogramOf(
        'wait',
        [1],
        distribution([1, 1], 3, {}, { exemplars: [undefined, EXEMPLAR] }),
      ),
    ];
    await send(metrics);
    const sent = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      value: 0.7,
      time: '1795607998750000000',
      labels: { tenant: 'a' },
    };
    for (const metric of ['hits_total', 'wait']) {
      expect(backend.points(metric)[0]!.exemplars).toEqual([sent]);
    }
    await send(metrics, NOON + 60);
    for (const metric of ['hits_total', 'wait']) {
      expect(backend.points(metric)[1]!.exemplars).toEqual([]);
    }
  });

  it('a request has malformed ids of an exemplar as labels', async () => {
    const { backend, send } = await exporting({ protocol });
    const labels = { trace_id: 'mine', span_id: '12' };
    const exemplar = { ...EXEMPLAR, labels };
    await send([counterOf('hits_total', valueSeries(1, {}, { exemplar }))]);
    expect(backend.points()[0]!.exemplars).toEqual([
      expect.objectContaining({ traceId: '', spanId: '', labels }),
    ]);
  });

  it('a request has the resource and the name of this package', async () => {
    const resource = {
      'service.name': 'assistant',
      'shard.number': -3,
      'shard.weight': 0.5,
      'is.canary': true,
      big: Number.MAX_SAFE_INTEGER,
      ü: '—',
    };
    const { backend, send } = await exporting({ protocol, resource });
    await send([gaugeOf('level', valueSeries(1))]);
    expect(backend.requests[0]).toMatchObject({
      resource,
      scope: {
        name: 'nestjs-agent-metrics',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      },
    });
  });

  it('a request is well-formed Unicode, whatever the labels are', async () => {
    const lone = 'a\ud800b';
    const resource = { [`key ${lone}`]: lone };
    const { backend, send } = await exporting({ protocol, resource });
    const level = gaugeOf('level', valueSeries(1, { l: lone }));
    await send([{ ...level, help: lone, unit: lone }]);
    expect(backend.requests[0]!.resource).toEqual(
      expect.objectContaining({ 'key a\ufffdb': 'a\ufffdb' }),
    );
    expect(backend.points()).toMatchObject([
      {
        description: 'a\ufffdb',
        unit: '{a\ufffdb}',
        labels: { l: 'a\ufffdb' },
      },
    ]);
  });

  it('no request is made of a snapshot without points', async () => {
    const { backend, send } = await exporting({ protocol });
    await send([]);
    await send([counterOf('calls_total')]);
    expect(backend.requests).toEqual([]);
  });

  it('a request keeps every value and label, whatever they are', async () => {
    const { backend, send } = await exporting({ protocol });
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 90 }),
      fc.string({ maxLength: 300 }),
      fc.constantFrom('', '"', '\\', '\n', '\u2028', '😀'.repeat(40), 'ü'),
    );
    const labels = fc.dictionary(
      fc.string({ minLength: 1, unit: 'binary' }),
      text,
      { noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(labels, fc.double()), { minLength: 1 }),
        text,
        async (series, help) => {
          backend.requests.length = 0;
          const all = series.map(([one, value], i) =>
            valueSeries(value, { ...one, '#': String(i) }),
          );
          await send([{ ...gaugeOf('level', ...all), help }]);
          const points = backend.points();
          expect(points).toHaveLength(all.length);
          for (const point of points) {
            const source = all[Number(point.labels['#'])]!;
            expect(point.labels).toEqual(source.labels);
            expect(point.value).toBe(source.value);
            expect(point.description).toBe(help);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a request ends before it is large, and the next one continues', async () => {
    const { backend, send } = await exporting({ protocol });
    const series = Array.from({ length: 20_000 }, (_, i) =>
      valueSeries(i, { i: String(i), of: 'a label of usual length' }),
    );
    await send([
      counterOf('a_total', ...series),
      counterOf('b_total', ...series),
    ]);
    expect(backend.requests.length).toBeGreaterThan(2);
    for (const { bytes } of backend.requests) {
      expect(bytes).toBeLessThan(280_000);
    }
    // One connection for all.
    expect(new Set(backend.requests.map(({ port }) => port)).size).toBe(1);
    for (const metric of ['a_total', 'b_total']) {
      const points = backend.points(metric);
      expect(points).toHaveLength(series.length);
      expect(new Set(points.map(({ labels }) => labels.i)).size).toBe(
        series.length,
      );
      for (const { value, labels } of points) {
        expect(value).toBe(Number(labels.i));
      }
    }
  });
});

describe('a unit', () => {
  it.each([
    ['seconds', 'wait_seconds', 's'],
    ['bytes', 'sent_bytes_total', 'By'],
    ['ratio', 'hit_ratio', '1'],
    ['s', 'wait_seconds', 's'],
    ['By', 'sent_bytes', 'By'],
    ['seconds', 'wait', '{seconds}'],
    ['bytes', 'bytes_sent_total', '{bytes}'],
    ['s', 'wait', '{s}'],
    ['bytes_per_second', 'sent_bytes_per_second', '{bytes_per_second}'],
    ['tokens', 'used_tokens_total', '{tokens}'],
    ['{token}', 'used', '{token}'],
    ['constructor', 'a_constructor', '{constructor}'],
    [undefined, 'level', ''],
  ])('the unit %s of %s is sent as %s', async (unit, name, sent) => {
    const { backend, send } = await exporting({});
    await send([{ ...counterOf(name, valueSeries(1)), unit }]);
    expect(backend.points()).toMatchObject([{ metric: name, unit: sent }]);
  });
});

import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import prom from 'prom-client';
import { VALUES } from './label-sets.mjs';
import { otelMeter } from './otel.mjs';
import { BUCKETS, newCollector, renderPage } from './ours.mjs';

/** Three labels, one of them unique. Sorted by name it comes first. */
const labelsOf = (i) => ({
  method: 'GET',
  route: '/runs/:id/steps',
  id: `series-${i}`,
});

/** The same, but sorted by name the unique one comes last. */
const sortedLast = (i) => ({
  method: 'GET',
  route: '/runs/:id/steps',
  run: `series-${i}`,
});

/** Where the unique label is when labels are sorted, which matters to what an index of them weighs. */
export const LABELS = { first: labelsOf, last: sortedLast };

/**
 * A registry with `size` series of three labels, one of them unique.
 *
 * @typedef {object} Filled
 * @property {(i: number) => void} touch records once more in a series.
 * @property {(consume: (chunk: Uint8Array) => void) => unknown} render the bytes for the socket.
 */

/** @param {'counter' | 'histogram'} kind @returns {Filled & { collector: object }} */
export function ourSeries(kind, size, labels = labelsOf) {
  const collector = newCollector(size + 1);
  const counter = kind === 'counter' && collector.counter('bench_total');
  const histogram =
    kind === 'histogram' &&
    collector.histogram('bench_seconds', { buckets: BUCKETS });
  return filled(size, {
    collector,
    touch: counter
      ? (i) => counter.inc(labels(i))
      : (i) => histogram.observe(labels(i), VALUES[(i * 7) & 1023]),
    render: (consume) => renderPage(collector, consume),
  });
}

/** @returns {Filled & { registry: prom.Registry }} */
export function promSeries(kind, size, labels = labelsOf) {
  const registry = new prom.Registry();
  const common = {
    help: 'x',
    labelNames: Object.keys(labels(0)),
    registers: [registry],
  };
  const counter =
    kind === 'counter' && new prom.Counter({ ...common, name: 'bench_total' });
  const histogram =
    kind === 'histogram' &&
    new prom.Histogram({ ...common, name: 'bench_seconds', buckets: BUCKETS });
  return filled(size, {
    registry,
    touch: counter
      ? (i) => counter.inc(labels(i))
      : (i) => histogram.observe(labels(i), VALUES[(i * 7) & 1023]),
    render: async (consume) => consume(Buffer.from(await registry.metrics())),
  });
}

/** @returns {Filled} */
export function otelSeries(kind, size) {
  const { meter, reader } = otelMeter(size + 10);
  const counter = kind === 'counter' && meter.createCounter('bench');
  const histogram =
    kind === 'histogram' && meter.createHistogram('bench_seconds');
  const serializer = new PrometheusSerializer();
  return filled(size, {
    touch: counter
      ? (i) => counter.add(1, labelsOf(i))
      : (i) => histogram.record(VALUES[(i * 7) & 1023], labelsOf(i)),
    render: async (consume) => {
      const { resourceMetrics } = await reader.collect();
      consume(Buffer.from(serializer.serialize(resourceMetrics)));
    },
  });
}

/** Records once more in a tenth of the series. */
export function change(series, size) {
  for (let i = 0; i < size; i += 10) series.touch(i);
}

/** Lines that are joined into one string before they are copied. */
const CHUNK = 256;

/** The lower bound: label text that was kept, joined in chunks with the numbers, copied into one buffer that was there before. */
export function joinedSeries(kind, size) {
  const ends = kind === 'counter' ? ['} '] : bucketEnds();
  const cells = Array.from({ length: size }, (_, i) => {
    const { method, route, id } = labelsOf(i);
    const text = `bench_seconds_bucket{id="${id}",method="${method}",route="${route}"`;
    // Through a Buffer: flat, as text is that was kept.
    return { text: Buffer.from(text).toString('latin1'), value: i % 7 };
  });
  const page = Buffer.alloc(size * ends.length * 128);
  return {
    touch: (i) => cells[i].value++,
    render: (consume) => consume(page.subarray(0, join(cells, ends, page))),
  };
}

function join(cells, ends, page) {
  let length = 0;
  let chunk = '';
  let lines = 0;
  for (const { text, value } of cells) {
    for (const end of ends) chunk += text + end + value + '\n';
    lines += ends.length;
    if (lines < CHUNK) continue;
    length += page.latin1Write(chunk, length);
    chunk = '';
    lines = 0;
  }
  return length + page.latin1Write(chunk, length);
}

/** As many lines as a histogram has: its buckets, +Inf, the sum and the count. */
function bucketEnds() {
  return [...BUCKETS, '+Inf', 'sum', 'n'].map((end) => `,le="${end}"} `);
}

/** Three observations or increments on average, not the same everywhere. */
function filled(size, series) {
  for (let i = 0; i < size; i++) {
    for (let times = 0; times <= i % 5; times++) series.touch(i);
  }
  return series;
}

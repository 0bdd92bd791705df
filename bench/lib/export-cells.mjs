import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { VALUES } from './label-sets.mjs';
import { BUCKETS } from './ours.mjs';
import { change, LABELS, ourSeries } from './series.mjs';
import { stallOf } from './scrape-http.mjs';

const SINK = fileURLToPath(new URL('./otlp-sink.mjs', import.meta.url));

/** Milliseconds of CPU that exports take, of all threads of this process. A tenth of the series changes between them. */
export async function cpu({ size, rounds }) {
  const sink = await openSink();
  const contestants = {
    ours: await ourExports(size, sink.url),
    peer: otelExports(size, sink.url),
  };
  const figures = { ours: [], peer: [] };
  for (let round = -5; round < rounds; round++) {
    const names = Object.keys(contestants);
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      const before = process.cpuUsage();
      await contestants[name].send();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) figures[name].push((user + system) / 1000);
      change(contestants[name], size);
      await sleep(20);
    }
  }
  sink.close();
  return figures;
}

/** The longest stall of a few exports, and as long a look at an idle loop. */
export async function stalls({ size, who, exports }) {
  const sink = await openSink();
  const make = who === 'ours' ? ourExports : otelExports;
  // What Node itself needs for the first request of a process is no figure of an export.
  await (await make(1, sink.url)).send();
  const series = await make(size, sink.url);
  await sleep(300);
  const found = [];
  let ms = 0;
  for (let i = 0; i < exports; i++) {
    const start = performance.now();
    found.push(await stallOf(series.send));
    ms += performance.now() - start;
    change(series, size);
    await sleep(50);
  }
  const idle = await stallOf(() => sleep(ms));
  sink.close();
  return { first: found[0], longest: Math.max(...found), idle };
}

async function openSink() {
  const child = fork(SINK);
  const [{ port }] = await once(child, 'message');
  return {
    url: `http://127.0.0.1:${port}/v1/metrics`,
    close: () => child.disconnect(),
  };
}

/** A snapshot and its delivery, as it is done every minute. */
async function ourExports(size, url) {
  const { OtlpExporter } = await import('nestjs-agent-metrics/otlp');
  const { collector, touch } = ourSeries('histogram', size);
  const exporter = new OtlpExporter({ url });
  await exporter.start();
  const { signal } = new AbortController();
  return {
    touch,
    send: async () => exporter.export(await collector.snapshot(), signal),
  };
}

/** The SDK of OpenTelemetry with its own exporter. */
function otelExports(size, url) {
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url }),
    exportIntervalMillis: 3_600_000,
  });
  const provider = new MeterProvider({
    readers: [reader],
    views: [
      {
        instrumentName: 'bench_seconds',
        aggregation: {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
          options: { boundaries: BUCKETS },
        },
        aggregationCardinalityLimit: size + 10,
      },
    ],
  });
  const histogram = provider.getMeter('bench').createHistogram('bench_seconds');
  const touch = (i) =>
    histogram.record(VALUES[(i * 7) & 1023], LABELS.first(i));
  for (let i = 0; i < size; i++) {
    for (let times = 0; times <= i % 5; times++) touch(i);
  }
  return { touch, send: () => reader.forceFlush() };
}

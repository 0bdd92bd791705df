import prom from 'prom-client';
import { BUCKETS, newCollector, sumOf } from './ours.mjs';
import {
  bareHistogram,
  cellsOf,
  countOf,
  NAMES,
  nestedMaps,
  observeBare,
  VALUES,
} from './label-sets.mjs';
import { otelMeter, otelSum } from './otel.mjs';

/* See `counters.mjs` for why there is a loop in each. */

export function ourHistogram(sets) {
  const collector = newCollector();
  const histogram = collector.histogram('bench_seconds', { buckets: BUCKETS });
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        histogram.observe({ method, route, status }, VALUES[i & 1023]);
        if (++k === sets.length) k = 0;
      }
    },
    total: async () => sumOf(await collector.metrics(), 'bench_seconds_count'),
  };
}

/** prom-client, or what was forked from it. */
export function promHistogram(sets, { Histogram, Registry } = prom) {
  const registry = new Registry();
  const histogram = new Histogram({
    name: 'bench_seconds',
    help: 'x',
    labelNames: NAMES,
    buckets: BUCKETS,
    registers: [registry],
  });
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        histogram.observe({ method, route, status }, VALUES[i & 1023]);
        if (++k === sets.length) k = 0;
      }
    },
    total: async () => sumOf(await registry.metrics(), 'bench_seconds_count'),
  };
}

export function otelHistogram(sets) {
  const { meter, reader } = otelMeter();
  const histogram = meter.createHistogram('bench_seconds');
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        histogram.record(VALUES[i & 1023], { method, route, status });
        if (++k === sets.length) k = 0;
      }
    },
    total: () => otelSum(reader, ({ count }) => count),
  };
}

/** The lower bound. */
export function mapHistogram(sets) {
  const root = nestedMaps(sets, () => bareHistogram(BUCKETS));
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        const cell = root.get(method).get(route).get(status);
        observeBare(cell, VALUES[i & 1023]);
        if (++k === sets.length) k = 0;
      }
    },
    total: () => cellsOf(root).reduce((sum, cell) => sum + countOf(cell), 0),
  };
}

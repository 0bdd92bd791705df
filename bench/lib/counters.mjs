import prom from 'prom-client';
import { newCollector, sumOf } from './ours.mjs';
import { cellsOf, NAMES, nestedMaps } from './label-sets.mjs';
import { otelMeter, otelSum } from './otel.mjs';

/*
 * The same loop for each client, and once for each, so that none is optimised
 * for another's objects. Callers make a label object per call, and so do these.
 */

export function ourCounter(sets) {
  const collector = newCollector();
  const counter = collector.counter('bench_total');
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        counter.inc({ method, route, status });
        if (++k === sets.length) k = 0;
      }
    },
    total: async () => sumOf(await collector.metrics(), 'bench_total'),
  };
}

/** prom-client, or what was forked from it. */
export function promCounter(sets, { Counter, Registry } = prom) {
  const registry = new Registry();
  const counter = new Counter({
    name: 'bench_total',
    help: 'x',
    labelNames: NAMES,
    registers: [registry],
  });
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        counter.inc({ method, route, status });
        if (++k === sets.length) k = 0;
      }
    },
    total: async () => sumOf(await registry.metrics(), 'bench_total'),
  };
}

export function otelCounter(sets) {
  const { meter, reader } = otelMeter();
  const counter = meter.createCounter('bench');
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        counter.add(1, { method, route, status });
        if (++k === sets.length) k = 0;
      }
    },
    total: () => otelSum(reader, (value) => value),
  };
}

/** The lower bound. */
export function mapCounter(sets) {
  const root = nestedMaps(sets, () => ({ value: 0 }));
  let k = 0;
  return {
    run(n) {
      for (let i = 0; i < n; i++) {
        const { method, route, status } = sets[k];
        root.get(method).get(route).get(status).value += 1;
        if (++k === sets.length) k = 0;
      }
    },
    total: () => cellsOf(root).reduce((sum, { value }) => sum + value, 0),
  };
}

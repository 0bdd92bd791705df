import prom from 'prom-client';
import { BUCKETS, newCollector, sumOf } from './ours.mjs';
import {
  bareHistogram,
  countOf,
  labelSets,
  observeBare,
  VALUES,
} from './label-sets.mjs';

const [LABELS] = labelSets('steady');
const labelNames = Object.keys(LABELS);

/** Counters whose series was resolved before. */
export function counterHandles() {
  const collector = newCollector();
  const ours = collector.counter('bench_total').labels(LABELS);
  const registry = new prom.Registry();
  const peer = new prom.Counter({
    name: 'bench_total',
    help: 'x',
    labelNames,
    registers: [registry],
  }).labels(LABELS);
  const bare = { value: 0 };
  return {
    ours: {
      run: (n) => {
        for (let i = 0; i < n; i++) ours.inc();
      },
      total: async () => sumOf(await collector.metrics(), 'bench_total'),
    },
    peer: {
      run: (n) => {
        for (let i = 0; i < n; i++) peer.inc();
      },
      total: async () => sumOf(await registry.metrics(), 'bench_total'),
    },
    bound: {
      run: (n) => {
        for (let i = 0; i < n; i++) bare.value += 1;
      },
      total: () => bare.value,
    },
  };
}

/** Histograms whose series was resolved before. */
export function histogramHandles() {
  const collector = newCollector();
  const ours = collector
    .histogram('bench_seconds', { buckets: BUCKETS })
    .labels(LABELS);
  const registry = new prom.Registry();
  const peer = new prom.Histogram({
    name: 'bench_seconds',
    help: 'x',
    labelNames,
    buckets: BUCKETS,
    registers: [registry],
  }).labels(LABELS);
  const bare = bareHistogram(BUCKETS);
  return {
    ours: {
      run: (n) => {
        for (let i = 0; i < n; i++) ours.observe(VALUES[i & 1023]);
      },
      total: async () => sumOf(await collector.metrics(), '_count'),
    },
    peer: {
      run: (n) => {
        for (let i = 0; i < n; i++) peer.observe(VALUES[i & 1023]);
      },
      total: async () => sumOf(await registry.metrics(), '_count'),
    },
    bound: {
      run: (n) => {
        for (let i = 0; i < n; i++) observeBare(bare, VALUES[i & 1023]);
      },
      total: () => countOf(bare),
    },
  };
}

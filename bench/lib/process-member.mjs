/**
 * A worker of node:cluster with many series, in the registry of one contestant. It answers
 * `change` (all series are recorded once), `gather`, `watch` and `stall` (the longest turn of its
 * event loop since `watch`, in processor time: many processes share few cores).
 */
import { performance } from 'node:perf_hooks';
import prom from 'prom-client';
import { BUCKETS, gatherAll, newCollector } from './ours.mjs';

const [who, seriesText, directory] = process.argv.slice(2);
const series = Number(seriesText);

let isWatching = false;
let stall = 0;

const metrics = who === 'ours' ? await ours() : peers();

process.on('message', async ({ ask, id }) => {
  if (ask === 'change') {
    metrics.change();
    process.send({ id });
  } else if (ask === 'watch') {
    watch();
    process.send({ id });
  } else if (ask === 'stall') {
    isWatching = false;
    process.send({ id, stall });
  } else if (ask === 'gather') {
    const before = cpuTime();
    const start = performance.now();
    const total = await metrics.gather();
    const ms = performance.now() - start;
    process.send({ id, ms, cpu: cpuTime() - before, total });
  }
});
process.send({ ready: true });

function watch() {
  isWatching = true;
  stall = 0;
  let before = cpuTime();
  const turn = () => {
    const now = cpuTime();
    stall = Math.max(stall, now - before);
    before = now;
    if (isWatching) setImmediate(turn);
  };
  setImmediate(turn);
}

/** In milliseconds. */
function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function ours() {
  const collector = newCollector(series, {
    port: 0,
    host: '127.0.0.1',
    processes: { directory, saveInterval: 3_600_000 },
  });
  await collector.initialize();
  const counter = collector.counter('bench_total');
  const histogram = collector.histogram('bench_seconds', { buckets: BUCKETS });
  return {
    change: changer(counter, histogram),
    gather: () => gatherAll(collector, 'bench_total', 'series-1'),
  };
}

/** The aggregation of prom-client runs in the primary: here are only the metrics. */
function peers() {
  const counter = new prom.Counter({
    name: 'bench_total',
    help: 'b',
    labelNames: ['id'],
  });
  const histogram = new prom.Histogram({
    name: 'bench_seconds',
    help: 'b',
    labelNames: ['id'],
    buckets: BUCKETS,
  });
  // It answers the primary.
  new prom.AggregatorRegistry();
  return { change: changer(counter, histogram), gather: async () => 0 };
}

/** One series in five is a histogram. */
function changer(counter, histogram) {
  return () => {
    for (let i = 0; i < series; i++) {
      if (i % 5 === 0) histogram.observe({ id: `series-${i}` }, 0.25);
      else counter.inc({ id: `series-${i}` });
    }
  };
}

import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import prom from 'prom-client';
import { runCell } from '../lib/cell.mjs';
import { BUCKETS, newCollector } from '../lib/ours.mjs';
import { failed, limit } from '../lib/rows.mjs';

export const title = 'Several processes, and saves';

export const cells = { pages, saves };

const MEMBER = fileURLToPath(
  new URL('../lib/process-member.mjs', import.meta.url),
);

/** Pages that are not measured. */
const WARM_UP = 2;

/** Pages of all members: by one of them, or, for prom-client, by the primary. */
async function pages({ who, members, series, rounds }) {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  cluster.setupPrimary({
    exec: MEMBER,
    args: [who, String(series), directory],
  });
  const workers = Array.from({ length: members }, () => cluster.fork());
  try {
    await Promise.all(workers.map((one) => once(one, 'message')));
    const figures = { ms: [], cpu: [], stall: [] };
    if (who === 'ours') figures.askedStall = [];
    const page = who === 'ours' ? () => ask(workers[0], 'gather') : peerPage();
    let changes = 0;
    const changedPage = async () => {
      for (const one of workers) await ask(one, 'change');
      changes++;
      const answer = await page();
      // Cold processes may be late in the first rounds.
      if (changes > WARM_UP && answer.total !== changes * members) {
        throw new Error(
          `the total is ${answer.total} after ${changes} changes`,
        );
      }
      return answer;
    };
    const stallOf = async (worker) => {
      await ask(worker, 'watch');
      await changedPage();
      return (await ask(worker, 'stall')).stall;
    };
    for (let i = 0; i < WARM_UP; i++) await changedPage();
    for (let round = 0; round < rounds; round++) {
      // Not while a member watches itself, which takes a core.
      const { ms, cpu } = await changedPage();
      figures.ms.push(ms);
      figures.cpu.push(cpu);
      figures.stall.push(await stallOf(workers[1]));
      if (who === 'ours') figures.askedStall.push(await stallOf(workers[0]));
    }
    return figures;
  } finally {
    for (const one of workers) one.process.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

function peerPage() {
  const registry = new prom.AggregatorRegistry();
  return async () => {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const text = await registry.clusterMetrics();
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    const total = Number(
      /^bench_total\{id="series-1"\} (\S+)$/m.exec(text)?.[1],
    );
    return { ms, cpu: (user + system) / 1000, total };
  };
}

let asked = 0;

async function ask(worker, what) {
  const id = ++asked;
  worker.send({ ask: what, id });
  for (;;) {
    const [answer] = await once(worker, 'message');
    if (answer?.id === id) return answer;
  }
}

/** Saves of `persistence` in a file, with and without values that were restored. */
async function saves({ series, rounds, isRestored }) {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    if (isRestored) {
      const before = await persisted(directory, series);
      before.change(0);
      await before.collector.shutdown();
    }
    const { collector, change } = await persisted(directory, series);
    const figures = { cpu: [], stall: [] };
    for (let round = -3; round < rounds; round++) {
      change(round + 3);
      const cpu = await cpuOf(() => collector.save());
      change(round + 4);
      const stall = await longestTurn(() => collector.save());
      if (round < 0) continue; // Rounds to warm up.
      figures.cpu.push(cpu);
      figures.stall.push(stall);
    }
    await collector.shutdown();
    return figures;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function persisted(directory, series) {
  const file = join(directory, 'metrics.state');
  const collector = newCollector(series, {
    port: 0,
    host: '127.0.0.1',
    persistence: { file, interval: 3_600_000 },
  });
  await collector.initialize();
  const histogram = collector.histogram('bench_seconds', { buckets: BUCKETS });
  const change = (round) => {
    for (let i = 0; i < series; i++) {
      const value = ((i * 7919 + round * 31) % 1000) / 997;
      histogram.observe({ id: `series-${i}` }, value);
    }
  };
  return { collector, change };
}

async function cpuOf(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function longestTurn(work) {
  let isWatching = true;
  let longest = 0;
  let before = performance.now();
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
    if (isWatching) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isWatching = false;
  return longest;
}

/** @param {boolean} quick */
export async function* rows(quick) {
  yield* rowsOfSaves(quick);
  yield* rowsOfPages(quick);
}

async function* rowsOfSaves(quick) {
  const series = quick ? 1_000 : 10_000;
  for (const isRestored of [false, true]) {
    const name = `a save of ${series} histograms of 12 buckets${isRestored ? ', half of it restored' : ''}`;
    try {
      const { cpu, stall } = await runCell(import.meta.url, 'saves', {
        series,
        rounds: quick ? 5 : 31,
        isRestored,
      });
      const note = 'all of them have changed; the file is brought to the disk';
      const row = { unit: 'ms', note };
      yield limit({
        ...row,
        name: `${name}: processor time`,
        ours: cpu,
        atMost: 25,
      });
      yield limit({
        ...row,
        name: `${name}: longest turn of the event loop`,
        ours: stall,
        atMost: 5,
      });
    } catch (error) {
      yield failed(name, error);
    }
  }
}

async function* rowsOfPages(quick) {
  const size = quick
    ? { members: 4, series: 1_000 }
    : { members: 16, series: 5_000 };
  const rounds = quick ? 5 : 21;
  const name = `the metrics of ${size.members} processes with ${size.series} series each`;
  try {
    const figures = {};
    for (const who of ['ours', 'peer']) {
      figures[who] = await runCell(
        import.meta.url,
        'pages',
        { who, ...size, rounds },
        { seconds: 120 },
      );
    }
    const note =
      'the metrics are gathered and merged; all series of all processes have changed. The peer is the AggregatorRegistry of prom-client, in the primary, which makes the page too';
    const row = (what, key, atMost) =>
      limit({
        name: `${name}: ${what}`,
        unit: 'ms',
        ours: figures.ours[key],
        peer: figures.peer[key],
        atMost,
        note,
      });
    const turn = 'longest turn of the event loop of';
    yield row('time', 'ms', 40);
    yield row('processor time of the one that is asked', 'cpu', 15);
    yield row(`${turn} the one that is asked`, 'askedStall', 5);
    yield row(`${turn} another one`, 'stall', 5);
  } catch (error) {
    yield failed(name, error);
  }
}

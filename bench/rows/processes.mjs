import cluster from 'node:cluster';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import prom from 'prom-client';
import { runCell } from '../lib/cell.mjs';
import { failed, limit } from '../lib/rows.mjs';

export const title = 'One page of several processes';

export const cells = { pages };

const MEMBER = fileURLToPath(
  new URL('../lib/process-member.mjs', import.meta.url),
);

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
    const page = who === 'ours' ? () => ask(workers[0], 'gather') : peerPage();
    for (let round = -2; round < rounds; round++) {
      for (const one of workers) await ask(one, 'change');
      await ask(workers[1], 'watch');
      const { ms, cpu, total } = await page();
      // Cold processes may be late in the first rounds.
      if (round >= 0 && total !== (round + 3) * members) {
        throw new Error(`the total is ${total} in round ${round}`);
      }
      const { stall } = await ask(workers[1], 'stall');
      if (round < 0) continue; // Rounds to warm up.
      figures.ms.push(ms);
      figures.cpu.push(cpu);
      figures.stall.push(stall);
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

/** @param {boolean} quick */
export async function* rows(quick) {
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
    const row = (what, unit, key, atMost) =>
      limit({
        name: `${name}: ${what}`,
        unit,
        ours: figures.ours[key],
        peer: figures.peer[key],
        atMost,
        note,
      });
    yield row('time', 'ms', 'ms', 40);
    yield row('processor time of the one that is asked', 'ms', 'cpu', 15);
    yield row(
      'longest turn of the event loop of another one',
      'ms',
      'stall',
      5,
    );
  } catch (error) {
    yield failed(name, error);
  }
}

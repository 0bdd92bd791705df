import { runCell } from '../lib/cell.mjs';
import { cpu, stalls } from '../lib/export-cells.mjs';
import { failed, faster, limit } from '../lib/rows.mjs';

export const title = 'Export by OTLP';

export const cells = { cpu, stalls };

/** @param {boolean} quick */
export async function* rows(quick) {
  const size = quick ? 2_500 : 10_000;
  const what = `${size / 1000}k histograms of 12 buckets`;
  const run = (cell, params) =>
    runCell(import.meta.url, cell, { size, ...params });
  yield* cpuRows(run, what, quick ? 5 : 31);
  yield* stallRow(run, what, quick ? 1 : 5);
}

async function* cpuRows(run, what, rounds) {
  const name = `${what}, CPU of an export: OTel SDK and exporter`;
  try {
    const { ours, peer } = await run('cpu', { rounds });
    yield faster({ name, unit: 'ms', ours, peer });
    yield limit({
      name: `${what}, CPU of an export`,
      unit: 'ms',
      ours,
      atMost: 50,
      note: 'the snapshot is in it, all threads of the process are, and the backend is in another',
    });
  } catch (error) {
    yield failed(name, error);
  }
}

/** One process per figure: a first export there is once in each. */
async function* stallRow(run, what, processes) {
  const name = `${what}, longest stall, first export included`;
  try {
    const found = { ours: [], peer: [] };
    for (let i = 0; i < processes; i++) {
      for (const who of i % 2 ? ['peer', 'ours'] : ['ours', 'peer']) {
        found[who].push(await run('stalls', { who, exports: 3 }));
      }
    }
    const of = (who, key) => found[who].map((figures) => figures[key]);
    const first = of('ours', 'first').map((ms) => ms.toFixed(1));
    yield limit({
      name,
      unit: 'ms',
      ours: of('ours', 'longest'),
      peer: of('peer', 'longest'),
      bound: of('ours', 'idle'),
      atMost: 5,
      note: `the bound is the idle event loop watched as long; ours at the first export of each process: ${first.join(', ')} ms`,
    });
  } catch (error) {
    yield failed(name, error);
  }
}

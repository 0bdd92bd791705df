import { runCell } from '../lib/cell.mjs';
import { failed, faster, limit } from '../lib/rows.mjs';
import { http, render, stalls } from '../lib/scrape-cells.mjs';

export const title = 'Scraping';

export const cells = { render, http, stalls };

const WORK = [
  { kind: 'counter', thousands: 100, of: 'counters', atLeast: 25 },
  {
    kind: 'histogram',
    thousands: 10,
    of: 'histograms of 12 buckets',
    atLeast: 12,
  },
];

/** @param {boolean} quick */
export async function* rows(quick) {
  for (const { kind, thousands, of, atLeast } of WORK) {
    const size = (thousands * 1000) / (quick ? 4 : 1);
    const what = `${size / 1000}k ${of}`;
    const run = (cell, params) =>
      runCell(import.meta.url, cell, { kind, size, ...params });
    yield* renderRows(run, what, atLeast, quick ? 4 : 11);
    yield* httpRow(run, what, quick ? 4 : 11);
    yield* stallRows(run, what, quick ? 1 : 5);
  }
}

async function* renderRows(run, what, atLeast, rounds) {
  const name = `${what}, wire-ready bytes`;
  try {
    const { otel, ...row } = await run('render', { rounds });
    const unit = 'ms';
    yield faster({ name: `${name}: prom-client`, unit, ...row, atLeast });
    yield faster({ name: `${name}: OTel SDK`, unit, ...row, peer: otel });
  } catch (error) {
    yield failed(name, error);
  }
}

async function* httpRow(run, what, rounds) {
  const name = `${what}, scrape over HTTP: prom-client`;
  try {
    yield faster({ name, unit: 'ms', ...(await run('http', { rounds })) });
  } catch (error) {
    yield failed(name, error);
  }
}

/** One process per figure: a first scrape there is once in each. */
async function* stallRows(run, what, processes) {
  const name = `${what}, longest stall, first scrape included`;
  try {
    const found = { ours: [], prom: [] };
    for (let i = 0; i < processes; i++) {
      for (const who of i % 2 ? ['prom', 'ours'] : ['ours', 'prom']) {
        found[who].push(await run('stalls', { who, scrapes: 3 }));
      }
    }
    const of = (who, key) => found[who].map((figures) => figures[key]);
    const list = (key) =>
      of('ours', key)
        .map((ms) => ms.toFixed(1))
        .join(', ');
    yield limit({
      name,
      unit: 'ms',
      ours: of('ours', 'longest'),
      peer: of('prom', 'longest'),
      bound: of('ours', 'idle'),
      atMost: 5,
      note: `the bound is the idle event loop watched as long; ours at the first scrape of each process: ${list('first')} ms; the first answer of the server before that, with no metrics: ${list('cold')} ms`,
    });
  } catch (error) {
    yield failed(name, error);
  }
}

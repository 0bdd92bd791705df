import prom from 'prom-client';
import { runCell } from '../lib/cell.mjs';
import { newCollector, sumOf } from '../lib/ours.mjs';
import { interleaveOnce } from '../lib/rounds.mjs';
import { failed, limit, within } from '../lib/rows.mjs';

export const title = 'A label that takes a million values';

export const cells = { growth, speed };

const CAP = 2000;

/** Heap that one metric gains from the cap on, while all the other values come in. */
async function growth({ who, values }) {
  const { inc, total } = who === 'ours' ? ours() : peer();
  for (let i = 0; i < CAP + 100; i++) inc(`user-${i}`);
  const before = heapUsed();
  for (let i = CAP + 100; i < values; i++) inc(`user-${i}`);
  const bytes = heapUsed() - before;
  if ((await total()) !== values) throw new Error('recordings were lost');
  return bytes;
}

/** The same number of recordings with values that are new, and with known ones. */
async function speed({ values, rounds }) {
  const { inc } = ours();
  for (let i = 0; i < CAP + 100; i++) inc(`user-${i}`);
  const perRound = Math.floor(values / rounds);
  let next = CAP + 100;
  let round = [];
  const record = () => {
    for (const user of round) inc(user);
  };
  // New strings on both sides, as they arrive from outside.
  const fresh = (i) => Buffer.from(`user-${i}`).toString('latin1');
  const constant = fresh(1);
  const make = {
    ours: () => fresh(next++),
    bound: (i) => fresh(i % CAP),
    same: () => constant,
  };
  const figures = await interleaveOnce(
    { ours: record, bound: record, same: record },
    rounds,
    (name) => {
      round = Array.from({ length: perRound }, (_, i) => make[name](i));
    },
  );
  const nanoseconds = (ms) => (ms * 1e6) / perRound;
  return Object.fromEntries(
    Object.entries(figures).map(([name, all]) => [name, all.map(nanoseconds)]),
  );
}

function ours() {
  const collector = newCollector(CAP);
  // The first overflow is said once; not here.
  console.warn = () => {};
  const counter = collector.counter('bench_total');
  return {
    inc: (user) => counter.inc({ user }),
    total: async () => sumOf(await collector.metrics(), 'bench_total'),
  };
}

function peer() {
  const counter = new prom.Counter({
    name: 'bench_total',
    help: 'x',
    labelNames: ['user'],
    registers: [],
  });
  return {
    inc: (user) => counter.inc({ user }),
    total: async () =>
      (await counter.get()).values.reduce((sum, { value }) => sum + value, 0),
  };
}

function heapUsed() {
  for (let i = 0; i < 4; i++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** @param {boolean} quick */
export async function* rows(quick) {
  const values = quick ? 200_000 : 1_000_000;
  const times = `${values / 1000}k label values`;
  yield* growthRow(`${times}: memory after the cap`, values);
  yield* speedRows(times, values);
}

async function* growthRow(name, values) {
  try {
    const grown = async (who) => {
      const cell = await runCell(
        import.meta.url,
        'growth',
        { who, values },
        { execArgv: ['--expose-gc', '--no-flush-bytecode'] },
      );
      return [Math.max(0, cell) / 1024];
    };
    yield limit({
      name,
      unit: 'KiB',
      ours: await grown('ours'),
      peer: await grown('prom'),
      atMost: 256,
      note: 'flat is taken as at most 256 KiB in all: that much code and garbage is not collected at once',
    });
  } catch (error) {
    yield failed(name, error);
  }
}

async function* speedRows(times, values) {
  const name = `${times}: a new value`;
  try {
    const params = { values, rounds: 20 };
    const { ours, bound, same } = await runCell(
      import.meta.url,
      'speed',
      params,
    );
    const row = { unit: 'ns', ours, atMost: 2 };
    const note =
      'both get new strings, created outside of the measured time; the bound here is ours with known values';
    yield within({ ...row, name: `${name}, over a known series`, bound, note });
    const {
      target: _,
      reached: __,
      ...shown
    } = within({
      ...row,
      name: `${name}, over one series again and again`,
      bound: same,
    });
    yield shown;
  } catch (error) {
    yield failed(name, error);
  }
}

/**
 * What takes part in a comparison.
 *
 * @typedef {object} Contestant
 * @property {(n: number) => void | Promise<void>} run does the work `n` times.
 * @property {(() => number | Promise<number>)=} total how often the work was
 *   recorded in all, where it leaves a trace: checked at the end.
 */

/** How long rounds are, and how many. Every comparison has at least 11. */
export function pace(quick) {
  return quick
    ? { rounds: 11, roundMs: 6, warmUpMs: 60 }
    : { rounds: 31, roundMs: 20, warmUpMs: 300 };
}

/**
 * Nanoseconds per operation of each contestant, one figure per round. All take
 * their turn in every round; every other round goes the other way.
 *
 * @param {Record<string, Contestant>} contestants
 * @param {{ rounds: number, roundMs: number, warmUpMs: number }} pace
 * @returns {Promise<Record<string, number[]>>}
 */
export async function interleave(contestants, { rounds, roundMs, warmUpMs }) {
  const names = Object.keys(contestants);
  const size = {};
  const done = {};
  const figures = {};
  const turn = async (name, n) => {
    done[name] = (done[name] ?? 0) + n;
    return timed(() => contestants[name].run(n));
  };
  for (const name of names) {
    size[name] = await calibrate((n) => turn(name, n), warmUpMs, roundMs);
    figures[name] = [];
  }
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      const ns = await turn(name, size[name]);
      figures[name].push(ns / size[name]);
    }
  }
  for (const name of names) await checkTotal(name, contestants, done[name]);
  return figures;
}

/** Warms up, and finds out how many operations fill a round. */
async function calibrate(turn, warmUpMs, roundMs) {
  let n = 64;
  let ns = 0;
  for (let spent = 0; spent < warmUpMs * 1e6; spent += ns) {
    ns = await turn(n);
    if (ns < (roundMs * 1e6) / 2) n *= 2;
  }
  return Math.max(64, Math.round((n * roundMs * 1e6) / (await turn(n))));
}

async function timed(work) {
  const start = process.hrtime.bigint();
  // Awaiting what is no promise would put a microtask into the figure.
  const pending = work();
  if (pending !== undefined) await pending;
  return Number(process.hrtime.bigint() - start);
}

/** A contestant whose work was optimised away, or lost, has not taken part. */
async function checkTotal(name, contestants, expected) {
  const total = await contestants[name].total?.();
  if (total !== undefined && total !== expected) {
    throw new Error(`${name} recorded ${total} of ${expected} operations`);
  }
}

/**
 * The same for work of milliseconds that is done once per round. `between` runs
 * before each turn, outside of the time.
 *
 * @param {Record<string, () => unknown>} contestants
 * @returns {Promise<Record<string, number[]>>} milliseconds.
 */
export async function interleaveOnce(contestants, rounds, between) {
  const names = Object.keys(contestants);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -3; round < rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse();
    for (const name of order) {
      await between(name);
      const ns = await timed(contestants[name]);
      if (round >= 0) figures[name].push(ns / 1e6);
    }
  }
  return figures;
}

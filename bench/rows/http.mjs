import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runCell } from '../lib/cell.mjs';
import { load } from '../lib/load.mjs';
import { failed, share } from '../lib/rows.mjs';
import { median } from '../lib/stats.mjs';

export const title = 'Requests of a NestJS app on Express';

export const cells = { requests };

const APP = fileURLToPath(new URL('../lib/http-app.mjs', import.meta.url));

const VARIANTS = ['bare', 'noop', 'ours', 'http', 'peer'];

/** Each app runs in its own process; this process loads one after the other. */
async function requests({ rounds, seconds }) {
  const apps = {};
  try {
    for (const variant of VARIANTS) apps[variant] = await start(variant);
    const rps = Object.fromEntries(VARIANTS.map((variant) => [variant, []]));
    const cpu = Object.fromEntries(VARIANTS.map((variant) => [variant, []]));
    for (let round = -1; round < rounds; round++) {
      const order = round % 2 === 0 ? VARIANTS : [...VARIANTS].reverse();
      for (const variant of order) {
        const before = await cpuOf(apps[variant]);
        const perSecond = await load(apps[variant].port, '/hello/world', {
          connections: 16,
          seconds,
        });
        const spent = (await cpuOf(apps[variant])) - before;
        if (round < 0) continue; // A round to warm up.
        rps[variant].push(perSecond);
        cpu[variant].push(spent / (perSecond * seconds));
      }
    }
    return { rps, cpu };
  } finally {
    for (const { child } of Object.values(apps)) child.kill('SIGKILL');
  }
}

async function start(variant) {
  const child = fork(APP, [variant], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr.on('data', (text) => (stderr += text));
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit'),
  ]);
  if (answer?.port === undefined) {
    throw new Error(`the ${variant} app ended: ${stderr.slice(0, 500)}`);
  }
  return { child, port: answer.port };
}

async function cpuOf({ child }) {
  child.send('cpu');
  const [{ cpu }] = await once(child, 'message');
  return cpu;
}

/** @param {boolean} quick */
export async function* rows(quick) {
  const name = 'requests per second with the module and its interceptor';
  const params = quick
    ? { rounds: 3, seconds: 0.5 }
    : { rounds: 13, seconds: 1.5 };
  try {
    const { rps, cpu } = await runCell(import.meta.url, 'requests', params, {
      seconds: 240,
    });
    const { ours, peer, bare, noop: bound } = rps;
    const row = { unit: '/s', ours, peer, bound };
    const note = `the bound is the same app with an interceptor that does nothing; the bare app has ${median(bare).toFixed(0)} /s`;
    yield share({
      ...row,
      name: `${name}: bare`,
      of: bare,
      atLeast: 0.97,
      note,
    });
    yield share({ ...row, name: `${name}: no-op interceptor`, of: bound });
    const bundle = 'express-prom-bundle';
    yield share({ ...row, name: `${name}: ${bundle}`, of: peer, atLeast: 1 });
    const withHttp = {
      unit: '/s',
      ours: rps.http,
      peer,
      bound: bare,
      note: 'the module with `http: true` and without its interceptor; the bound is the bare app',
    };
    yield share({
      ...withHttp,
      name: 'requests per second with http metrics: bare',
      of: bare,
      atLeast: 0.97,
    });
    yield share({
      ...withHttp,
      name: `requests per second with http metrics: ${bundle}`,
      of: peer,
      atLeast: 1,
    });
    yield share({
      name: 'processor time per request: bare',
      unit: 'µs',
      ours: cpu.ours,
      peer: cpu.peer,
      bound: cpu.noop,
      of: cpu.bare,
    });
  } catch (error) {
    yield failed(name, error);
  }
}

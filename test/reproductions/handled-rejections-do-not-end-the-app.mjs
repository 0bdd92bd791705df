/**
 * Shows that the module neither ends an app that handles its rejections, nor hides a
 * rejection that no code handles.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Counted, Timed } from 'nestjs-agent-metrics';
import { decorate, makeApp } from './support/app.mjs';
import { check } from './support/check.mjs';

class Agent {
  async connect() {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('refused');
  }

  handlesItself() {
    const promise = this.connect();
    promise.catch(() => {});
    return promise;
  }

  handsOn() {
    return this.connect();
  }

  async isAsync() {
    return this.connect();
  }

  memoised() {
    return (this.promise ??= this.connect());
  }
}
const METHODS = ['handlesItself', 'handsOn', 'isAsync'];

/** The app: calls one method, and ignores what it returns. */
async function ignore(method, hasModule) {
  const { provider, samples, close } = await makeApp(Agent, hasModule);
  provider[method]();
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log('lives');
  for (const line of await samples('agent_executions_total')) console.log(line);
  await close();
}

async function callTwice() {
  const { provider, close } = await makeApp(Agent, true);
  const promise = provider.memoised();
  check('  the second call returns', provider.memoised() === promise, true);
  await promise.catch(() => {});
  await close();
}

function run(method, module) {
  const file = fileURLToPath(import.meta.url);
  const child = spawnSync(process.execPath, [file, method, module], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { ...child, lives: child.stdout.startsWith('lives') };
}

for (const method of [...METHODS, 'memoised']) {
  decorate(Agent, method, Timed(), Counted());
}
const [, , method, module] = process.argv;
if (method !== undefined) {
  await ignore(method, module === 'with');
} else {
  console.log('A caller ignores the promise of a method, and it is rejected.');
  for (const method of METHODS) {
    const without = run(method, 'without');
    const measured = run(method, 'with');
    console.log(`${method}():`);
    console.log(`  without the module the app lives: ${without.lives}`);
    check('  with the module the app lives', measured.lives, without.lives);
    if (measured.lives) console.log(`  ${measured.stdout.split('\n')[1]}`);
    else
      console.log(`  it ends with ${/Error: .*/.exec(measured.stderr)?.[0]}`);
  }
  console.log('A method that returns the same promise at each call:');
  await callTwice();
}

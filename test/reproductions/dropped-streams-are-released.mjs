/**
 * Shows that a stream that its consumer drops without a word keeps nothing of its
 * call alive, and leaves the gauge of running calls.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InFlight } from 'nestjs-agent-metrics';
import { decorate, makeApp } from './support/app.mjs';
import { check } from './support/check.mjs';

const STREAMS = 2_000;

class Agent {
  async *answer(prompt) {
    for (const word of prompt) yield word;
  }
}
decorate(Agent, 'answer', InFlight());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

async function megabytes() {
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return Math.round(process.memoryUsage().heapUsed / 1e6);
}

for (const hasModule of [false, true]) {
  console.log(hasModule ? 'With the module:' : 'Without the module:');
  const { provider, samples, close } = await makeApp(Agent, hasModule);
  const before = await megabytes();
  for (let i = 0; i < STREAMS; i++) {
    // An argument of 100 KB. One item is read, and the stream is dropped.
    await provider.answer(Array.from({ length: 12_500 }, () => i)).next();
  }
  const kept = (await megabytes()) - before;
  console.log(`  ${STREAMS} dropped streams keep ${kept} MB`);
  check('  they keep less than 20 MB', kept < 20, true);
  for (const line of await samples('agent_in_flight')) {
    console.log(`  ${line}`);
    check('  the gauge says', Number(line.split(' ').at(-1)), 0);
  }
  await close();
}

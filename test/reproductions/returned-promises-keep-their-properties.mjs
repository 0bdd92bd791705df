/**
 * Shows that a promise with more to it, such as a `cancel()`, still has it when a
 * measured method returns it.
 */
import { Timed } from 'nestjs-agent-metrics';
import { decorate, makeApp } from './support/app.mjs';
import { check } from './support/check.mjs';

const CANCEL = Symbol('cancel');

class Agent {
  ask() {
    this.promise = Promise.resolve('answer');
    this.promise.cancel = () => 'cancelled';
    this.promise[CANCEL] = () => 'cancelled';
    void Object.defineProperty(this.promise, 'abort', {
      value: () => 'aborted',
    });
    return this.promise;
  }
}
decorate(Agent, 'ask', Timed());

for (const hasModule of [false, true]) {
  console.log(hasModule ? 'With the module:' : 'Without the module:');
  const { provider, samples, close } = await makeApp(Agent, hasModule);
  const promise = provider.ask();
  check(
    '  it is the promise of the method',
    promise === provider.promise,
    true,
  );
  check('  cancel()', promise.cancel?.(), 'cancelled');
  check('  [CANCEL]()', promise[CANCEL]?.(), 'cancelled');
  check('  abort(), which is not enumerable', promise.abort?.(), 'aborted');
  check('  it resolves to', await promise, 'answer');
  const [count = '0'] = await samples('agent_duration_seconds_count');
  check(
    '  calls that are recorded',
    Number(count.split(' ').at(-1)),
    +hasModule,
  );
  await close();
}

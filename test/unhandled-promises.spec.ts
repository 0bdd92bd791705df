import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Methods that return a promise which is going to be rejected. */
const METHODS = {
  handlesItsOwn:
    'start() { const p = this.connect(); p.catch(this.log); return p; }',
  handlesItsOwnLater:
    'start() { const p = this.connect(); queueMicrotask(() => p.catch(this.log)); return p; }',
  handsItOn: 'start() { return this.connect(); }',
  givesTheSame: 'start() { return (this.promise ??= this.connect()); }',
  isAsync: 'async start() { return this.connect(); }',
  isAsyncAndFailsAtOnce: 'async start() { throw refused(); }',
  hasFailedAlready: 'start() { return Promise.reject(refused()); }',
  givesAFrozenOne: 'start() { return Object.freeze(this.connect()); }',
  givesASubclass:
    'start() { return new Reply((_, reject) => reject(refused())); }',
};

/** What a caller does with it. */
const USES = {
  ignored: 'agent.start();',
  ignoredThreeTimes: 'agent.start(); agent.start(); agent.start();',
  awaited: 'try { await agent.start(); } catch (error) { agent.log(error); }',
  handledATurnLater:
    'const p = agent.start(); await turns(); p.catch(agent.log);',
  derived: 'agent.start().then(() => {});',
  finallyOnly: 'agent.start().finally(() => {});',
  handledTwice:
    'const p = agent.start(); p.catch(agent.log); p.catch(agent.log);',
  raced:
    'Promise.race([agent.start(), new Promise(() => {})]).catch(agent.log);',
};

type MethodName = keyof typeof METHODS;
type UseName = keyof typeof USES;
type Case = readonly [method: MethodName, use: UseName];

const ALL = Object.keys(METHODS).flatMap((method) =>
  Object.keys(USES).map((use) => [method, use] as Case),
);

interface Terms {
  readonly cases: readonly Case[];
  readonly hasModule: boolean;
  readonly listens: boolean;
}

/** Plays the cases one by one in an app, with a decorated method in a class for each. */
function script({ cases, hasModule, listens }: Terms): string {
  const classes = cases.map(
    ([method, use]) => `class ${method}_${use} extends Base {
      ${METHODS[method]}
      async use(agent) { ${USES[use]} }
    }`,
  );
  return `
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Counted, MetricsModule, PrometheusCollector, Timed } from 'nestjs-agent-metrics';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const turns = async () => { for (let i = 0; i < 5; i++) await turn(); };
const refused = () => new TypeError('refused');
class Reply extends Promise {}
class Base {
  log = ({ message }) => console.log('handled', message);
  async connect() { await turn(); throw refused(); }
}
const classes = [${classes.join(',')}];
for (const { prototype } of classes) {
  for (const decorate of [Timed(), Counted()]) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'start');
    decorate(prototype, 'start', descriptor);
    Object.defineProperty(prototype, 'start', descriptor);
  }
}
class AppModule {}
const metrics = MetricsModule.forRoot({ namespace: '', prometheus: { defaultMetrics: false } });
Module({ imports: ${hasModule} ? [metrics] : [], providers: classes })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
if (${listens}) {
  process.on('unhandledRejection', ({ message }) => console.log('unhandled', message));
  process.on('rejectionHandled', () => console.log('handled late'));
}
for (const type of classes) {
  console.log(type.name);
  const agent = app.get(type);
  await agent.use(agent);
  await new Promise((resolve) => setTimeout(resolve, 30));
}
console.log('lives');
if (${hasModule}) console.error(await app.get(PrometheusCollector).metrics());
await app.close();
`;
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (terms: Terms) =>
  new Promise<Outcome>((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '--eval', script(terms)],
      { cwd: ROOT, timeout: 50_000 },
      (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

async function runBoth(cases: readonly Case[], listens = false) {
  const terms = { cases, listens };
  const without = await run({ ...terms, hasModule: false });
  const measured = await run({ ...terms, hasModule: true });
  return { without, measured };
}

/** The failed calls on the page, by class, and the types of their errors. */
function failures({ stderr }: Outcome): Map<string, [string, number]> {
  const lines = stderr.matchAll(
    /^agent_executions_total\{agent="(\w+)",error_type="(\w+)".* (\d+)$/gm,
  );
  return new Map([...lines].map(([, c, type, n]) => [c!, [type!, Number(n)]]));
}

const callsOf = (use: UseName) => (use === 'ignoredThreeTimes' ? 3 : 1);

const nameOf = ([method, use]: Case) => `${method}_${use}`;

/** The others end the process. */
const LIVING = ALL.filter(
  ([method, use]) =>
    ['awaited', 'handledTwice', 'raced'].includes(use) ||
    (method.startsWith('handlesItsOwn') && use.startsWith('ignored')),
);

test('an app that handles its rejections lives on, and each failed call is counted', async () => {
  const { without, measured } = await runBoth(LIVING);
  expect(without.stdout).toMatch(/^lives$/m);
  expect(measured.stdout).toBe(without.stdout);
  expect(measured.code).toBe(0);
  const expected = LIVING.map((played) => [
    nameOf(played),
    ['TypeError', callsOf(played[1])],
  ]);
  expect([...failures(measured)].sort()).toEqual(expected.sort());
});

test('a listener gets the same rejections as without the module, each call counted', async () => {
  const { without, measured } = await runBoth(ALL, true);
  expect(without.stdout).toMatch(/^lives$/m);
  expect(without.stdout).toMatch(/^handled late$/m);
  expect(measured.stdout).toBe(without.stdout);
  const counts = [...failures(measured)].map(([name, [, n]]) => [name, n]);
  const expected = ALL.filter(
    // It is measured when it is awaited, as any thenable.
    ([method, use]) => !(method === 'givesASubclass' && use.startsWith('ign')),
  ).map((played) => [nameOf(played), callsOf(played[1])]);
  expect(counts.sort()).toEqual(expected.sort());
});

const ENDING: readonly Case[] = [
  ['handsItOn', 'ignored'],
  ['handsItOn', 'derived'],
  ['handsItOn', 'handledATurnLater'],
  ['givesTheSame', 'ignoredThreeTimes'],
  ['isAsync', 'ignored'],
  ['isAsyncAndFailsAtOnce', 'ignored'],
  ['hasFailedAlready', 'ignored'],
  ['givesAFrozenOne', 'ignored'],
  ['handlesItsOwn', 'derived'],
];

test.each(ENDING)(
  'an unhandled rejection ends the process as without the module: %s, %s',
  async (...played) => {
    const { without, measured } = await runBoth([played]);
    expect(without.code).toBe(1);
    expect(measured.code).toBe(1);
    expect(measured.stdout).toBe(without.stdout);
    const reason = /^TypeError: refused$/m;
    expect(without.stderr).toMatch(reason);
    expect(measured.stderr).toMatch(reason);
  },
);

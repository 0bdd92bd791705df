import { expect, test } from 'vitest';
import { makeCollector, samples } from '../support/collector.js';
import { Members, valueOn } from '../processes/members.js';
import { TestStore } from './stores.js';

const KEY = 'app';

/** An interval that no test waits for. */
const NEVER = 86_400_000;

async function startApp(store: TestStore, interval = NEVER) {
  const app = makeCollector({ persistence: { store, key: KEY, interval } });
  await app.collector.initialize();
  return app;
}

/** A store in which an app has saved a counter. */
async function storeWith(jobs: number): Promise<TestStore> {
  const store = new TestStore();
  const { collector } = await startApp(store);
  collector.counter('jobs_total').inc(jobs);
  await collector.shutdown();
  return store;
}

test('totals go on from a store of the user', async () => {
  const store = await storeWith(3);
  const { collector, warnings } = await startApp(store);
  collector.counter('jobs_total').inc();
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 4']);
  expect([...store.content.keys()]).toEqual([KEY]);
  expect(warnings).toEqual([]);
});

test('nothing is saved in a store where nothing has changed', async () => {
  const store = await storeWith(3);
  const { collector } = await startApp(store);
  await collector.metrics();
  const { saves } = store;
  await collector.metrics();
  await collector.save();
  expect(store.saves).toBe(saves);
});

test('a store that is down at the start is not overwritten, and its totals are added once it is back', async () => {
  const store = await storeWith(3);
  store.state = 'down';
  const before = store.content.get(KEY);
  const { collector, warnings } = await startApp(store, 100);
  collector.counter('jobs_total').inc(2);
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 2']);
  expect(store.content.get(KEY)).toBe(before);
  expect(await collector.metrics()).toContain(
    'metrics_errors_total{cause="persistence"}',
  );
  store.comeBack();
  await expect
    .poll(() => samples(collector, 'jobs_total'), { timeout: 10_000 })
    .toEqual(['jobs_total 5']);
  expect(warnings).toEqual([
    expect.stringMatching(/loading.*the key "app": the store is down/),
  ]);
  await collector.shutdown();
  const { collector: next } = await startApp(store);
  expect(await samples(next, 'jobs_total')).toEqual(['jobs_total 5']);
});

test('an app starts within three seconds where its store hangs, and adds what arrives later', async () => {
  const store = await storeWith(3);
  store.state = 'hanging';
  const start = Date.now();
  const { collector } = await startApp(store);
  expect(Date.now() - start).toBeLessThan(10_000);
  collector.counter('jobs_total').inc();
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 1']);
  store.comeBack();
  await expect
    .poll(() => samples(collector, 'jobs_total'), { timeout: 10_000 })
    .toEqual(['jobs_total 4']);
});

test('a store that hangs delays one page by a second, and the next ones not at all', async () => {
  const store = new TestStore();
  const { collector, warnings } = await startApp(store);
  collector.counter('jobs_total').inc();
  await collector.metrics();
  store.state = 'hanging';
  const times: number[] = [];
  for (let page = 0; page < 4; page++) {
    collector.counter('jobs_total').inc();
    const start = Date.now();
    await collector.metrics();
    times.push(Date.now() - start);
  }
  expect(times[0]).toBeGreaterThan(900);
  expect(times.slice(1).toSorted((a, b) => a - b)[1]).toBeLessThan(900);
  store.comeBack();
  await expect
    .poll(async () => {
      await collector.save();
      return store.saves;
    })
    .toBeGreaterThan(1);
  expect(warnings).toEqual([expect.stringContaining('more than 1000 ms')]);
  await collector.shutdown();
  const { collector: next } = await startApp(store);
  expect(await samples(next, 'jobs_total')).toEqual(['jobs_total 5']);
});

test('of two running apps with one key the first one stops saving, and nothing counts twice', async () => {
  const store = await storeWith(10);
  const one = await startApp(store);
  one.collector.counter('jobs_total').inc(1);
  await one.collector.metrics();
  const two = await startApp(store);
  two.collector.counter('jobs_total').inc(100);
  // It has not saved yet: it goes on from what the first one has saved since.
  one.collector.counter('jobs_total').inc(1);
  await one.collector.metrics();
  await two.collector.save();
  expect(await samples(two.collector, 'jobs_total')).toEqual([
    'jobs_total 112',
  ]);
  one.collector.counter('jobs_total').inc(1);
  for (let page = 0; page < 3; page++) {
    expect(await samples(one.collector, 'jobs_total')).toEqual([
      'jobs_total 13',
    ]);
  }
  expect(one.warnings).toEqual([
    expect.stringContaining('Another running app saves its metrics'),
  ]);
  expect(two.warnings).toEqual([]);
  await one.collector.shutdown();
  await two.collector.shutdown();
  const next = await startApp(store);
  expect(await samples(next.collector, 'jobs_total')).toEqual([
    'jobs_total 112',
  ]);
});

test('a corrupt state is kept under another key, and the totals start from zero', async () => {
  const store = await storeWith(3);
  const bytes = Uint8Array.from(store.content.get(KEY)!);
  bytes[bytes.length - 1]! ^= 1;
  store.content.set(KEY, bytes);
  const { collector, warnings } = await startApp(store);
  collector.counter('jobs_total').inc();
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 1']);
  expect(store.content.get('app.corrupt')).toEqual(bytes);
  expect(warnings).toEqual([
    expect.stringMatching(/checksum.*kept as the key "app.corrupt"/),
  ]);
});

test('the totals of several processes are added once to what a store that was down has', async () => {
  const store = await storeWith(100);
  store.state = 'down';
  const members = new Members();
  const persistence = { store, key: KEY, interval: 100 };
  const apps = [await members.add({ persistence })];
  apps.push(await members.add({ persistence }));
  for (const { collector } of apps) collector.counter('jobs_total').inc(2);
  expect(await valueOn(apps[0]!.collector, 'jobs_total')).toBe(4);
  store.comeBack();
  await expect
    .poll(() => valueOn(apps[1]!.collector, 'jobs_total'), { timeout: 10_000 })
    .toBe(104);
  apps.push(await members.add({ persistence }));
  for (const { collector } of apps) {
    await collector.restore();
    await collector.save();
    expect(await valueOn(collector, 'jobs_total')).toBe(104);
  }
});

test('save() and restore() reject where the store is down', async () => {
  const store = new TestStore();
  store.state = 'down';
  const { collector } = makeCollector({ persistence: { store, key: KEY } });
  const code = 'persistence';
  await expect(collector.restore()).rejects.toMatchObject({ code });
  await expect(collector.save()).rejects.toMatchObject({ code });
  store.comeBack();
  await collector.restore();
});

test('save() and restore() do nothing without the option persistence', async () => {
  const { collector } = makeCollector();
  await collector.restore();
  await collector.save();
});

const store = new TestStore();

test.each([
  [true, 'persistence is true; expected an object'],
  [{}, 'persistence lacks file, or store and key'],
  [{ file: '' }, "persistence.file is ''; expected a text"],
  [{ file: 'a', key: 'b' }, 'persistence has a file and a key'],
  [{ file: 'a', store }, 'persistence has a file and a store'],
  [{ store }, 'persistence lacks key'],
  [{ key: 'a' }, 'persistence lacks store'],
  [{ store: {}, key: 'a' }, 'persistence.store is {}; expected an object'],
  [{ file: 'a', interval: 1 }, 'persistence.interval is 1; expected'],
  [{ path: 'a' }, 'persistence.path is not an option'],
])('the option persistence %j is refused', (persistence, message) => {
  expect(() => makeCollector({ persistence } as object)).toThrow(message);
});

import { expect, onTestFinished, test } from 'vitest';
import { replaceClock } from '../../src/core/clock.js';
import type { PrometheusCollectorOptions } from '../../src/index.js';
import { Sampler } from '../../src/live/history/sampler.js';
import { TestStore } from '../persistence/stores.js';
import { Members } from '../processes/members.js';
import { makeCollector, samples } from '../support/collector.js';

/** A collector that has started, and the sampler of its live page. */
async function startSampler(options: PrometheusCollectorOptions = {}) {
  const { collector } = makeCollector(options);
  await collector.initialize();
  const sampler = new Sampler(collector.insight, 60_000, 30, () => {});
  return { collector, sampler };
}

/** An interval that no test waits for. */
const NEVER = 86_400_000;

function persistenceIn(store: TestStore) {
  return { persistence: { store, key: 'app', interval: NEVER } };
}

test('a sample of the live page saves no totals, and the next page saves them', async () => {
  const store = new TestStore();
  const { collector, sampler } = await startSampler(persistenceIn(store));
  await collector.metrics();
  const { saves } = store;
  collector.counter('jobs_total').inc(3);
  await sampler.sample();
  expect(store.saves).toBe(saves);
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 3']);
  expect(store.saves).toBe(saves + 1);
});

test.each([
  ['no persistence', () => ({})],
  ['persistence', () => persistenceIn(new TestStore())],
])(
  'with %s, a sample of the live page runs no health check',
  async (_with, options) => {
    const { collector, sampler } = await startSampler(options());
    let runs = 0;
    collector.addHealthCheck({ name: 'store', check: () => void runs++ });
    await sampler.sample();
    expect(runs).toBe(0);
    await collector.metrics();
    expect(runs).toBe(1);
  },
);

test.each([
  ['no persistence', () => ({})],
  ['persistence', () => persistenceIn(new TestStore())],
])(
  'with %s, a series that only samples of the live page have read does not expire',
  async (_with, options) => {
    let now = 0n;
    onTestFinished(replaceClock(() => now));
    const { collector, sampler } = await startSampler(options());
    const sessions = collector.gauge('sessions', { expireAfter: 60 });
    now += 1_000_000_000n;
    sessions.set({ tenant: 'a' }, 1);
    await sampler.sample();
    now += 61_000_000_000n;
    await sampler.sample();
    const line = 'sessions{tenant="a"} 1';
    expect(await samples(collector, 'sessions')).toEqual([line]);
    now += 1_000_000_000n;
    expect(await samples(collector, 'sessions')).toEqual([]);
  },
);

test('the health checks of all members are in no sample of the live page', async () => {
  const members = new Members();
  const { collector } = await members.add();
  collector.addHealthCheck({ name: 'store', check: () => true });
  const sampler = new Sampler(collector.insight, 60_000, 30, () => {});
  await sampler.sample();
  const names = await sampler.read(async ({ families }) =>
    families.map(({ name }) => name),
  );
  expect(names).toContain('metrics_members');
  expect(names).not.toContain('health_check_status');
  expect(await samples(collector, 'health_check_status')).toHaveLength(1);
});

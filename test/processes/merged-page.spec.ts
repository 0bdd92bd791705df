import {
  Counter as PromClientCounter,
  Histogram as PromClientHistogram,
} from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { Aggregator } from '../../src/model/aggregator.js';
import { OPEN_METRICS, samples } from '../support/collector.js';
import { Members, valueOn } from './members.js';

describe('the page of several members', () => {
  test('each member shows the counters and histograms of all, added up', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    const { collector: two } = await members.add();
    one.counter('calls_total').inc({ agent: 'a' }, 3);
    two.counter('calls_total').inc({ agent: 'a' }, 4);
    two.counter('calls_total').inc({ agent: 'b' });
    const bounds = { buckets: [1, 2] };
    one.histogram('size', bounds).observe(1);
    two.histogram('size', bounds).observe(2);
    two.histogram('size', bounds).observe(9);
    for (const collector of [one, two]) {
      expect(await samples(collector, 'calls_total')).toEqual([
        'calls_total{agent="a"} 7',
        'calls_total{agent="b"} 1',
      ]);
      expect(await samples(collector, 'size')).toEqual([
        'size_bucket{le="1"} 1',
        'size_bucket{le="2"} 2',
        'size_bucket{le="+Inf"} 3',
        'size_sum 12',
        'size_count 3',
      ]);
    }
  });

  test('metrics of prom-client in the registry of a member are merged too', async () => {
    const members = new Members();
    const added = await Promise.all([members.add(), members.add()]);
    for (const { collector } of added) {
      const registers = [collector.registry];
      const counter = new PromClientCounter({
        name: 'jobs_total',
        help: 'Jobs',
        labelNames: ['queue'],
        registers,
      });
      counter.inc({ queue: 'mail' }, 2);
    }
    expect(await valueOn(added[0].collector, 'jobs_total{queue="mail"}')).toBe(
      4,
    );
  });

  test('a new member whose histogram has no value yet takes no buckets from the page', async () => {
    const members = new Members();
    const add = async () => {
      const { collector } = await members.add();
      const histogram = new PromClientHistogram({
        name: 'wait_seconds',
        help: 'Waits',
        labelNames: ['queue'],
        buckets: [1],
        registers: [collector.registry],
      });
      return { collector, histogram };
    };
    const one = await add();
    const two = await add();
    one.histogram.observe({ queue: 'mail' }, 1);
    two.collector.counter('calls_total').inc();
    for (const { collector } of [one, two]) {
      const bucket = 'wait_seconds_bucket{queue="mail",le="1"}';
      expect(await valueOn(collector, bucket)).toBe(1);
    }
  });

  test('what a member has counted stays on the page when the member has ended', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    const { collector: two } = await members.add();
    one.counter('calls_total').inc(2);
    two.counter('calls_total').inc(3);
    two.gauge('connections').set(5);
    expect(await valueOn(one, 'connections')).toBe(5);
    await two.shutdown();
    expect(await valueOn(one, 'calls_total')).toBe(5);
    expect(await valueOn(one, 'connections')).toBeUndefined();
    const { collector: three } = await members.add();
    three.counter('calls_total').inc(4);
    expect(await valueOn(three, 'calls_total')).toBe(9);
  });

  test('the totals start from zero when no member lives', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    one.counter('calls_total').inc(2);
    await one.shutdown();
    const { collector: two } = await members.add();
    two.counter('calls_total').inc();
    expect(await valueOn(two, 'calls_total')).toBe(1);
  });

  test('sums of fractions are rounded once, whatever the order of the members', async () => {
    const members = new Members();
    const parts = [0.1, 0.2, 0.3, 1e6];
    const added = [];
    for (const part of parts) {
      const { collector } = await members.add();
      collector.counter('cost_total').inc(part);
      added.push(collector);
    }
    for (const collector of added) {
      expect(await valueOn(collector, 'cost_total')).toBe(1_000_000.6);
    }
    for (const collector of added.slice(1)) await collector.shutdown();
    expect(await valueOn(added[0]!, 'cost_total')).toBe(1_000_000.6);
  });

  test('a page of some metrics has the values of all members', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    const { collector: two } = await members.add();
    one.counter('a_total').inc();
    two.counter('a_total').inc();
    two.counter('b_total').inc();
    const page = await one.registry.getSingleMetricAsString('a_total');
    expect(page).toContain('a_total 2');
    expect(page).not.toContain('b_total');
  });

  test('a merged series was created when its first member created it', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    const before = Date.now() / 1000;
    one.counter('calls_total').inc();
    const after = Date.now() / 1000;
    const { collector: two } = await members.add();
    two.counter('calls_total').inc();
    const page = await two.metrics(OPEN_METRICS);
    const created = Number(/^calls_created (\S+)$/m.exec(page)?.[1]);
    // It is shown in hundredths of a second.
    expect(created).toBeGreaterThan(before - 0.01);
    expect(created).toBeLessThan(after + 0.01);
    expect(page).toContain('\ncalls_total 2\n');
  });

  test('64 members share one page', async () => {
    const members = new Members();
    const added = [];
    for (let i = 0; i < 64; i++) {
      const { collector } = await members.add();
      collector.counter('calls_total').inc(i);
      added.push(collector);
    }
    expect(await valueOn(added[7]!, 'calls_total')).toBe((63 * 64) / 2);
    expect(await valueOn(added[7]!, 'metrics_members')).toBeDefined();
  });
});

test.each<[Aggregator | undefined, string[]]>([
  [undefined, ['queue 9']],
  ['sum', ['queue 9']],
  ['min', ['queue 2']],
  ['max', ['queue 4']],
  ['average', ['queue 3']],
  ['first', ['queue 4']],
  ['latest', ['queue 3']],
  ['omit', []],
])(
  'a gauge with the aggregator %s shows the values of its members as one',
  async (aggregator, expected) => {
    const members = new Members();
    const options = aggregator === undefined ? {} : { aggregator };
    const added = [];
    for (const value of [4, 2, 3]) {
      const { collector } = await members.add();
      collector.gauge('queue', options).set(value);
      // A member notes when a value changed at the save that finds it changed.
      await collector.metrics();
      added.push(collector);
    }
    expect(await samples(added[0]!, 'queue')).toEqual(expected);
  },
);

test('a gauge with the aggregator each has a series for each member', async () => {
  const members = new Members();
  const { collector } = await members.add();
  collector.gauge('queue', { aggregator: 'each' }).set({ name: 'mail' }, 4);
  const [line] = await samples(collector, 'queue');
  expect(line).toBe(`queue{name="mail",process="${process.pid}"} 4`);
});

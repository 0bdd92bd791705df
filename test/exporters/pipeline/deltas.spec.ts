import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { replaceClock } from '../../../src/core/clock.js';
import { Deltas } from '../../../src/exporters/pipeline/deltas.js';
import { seriesOf } from '../../../src/exporters/pipeline/series-reader.js';
import {
  TimeSlice,
  EventLoopYielder,
} from '../../../src/core/event-loop-yielder.js';
import type { MetricsSnapshot } from '../../../src/exporters/index.js';
import type {
  DistributionSnapshot,
  ValueSnapshot,
} from '../../../src/exporters/index.js';
import { makeCollector } from '../../support/collector.js';

const counter = (value: number, created = 1, key = 'k'): ValueSnapshot => ({
  key,
  labels: {},
  created,
  value,
});

/** One of prom-client's. */
const foreign = (value: number): ValueSnapshot => ({
  ...counter(value, 0, 'f'),
  created: undefined,
});

const snapshotOf = (...series: ValueSnapshot[]): MetricsSnapshot => ({
  time: 11,
  metrics: [{ name: 'c', type: 'counter', help: '', unit: undefined, series }],
});

const turn = () => new TimeSlice(new EventLoopYielder());

const histogram = (counts: number[], sum: number, created = 1) =>
  ({
    key: 'k',
    labels: {},
    created,
    counts,
    count: counts.reduce((a, b) => a + b),
    sum,
  }) satisfies DistributionSnapshot;

describe('deltas', () => {
  it('the first delta is the whole value', () => {
    const deltas = new Deltas();
    expect(deltas.ofValue('c', counter(5))).toEqual({ startTime: 1, value: 5 });
    expect(deltas.ofDistribution('h', histogram([1, 2], 3))).toEqual({
      startTime: 1,
      counts: [1, 2],
      count: 3,
      sum: 3,
    });
  });

  it('a delta is the growth since the last acknowledged snapshot', () => {
    const deltas = new Deltas();
    deltas.acknowledge('c', [counter(5)], 10);
    deltas.acknowledge('h', [histogram([1, 2], 3)], 10);
    expect(deltas.ofValue('c', counter(7))).toEqual({
      startTime: 10,
      value: 2,
    });
    expect(deltas.ofDistribution('h', histogram([1, 4], 8))).toEqual({
      startTime: 10,
      counts: [0, 2],
      count: 2,
      sum: 5,
    });
  });

  it('delivered deltas add up to the whole, whichever deliveries fail', () => {
    const step = fc.record({ grows: fc.nat(9), arrives: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const deltas = new Deltas();
        let [total, delivered] = [0, 0];
        [...steps, { grows: 0, arrives: true }].forEach((one, time) => {
          total += one.grows;
          const series = counter(total);
          const { value } = deltas.ofValue('c', series);
          if (!one.arrives) return;
          delivered += value;
          deltas.acknowledge('c', [series], time);
        });
        expect(delivered).toBe(total);
      }),
    );
  });

  it('a delta is the whole value again after the series was reset or has fallen', () => {
    const deltas = new Deltas();
    deltas.acknowledge('c', [counter(5), foreign(5)], 10);
    deltas.acknowledge('h', [histogram([4, 1], 3)], 10);
    expect(deltas.ofValue('c', counter(9, 11))).toEqual({
      startTime: 11,
      value: 9,
    });
    expect(deltas.ofValue('c', foreign(2))).toEqual({
      startTime: undefined,
      value: 2,
    });
    expect(deltas.ofDistribution('h', histogram([2, 9], 3))).toMatchObject({
      startTime: 1,
      counts: [2, 9],
    });
    expect(deltas.ofDistribution('h', histogram([9, 9], 3, 12))).toMatchObject({
      startTime: 12,
      counts: [9, 9],
    });
  });

  it('deltas forget series and metrics that are gone', async () => {
    const deltas = new Deltas();
    const there = counter(1, 1, 'there');
    deltas.acknowledge('c', [there, counter(1, 1, 'gone')], 10);
    deltas.acknowledge('gone', [counter(1)], 10);
    await deltas.prune(snapshotOf(there), turn());
    expect(deltas.ofValue('c', counter(3, 1, 'there')).value).toBe(2);
    expect(deltas.ofValue('c', counter(3, 1, 'gone')).value).toBe(3);
    expect(deltas.ofValue('gone', counter(3)).value).toBe(3);
  });

  it('deltas forget a series of prom-client that is gone, even if another one has come', async () => {
    const deltas = new Deltas();
    const [gone, other] = [foreign(5), { ...foreign(1), key: 'other' }];
    deltas.acknowledge('c', [gone], 10);
    await deltas.prune(snapshotOf(other), turn());
    expect(deltas.ofValue('c', foreign(7)).value).toBe(7);
  });

  it('deltas remember the series of a metric that was not read', async () => {
    const deltas = new Deltas();
    deltas.acknowledge('c', [foreign(5)], 10);
    const unread = { time: 11, metrics: [], unread: ['c'] };
    await deltas.prune(unread, turn());
    expect(deltas.ofValue('c', foreign(7)).value).toBe(2);
  });

  it('deltas forget a metric that has lost all of its series', async () => {
    const { collector } = makeCollector();
    const calls = collector.counter('c_total');
    const seriesNow = async () => {
      const snapshot = await collector.snapshot();
      return {
        snapshot,
        series: snapshot.metrics[0]!.series as ValueSnapshot[],
      };
    };
    calls.inc({ a: 'x' }, 5);
    const { series } = await seriesNow();
    const deltas = new Deltas();
    deltas.acknowledge('c_total', series, 10);
    calls.remove({ a: 'x' });
    const { snapshot } = await seriesNow();
    expect(snapshot.metrics[0]).toMatchObject({ name: 'c_total', series: [] });
    await deltas.prune(snapshot, turn());
    expect(deltas.ofValue('c_total', series[0]!).value).toBe(5);
  });

  it('deltas are pruned in time slices, without making series', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 50_000 });
    const sizes = collector.histogram('sizes', { buckets: [1, 2] });
    for (let i = 0; i < 30_000; i++) sizes.observe({ i }, 1);
    const { metrics, time } = await collector.snapshot();
    const series = seriesOf<DistributionSnapshot>(metrics[0] as never);
    const made = vi.spyOn(series, 'at');
    const deltas = new Deltas();
    const others = Array.from({ length: 30_001 }, (_, i) => ({
      ...histogram([1], 1),
      key: String(i),
    }));
    deltas.acknowledge('sizes', others, time);
    const turns = new EventLoopYielder();
    const next = vi.spyOn(turns, 'yield');
    // Each look at the clock finds the slice used up.
    let now = 0n;
    onTestFinished(replaceClock(() => (now += 1_000_000_000n)));
    await deltas.prune({ time, metrics }, new TimeSlice(turns));
    expect(made.mock.calls.length).toBeLessThan(2);
    expect(next).toHaveBeenCalled();
    const known = deltas.ofDistribution('sizes', others[0]!);
    expect(known.count).toBe(1);
  });
});

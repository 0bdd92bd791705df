import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deltas } from '../../src/delivery/deltas.js';
import type {
  DistributionSnapshot,
  MetricsSnapshot,
  ValueSnapshot,
} from '../../src/index.js';

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
  it('are all there is at first', () => {
    const deltas = new Deltas();
    expect(deltas.ofValue('c', counter(5))).toEqual({ since: 1, value: 5 });
    expect(deltas.ofDistribution('h', histogram([1, 2], 3))).toEqual({
      since: 1,
      counts: [1, 2],
      count: 3,
      sum: 3,
    });
  });

  it('are what came since the last that was acknowledged', () => {
    const deltas = new Deltas();
    deltas.acknowledgeValues('c', [counter(5)], 10);
    deltas.acknowledgeDistributions('h', [histogram([1, 2], 3)], 10);
    expect(deltas.ofValue('c', counter(7))).toEqual({ since: 10, value: 2 });
    expect(deltas.ofDistribution('h', histogram([1, 4], 8))).toEqual({
      since: 10,
      counts: [0, 2],
      count: 2,
      sum: 5,
    });
  });

  it('add up to the whole, whichever deliveries fail', () => {
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
          deltas.acknowledgeValues('c', [series], time);
        });
        expect(delivered).toBe(total);
      }),
    );
  });

  it('begin anew with a series that has begun anew, or has fallen', () => {
    const deltas = new Deltas();
    deltas.acknowledgeValues('c', [counter(5), foreign(5)], 10);
    deltas.acknowledgeDistributions('h', [histogram([4, 1], 3)], 10);
    expect(deltas.ofValue('c', counter(9, 11))).toEqual({
      since: 11,
      value: 9,
    });
    expect(deltas.ofValue('c', foreign(2))).toEqual({
      since: undefined,
      value: 2,
    });
    expect(deltas.ofDistribution('h', histogram([2, 9], 3))).toMatchObject({
      since: 1,
      counts: [2, 9],
    });
    expect(deltas.ofDistribution('h', histogram([9, 9], 3, 12))).toMatchObject({
      since: 12,
      counts: [9, 9],
    });
  });

  it('keep nothing of series and metrics that are gone', () => {
    const deltas = new Deltas();
    const there = counter(1, 1, 'there');
    deltas.acknowledgeValues('c', [there, counter(1, 1, 'gone')], 10);
    deltas.acknowledgeValues('gone', [counter(1)], 10);
    deltas.forgetOthers({
      time: 11,
      metrics: [
        { name: 'c', type: 'counter', help: '', unit: '', series: [there] },
      ],
    } as MetricsSnapshot);
    expect(deltas.ofValue('c', counter(3, 1, 'there')).value).toBe(2);
    expect(deltas.ofValue('c', counter(3, 1, 'gone')).value).toBe(3);
    expect(deltas.ofValue('gone', counter(3)).value).toBe(3);
  });
});

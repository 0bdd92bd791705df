import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantileOf } from '../../src/live/query/quantiles.js';
import { quantile } from '../support/promql.js';

const BOUNDS = [0.1, 0.5, 1, 5, 10];

const counts = fc
  .array(fc.nat(50), { minLength: 6, maxLength: 6 })
  .filter((all) => all.some((count) => count > 0));

test('a quantile is what Prometheus estimates', () => {
  fc.assert(
    fc.property(fc.constantFrom(0.5, 0.9, 0.95, 0.99), counts, (q, all) => {
      let count = 0;
      const buckets = [...BOUNDS, Infinity].map((bound, i) => ({
        bound,
        count: (count += all[i]!),
      }));
      const expected = quantile(q, buckets);
      const found = quantileOf(q, BOUNDS, all);
      const seconds = typeof found === 'number' ? found : found!.above;
      expect(seconds).toBeCloseTo(expected, 9);
    }),
  );
});

test('a quantile above the last bound says so, and one of nothing is null', () => {
  expect(quantileOf(0.99, BOUNDS, [1, 0, 0, 0, 0, 9])).toEqual({ above: 10 });
  expect(quantileOf(0.99, BOUNDS, [0, 0, 0, 0, 0, 0])).toBeNull();
  expect(quantileOf(0.5, [], [3])).toBeNull();
});

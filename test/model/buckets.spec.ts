import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketOf, checkBuckets } from '../../src/model/buckets.js';
import { BucketsError } from '../../src/core/errors.js';

describe('buckets', () => {
  test.each([
    ['unsorted', [1, 3, 2]],
    ['repeated', [1, 1, 2]],
    ['infinite', [1, Infinity]],
    ['not a number', [NaN]],
    ['none', []],
    ['text', ['1', '2']],
    ['no array', 5],
  ])('buckets are refused when they are %s', (_why, buckets) => {
    expect(() => checkBuckets(buckets as number[], 'm')).toThrow(BucketsError);
  });

  test('buckets are copied, so that the caller may change the array', () => {
    const given = [1, 2];
    const kept = checkBuckets(given, 'm');
    given.push(3);
    expect(kept).toEqual([1, 2]);
  });

  test('a value is counted in the first bucket whose bound is not below it', () => {
    const bounds = fc
      .uniqueArray(fc.integer({ min: -500, max: 500 }), {
        minLength: 1,
        maxLength: 120,
      })
      .map((values) => values.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        bounds,
        fc.integer({ min: -600, max: 600 }),
        (sorted, value) => {
          const first = sorted.findIndex((bound) => bound >= value);
          expect(bucketOf(sorted, value)).toBe(
            first === -1 ? sorted.length : first,
          );
        },
      ),
    );
  });
});

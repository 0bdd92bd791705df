import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactSum } from '../../src/core/exact-sum.js';

/** Finite numbers whose sums stay finite. */
const summand = fc.double({ noNaN: true, min: -1e300, max: 1e300 });

/** The exact sum as a fraction of 2^1074, which every finite number is a multiple of. */
function exactly(values: readonly number[]): bigint {
  return values.reduce((sum, value) => sum + scaled(value), 0n);
}

function scaled(value: number): bigint {
  if (value === 0) return 0n;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
  const shifted = mantissa << BigInt(Math.max(exponent, 1) - 1);
  return value < 0 ? -shifted : shifted;
}

const distance = (a: bigint, b: bigint) => (a > b ? a - b : b - a);

describe('an exact sum', () => {
  test('an exact sum is the number nearest to the sum of its summands', () => {
    fc.assert(
      fc.property(fc.array(summand, { maxLength: 20 }), (values) => {
        const sum = new ExactSum().addAll(values).value;
        const exact = exactly(values);
        const error = distance(scaled(sum), exact);
        for (const other of neighbours(sum)) {
          expect(error <= distance(scaled(other), exact)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('an exact sum does not depend on the order of its summands', () => {
    fc.assert(
      fc.property(
        fc.array(summand, { maxLength: 20 }).chain((values) =>
          fc.tuple(
            fc.constant(values),
            fc.shuffledSubarray(values, {
              minLength: values.length,
              maxLength: values.length,
            }),
          ),
        ),
        ([values, shuffled]) => {
          expect(new ExactSum().addAll(shuffled).value).toBe(
            new ExactSum().addAll(values).value,
          );
        },
      ),
    );
  });

  test('an exact sum does not fall when one of its summands grows', () => {
    const amount = fc.double({ noNaN: true, min: 0, max: 1e12 });
    fc.assert(
      fc.property(fc.array(amount), amount, amount, (others, one, more) => {
        const before = new ExactSum().addAll([...others, one]).value;
        const after = new ExactSum().addAll([...others, one + more]).value;
        expect(after).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test('an exact sum goes on from its parts without rounding', () => {
    fc.assert(
      fc.property(fc.array(summand), fc.array(summand), (some, others) => {
        const { exactParts } = new ExactSum().addAll(some);
        expect(new ExactSum().addAll([...exactParts, ...others]).value).toBe(
          new ExactSum().addAll([...some, ...others]).value,
        );
      }),
    );
  });

  test('an exact sum of infinities and NaN is that of ordinary addition', () => {
    expect(new ExactSum().addAll([1, Infinity]).value).toBe(Infinity);
    expect(new ExactSum().addAll([-Infinity, 1]).value).toBe(-Infinity);
    expect(new ExactSum().addAll([Infinity, -Infinity]).value).toBeNaN();
    expect(new ExactSum().addAll([NaN, 1]).value).toBeNaN();
  });
});

/** The numbers next to a number. */
function neighbours(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  return [bits - 1n, bits + 1n]
    .map((near) => {
      view.setBigInt64(0, near);
      return view.getFloat64(0);
    })
    .filter(Number.isFinite);
}

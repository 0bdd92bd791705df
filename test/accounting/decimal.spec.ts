import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../src/accounting/decimal.js';

const decimals = fc
  .tuple(fc.bigInt(0n, 10n ** 40n), fc.nat(30))
  .map(([units, scale]) => new Decimal(units, scale));

describe('Decimal', () => {
  test.each([
    ['0.25', '0.25'],
    [2.19e-6, '0.00000219'],
    ['1e-7', '0.0000001'],
    ['1.50E+3', '1500'],
    [0, '0'],
    ['000.10', '0.1'],
    [1e21, '1000000000000000000000'],
    [0.1, '0.1'],
  ])('reads %j as %s', (value, expected) => {
    expect(Decimal.parse(value)!.toString()).toBe(expected);
  });

  test.each([
    -1,
    '-0.1',
    '',
    ' 1',
    '1,5',
    '1_000',
    '.5',
    '5.',
    '0x10',
    'NaN',
    NaN,
    Infinity,
    null,
    undefined,
    true,
    {},
    [1],
    '1e9999',
    '1e-999',
    '9'.repeat(500),
  ])('refuses %j, which is no decimal number of 0 or more', (value) => {
    expect(Decimal.parse(value)).toBeUndefined();
  });

  test('a text of a decimal is read as the same decimal', () => {
    fc.assert(
      fc.property(decimals, (decimal) => {
        const read = Decimal.parse(decimal.toString())!;
        const scale = Math.max(read.scale, decimal.scale);
        expect(read.unitsAt(scale)).toBe(decimal.unitsAt(scale));
      }),
    );
  });

  test('sums and products of decimals have every digit', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const sum = a.plus(b);
        const product = a.times(b);
        // As fractions: a/10^i + b/10^j = (a*10^j + b*10^i) / 10^(i+j).
        const [i, j] = [10n ** BigInt(a.scale), 10n ** BigInt(b.scale)];
        expect(sum.units * i * j).toBe(
          (a.units * j + b.units * i) * 10n ** BigInt(sum.scale),
        );
        expect(product.units * i * j).toBe(
          a.units * b.units * 10n ** BigInt(product.scale),
        );
      }),
    );
  });

  test('a decimal becomes the nearest JavaScript number', () => {
    fc.assert(
      fc.property(decimals, (decimal) => {
        expect(decimal.toNumber()).toBe(Number(decimal.toString()));
      }),
    );
  });

  test('every JavaScript number of 0 or more survives the way to a decimal and back', () => {
    const numbers = fc.double({ min: 0, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(numbers, (value) => {
        expect(Decimal.parse(value)!.toNumber()).toBe(Math.abs(value));
      }),
    );
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  axisClock,
  clock,
  rangeText,
} from '../../live-page/src/format/clock.js';
import {
  age,
  ago,
  axisDuration,
  boundedDuration,
  duration,
  quantile,
  quantileSeconds,
} from '../../live-page/src/format/durations.js';
import {
  amount,
  dividedBy,
  firstAmount,
  money,
} from '../../live-page/src/format/money.js';
import {
  distinctLabels,
  labelText,
  printable,
} from '../../live-page/src/format/names.js';
import {
  bytes,
  count,
  counted,
  percent,
  SPACE,
  withoutZeros,
} from '../../live-page/src/format/numbers.js';

/** Narrow spaces as plain ones. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('Numbers of the live page', () => {
  test.each([
    [null, '–'],
    [NaN, '–'],
    [0, '0'],
    [0.0004, '0.0004'],
    [0.04, '0.04'],
    [1.2, '1.2'],
    [12.34, '12.3'],
    [340.4, '340'],
    [999.6, '1k'],
    [1234, '1.2k'],
    [34_000, '34k'],
    [340_400, '340k'],
    [1_200_000, '1.2M'],
    [3.4e9, '3.4G'],
    [5e12, '5T'],
    [1e15, '1.0e+15'],
    [-1234, '-1.2k'],
    [Infinity, '∞'],
  ])('the number %s reads "%s"', (value, text) => {
    expect(count(value)).toBe(text);
  });

  test.each([
    [null, '–'],
    [0, '0 %'],
    [0.0001, '<0.1 %'],
    [0.004, '0.4 %'],
    [0.096, '9.6 %'],
    [0.12, '12 %'],
    [1, '100 %'],
  ])('the share %s reads "%s"', (value, text) => {
    expect(plain(percent(value))).toBe(text);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [2_000_000, '2 MB'],
    [516_300_000, '516 MB'],
    [1_240_000_000, '1.2 GB'],
  ])('%s bytes read "%s"', (value, text) => {
    expect(plain(bytes(value))).toBe(text);
  });

  test('a count names one thing and several things', () => {
    expect(counted(1, 'call')).toBe('1 call');
    expect(counted(1200, 'call')).toBe('1.2k calls');
    expect(counted(2, 'series', 'series')).toBe('2 series');
  });

  test('an axis has no zeros at the end of its numbers', () => {
    expect(withoutZeros('12.0 s')).toBe('12 s');
    expect(withoutZeros('$0.040')).toBe('$0.04');
    expect(withoutZeros('$4.20')).toBe('$4.20');
    expect(withoutZeros('100')).toBe('100');
  });
});

describe('Durations of the live page', () => {
  test.each([
    [null, '–'],
    [0, '0 s'],
    [0.00034, '340 µs'],
    [0.0125, '13 ms'],
    [0.344, '340 ms'],
    [1.24, '1.2 s'],
    [24.4, '24 s'],
    [363, '6 min 3 s'],
    [3780, '1 h 3 min'],
    [273_840, '3 d 4 h'],
    [Infinity, '∞'],
  ])('%s seconds read "%s"', (value, text) => {
    expect(plain(duration(value))).toBe(text);
  });

  test('a quantile in the last bucket reads as above its lower bound', () => {
    expect(plain(quantile({ above: 100 }))).toBe('> 100 s');
    expect(plain(quantile(1.24))).toBe('1.2 s');
    expect(quantile(null)).toBe('–');
    expect(quantileSeconds({ above: 100 })).toBe(100);
    expect(quantileSeconds(null)).toBeNull();
  });

  test('points of quantiles read as above the bound that they stand at', () => {
    const format = boundedDuration(100);
    expect(plain(format(100))).toBe('> 100 s');
    expect(plain(format(99))).toBe('99 s');
    expect(format(null)).toBe('–');
    expect(plain(boundedDuration(null)(100))).toBe('100 s');
  });

  test('ages are full seconds, and an axis has one unit', () => {
    expect(plain(age(6.4))).toBe('6 s');
    expect(plain(ago(548))).toBe('9 min 8 s ago');
    expect(ago(0.4)).toBe('now');
    expect(ago(null)).toBe('–');
    expect(plain(axisDuration(300))).toBe('5 min');
    expect(plain(axisDuration(5))).toBe('5 s');
  });
});

describe('Money of the live page', () => {
  test.each([
    [0, 'USD', '$0'],
    [0.00001, 'USD', '<$0.0001'],
    [0.0042, 'USD', '$0.0042'],
    [0.421, 'USD', '$0.42'],
    [59.118, 'EUR', '€59.12'],
    [1234, 'USD', '$1.2k'],
    [4.2, 'CHF', 'CHF 4.20'],
    [-2, 'USD', '-$2.00'],
  ])('%s %s reads "%s"', (value, currency, text) => {
    expect(plain(amount(value, currency))).toBe(text);
  });

  test('a currency, or the sign of a bound, is joined to its number and not to a unit', () => {
    expect(amount(4.2, 'CHF').split(SPACE)).toHaveLength(1);
    expect(quantile({ above: 100 }).split(SPACE)).toEqual(['>\u00a0100', 's']);
  });

  test('several currencies stand beside each other and are never added', () => {
    const both = [
      ['USD', 1.25],
      ['EUR', 0.1],
    ] as const;
    expect(money(both)).toBe('$1.25 + €0.10');
    expect(money([])).toBe('–');
    expect(firstAmount(both)).toBe(1.25);
    expect(firstAmount([])).toBeNull();
    expect(money(dividedBy(both, 5))).toBe('$0.25 + €0.020');
    expect(money(dividedBy(both, 0))).toBe('–');
  });
});

describe('Names on the live page', () => {
  test.each([
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['', '(empty)'],
    ['   ', '(blank)'],
    ['Refunds\u202etxt.exe', 'Refunds\\u202etxt.exe'],
    ['line\nbreak\ttab', 'line\\u000abreak\\u0009tab'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['half \ud83d pair', 'half \\ud83d pair'],
    ['👩‍👧 family', '👩‍👧 family'],
    ['مساعد', 'مساعد'],
    ['__proto__', '__proto__'],
  ])('the name %j reads %j', (name, text) => {
    expect(printable(name)).toBe(text);
  });

  test('labels read as pairs with quotes', () => {
    expect(labelText({ agent: 'A "b"', status: 'ok' })).toBe(
      'agent="A \\"b\\"", status="ok"',
    );
    expect(labelText({})).toBe('');
  });

  test('series of one metric are named by the labels that differ', () => {
    const shared = { method: 'GET', route: '/tickets/:id' };
    expect(
      distinctLabels([
        { ...shared, status: '200' },
        { ...shared, route: '/refunds', status: '500' },
      ]),
    ).toEqual(['/tickets/:id · 200', '/refunds · 500']);
    expect(distinctLabels([shared])).toEqual([labelText(shared)]);
    expect(distinctLabels([{ agent: 'A' }, { agent: 'B' }])).toEqual([
      'agent="A"',
      'agent="B"',
    ]);
  });
});

describe('Times on the live page', () => {
  let zone: string | undefined;
  beforeEach(() => {
    zone = process.env['TZ'];
    process.env['TZ'] = 'Asia/Kolkata';
  });
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  test('a time is of the zone of the reader', () => {
    const seconds = Date.UTC(2026, 10, 28, 9, 2, 5) / 1000;
    expect(clock(seconds)).toBe('14:32:05');
    expect(axisClock(seconds)).toBe('14:32');
  });

  test('a time range says how much of it was sampled', () => {
    expect(plain(rangeText({ minutes: 30, sampled: 1790 }))).toBe(
      'last 30 min',
    );
    expect(plain(rangeText({ minutes: 30, sampled: 420 }))).toBe(
      'last 30 min, of which 7 min were sampled',
    );
    expect(plain(rangeText({ minutes: 240, sampled: 14_400 }))).toBe(
      'last 4 h',
    );
    expect(plain(rangeText({ minutes: 90, sampled: 3600 }))).toBe(
      'last 90 min, of which 1 h were sampled',
    );
    expect(plain(rangeText({ minutes: 5, sampled: 20 }))).toBe(
      'last 5 min, of which 20 s were sampled',
    );
  });
});

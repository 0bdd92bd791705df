import type { Money } from '../../../src/live/answers.js';
import { count, isNothing, JOINT, NONE } from './numbers.js';

const SIGNS = new Map([
  ['USD', '$'],
  ['EUR', '€'],
  ['GBP', '£'],
  ['JPY', '¥'],
  ['INR', '₹'],
]);

const signOf = (currency: string): string =>
  SIGNS.get(currency) ?? currency + JOINT;

function digits(size: number): string {
  if (size === 0) return '0';
  if (size < 0.1) return size.toPrecision(2);
  return size < 999.995 ? size.toFixed(2) : count(size);
}

/** `$0.0042`, `$0.42`, `$59.12`, `$1.2k`, `CHF 4.20` */
export function amount(
  value: number | null | undefined,
  currency = 'USD',
): string {
  if (isNothing(value)) return NONE;
  const size = Math.abs(value);
  const sign = signOf(currency);
  if (size > 0 && size < 0.0001) return `<${sign}0.0001`;
  return (value < 0 ? '-' : '') + sign + digits(size);
}

/** All currencies, the largest amount first: `$1.25 + €0.10`. */
export const money = (value: Money): string =>
  value.length === 0
    ? NONE
    : value.map(([currency, size]) => amount(size, currency)).join(' + ');

/** Formats points in one currency. */
export const inCurrency =
  (currency: string | undefined) =>
  (value: number | null | undefined): string =>
    amount(value, currency);

/** The amount that a column is sorted by. Amounts of several currencies have no order. */
export const firstAmount = (value: Money): number | null =>
  value[0]?.[1] ?? null;

/** Each amount divided by `parts`. */
export const dividedBy = (value: Money, parts: number): Money =>
  parts > 0
    ? value.map(([currency, size]) => [currency, size / parts] as const)
    : [];

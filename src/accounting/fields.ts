import { Decimal } from './decimal.js';

/**
 * Values of an answer, which may be anything: a server sends what it likes. What is not
 * of the expected type is read as missing.
 */
export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = {};

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of an object; none of any other value. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : NO_FIELDS;
}

/** The objects of an array; none of any other value. */
export function itemsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** A whole number of 0 or more. */
export function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : undefined;
}

/** A count that servers report in several places: the largest, as a 0 in one of them may mean that it is elsewhere. */
export function largestCount(
  ...values: readonly unknown[]
): number | undefined {
  let largest: number | undefined;
  for (const value of values) {
    const one = count(value);
    if (one !== undefined && !(one <= largest!)) largest = one;
  }
  return largest;
}

/** The sum of the counts that are reported; `undefined` if none is, or if it is too large to be exact. */
export function sum(
  ...counts: readonly (number | undefined)[]
): number | undefined {
  let total: number | undefined;
  for (const one of counts) {
    if (one !== undefined) total = (total ?? 0) + one;
  }
  return count(total);
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A decimal number of 0 or more, as text: with all of its digits. */
export function decimal(value: unknown): string | undefined {
  return Decimal.parse(value)?.toString();
}

/** Whether there is anything in a text, an array or an object. */
export function hasContent(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) {
    return value.length > 0;
  }
  return isFields(value) && Object.keys(value).length > 0;
}

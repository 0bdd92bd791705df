import type { BilledTokens, Money } from '../../accounting/usage.js';
import { Decimal } from '../../accounting/decimal.js';
import { MetricValueError, shown } from '../../core/errors.js';
import { AMOUNT, Check, isObject, TEXT } from '../../core/validate.js';

/** The check of each field of a recording. */
export type Fields<R> = { readonly [F in keyof R]-?: Check };

export const COUNT = new Check(
  'a whole number of 0 or more',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);

export const AMOUNTS = new Check(
  `an array of numbers, each ${AMOUNT.expected}`,
  (value) => Array.isArray(value) && value.every(AMOUNT.test),
);

export const OBJECT = new Check('an object', isObject);

export const FLAG = new Check(
  'true or false',
  (value) => typeof value === 'boolean',
);

export const COUNTS = new Check(
  `an object, in which each value is ${COUNT.expected}`,
  (value) =>
    isObject(value) &&
    Object.values(value).every((one) => one === undefined || COUNT.test(one)),
);

export const ANY = new Check('anything', () => true);

export const BILLED_TOKENS: Fields<BilledTokens> = {
  inputTokens: optional(COUNT),
  outputTokens: optional(COUNT),
};

export const MONEY: Fields<Money> = {
  amount: new Check(
    'a decimal number of 0 or more, as a number or a text',
    (value) => Number.isFinite(Decimal.parse(value)?.toNumber()),
  ),
  currency: TEXT,
};

export const OBJECTS = new Check(
  'an array of objects',
  (value) => Array.isArray(value) && value.every(isObject),
);

/** @throws {MetricValueError} naming the recording and the first field that is not valid. */
export function check<R extends object>(
  recording: R,
  fields: Fields<R>,
  what: string,
): void {
  if (!isObject(recording)) {
    throw new MetricValueError(
      `The ${what} is ${shown(recording)}; expected an object`,
    );
  }
  for (const field in fields) {
    const error = errorOf(recording, field, fields[field], what);
    if (error !== undefined) throw error;
  }
}

/** What is valid of a recording, and an error for each field that is not. */
export interface Checked<R> {
  readonly recording: R;
  readonly errors: readonly MetricValueError[];
}

/** A recording without its fields that are not valid. */
export function validOf<R extends object>(
  recording: R,
  fields: Fields<R>,
  what: string,
): Checked<R> {
  const errors: MetricValueError[] = [];
  let rest = recording;
  for (const field in fields) {
    const error = errorOf(recording, field, fields[field], what);
    if (error === undefined) continue;
    errors.push(error);
    rest = { ...rest, [field]: undefined };
  }
  return { recording: rest, errors };
}

function errorOf<R extends object>(
  recording: R,
  field: keyof R & string,
  { test, expected }: Check,
  what: string,
): MetricValueError | undefined {
  const value = recording[field];
  if (test(value)) return undefined;
  return new MetricValueError(
    `The ${what} has ${shown(value)} as ${field}; expected ${expected}`,
  );
}

export function optional({ expected, test }: Check): Check {
  return new Check(
    `${expected}, or nothing`,
    (value) => value === undefined || test(value),
  );
}

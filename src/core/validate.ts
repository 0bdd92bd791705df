import { OptionsError, shown } from './errors.js';
import { suggestion } from './suggestion.js';

/** The check of an option: a test, and the expected values in words for the error message. */
export class Check {
  constructor(
    readonly expected: string,
    readonly test: (value: unknown) => boolean,
  ) {}
}

export const BOOLEAN = new Check(
  'true or false',
  (value) => typeof value === 'boolean',
);

export const FUNCTION = new Check(
  'a function',
  (value) => typeof value === 'function',
);

export const TEXT = new Check(
  'a text that is not empty',
  (value) => typeof value === 'string' && value !== '',
);

export const AMOUNT = new Check(
  'a finite number of 0 or more',
  (value) => Number.isFinite(value) && (value as number) >= 0,
);

/** @param unit follows the range in messages. */
export function integer(least: number, most: number, unit = ''): Check {
  return new Check(
    `an integer from ${least} to ${most}${unit}`,
    (value) =>
      Number.isInteger(value) &&
      (value as number) >= least &&
      (value as number) <= most,
  );
}

/** The longest time that Node's timers accept. */
export const MAX_MILLISECONDS = 2_147_483_647;

export function milliseconds(from: number, to = MAX_MILLISECONDS): Check {
  return new Check(
    `a number of milliseconds from ${from} to ${to}`,
    (value) => typeof value === 'number' && value >= from && value <= to,
  );
}

export function oneOf(...allowed: readonly string[]): Check {
  return new Check(
    allowed.map((one) => `'${one}'`).join(' or '),
    (value) => typeof value === 'string' && allowed.includes(value),
  );
}

/** Checks a value, and throws an {@link OptionsError} that names the path. */
export type CheckAt = (value: unknown, path: string) => void;

/** The rules of a group of options by name; nested groups have rules of their own. */
export type Rules = { readonly [option: string]: Check | CheckAt | Rules };

/**
 * Checks options against rules. `undefined` is always allowed and means the default.
 *
 * @param path the path of the options, e.g. `prometheus`; empty at the top.
 * @throws {OptionsError} naming the option's path, its value and the allowed values.
 */
export function validate(options: unknown, rules: Rules, path = ''): void {
  if (!isObject(options)) {
    throw new OptionsError(
      `${path || 'The options object'} is ${shown(options)}; expected an object with any of: ${known(rules)}`,
    );
  }
  for (const [option, value] of Object.entries(options)) {
    const at = path === '' ? option : `${path}.${option}`;
    if (!Object.hasOwn(rules, option)) {
      throw new OptionsError(
        `${at} is not an option; known here are: ${known(rules)}${hint(option, rules)}`,
      );
    }
    if (value !== undefined) validateOne(value, rules[option]!, at);
  }
}

/** Checks one value, and `undefined` like any other value. Throws as {@link validate} does. */
export function validateOne(
  value: unknown,
  rule: Rules[string],
  path: string,
): void {
  if (typeof rule === 'function') return rule(value, path);
  if (!(rule instanceof Check)) return validate(value, rule, path);
  if (!rule.test(value)) {
    throw new OptionsError(
      `${path} is ${shown(value)}; expected ${rule.expected}`,
    );
  }
}

/** The check of a group of options that can also be `true` or `false` as a whole. */
export function switchable(rules: Rules): CheckAt {
  const allowed = new Check(
    `true, false or an object with any of: ${known(rules)}`,
    (value) => typeof value === 'boolean' || isObject(value),
  );
  return (value, path) => {
    validateOne(value, allowed, path);
    if (typeof value !== 'boolean') validate(value, rules, path);
  };
}

function known(rules: Rules): string {
  return Object.keys(rules).join(', ');
}

function hint(option: string, rules: Rules): string {
  const meant = suggestion(option, Object.keys(rules));
  return meant === undefined ? '' : `; did you mean "${meant}"?`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Merges options with their defaults; an explicit `undefined` keeps the default. */
export function withDefaults<D extends object, O extends object>(
  defaults: D,
  options: O,
): D & O {
  const given = Object.entries(options).filter(
    ([, value]) => value !== undefined,
  );
  return { ...defaults, ...Object.fromEntries(given) } as D & O;
}

import { OptionsError } from './errors.js';
import { readSmallFile } from './small-file.js';
import { type Check, isObject, type Rules, validate } from './validate.js';

/**
 * A secret, or the file or environment variable that holds it. A line feed at its end is
 * removed.
 */
export type Secret =
  | string
  | {
      /** Path of the file, from the working directory. */
      readonly file: string;
    }
  | {
      /** Name of the environment variable. */
      readonly env: string;
    };

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Checks a secret, without reading a file or variable.
 *
 * @param text the check of the secret's text.
 * @throws {OptionsError} naming the option, and never the secret.
 */
export function checkSecret(
  secret: unknown,
  option: string,
  text: Check,
): asserts secret is Secret {
  if (typeof secret === 'string')
    return validateWithoutShowing(secret, option, text);
  const [[key, value] = [], ...more] = isObject(secret)
    ? Object.entries(secret)
    : [];
  const isPlace =
    more.length === 0 &&
    ((key === 'file' && typeof value === 'string' && value !== '') ||
      (key === 'env' && typeof value === 'string' && ENV_NAME.test(value)));
  if (!isPlace) {
    throw new OptionsError(
      `${option} is ${kindWithoutValue(secret)}; expected ${text.expected}, { file: 'its path' } or { env: 'NAME_OF_ITS_VARIABLE' }`,
    );
  }
}

/**
 * Reads a secret.
 *
 * @throws {OptionsError} naming the option and the file or variable, and never the secret.
 */
export async function readSecret(
  secret: Secret,
  option: string,
  text: Check,
): Promise<string> {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) {
    const value = process.env[secret.env];
    const at = `${option}.env is "${secret.env}", which`;
    if (value === undefined) {
      throw new OptionsError(`${at} is not set; expected ${text.expected}`);
    }
    return checkedText(value, at, text);
  }
  const at = `${option}.file is "${secret.file}", which`;
  return checkedText(await readText(secret.file, at), at, text);
}

/**
 * Checks a text without showing it in the message.
 *
 * @param at the beginning of the message: the option, or more.
 * @throws {OptionsError} naming the allowed values.
 */
export function validateWithoutShowing(
  value: unknown,
  at: string,
  text: Check,
): void {
  if (text.test(value)) return;
  const fault =
    typeof value === 'string' && value !== ''
      ? 'holds something else'
      : `is ${kindWithoutValue(value)}`;
  throw new OptionsError(`${at} ${fault}; expected ${text.expected}`);
}

/**
 * As `validate()`, but shows no value and accepts no `undefined`: an unset variable must
 * not leave a page without protection.
 */
export function validateSecretOptions(
  value: unknown,
  path: string,
  rules: Rules,
): void {
  const known = Object.keys(rules).join(', ');
  if (!isObject(value) || Object.keys(value).length === 0) {
    throw new OptionsError(
      `${path} is ${kindWithoutValue(value)}; expected an object with any of: ${known}`,
    );
  }
  for (const [option, given] of Object.entries(value)) {
    if (given === undefined) {
      throw new OptionsError(
        `${path}.${option} is undefined; expected a value, or to be left out altogether`,
      );
    }
  }
  validate(value, rules, path);
}

/** The kind of a value, for messages that must not show it. */
export function kindWithoutValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === '') return 'empty';
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  return `an object with ${keys.length === 0 ? 'nothing in it' : keys.join(', ')}`;
}

async function readText(file: string, at: string): Promise<string> {
  try {
    return await readSmallFile(file);
  } catch (error) {
    throw new OptionsError(`${at} cannot be read: ${(error as Error).message}`);
  }
}

function checkedText(value: string, at: string, text: Check): string {
  const secret = value.replace(/(\r?\n)+$/, '');
  validateWithoutShowing(secret, at, text);
  return secret;
}

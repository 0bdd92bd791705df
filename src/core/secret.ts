import { OptionsError } from './errors.js';
import { readSmallFile } from './small-file.js';
import { type Check, isObject } from './validate.js';

/**
 * A secret, or where it is kept: in a file or in a variable of the environment. A
 * line feed at the end does not belong to it.
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
 * Checks a secret as far as that is possible without looking where it is kept.
 *
 * @param text what the secret must look like.
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
      `${option} is ${kindOf(secret)}; expected ${text.expected}, { file: 'its path' } or { env: 'NAME_OF_ITS_VARIABLE' }`,
    );
  }
}

/**
 * Reads a secret where it is kept.
 *
 * @throws {OptionsError} naming the option and the place, and never the secret.
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
 * Checks a text that must not be shown.
 *
 * @param at what the message begins with: the option, or more.
 * @throws {OptionsError} saying what is allowed.
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
      : `is ${kindOf(value)}`;
  throw new OptionsError(`${at} ${fault}; expected ${text.expected}`);
}

/** What a value is, without saying it. */
export function kindOf(value: unknown): string {
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

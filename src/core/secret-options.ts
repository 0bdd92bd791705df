import { OptionsError } from './errors.js';
import { isObject, type Rules, validate } from './validate.js';
import { kindOf } from './secret.js';

/**
 * As `validate()`, but shows no value, and takes no `undefined`: a variable that is
 * not set must not open what it is meant to close.
 */
export function validateSecretOptions(
  value: unknown,
  path: string,
  rules: Rules,
): void {
  const known = Object.keys(rules).join(', ');
  if (!isObject(value) || Object.keys(value).length === 0) {
    throw new OptionsError(
      `${path} is ${kindOf(value)}; expected an object with any of: ${known}`,
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

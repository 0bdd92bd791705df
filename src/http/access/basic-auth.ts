import { OptionsError } from '../../core/errors.js';
import { Check, type Rules } from '../../core/validate.js';
import {
  checkSecret,
  type Secret,
  validateSecretOptions,
  validateWithoutShowing,
} from '../../core/secret.js';

/** The name and the password of HTTP's Basic authentication (RFC 7617). */
export interface BasicAuth {
  /** The user name, without `:` and control characters. */
  readonly username: string;
  /** The password, without control characters. */
  readonly password: Secret;
}

export const PASSWORD = new Check(
  'a password without control characters',
  // oxlint-disable-next-line no-control-regex
  (value) => typeof value === 'string' && /^[^\x00-\x1f\x7f]+$/.test(value),
);

const USERNAME = new Check(
  'a name without ":" and control characters',
  // oxlint-disable-next-line no-control-regex
  (value) => typeof value === 'string' && /^[^\x00-\x1f\x7f:]+$/.test(value),
);

const RULES: Rules = {
  username: (value, path) => validateWithoutShowing(value, path, USERNAME),
  password: (value, path) => checkSecret(value, path, PASSWORD),
};

/** @throws {OptionsError} naming the option and the allowed values, and neither name nor password. */
export function checkBasicAuth(value: unknown, path: string): void {
  validateSecretOptions(value, path, RULES);
  for (const option of Object.keys(RULES)) {
    if (!Object.hasOwn(value as object, option)) {
      throw new OptionsError(
        `${path} has no ${option}; expected username and password`,
      );
    }
  }
}

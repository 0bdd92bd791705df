import { OptionsError } from '../../core/errors.js';
import { Check, type Rules } from '../../core/validate.js';
import { AllowList } from './allow-list.js';
import { type BasicAuth, checkBasicAuth } from './basic-auth.js';
import {
  checkSecret,
  type Secret,
  validateSecretOptions,
} from '../../core/secret.js';

/**
 * Access to a page. A request needs the token or the password, if one of them is set,
 * and an allowed address.
 *
 * @example
 * MetricsModule.forRoot({
 *   prometheus: {
 *     access: {
 *       bearerToken: { file: '/run/secrets/metrics-token' },
 *       allow: ['10.0.0.0/8'],
 *     },
 *   },
 * });
 */
export interface AccessOptions {
  /** The token, or several valid ones, so that clients can change to a new one in turn. */
  readonly bearerToken?: Secret | readonly Secret[];
  /** The name, without `:`, and the password. */
  readonly basicAuth?: BasicAuth;
  /** The allowed addresses and ranges (CIDR), IPv4 and IPv6. */
  readonly allow?: readonly string[];
}

export const TOKEN = new Check(
  'a token of visible ASCII characters without spaces',
  (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
);

const ACCESS_RULES: Rules = {
  bearerToken: checkTokens,
  basicAuth: checkBasicAuth,
  allow: (value, path) => void new AllowList(value, path),
};

/** @throws {OptionsError} naming the option and the allowed values, and never a secret. */
// Why: docs/decisions/security.md, "Open unless an option closes it".
export function checkAccess(value: unknown, path: string): void {
  validateSecretOptions(value, path, ACCESS_RULES);
}

function checkTokens(value: unknown, path: string): void {
  if (!Array.isArray(value)) return checkSecret(value, path, TOKEN);
  if (value.length === 0) {
    throw new OptionsError(`${path} is empty; expected at least one token`);
  }
  for (const [i, token] of value.entries()) {
    checkSecret(token, `${path}[${i}]`, TOKEN);
  }
}

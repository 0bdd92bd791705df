import { OptionsError } from '../../model/errors.js';
import { Check, isObject, type Rules, validate } from '../../model/validate.js';
import { AllowList } from './allow-list.js';
import { checkHidden, checkSecret, kindOf, type Secret } from './secret.js';

/**
 * Who may read a page. Of token and password either lets in; the address must be
 * allowed besides.
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
  /** A token that lets in, or several, so that they can be changed one after the other. */
  readonly bearerToken?: Secret | readonly Secret[];
  /** A name, without `:`, and a password that let in. */
  readonly basicAuth?: {
    readonly username: string;
    readonly password: Secret;
  };
  /** The addresses and ranges (CIDR) that requests may come from, IPv4 and IPv6. */
  readonly allow?: readonly string[];
}

export const TOKEN = new Check(
  'a token of visible ASCII characters without spaces',
  (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
);

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

const BASIC_AUTH_RULES: Rules = {
  username: (value, path) => checkHidden(value, path, USERNAME),
  password: (value, path) => checkSecret(value, path, PASSWORD),
};

const ACCESS_RULES: Rules = {
  bearerToken: checkTokens,
  basicAuth: (value, path) => {
    checkGroup(value, path, BASIC_AUTH_RULES);
    for (const option of Object.keys(BASIC_AUTH_RULES)) {
      if (!Object.hasOwn(value as object, option)) {
        throw new OptionsError(
          `${path} has no ${option}; expected username and password`,
        );
      }
    }
  },
  allow: (value, path) => void new AllowList(value, path),
};

/** @throws {OptionsError} naming the option and what is allowed, and never a secret. */
export function checkAccess(value: unknown, path: string): void {
  checkGroup(value, path, ACCESS_RULES);
}

/**
 * As `validate()`, but shows no value, and takes no `undefined`: a variable that is
 * not set must not open what it is meant to close.
 */
export function checkGroup(value: unknown, path: string, rules: Rules): void {
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

function checkTokens(value: unknown, path: string): void {
  if (!Array.isArray(value)) return checkSecret(value, path, TOKEN);
  if (value.length === 0) {
    throw new OptionsError(`${path} is empty; expected at least one token`);
  }
  for (const [i, token] of value.entries()) {
    checkSecret(token, `${path}[${i}]`, TOKEN);
  }
}

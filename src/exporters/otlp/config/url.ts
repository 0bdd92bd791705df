import { OptionsError, shown } from '../../../core/errors.js';
import { kindOf } from '../../../core/secret.js';

const EXPECTED =
  'an absolute URL of http: or https:, such as "http://localhost:4318/v1/metrics", without user and password';

/**
 * Reads the URL of a backend. Its user, password and query may be secrets.
 *
 * @param at where it stands: the option, or the variable of the environment.
 * @throws {OptionsError} saying what is allowed, and nothing that may be a secret.
 */
export function parseUrl(value: unknown, at: string): URL {
  if (typeof value !== 'string') {
    throw new OptionsError(`${at} is ${shown(value)}; expected ${EXPECTED}`);
  }
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const fault = value === '' ? kindOf(value) : 'something else';
    throw new OptionsError(`${at} is ${fault}; expected ${EXPECTED}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new OptionsError(
      `${at} has a user or a password; expected ${EXPECTED}: put them into a header named authorization`,
    );
  }
  return url;
}

/** A URL as it is shown: a query may hold a key. */
export function shownUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

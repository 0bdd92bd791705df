import {
  groupOf,
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
} from '../../core/options.js';
import { Check } from '../../core/validate.js';
import { hostOf } from './host-names.js';

/** How outgoing HTTP requests are measured. */
export interface HttpClientOptions {
  /**
   * The hosts that get series of their own: names as in the label,
   * e.g. `'api.openai.com'` or `'localhost:11434'`, and regular expressions that
   * match such names. All others are `host="other"`. Default: every host,
   * up to `maxHosts`.
   */
  hosts?: readonly (string | RegExp)[];
  /**
   * How many hosts get series of their own, not counting those that `hosts` lists by name;
   * the first ones do. Default: 50.
   */
  maxHosts?: number;
}

/** Rules and defaults of {@link HttpClientOptions}. */
export const HTTP_CLIENT_OPTIONS = {
  hosts: option(
    new Check(
      'a list of hosts such as "api.openai.com" or "localhost:11434", without scheme and path, and of regular expressions',
      (value) =>
        Array.isArray(value) &&
        value.every((host: unknown) => host instanceof RegExp || isHost(host)),
    ),
    [/^/],
  ),
  maxHosts: option(
    new Check(
      'an integer of 0 or more',
      (value) => Number.isInteger(value) && (value as number) >= 0,
    ),
    50,
  ),
} satisfies OptionTable<HttpClientOptions>;

/** {@link HttpClientOptions}, resolved. */
export type HttpClientConfig = Resolved<
  HttpClientOptions,
  typeof HTTP_CLIENT_OPTIONS
>;

/** @returns `undefined` where outgoing requests are not measured. */
export function resolveHttpClientOptions(
  options: boolean | HttpClientOptions,
): HttpClientConfig | undefined {
  const given = groupOf(options);
  return given && resolveOptions(HTTP_CLIENT_OPTIONS, given);
}

/** Whether a text is a host as the label `host` shows it: any other text would never match. */
function isHost(value: unknown): boolean {
  const urls = [`http://${String(value)}`, `https://${String(value)}`];
  return urls.some((url) => hostOf(url) === value);
}

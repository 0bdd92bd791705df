import { OptionsError, shown } from '../../core/errors.js';
import {
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
  rulesOf,
} from '../../core/options.js';
import {
  checkSecret,
  kindWithoutValue,
  type Secret,
} from '../../core/secret.js';
import {
  Check,
  isObject,
  oneOf,
  TEXT,
  validate,
  validateOne,
} from '../../core/validate.js';
import {
  type BasicAuth,
  checkBasicAuth,
} from '../../http/access/basic-auth.js';
import {
  EXPORT_INTERVAL,
  EXPORT_TIMEOUT,
  EXPORTER_NAME,
} from '../pipeline/exporter-checks.js';

/**
 * Where and how metrics are pushed.
 *
 * @example
 * MetricsModule.forRoot({
 *   pushgateway: {
 *     url: 'http://pushgateway:9091',
 *     jobName: 'nightly_import',
 *     interval: false,
 *   },
 * });
 */
export interface PushgatewayOptions {
  /** The exporter's name in logs, in the label `exporter` and in `/health`. Two exporters need two names. Default: `'pushgateway'`. */
  readonly name?: string;
  /** The URL of the Pushgateway, with its path if it has one. It may contain a name and a password. Default: `'http://localhost:9091'`. */
  readonly url?: string;
  /** The label `job` of everything that is pushed: any text that is not empty. Required. */
  readonly jobName: string;
  /** Labels that, with the job, name a group of metrics, e.g. `{ instance: hostname() }`. Default: none. */
  readonly groupings?: Readonly<Record<string, string>>;
  /** `push` replaces the whole group, `pushAdd` only metrics of the same names. Default: `'push'`. */
  readonly method?: 'push' | 'pushAdd';
  /** Milliseconds from one push to the next, or `false` to push on `flush()` and at shutdown only. Default: 60000. */
  readonly interval?: number | false;
  /** What the exporter does when the app ends: `push` once more, `delete` the group, or `nothing`. Default: `'push'`. */
  readonly atShutdown?: 'push' | 'delete' | 'nothing';
  /** The name and the password that the Pushgateway requires. Default: none. */
  readonly basicAuth?: BasicAuth;
  /** More headers by name, e.g. an `Authorization` of another scheme. Default: none. */
  readonly headers?: Readonly<Record<string, Secret>>;
  /** Milliseconds after which a push counts as failed. Default: 10000. */
  readonly timeout?: number;
}

/** Labels that a group cannot have: it has `job` already, and `le` and `quantile` are labels of samples. */
const NO_GROUPING = new Set(['job', 'le', 'quantile']);

const URL_CHECK = new Check(
  'a URL like http://pushgateway:9091, without "?" and "#"',
  isGatewayUrl,
);

const GROUPING_NAME = new Check(
  `a label name other than ${[...NO_GROUPING].join(', ')}, and without "__" in front`,
  (value) =>
    /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/.test(String(value)) &&
    !NO_GROUPING.has(String(value)),
);

const STRING = new Check('a text', (value) => typeof value === 'string');

const HEADER_NAME = new Check(
  'the name of an HTTP header other than those of the body',
  (value) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(String(value)) &&
    !/^(content-.*|transfer-encoding|connection|host)$/i.test(String(value)),
);

/** What the value of a header may be. */
export const HEADER_VALUE = new Check(
  'a text of visible ASCII characters, with spaces in between at most',
  (value) =>
    typeof value === 'string' &&
    /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value),
);

/** Rules and defaults of {@link PushgatewayOptions}. */
export const PUSHGATEWAY_OPTIONS = {
  name: option(EXPORTER_NAME, 'pushgateway'),
  url: option(checkUrl, 'http://localhost:9091'),
  jobName: option(TEXT),
  groupings: option(
    entries('label names and their values', (name, value, path) => {
      validateOne(name, GROUPING_NAME, `A name in ${path}`);
      validateOne(value, STRING, `${path}.${name}`);
    }),
    {},
  ),
  method: option(oneOf('push', 'pushAdd'), 'push'),
  // Why: docs/decisions/exporters.md, "The Pushgateway exporter pushes every minute by default".
  interval: option(EXPORT_INTERVAL, 60_000),
  atShutdown: option(oneOf('push', 'delete', 'nothing'), 'push'),
  basicAuth: option(checkBasicAuth),
  headers: option(
    entries('names of headers and their values', (name, value, path) => {
      validateOne(name, HEADER_NAME, `A name in ${path}`);
      checkSecret(value, `${path}.${name}`, HEADER_VALUE);
    }),
    {},
  ),
  timeout: option(EXPORT_TIMEOUT, 10_000),
} satisfies OptionTable<PushgatewayOptions>;

const RULES = rulesOf(PUSHGATEWAY_OPTIONS);

/** {@link PushgatewayOptions}, resolved. The URL is split, so that nothing that shows the address shows a password. */
export type PushgatewayConfig = Omit<
  Resolved<PushgatewayOptions, typeof PUSHGATEWAY_OPTIONS>,
  'url' | 'jobName'
> &
  SplitUrl & { readonly jobName: string };

interface SplitUrl {
  /** The URL without name and password, and without a "/" at its end. */
  readonly address: string;
  /** Name and password of the URL: `name:password`. */
  readonly auth: string | undefined;
}

/** Throws as {@link resolvePushgatewayOptions} does. */
export function checkPushgateway(value: unknown, path: string): void {
  if (!isObject(value)) {
    // The value may be a URL with a password.
    throw new OptionsError(
      `${path} is ${kindWithoutValue(value)}; expected an object with url, jobName and other options`,
    );
  }
  validate(value, RULES, path);
  const options = value as Partial<PushgatewayOptions>;
  validateOne(options.jobName, TEXT, `${path}.jobName`);
  checkCredentials(options, path);
}

/** A request has only one header for credentials. */
function checkCredentials(
  { url, basicAuth, headers = {} }: Partial<PushgatewayOptions>,
  path: string,
): void {
  const places = [
    url !== undefined &&
      splitUrl(url).auth &&
      `${path}.url has a name or a password`,
    basicAuth !== undefined && `there is ${path}.basicAuth`,
    Object.keys(headers).some((name) => /^authorization$/i.test(name)) &&
      `${path}.headers has an Authorization`,
  ].filter((place) => typeof place === 'string');
  if (places.length < 2) return;
  throw new OptionsError(`${places.join(', and ')}; give one of them`);
}

/**
 * @param path where the options stand.
 * @throws {OptionsError} naming the option, what was given and what is allowed, and never a secret.
 */
export function resolvePushgatewayOptions(
  options: PushgatewayOptions,
  path: string,
): PushgatewayConfig {
  checkPushgateway(options, path);
  const { url, ...rest } = resolveOptions(PUSHGATEWAY_OPTIONS, options);
  return { ...rest, ...splitUrl(url), jobName: options.jobName };
}

/** A text with an "@" may contain a password, and is not shown. */
function checkUrl(value: unknown, path: string): void {
  if (URL_CHECK.test(value)) return;
  const given =
    typeof value === 'string' && value.includes('@')
      ? 'something else'
      : shown(value);
  throw new OptionsError(`${path} is ${given}; expected ${URL_CHECK.expected}`);
}

function isGatewayUrl(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^https?:\/\//i.test(value) &&
    !/[?#]/.test(value) &&
    URL.canParse(value) &&
    canDecode(new URL(value))
  );
}

function canDecode({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function splitUrl(text: string): SplitUrl {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    address: url.href.replace(/\/+$/, ''),
    auth:
      username === '' && password === ''
        ? undefined
        : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
  };
}

/** The rule of an object with the user's own keys. Its values may be secrets, and are not shown. */
function entries(
  what: string,
  check: (name: string, value: unknown, path: string) => void,
) {
  return (value: unknown, path: string): void => {
    if (!isObject(value)) {
      throw new OptionsError(
        `${path} is ${kindWithoutValue(value)}; expected an object of ${what}`,
      );
    }
    for (const [name, one] of Object.entries(value)) check(name, one, path);
  };
}

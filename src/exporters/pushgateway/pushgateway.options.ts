import {
  EXPORT_INTERVAL,
  EXPORT_TIMEOUT,
  EXPORTER_NAME,
} from '../pipeline/exporter-checks.js';
import {
  type BasicAuth,
  checkBasicAuth,
} from '../../http/access/basic-auth.js';
import { checkSecret, kindOf, type Secret } from '../../core/secret.js';
import { OptionsError, shown } from '../../core/errors.js';
import {
  Check,
  isObject,
  oneOf,
  type Rules,
  TEXT,
  validate,
  validateOne,
  withDefaults,
} from '../../core/validate.js';
import { isGatewayUrl, splitUrl } from './gateway-url.js';

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
  /** The name of the exporter in logs, in the label `exporter` and in `/health`: of two of them, one needs another. Default: `pushgateway`. */
  readonly name?: string;
  /** The address of the Pushgateway, with the path that it is under, if any. It may have a name and a password. Default: `http://localhost:9091`. */
  readonly url?: string;
  /** The label `job` of all that is pushed: any text that is not empty. Required. */
  readonly jobName: string;
  /** Labels that make a group of their own beside the job, e.g. `{ instance: hostname() }`. Default: none. */
  readonly groupings?: Readonly<Record<string, string>>;
  /** `push` replaces all of the group, `pushAdd` only the metrics of the same names. Default: `push`. */
  readonly method?: 'push' | 'pushAdd';
  /** Milliseconds from push to push, or `false` for pushes by `flush()` and at shutdown only. Default: 60000. */
  readonly interval?: number | false;
  /** What is done when the app ends: `push` once more, `delete` the group, or `nothing`. Default: `push`. */
  readonly atShutdown?: 'push' | 'delete' | 'nothing';
  /** The name and the password that the Pushgateway asks for. */
  readonly basicAuth?: BasicAuth;
  /** Headers to send besides, by name, e.g. an `Authorization` of another kind. Default: none. */
  readonly headers?: Readonly<Record<string, Secret>>;
  /** Milliseconds after which a push counts as failed. Default: 10000. */
  readonly timeout?: number;
}

/** Options that were checked, with their defaults. */
export type ResolvedPushgatewayOptions = Required<
  Omit<PushgatewayOptions, 'basicAuth'>
> &
  Pick<PushgatewayOptions, 'basicAuth'>;

const DEFAULTS = {
  name: 'pushgateway',
  url: 'http://localhost:9091',
  groupings: {},
  method: 'push',
  interval: 60_000,
  atShutdown: 'push',
  headers: {},
  timeout: 10_000,
} as const;

/** Labels that a group cannot have: `job` is there already, the others are the names of samples. */
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

export const PUSHGATEWAY_RULES: Rules = {
  name: EXPORTER_NAME,
  url: (value, path) => checkUrl(value, path),
  jobName: TEXT,
  groupings: entries('label names and their values', (name, value, path) => {
    validateOne(name, GROUPING_NAME, `A name in ${path}`);
    validateOne(value, STRING, `${path}.${name}`);
  }),
  method: oneOf('push', 'pushAdd'),
  interval: EXPORT_INTERVAL,
  atShutdown: oneOf('push', 'delete', 'nothing'),
  basicAuth: checkBasicAuth,
  headers: entries('names of headers and their values', (name, value, path) => {
    validateOne(name, HEADER_NAME, `A name in ${path}`);
    checkSecret(value, `${path}.${name}`, HEADER_VALUE);
  }),
  timeout: EXPORT_TIMEOUT,
};

/** Checks the options of a Pushgateway as a whole. Throws as {@link resolvePushgatewayOptions} does. */
export function checkPushgateway(value: unknown, path: string): void {
  if (!isObject(value)) {
    // It may be a URL with a password, so it is not shown.
    throw new OptionsError(
      `${path} is ${kindOf(value)}; expected an object with url, jobName and other options`,
    );
  }
  validate(value, PUSHGATEWAY_RULES, path);
  const options = value as Partial<PushgatewayOptions>;
  validateOne(options.jobName, TEXT, `${path}.jobName`);
  checkCredentials(options, path);
}

/** A request has one header for all that says who asks. */
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
): ResolvedPushgatewayOptions {
  checkPushgateway(options, path);
  return withDefaults(DEFAULTS, options);
}

/** A URL may hold a password, so it is shown only where there is none. */
function checkUrl(value: unknown, path: string): void {
  if (URL_CHECK.test(value)) return;
  const given =
    typeof value === 'string' && value.includes('@')
      ? 'something else'
      : shown(value);
  throw new OptionsError(`${path} is ${given}; expected ${URL_CHECK.expected}`);
}

/** An object whose keys are users' own. As its values may be secrets, it is not shown. */
function entries(
  what: string,
  check: (name: string, value: unknown, path: string) => void,
) {
  return (value: unknown, path: string): void => {
    if (!isObject(value)) {
      throw new OptionsError(
        `${path} is ${kindOf(value)}; expected an object of ${what}`,
      );
    }
    for (const [name, one] of Object.entries(value)) check(name, one, path);
  };
}

import { BUCKETS } from '../../collector/recording-checks.js';
import type { Labels } from '../../model/labels.js';
import {
  groupOf,
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
} from '../../core/options.js';
import { BOOLEAN, Check } from '../../core/validate.js';

/** How the HTTP requests to the app are measured. */
export interface HttpOptions {
  /**
   * Routes that are not measured: templates as the router has them, or patterns for
   * them. Default: the paths of the metrics page, the health and the live page, where the app serves them.
   */
  ignore?: readonly (string | RegExp)[];
  /**
   * Labels of your own, computed when a request has ended. Both arguments are
   * those of `@Req()` and `@Res()`. Default: none.
   */
  labels?: (request: any, response: any) => Labels;
  /** Upper bounds of the durations, in seconds. Default: 5 ms to 10 s, as OpenTelemetry recommends. */
  buckets?: readonly number[];
  /**
   * Status codes that each route of a controller has a series of from the start, with 0
   * requests, e.g. `[500]` for an alert on its first failure. Not for routes of all methods, nor
   * with `labels`, whose values only requests have. Default: none.
   */
  initialStatuses?: readonly number[];
  /** Whether the sizes of request bodies are recorded. Default: `false`. */
  requestSize?: boolean;
  /** Whether the sizes of response bodies are recorded. Default: `false`. */
  responseSize?: boolean;
}

/** Rules and defaults of {@link HttpOptions}; `ignore` depends on where the app serves the pages. */
export const HTTP_OPTIONS = {
  ignore: option(
    new Check(
      'an array of routes such as "/internal/ping" and regular expressions',
      (value) =>
        Array.isArray(value) &&
        value.every((one) => typeof one === 'string' || one instanceof RegExp),
    ),
  ),
  labels: option(
    new Check(
      'a function that returns labels',
      (value) => typeof value === 'function',
    ),
  ),
  buckets: option(BUCKETS),
  initialStatuses: option(
    new Check(
      'an array of status codes from 100 to 599',
      (value) => Array.isArray(value) && value.every(isStatus),
    ),
    [],
  ),
  requestSize: option(BOOLEAN, false),
  responseSize: option(BOOLEAN, false),
} satisfies OptionTable<HttpOptions>;

function isStatus(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 100 && Number(value) < 600;
}

/** {@link HttpOptions}, resolved. */
export type HttpConfig = Resolved<HttpOptions, typeof HTTP_OPTIONS> & {
  readonly ignore: readonly (string | RegExp)[];
};

/**
 * @param ownPaths where the app serves the metrics page and the health.
 * @returns `undefined` where requests are not measured.
 */
export function resolveHttpOptions(
  options: boolean | HttpOptions,
  ownPaths: readonly string[],
): HttpConfig | undefined {
  const given = groupOf(options);
  if (given === undefined) return undefined;
  const { ignore = ownPaths, ...config } = resolveOptions(HTTP_OPTIONS, given);
  return { ...config, ignore };
}

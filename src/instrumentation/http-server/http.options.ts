import { BUCKETS } from '../../collector/recording-checks.js';
import type { Labels } from '../../model/labels.js';
import {
  BOOLEAN,
  Check,
  type Rules,
  withDefaults,
} from '../../core/validate.js';

/** How the HTTP requests to the app are measured. */
export interface HttpOptions {
  /**
   * Routes that are left out: templates as the router has them, or patterns for
   * them. Default: the metrics page and the health, where the app serves them.
   */
  ignore?: readonly (string | RegExp)[];
  /**
   * Labels of your own, asked for when a request has ended. Both arguments are
   * those of `@Req()` and `@Res()`. Default: none.
   */
  labels?: (request: any, response: any) => Labels;
  /** Upper bounds of the durations, in seconds. Default: 5 ms to 10 s, as OpenTelemetry advises. */
  buckets?: readonly number[];
  /** Whether the sizes of request bodies are recorded. Default: `false`. */
  requestSize?: boolean;
  /** Whether the sizes of response bodies are recorded. Default: `false`. */
  responseSize?: boolean;
}

/** Options that were checked, with their defaults. */
export type ResolvedHttpOptions = Required<
  Omit<HttpOptions, 'labels' | 'buckets'>
> &
  Pick<HttpOptions, 'labels' | 'buckets'>;

export const HTTP_RULES: Rules = {
  ignore: new Check(
    'an array of routes such as "/internal/ping" and regular expressions',
    (value) =>
      Array.isArray(value) &&
      value.every((one) => typeof one === 'string' || one instanceof RegExp),
  ),
  labels: new Check(
    'a function that returns labels',
    (value) => typeof value === 'function',
  ),
  buckets: BUCKETS,
  requestSize: BOOLEAN,
  responseSize: BOOLEAN,
};

/**
 * @param ownPaths where the app serves the metrics page and the health.
 * @returns `undefined` where requests are not measured.
 */
export function resolveHttpOptions(
  options: boolean | HttpOptions = false,
  ownPaths: readonly string[],
): ResolvedHttpOptions | undefined {
  if (options === false) return undefined;
  return withDefaults(
    { ignore: ownPaths, requestSize: false, responseSize: false },
    options === true ? {} : options,
  );
}

import { OptionsError, shown } from '../core/errors.js';
import {
  groupOf,
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
  rulesOf,
} from '../core/options.js';
import { Check, switchable, validateOne } from '../core/validate.js';
import { NAME_PATTERN, type NamePattern } from './filters/name-pattern.js';

/**
 * Which of prom-client's metrics of the process are collected.
 *
 * @example
 * MetricsModule.forRoot({
 *   prometheus: {
 *     defaultMetrics: { only: ['process_cpu_*', 'nodejs_eventloop_lag_*'] },
 *   },
 * });
 */
export interface ProcessMetricsOptions {
  /** Only these metrics: names, which may end in `*`, and RegExps, without the prefix. Default: all. */
  readonly only?: readonly NamePattern[];
  /** All but these metrics, given as in `only`. Default: none. */
  readonly except?: readonly NamePattern[];
  /** What the names begin with, e.g. `acme_`. Default: nothing. */
  readonly prefix?: string;
}

const PREFIX = new Check(
  'a text of letters, digits, "_" and ":" that does not begin with a digit, or nothing',
  (value) =>
    typeof value === 'string' && /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(value),
);

/** Rules and defaults of {@link ProcessMetricsOptions}. */
export const PROCESS_METRICS_OPTIONS = {
  only: option(checkPatterns),
  except: option(checkPatterns, []),
  prefix: option(PREFIX, ''),
} satisfies OptionTable<ProcessMetricsOptions>;

export type ProcessMetricsConfig = Resolved<
  ProcessMetricsOptions,
  typeof PROCESS_METRICS_OPTIONS
>;

const checkSwitch = switchable(rulesOf(PROCESS_METRICS_OPTIONS));

/** @throws {OptionsError} naming the option's path, what was given and what is allowed. */
export function checkProcessMetrics(value: unknown, path: string): void {
  checkSwitch(value, path);
  const { only, except } = Object(value) as ProcessMetricsOptions;
  if (only === undefined || except === undefined) return;
  throw new OptionsError(`${path} has only and except; expected one of them`);
}

/** The options, resolved; `undefined` if no metrics of the process are collected. */
export function resolveProcessMetrics(
  given: boolean | ProcessMetricsOptions,
): ProcessMetricsConfig | undefined {
  const options = groupOf(given);
  return options && resolveOptions(PROCESS_METRICS_OPTIONS, options);
}

function checkPatterns(value: unknown, path: string): void {
  if (!Array.isArray(value)) {
    throw new OptionsError(
      `${path} is ${shown(value)}; expected an array of metric names, which may end in *, and RegExps`,
    );
  }
  value.forEach((one, i) => validateOne(one, NAME_PATTERN, `${path}[${i}]`));
}

import {
  BOOLEAN,
  Check,
  FUNCTION,
  milliseconds,
  type Rules,
  validate,
  validateOne,
  withDefaults,
} from '../core/validate.js';

/**
 * The result of a health check: nothing or `true` if it is up, `false` if it is down, or
 * an object of details, which is down if its `status` is `'down'`, `'error'`, `'fail'` or
 * `false`. Results of indicators of `@nestjs/terminus` are accepted.
 */
export type HealthCheckResult = void | boolean | object;

/**
 * Checks whether something works. The check is down if this throws or rejects.
 *
 * @param signal aborted once the check has taken longer than its timeout.
 */
export type HealthCheckFunction = (
  signal: AbortSignal,
) => HealthCheckResult | PromiseLike<HealthCheckResult>;

/** Options of a health check. */
export interface HealthCheckOptions {
  /** Milliseconds after which a check that has not ended is down; 5000 at most. Default: 1000. */
  timeout?: number;
  /** Milliseconds for which a result is reused. Default: 1000. */
  cacheFor?: number;
  /** Whether the app is unhealthy and not ready while the check is down. Default: `true`. */
  critical?: boolean;
}

/** A health check for the options or for `addHealthCheck()`. */
export interface HealthCheckDefinition extends HealthCheckOptions {
  /** The unique name of the check. It is a label of the check's metrics. */
  name: string;
  /** Checks whether it is up. Called for the health and for each page, unless the last result is newer than `cacheFor`. */
  check: HealthCheckFunction;
}

/** A definition that was checked, with its defaults. */
export type ResolvedHealthCheck = Required<HealthCheckDefinition>;

/** The longest timeout, in milliseconds. It is the time that a metrics page waits for callbacks of gauges: the gauges of checks run the checks. */
const MAX_TIMEOUT = 5_000;

/** A time in milliseconds. */
export const MILLISECONDS = milliseconds(0);

const OPTION_RULES: Rules = {
  timeout: milliseconds(1, MAX_TIMEOUT),
  cacheFor: MILLISECONDS,
  critical: BOOLEAN,
};

const NAME = new Check(
  'a name of at least one character',
  (value) => typeof value === 'string' && value !== '',
);

const REQUIRED_RULES = {
  name: NAME,
  check: FUNCTION,
};

const LIST = new Check('an array of health checks', Array.isArray);

const DEFAULTS = { timeout: 1_000, cacheFor: 1_000, critical: true };

/**
 * @param path the path of the definition, e.g. `health.checks[0]`.
 * @throws {OptionsError} naming the option, its value and the allowed values.
 */
export function resolveHealthCheck(
  definition: HealthCheckDefinition,
  path: string,
): ResolvedHealthCheck {
  checkDefinition(definition, path);
  return withDefaults(DEFAULTS, definition);
}

/** As {@link resolveHealthCheck}, for a name and options that are given separately. */
export function checkNameAndOptions(
  name: string,
  options: HealthCheckOptions,
  path: string,
): void {
  validateOne(name, NAME, `${path}.name`);
  validate(options, OPTION_RULES, path);
}

/** Checks a list of definitions. Throws as {@link resolveHealthCheck} does. */
export function checkDefinitions(value: unknown, path: string): void {
  validateOne(value, LIST, path);
  const definitions = value as unknown[];
  definitions.forEach((one, i) => checkDefinition(one, `${path}[${i}]`));
}

function checkDefinition(value: unknown, path: string): void {
  validate(value, { ...REQUIRED_RULES, ...OPTION_RULES }, path);
  for (const [option, rule] of Object.entries(REQUIRED_RULES)) {
    const given = (value as Record<string, unknown>)[option];
    validateOne(given, rule, `${path}.${option}`);
  }
}

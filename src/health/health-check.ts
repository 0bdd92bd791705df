import {
  BOOLEAN,
  Check,
  milliseconds,
  type Rules,
  validate,
  validateOne,
  withDefaults,
} from '../core/validate.js';

/**
 * What a health check returns: nothing or `true` if it is up, `false` if it is
 * down, or an object of details, which is down if its `status` says so (`'down'`,
 * `'error'`, `'fail'` or `false`). Results of indicators of
 * `@nestjs/terminus` are understood.
 */
export type HealthCheckResult = void | boolean | object;

/**
 * Finds out whether something works. It is down if this throws or rejects.
 *
 * @param signal aborted once the check has taken longer than its timeout.
 */
export type HealthCheckFunction = (
  signal: AbortSignal,
) => HealthCheckResult | PromiseLike<HealthCheckResult>;

/** How often a health check runs, how long it may take, and what depends on it. */
export interface HealthCheckOptions {
  /** Milliseconds after which a check that has not ended is down; 5000 at most. Default: 1000. */
  timeout?: number;
  /** Milliseconds for which a result is kept. Default: 1000. */
  cacheFor?: number;
  /** Whether the app is unhealthy and not ready while the check is down. Default: `true`. */
  critical?: boolean;
}

/** A health check that is given in the options or to `addHealthCheck()`. */
export interface HealthCheckDefinition extends HealthCheckOptions {
  /** The name of the check, which no other has. It is a label of the check's metrics. */
  name: string;
  /** Finds out whether it is up. Called when the health or a page asks, unless the last result is newer than `cacheFor`. */
  check: HealthCheckFunction;
}

/** A definition that was checked, with its defaults. */
export type ResolvedHealthCheck = Required<HealthCheckDefinition>;

/** A metrics page waits so long for its callbacks, of which the checks are one. */
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
  check: new Check('a function', (value) => typeof value === 'function'),
};

const LIST = new Check('an array of health checks', Array.isArray);

const DEFAULTS = { timeout: 1_000, cacheFor: 1_000, critical: true };

/**
 * @param path where the definition stands, e.g. `health.checks[0]`.
 * @throws {OptionsError} naming the option, what was given and what is allowed.
 */
export function resolveHealthCheck(
  definition: HealthCheckDefinition,
  path: string,
): ResolvedHealthCheck {
  checkDefinition(definition, path);
  return withDefaults(DEFAULTS, definition);
}

/** As {@link resolveHealthCheck}, for the name of a check and what is written beside it. */
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

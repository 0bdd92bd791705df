import { option, type OptionTable } from '../core/options.js';
import { BOOLEAN, Check } from '../core/validate.js';
import {
  checkDefinitions,
  type HealthCheckDefinition,
  MILLISECONDS,
} from './health-check.js';

/** What the health tells, and to whom. */
export interface HealthOptions {
  /**
   * Path of the health, whatever the app's prefix; the probes are below it, at
   * `/live` and `/ready`. `false` for none. Default: `'/health'`.
   */
  path?: string | false;
  /** Checks beside those of `@HealthCheck()`. Default: none. */
  checks?: readonly HealthCheckDefinition[];
  /**
   * Whether the health has more of each check than up or down: error messages,
   * durations, times and what the check returned. Whoever can reach it can read
   * them. Default: `false`.
   */
  details?: boolean;
  /** The version of the app. Default: that of the package.json which npm started, if it did. */
  version?: string;
  /**
   * Milliseconds between the moment when the app says that it is not ready any
   * more and its end, for load balancers to take note. Default: 0.
   */
  shutdownGrace?: number;
}

/** Rules and defaults of {@link HealthOptions}, but for the path. */
export const HEALTH_OPTIONS = {
  checks: option(checkDefinitions, []),
  details: option(BOOLEAN, false),
  version: option(
    new Check(
      'a version such as "1.2.3"',
      (value) => typeof value === 'string' && value !== '',
    ),
  ),
  shutdownGrace: option(MILLISECONDS, 0),
} satisfies OptionTable<Omit<HealthOptions, 'path'>>;

/** What npm says the version of the app is. */
export function npmVersion(): string | undefined {
  return process.env['npm_package_version'] || undefined;
}

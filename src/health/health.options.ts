import { option, type OptionTable } from '../core/options.js';
import { BOOLEAN, Check } from '../core/validate.js';
import {
  checkDefinitions,
  type HealthCheckDefinition,
  MILLISECONDS,
} from './health-check.js';

/** Options of the health. */
export interface HealthOptions {
  /**
   * Path of the health, without the app's global prefix. The probes are below it, at
   * `/live` and `/ready`. `false` for none. Default: `'/health'`.
   */
  path?: string | false;
  /** Checks in addition to those of `@HealthCheck()`. Default: none. */
  checks?: readonly HealthCheckDefinition[];
  /**
   * Whether the health shows more of each check than up or down: error messages,
   * durations, times and what the check returned. Every client that can read the health
   * sees them. Default: `false`.
   */
  details?: boolean;
  /** The version of the app. Default: that of the package.json which npm started, if it did. */
  version?: string;
  /**
   * Milliseconds between the moment when the app is no longer ready and its shutdown, so
   * that load balancers stop sending requests. Default: 0.
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

/** The version of the app, if npm started it. */
export function npmVersion(): string | undefined {
  return process.env['npm_package_version'] || undefined;
}

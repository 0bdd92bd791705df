import { BOOLEAN, Check, type Rules } from '../core/validate.js';
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

/** Options that were checked, with their defaults. */
export type ResolvedHealthOptions = Required<Omit<HealthOptions, 'version'>> &
  Pick<HealthOptions, 'version'>;

export const HEALTH_RULES: Rules = {
  checks: checkDefinitions,
  details: BOOLEAN,
  version: new Check(
    'a version such as "1.2.3"',
    (value) => typeof value === 'string' && value !== '',
  ),
  shutdownGrace: MILLISECONDS,
};

export const HEALTH_DEFAULTS = { checks: [], details: false, shutdownGrace: 0 };

/** What npm says the version of the app is. */
export function npmVersion(): string | undefined {
  return process.env['npm_package_version'] || undefined;
}

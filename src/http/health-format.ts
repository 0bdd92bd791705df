import type { CheckStatus, HealthStatus } from '../health/health-status.js';
import { preferencesOf } from './preferences.js';

/** A media type, and how the health is written in it. */
export interface HealthFormat {
  readonly type: string;
  readonly write: (health: HealthStatus) => object;
}

const JSON_FORMAT: HealthFormat = {
  type: 'application/json; charset=utf-8',
  write: (health) => health,
};

const HEALTH_JSON_TYPE = 'application/health+json';

const HEALTH_JSON_FORMAT: HealthFormat = {
  type: HEALTH_JSON_TYPE,
  write: healthJson,
};

/**
 * The format for an `Accept` header (RFC 9110, section 12.5.1). It is plain JSON
 * unless health+json is named, and JSON is not preferred to it.
 */
export function healthFormatFor(accept?: string): HealthFormat {
  const weights = new Map(
    preferencesOf(accept).map(({ value, weight }) => [value, weight]),
  );
  const ours = weights.get(HEALTH_JSON_TYPE) ?? 0;
  const plain = weights.get('application/json') ?? 0;
  return ours > 0 && ours >= plain ? HEALTH_JSON_FORMAT : JSON_FORMAT;
}

/** The health in the form of draft-inadarei-api-health-check-06, "Health Check Response Format for HTTP APIs". */
function healthJson(health: HealthStatus): object {
  const { version } = health;
  const checks = Object.entries(health.checks);
  return {
    status: overall(health),
    ...(version !== undefined && { version }),
    ...(checks.length > 0 && {
      checks: Object.fromEntries(
        checks.map(([name, check]) => [name, [measurement(check)]]),
      ),
    }),
  };
}

function overall({ healthy, checks }: HealthStatus): string {
  if (!healthy) return 'fail';
  const allUp = Object.values(checks).every(({ status }) => status === 'up');
  return allUp ? 'pass' : 'warn';
}

/** Sections 4.3 to 4.8 of the draft: what was observed, when, and what went wrong. */
function measurement(check: CheckStatus): object {
  const { status, time, duration_seconds: seconds, error } = check;
  return {
    status: status === 'up' ? 'pass' : 'fail',
    ...(time !== undefined && { time }),
    ...(seconds !== undefined && { observedValue: seconds, observedUnit: 's' }),
    ...(error !== undefined && { output: error }),
  };
}

import { Content } from '../exposition/content.js';
import type { Health } from '../health/health.js';
import type { CheckStatus, HealthStatus } from '../health/health-status.js';
import type { Exchange } from './exchange.js';
import { preferencesOf } from './negotiate.js';

const JSON_TYPE = 'application/json';
const HEALTH_JSON_TYPE = 'application/health+json';

/** Answers requests for the health and the probes: 200 when all is well, 503 when not. */
export class HealthResponder {
  constructor(private readonly health: Health) {}

  async respond(exchange: Exchange): Promise<void> {
    const { resource } = exchange;
    if (resource === 'health') return this.respondHealth(exchange);
    // Why: docs/decisions/endpoints.md, "Liveness depends on nothing".
    const isUp = resource === 'live' || (await this.health.isReady());
    const status = isUp ? 'up' : 'down';
    await sendJson(exchange, isUp, `${JSON_TYPE}; charset=utf-8`, { status });
  }

  private async respondHealth(exchange: Exchange): Promise<void> {
    const health = await this.health.status();
    const { healthy } = health;
    if (prefersHealthJson(exchange.req.headers.accept)) {
      await sendJson(exchange, healthy, HEALTH_JSON_TYPE, healthJson(health));
    } else {
      const type = `${JSON_TYPE}; charset=utf-8`;
      await sendJson(exchange, healthy, type, health);
    }
  }
}

function sendJson(
  exchange: Exchange,
  isUp: boolean,
  type: string,
  value: object,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(value));
  return exchange.send(isUp ? 200 : 503, type, new Content([body]));
}

/**
 * Whether a header `Accept` (RFC 9110, section 12.5.1) names health+json, and does
 * not prefer plain JSON.
 */
function prefersHealthJson(accept?: string): boolean {
  const weights = new Map(
    preferencesOf(accept).map(({ value, weight }) => [value, weight]),
  );
  const weight = weights.get(HEALTH_JSON_TYPE) ?? 0;
  return weight > 0 && weight >= (weights.get(JSON_TYPE) ?? 0);
}

/** The health in the form of draft-inadarei-api-health-check-06, "Health Check Response Format for HTTP APIs". */
function healthJson(health: HealthStatus): object {
  const { version } = health;
  const checks = Object.entries(health.checks);
  return {
    status: overallStatus(health),
    ...(version !== undefined && { version }),
    ...(checks.length > 0 && {
      checks: Object.fromEntries(
        checks.map(([name, check]) => [name, [checkJson(check)]]),
      ),
    }),
  };
}

function overallStatus({ healthy, checks }: HealthStatus): string {
  if (!healthy) return 'fail';
  const allUp = Object.values(checks).every(({ status }) => status === 'up');
  return allUp ? 'pass' : 'warn';
}

/** A check in the form of the draft "Health Check Response Format for HTTP APIs", sections 4.3 to 4.8: what was observed, when, and what failed. */
function checkJson(check: CheckStatus): object {
  const { status, time, duration_seconds: seconds, error } = check;
  return {
    status: status === 'up' ? 'pass' : 'fail',
    ...(time !== undefined && { time }),
    ...(seconds !== undefined && { observedValue: seconds, observedUnit: 's' }),
    ...(error !== undefined && { output: error }),
  };
}

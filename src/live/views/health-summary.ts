import type { CheckReport } from '../../health/health-checks.js';
import type { HealthSummary } from '../answers.js';

/** The worst of the health checks decides. */
export function healthSummary(checks: readonly CheckReport[]): HealthSummary {
  const down = checks.filter(({ isUp }) => !isUp);
  const isUnhealthy = down.some(({ critical }) => critical);
  return {
    status: isUnhealthy
      ? 'unhealthy'
      : down.length > 0
        ? 'degraded'
        : 'healthy',
    checks: checks.length,
    down: down.map(({ name }) => name),
  };
}

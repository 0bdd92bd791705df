import type { AccessPolicy } from '../http/access/access-policy.js';
import type { Endpoint } from '../http/endpoint.js';
import type { HealthSetup } from '../health/health.js';
import type { MetricsLogger } from '../core/logger.js';

/** What the app around a collector gives it. */
export interface CollectorContext {
  /** Receives the requests for the pages. Default: an HTTP server of the collector's own. */
  endpoint?: Endpoint;
  /** Decides which requests are allowed. Default: the option `access`. */
  access?: AccessPolicy;
  /** What the health report says of the app. */
  health?: HealthSetup;
  /** Receives warnings. Default: `console`. */
  logger?: MetricsLogger;
}

import type { AccessPolicy } from '../http/access/access-policy.js';
import type { Endpoint } from '../http/endpoint.js';
import type { HealthSetup } from '../health/health.js';
import type { MetricsLogger } from '../core/logger.js';

/** What a collector that lives in an app is given by it. */
export interface CollectorContext {
  /** Where scrapes come in. Default: an HTTP server of the collector's own. */
  endpoint?: Endpoint;
  /** Who may ask for what. Default: what the option `access` says. */
  access?: AccessPolicy;
  /** How the health is told. */
  health?: HealthSetup;
  /** Where warnings go. Default: `console`. */
  logger?: MetricsLogger;
}

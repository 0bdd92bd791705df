import type { AccessPolicy } from '../http/access/access-policy.js';
import type { PageServer } from '../http/page-server.js';
import type { HealthContext } from '../health/health.js';
import type { MetricsLogger } from '../core/logger.js';

/** What the app around a collector gives it. */
export interface CollectorContext {
  /** Receives the requests for the pages. Default: an HTTP server of the collector's own. */
  pageServer?: PageServer;
  /** Decides which requests are answered. Default: what the option `access` says. */
  access?: AccessPolicy | undefined;
  /** What the health report says of the app. */
  health?: HealthContext;
  /** Receives warnings. Default: `console`. */
  logger?: MetricsLogger;
}

/** A context whose server of the pages is known. */
export interface ServedContext extends CollectorContext {
  pageServer: PageServer;
}

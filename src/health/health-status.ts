/**
 * What `/health` answers. The first four keys are those of the system that this
 * package grew from.
 */
export interface HealthStatus {
  /** Initialized and not shut down, the app is ready, and every critical check is up. */
  healthy: boolean;
  /** Whether the HTTP server or app that serves the metrics is up. */
  server_running: boolean;
  /** How many metrics this collector has, process metrics not counted. */
  metrics_count: number;
  /** Where the metrics are served; empty if nowhere. */
  endpoint: string;
  /** The health checks by name. */
  checks: Record<string, CheckStatus>;
  /** The version of the app, if it is known. */
  version?: string;
  /** How long the process has been running. */
  uptime_seconds: number;
}

/** How one health check stands. All but `status` is there with `health.details` only. */
export interface CheckStatus extends Partial<CheckDetails> {
  /** Whether the last run of the check has found it up. */
  status: 'up' | 'down';
}

/** More of a health check, which only `health.details` shows. */
// Why: docs/decisions/endpoints.md, "Health shows up or down, the log shows why".
export interface CheckDetails {
  /** Whether the app is unhealthy while this check is down. */
  critical: boolean;
  /** When it was last run, in ISO 8601. */
  time: string;
  /** Since when it has been up or down, in ISO 8601. */
  since: string;
  /** How long its last run took. */
  duration_seconds: number;
  /** Why it is down. Credentials in URLs are masked. */
  error: string;
  /** What the check returned beside its status. */
  details: unknown;
}

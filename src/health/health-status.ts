/**
 * The answer of `/health`. The first four keys are those of the TFrameX metrics that
 * this package grew from.
 */
export interface HealthStatus {
  /** Whether the collector is initialized and not shut down, the app is ready, and every critical check is up. */
  healthy: boolean;
  /** Whether the HTTP server or the app that serves the metrics is listening. */
  server_running: boolean;
  /** The number of metrics of this collector, without process metrics. */
  metrics_count: number;
  /** The URL of the metrics; empty if they are not served. */
  endpoint: string;
  /** The number of processes and threads whose metrics the page shows, this one included; only with the option `processes`. */
  members?: number;
  /** The health checks by name. */
  checks: Record<string, CheckStatus>;
  /** The version of the app, if it is known. */
  version?: string;
  /** Seconds since the process started. */
  uptime_seconds: number;
}

/** The status of one health check. With `health.details` it has more members than `status`. */
export interface CheckStatus extends Partial<CheckDetails> {
  /** The outcome of the last run. */
  status: 'up' | 'down';
}

/** Members of a health check's status that only `health.details` shows. */
// Why: docs/decisions/endpoints.md, "Health shows up or down, the log shows why".
export interface CheckDetails {
  /** Whether the app is unhealthy while this check is down. */
  critical: boolean;
  /** When the last run ended, in ISO 8601. */
  time: string;
  /** Since when the check has been up or down, in ISO 8601. */
  since: string;
  /** Seconds that the last run took. */
  duration_seconds: number;
  /** Why the check is down. Credentials in URLs are masked. */
  error: string;
  /** What the check returned except its status. */
  details: unknown;
}

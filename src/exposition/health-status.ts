/** What `/health` answers. The keys are those of the system this package grew from. */
export interface HealthStatus {
  /** Initialized, and not shut down. */
  healthy: boolean;
  /** Whether the HTTP server or app that serves the metrics is up. */
  server_running: boolean;
  /** How many metrics this collector has, process metrics not counted. */
  metrics_count: number;
  /** Where the metrics are served; empty if nowhere. */
  endpoint: string;
}

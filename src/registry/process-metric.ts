/** Where the name of a metric of the process begins in that of prom-client, which may have a prefix. */
const NAME =
  /(?:process_(?:cpu_(?:user_|system_)?seconds_total|start_time_seconds|(?:resident|virtual)_memory_bytes|heap_bytes|(?:open|max)_fds)|nodejs_(?:version_info|gc_duration_seconds|eventloop_lag_(?:(?:min|max|mean|stddev|p50|p90|p99)_)?seconds))$/;

/**
 * The name of a metric of the process without its prefix (the option `defaultMetrics.prefix`);
 * `undefined` for a metric that is about something else, or that adds up over processes.
 */
export function processMetricOf(name: string): string | undefined {
  return NAME.exec(name)?.[0];
}

import type { Aggregator } from '../model/aggregator.js';
import type { MetricFamily } from '../registry/metric-family.js';
import { processMetricOf } from '../registry/process-metric.js';

/** How prom-client's metrics of the process are merged, where adding them up means nothing. */
const AGGREGATORS: Readonly<Record<string, Aggregator>> = {
  process_start_time_seconds: 'min',
  process_max_fds: 'max',
  nodejs_version_info: 'first',
  nodejs_eventloop_lag_seconds: 'each',
  nodejs_eventloop_lag_min_seconds: 'min',
  nodejs_eventloop_lag_max_seconds: 'max',
  nodejs_eventloop_lag_mean_seconds: 'max',
  nodejs_eventloop_lag_stddev_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
};

/**
 * The metrics of a process as they are merged.
 *
 * @param isMainThread whether metrics of the whole process are included: threads have the same.
 */
export function mergeableMetrics(
  metrics: readonly MetricFamily[],
  isMainThread: boolean,
): MetricFamily[] {
  return metrics
    .filter(({ name }) => isMainThread || !isOfWholeProcess(name))
    .map((metric) => {
      const aggregator = AGGREGATORS[processMetricOf(metric.name) ?? ''];
      return aggregator === undefined ? metric : { ...metric, aggregator };
    });
}

function isOfWholeProcess(name: string): boolean {
  return processMetricOf(name)?.startsWith('process_') === true;
}

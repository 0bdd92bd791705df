import type { StoredFamily } from '../processes/state/layout.js';
import { isTotal } from '../registry/gather-request.js';
import { processMetricOf } from '../registry/process-metric.js';

/** Metrics of prom-client that are about the process: a new one counts from zero. */
const OF_THE_PROCESS: ReadonlySet<string> = new Set([
  'process_cpu_user_seconds_total',
  'process_cpu_system_seconds_total',
  'process_cpu_seconds_total',
  'nodejs_gc_duration_seconds',
]);

/** Whether the values of a metric outlive the app. */
// Why: docs/decisions/persistence.md, "What is about the process ends with it".
export function isKept({ name, type }: Pick<StoredFamily, 'name' | 'type'>) {
  return isTotal(type) && !OF_THE_PROCESS.has(processMetricOf(name) ?? '');
}

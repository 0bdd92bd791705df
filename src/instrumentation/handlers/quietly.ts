import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { report } from '../report.js';

/** Does something for the metrics that must not break the app: what it throws is reported. */
export function quietly<T>(
  collector: MetricsCollector,
  where: string,
  action: () => T,
): T | undefined {
  try {
    return action();
  } catch (error) {
    report(collector, 'transport', error, where);
    return undefined;
  }
}

import type { MetricsCollector } from '../../collector/metrics-collector.js';

/** Does something for the metrics that must not break the app: what it throws is reported. */
export function quietly<T>(
  collector: MetricsCollector,
  where: string,
  action: () => T,
): T | undefined {
  try {
    return action();
  } catch (error) {
    try {
      collector.reportError('transport', error, where);
    } catch {
      // A collector that cannot even be told goes without.
    }
    return undefined;
  }
}

import type { MetricsCollector } from '../collector/metrics-collector.js';

/** Tells the collector of an error that is kept from the app. One that cannot even be told goes without. */
export function report(
  collector: MetricsCollector,
  cause: string,
  error: unknown,
  where?: string,
  subject?: string,
): void {
  try {
    collector.reportError(cause, error, where, subject);
  } catch {
    // It may be any class of the user's.
  }
}

import { MetricNameError, shown } from '../core/errors.js';

/** Characters of a metric name without its prefix. OpenTelemetry allows as many for the name of an instrument. */
const MAX_METRIC_NAME = 255;

/** The prefix of every metric name. Empty parts are left out. */
export interface NamePrefix {
  readonly namespace: string;
  readonly subsystem: string;
}

/**
 * Builds the exposed name, `namespace_subsystem_name`. Every character outside
 * `[a-zA-Z0-9_:]` becomes `_`; a name that would start with a digit gets a `_`
 * in front. Follows the Prometheus data model, "Metric names and labels".
 *
 * @throws {MetricNameError} if `name` is not a string, has no letter or digit, or has more than 255 characters.
 */
// Why: docs/decisions/recording.md, "Names follow Prometheus, with one vocabulary".
export function buildMetricName(name: string, prefix: NamePrefix): string {
  checkMetricName(name);
  const joined = exposedForm(
    [prefix.namespace, prefix.subsystem, name]
      .filter((part) => part !== '')
      .join('_'),
  );
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
}

/** @throws {MetricNameError} if `name` is not a string, has no letter or digit, or has more than 255 characters. */
export function checkMetricName(name: string): void {
  if (typeof name !== 'string' || !/[a-zA-Z0-9]/.test(name)) {
    throw new MetricNameError(
      `Metric name ${shown(name)} cannot be used; give a string with at least one ASCII letter or digit`,
    );
  }
  if (name.length > MAX_METRIC_NAME) {
    throw new MetricNameError(
      `Metric name ${shown(name)} has ${name.length} characters; expected ${MAX_METRIC_NAME} at most`,
    );
  }
}

/** Replaces characters that the data model does not allow in names with `_`. */
export function exposedForm(part: string): string {
  return part.replace(/[^a-zA-Z0-9_:]/g, '_');
}

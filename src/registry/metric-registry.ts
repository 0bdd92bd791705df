import { OptionsError, shown } from '../core/errors.js';

/**
 * The methods of a registry that a collector uses. The `Registry` classes of prom-client
 * (14 and 15), `@prometheus-io/client` and `@platformatic/prom-client` have them; any
 * other object with these methods can be used too.
 *
 * A metric in the registry has a `name`, and a `get()` that returns its `help`, `type`
 * and `values`, or a promise of them, as metrics of prom-client do. Labels that the
 * registry adds to all metrics are read from its property `_defaultLabels`, if it exists.
 */
export interface MetricRegistry {
  /** Adds a metric under its `name`. Throws if another metric has that name. */
  registerMetric(metric: object): void;
  /** The metric that was added under this name. */
  getSingleMetric(name: string): object | undefined;
  /** Removes the metric that was added under this name, if it exists. */
  removeSingleMetric(name: string): void;
  /** All metrics, in the order in which they were added. */
  getMetricsAsArray(): object[];
}

// Why: docs/decisions/pages.md, "A registry is used through four methods".
const METHODS = [
  'registerMetric',
  'getSingleMetric',
  'removeSingleMetric',
  'getMetricsAsArray',
] as const satisfies (keyof MetricRegistry)[];

const EXPECTED =
  'expected a Registry of prom-client, @prometheus-io/client or @platformatic/prom-client';

/**
 * Checks that a value can be used as a registry.
 *
 * @param path the path of the option.
 * @throws {OptionsError} naming the methods that it lacks.
 */
export function checkRegistry(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) {
    throw new OptionsError(`${path} is ${shown(value)}; ${EXPECTED}`);
  }
  const registry = value as Partial<Record<string, unknown>>;
  const missing = METHODS.filter(
    (method) => typeof registry[method] !== 'function',
  );
  if (missing.length > 0) {
    throw new OptionsError(
      `${path} is ${shown(value)}, which lacks the methods ${missing.join(', ')}; ${EXPECTED}`,
    );
  }
  checkMetricsOf(value as MetricRegistry, path);
}

function checkMetricsOf(registry: MetricRegistry, path: string): void {
  const metrics: unknown = registry.getMetricsAsArray();
  if (Array.isArray(metrics)) return;
  throw new OptionsError(
    `${path}.getMetricsAsArray() gives ${shown(metrics)} and no array; ${EXPECTED}`,
  );
}

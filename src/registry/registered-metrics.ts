import { ForeignMetricError, shown } from '../core/errors.js';
import type { PageType } from './metric-family.js';
import type { MetricRegistry } from './metric-registry.js';
import { RegistryAdapter } from './registry-adapter.js';

/** What is in a registry: one of our families, or a metric of prom-client's. */
export interface RegisteredMetric {
  /** The name that it was registered under. */
  readonly name: string;
  /** `undefined` if the metric tells its type only when it is read, as those of prom-client 14 do. */
  readonly type: PageType | undefined;
  readonly metric: object;
}

const TYPES: ReadonlySet<unknown> = new Set([
  'counter',
  'gauge',
  'histogram',
  'summary',
] satisfies PageType[]);

/** How often prom-client may have taken `_total` off a name. */
const MAX_TOTALS = 3;

/**
 * Metrics of a registry by the names that they were registered under.
 *
 * @param failed receives the error of a metric that cannot be looked at.
 */
export function registeredMetrics(
  registry: MetricRegistry,
  metrics: readonly object[],
  failed: (error: unknown) => void,
): RegisteredMetric[] {
  const registered: RegisteredMetric[] = [];
  for (const metric of metrics) {
    try {
      registered.push(registeredMetric(registry, metric));
    } catch (error) {
      failed(error);
    }
  }
  return registered;
}

/**
 * The name that a metric was registered under, which its own need not be: prom-client
 * takes `_total` off the names of counters when it writes an OpenMetrics page.
 * `undefined` if the registry does not have it under such a name.
 */
export function registeredName(
  registry: MetricRegistry,
  metric: object,
): string | undefined {
  let name = String((metric as { readonly name?: unknown }).name);
  for (let i = 0; i <= MAX_TOTALS; i++) {
    if (registry.getSingleMetric(name) === metric) return name;
    name += '_total';
  }
  return undefined;
}

/** Labels that the registry adds to all metrics, unless they have their own of that name. No method gives them. */
export function defaultLabelsOf(
  registry: MetricRegistry,
): Readonly<Record<string, unknown>> {
  const { _defaultLabels: labels } = registry as {
    readonly _defaultLabels?: Readonly<Record<string, unknown>>;
  };
  return labels ?? {};
}

/** The type of a metric as it says it itself; `undefined` if it says nothing. */
export function pageType(type: unknown): PageType | undefined {
  if (type === undefined) return undefined;
  return TYPES.has(type) ? (type as PageType) : 'unknown';
}

function registeredMetric(
  registry: MetricRegistry,
  metric: object,
): RegisteredMetric {
  if (metric instanceof RegistryAdapter) {
    return { name: metric.family.name, type: metric.type, metric };
  }
  const { type } = metric as { readonly type?: unknown };
  const name = registeredName(registry, metric);
  if (name !== undefined) return { name, type: pageType(type), metric };
  throw new ForeignMetricError(
    `The registry does not know ${shown(metric)} under its name; the name of a metric cannot be changed`,
  );
}

import type { Registry } from 'prom-client';
import type { MetricHead, PageType } from './formats/exposed-metric.js';
import { PromClientMetric } from './prom-client-metric.js';

/** What is in a registry: one of our families, or a metric of prom-client's. */
export interface RegisteredMetric extends MetricHead {
  readonly metric: object;
}

/** prom-client keeps to itself what a page needs to know. */
interface OpenRegistry {
  readonly _metrics?: Record<string, { readonly type?: string }>;
  readonly _defaultLabels?: Readonly<Record<string, unknown>>;
}

const TYPES: ReadonlySet<string> = new Set([
  'counter',
  'gauge',
  'histogram',
  'summary',
] satisfies PageType[]);

/**
 * All metrics of a registry by the names that they were registered under. The
 * metrics' own need not be the same: prom-client takes `_total` off the names of
 * counters when it writes an OpenMetrics page.
 */
export function registeredMetrics(registry: Registry): RegisteredMetric[] {
  const { _metrics: metrics = byOwnName(registry) } =
    registry as unknown as OpenRegistry;
  return Object.entries(metrics).map(([name, metric]) =>
    metric instanceof PromClientMetric
      ? { name: metric.family.name, type: metric.type, metric }
      : { name, type: pageType(metric?.type), metric },
  );
}

/** Labels that the registry adds to all metrics, unless they have their own of that name. */
export function defaultLabelsOf(
  registry: Registry,
): Readonly<Record<string, unknown>> {
  return (registry as unknown as OpenRegistry)._defaultLabels ?? {};
}

function byOwnName(registry: Registry): Record<string, { type?: string }> {
  const metrics: unknown = registry.getMetricsAsArray();
  return Object.fromEntries(
    (metrics as { name: string; type?: string }[]).map((metric) => [
      metric.name,
      metric,
    ]),
  );
}

function pageType(type: string | undefined): PageType {
  return TYPES.has(type ?? '') ? (type as PageType) : 'unknown';
}

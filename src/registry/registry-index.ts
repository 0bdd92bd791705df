import { PromClientMetricError, shown } from '../core/errors.js';
import type { LabelFilter } from '../model/labels.js';
import type { FamilyHeader, PageType } from './metric-family.js';
import type { MetricRegistry } from './metric-registry.js';
import { RegistryAdapter } from './registry-adapter.js';
import { ownersOf, ReservedNames, textNamesOf } from './sample-names.js';

/** A metric in a registry: one of our families, or a metric of prom-client. */
export interface RegisteredMetric {
  /** The name that the metric is shown under. */
  readonly name: string;
  /** The name that it was registered under, if a filter gives it another. */
  readonly registeredAs?: string;
  /** The type; `undefined` if it is known only after the metric was read, as in prom-client 14. */
  readonly type: PageType | undefined;
  readonly metric: object;
  /** Changes the labels of its series. Default: nothing does. */
  readonly labelFilter?: LabelFilter | undefined;
}

const TYPES: ReadonlySet<unknown> = new Set([
  'counter',
  'gauge',
  'histogram',
  'summary',
] satisfies PageType[]);

/** How often prom-client may have removed `_total` from a name. */
const MAX_TOTALS = 3;

/**
 * Metrics of a registry with the names that they were registered under.
 *
 * @param failed receives the error of a metric whose name cannot be read.
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
 * The name that a metric was registered under. Its own name may differ: prom-client
 * removes `_total` from the names of counters when it writes an OpenMetrics page.
 * `undefined` if the registry has the metric under neither name.
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

/** The type that a metric gives for itself; `undefined` if it gives none. */
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
  throw new PromClientMetricError(
    `The registry does not know ${shown(metric)} under its name; the name of a metric cannot be changed`,
  );
}

/**
 * The metrics of a registry by the names that they are shown under. One index serves as long as
 * the registry has the same metrics, so that a page of a few of many thousand metrics does not go
 * through all their names.
 */
export class RegistryIndex {
  /** The names of histograms and summaries. */
  readonly reserved: ReservedNames;
  /** The metrics without a clash with these names. The same array as long as nothing changes. */
  readonly headers: readonly FamilyHeader[];
  private readonly positions: ReadonlyMap<string, number>;
  /** Positions of the metrics whose type is not known yet. */
  private readonly untyped: readonly number[];

  /**
   * @param registered what the registry has, in its order.
   * @param all those of them that are shown.
   * @param typeOf returns the type of a metric, if it is known.
   */
  constructor(
    readonly registered: readonly object[],
    readonly all: readonly RegisteredMetric[],
    typeOf: (one: RegisteredMetric) => PageType | undefined,
  ) {
    const headers = all.map((one) => ({
      name: one.name,
      type: typeOf(one) ?? 'unknown',
      isOurs: one.metric instanceof RegistryAdapter,
    }));
    this.reserved = new ReservedNames(headers, textNamesOf);
    this.headers = headers.filter(
      (header) => this.reserved.ownerAmong(header) === undefined,
    );
    this.positions = new Map(all.map(({ name }, i) => [name, i]));
    this.untyped = all.flatMap((one, i) =>
      typeOf(one) === undefined ? [i] : [],
    );
  }

  /** Whether these are the metrics that the registry had, in the same order. */
  isOf(metrics: readonly object[]): boolean {
    return (
      metrics.length === this.registered.length &&
      metrics.every((metric, i) => metric === this.registered[i])
    );
  }

  /** Whether the type of a metric has become known since. */
  isOutdated(typeOf: (one: RegisteredMetric) => PageType | undefined): boolean {
    return this.untyped.some((i) => typeOf(this.all[i]!) !== undefined);
  }

  /**
   * The metrics that may have one of these names, of their own or of their samples, in
   * the order of the registry. Metrics of unknown type are included, as their names
   * depend on the type.
   */
  candidates(names: readonly string[]): RegisteredMetric[] {
    const named = names
      .flatMap(ownersOf)
      .map((name) => this.positions.get(name))
      .filter((position) => position !== undefined);
    return [...new Set([...named, ...this.untyped])]
      .sort((a, b) => a - b)
      .map((position) => this.all[position]!);
  }
}

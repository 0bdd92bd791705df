import type { Aggregator } from '../model/aggregator.js';
import type { Family } from '../model/family.js';
import { type ExposedType, exposedType } from '../model/metric-type.js';
import type { MetricRegistry } from './metric-registry.js';
import { valuesForJson, valuesForPage } from './registry-adapter-values.js';

/**
 * Milliseconds that prom-client waits for the callback of a gauge: its AggregatorRegistry
 * gives up all processes of a cluster if one has not answered within 5 seconds.
 */
const READ_LIMIT = 4_000;

/**
 * One of our families as prom-client's `Registry` expects a metric to be, so that
 * pages, JSON, cluster aggregation and Pushgateway of prom-client show it too.
 */
// Why: docs/decisions/recording.md, "Metric families are our own, the registry is prom-client's".
export class RegistryAdapter {
  /** Writable: prom-client's OpenMetrics page renames counters in place. */
  name: string;
  readonly type: ExposedType;

  constructor(readonly family: Family) {
    this.name = family.name;
    this.type = exposedType(family.type);
  }

  get help(): string {
    return this.family.help;
  }

  get aggregator(): Aggregator {
    return this.family.aggregator ?? 'sum';
  }

  /** Enters the registry. Throws what prom-client throws if the name is taken. */
  register(registry: MetricRegistry): void {
    this.name = this.family.name;
    registry.registerMetric(this);
  }

  /** As prom-client's JSON and aggregation read it. */
  get() {
    return this.read(valuesForJson);
  }

  /** As prom-client's pages read it. */
  getForPromString() {
    return this.read(valuesForPage);
  }

  /** prom-client's `registry.resetMetrics()`. */
  reset(): void {
    this.family.reset();
  }

  private async read(valuesOf: typeof valuesForPage) {
    const fresh = await this.family.refresh(READ_LIMIT);
    const { family, name, help, type, aggregator } = this;
    const values = valuesOf(family, name, fresh);
    return { name, help, type, aggregator, values };
  }
}

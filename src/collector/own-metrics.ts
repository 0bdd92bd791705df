import type { Counter } from '../model/counter.js';
import type { Gauge, GaugeCallback } from '../model/gauge.js';
import { MetricType } from '../model/metric-type.js';
import { buildMetricName } from '../model/names.js';
import type { GaugeOptions } from './metrics-collector.js';
import type { Families } from './families.js';

/**
 * Gives the metrics about the metrics. They have the namespace and not the subsystem
 * in their names, no filter applies to them, and their recordings are no events.
 */
export class OwnMetrics {
  constructor(
    private readonly namespace: string,
    private readonly families: Families,
  ) {}

  nameOf(name: string): string {
    return buildMetricName(name, { namespace: this.namespace, subsystem: '' });
  }

  /** @throws {MetricConflictError} if the name is taken by something else. */
  counter(name: string, description: string): Counter {
    return this.families.getOrCreateExposed(
      this.nameOf(name),
      MetricType.COUNTER,
      {
        description,
      },
    ) as Counter;
  }

  /** Throws as {@link counter} does. */
  gauge(
    name: string,
    options: GaugeOptions & { readonly collect: GaugeCallback },
  ): Gauge {
    const gauge = this.families.getOrCreateExposed(
      this.nameOf(name),
      MetricType.GAUGE,
      options,
    ) as Gauge;
    gauge.readThrough(options.collect);
    return gauge;
  }
}

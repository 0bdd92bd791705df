import { isDeepStrictEqual } from 'node:util';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { MetricConflictError } from '../../core/errors.js';
import type { Counter } from '../../model/counter.js';
import type { Gauge } from '../../model/gauge.js';
import type { Histogram } from '../../model/histogram.js';
import { MetricType } from '../../model/metric-type.js';
import type { MetricDefinition } from './metric-definition.js';

/** Creates the metrics that the modules of an app define. Several modules may define a metric, in the same way. */
export class FeatureMetrics {
  private readonly defined = new Map<string, MetricDefinition>();

  constructor(private readonly collector: MetricsCollector) {}

  /** @throws {MetricConflictError} if the name is defined in another way already; and what the collector throws. */
  create(definition: MetricDefinition): Counter | Gauge | Histogram {
    const { name } = definition;
    const known = this.defined.get(name);
    if (known !== undefined) checkSame(known, definition);
    const instrument = this.request(definition);
    this.defined.set(name, definition);
    return instrument;
  }

  private request({ type, name, options }: MetricDefinition) {
    switch (type) {
      case MetricType.COUNTER:
        return this.collector.counter(name, options);
      case MetricType.GAUGE:
        return this.collector.gauge(name, options);
      case MetricType.HISTOGRAM:
        return this.collector.histogram(name, options);
      case MetricType.TIMER:
        return this.collector.timer(name, options);
    }
  }
}

function checkSame(one: MetricDefinition, other: MetricDefinition): void {
  if (isDeepStrictEqual(one, other)) return;
  const difference =
    one.type === other.type
      ? `with different ${differingOptions(one, other).join(', ')}`
      : `as a ${one.type} and as a ${other.type}`;
  throw new MetricConflictError(
    `MetricsModule.forFeature() defines metric "${one.name}" twice, ${difference}; define it once and import that module, or define it in the same way`,
  );
}

function differingOptions(
  { options: some }: MetricDefinition,
  { options: others }: MetricDefinition,
): string[] {
  const [a, b] = [some, others] as Record<string, unknown>[];
  return Object.keys({ ...a, ...b }).filter(
    (key) => !isDeepStrictEqual(a![key], b![key]),
  );
}

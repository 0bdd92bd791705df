import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { report } from '../../core/catch-and-report.js';
import type { GenAiLabel } from '../../core/gen-ai-conventions.js';
import type { Counter } from '../../model/counter.js';
import { Histogram } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import { getOrCreateHistogram } from '../get-or-create-histogram.js';

/** A metric that `AgentMetrics` records. */
export interface RecordedMetric {
  /** The name without namespace and subsystem. */
  readonly name: string;
  readonly type: 'timer' | 'histogram' | 'counter';
  readonly description: string;
  readonly buckets?: readonly number[];
  /** Whether namespace and subsystem precede the name. Default: no, as dashboards for the conventions expect. */
  readonly prefixed?: boolean;
}

/** Labels of the conventions. Unknown values are left out. */
export type GenAiLabels = {
  readonly [L in GenAiLabel]?: string | undefined;
};

/** The metrics of agents, created on first use. */
export class GenAiInstruments {
  private readonly opened = new Map<RecordedMetric, Counter | Histogram>();

  constructor(private readonly collector: MetricsCollector) {}

  /** @throws {MetricConflictError} if the app has another type of metric under that name. */
  get(metric: RecordedMetric): Counter | Histogram {
    let instrument = this.opened.get(metric);
    if (instrument === undefined) {
      instrument = this.open(metric);
      this.opened.set(metric, instrument);
    }
    return instrument;
  }

  /** As {@link get}, for a metric that is a histogram. */
  histogram(metric: RecordedMetric): Histogram {
    return this.get(metric) as Histogram;
  }

  /** As {@link get}, for a metric that is a counter. */
  counter(metric: RecordedMetric): Counter {
    return this.get(metric) as Counter;
  }

  /** Starts a series without observations. Throws as {@link get} does. */
  start(metric: RecordedMetric, labels: Labels): void {
    this.get(metric);
    const { name, type, prefixed = false } = metric;
    this.collector[type](name, { prefixed, initialLabels: [labels] });
  }

  private open(metric: RecordedMetric): Counter | Histogram {
    const { collector } = this;
    const { name, type, description, buckets, prefixed = false } = metric;
    const options = { description, prefixed };
    if (type === 'counter') {
      return collector.counter(name, { ...options, initialLabels: [] });
    }
    return getOrCreateHistogram(
      collector,
      { name, prefixed, buckets },
      (given) => collector[type](name, { ...options, ...given }),
      (error) => report(collector, 'agent', error, name),
    );
  }
}

import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Histogram } from '../../model/histogram.js';
import {
  GEN_AI_METRICS,
  type GenAiLabel,
  type GenAiMetric,
  genAiType,
} from './gen-ai-conventions.js';
import { report } from '../../core/catch-and-report.js';
import { getOrCreateHistogram } from '../get-or-create-histogram.js';

type GenAiMetricName = keyof typeof GEN_AI_METRICS;

/** Labels of the conventions. Unknown values are left out. */
export type GenAiLabels = {
  readonly [L in GenAiLabel]?: string | undefined;
};

/** The histograms of the conventions, created on first use. */
export class GenAiInstruments {
  private readonly opened = new Map<GenAiMetric, Histogram>();

  constructor(private readonly collector: MetricsCollector) {}

  /** @throws {MetricConflictError} if the app has another type of metric under that name. */
  histogram(name: GenAiMetricName): Histogram {
    const metric = GEN_AI_METRICS[name];
    let histogram = this.opened.get(metric);
    if (histogram === undefined) {
      histogram = this.open(metric);
      this.opened.set(metric, histogram);
    }
    return histogram;
  }

  /** Starts a series without observations. Throws as {@link histogram} does. */
  start(name: GenAiMetricName, labels: GenAiLabels): void {
    this.histogram(name);
    const metric = GEN_AI_METRICS[name];
    const options = { prefixed: false, initialLabels: [labels] };
    this.collector[genAiType(metric)](metric.name, options);
  }

  /** The histogram of a metric. Its name has no namespace: dashboards for the conventions expect the plain name. */
  private open(metric: GenAiMetric): Histogram {
    const { collector } = this;
    const { name, description, buckets } = metric;
    const type = genAiType(metric);
    const prefixed = false;
    return getOrCreateHistogram(
      collector,
      { name, prefixed, buckets },
      (given) => collector[type](name, { description, prefixed, ...given }),
      (error) => report(collector, 'agent', error, name),
    );
  }
}

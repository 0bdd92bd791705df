import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Histogram } from '../../model/histogram.js';
import {
  GEN_AI_METRICS,
  type GenAiLabel,
  type GenAiMetric,
} from './gen-ai-conventions.js';

type GenAiMetricName = keyof typeof GEN_AI_METRICS;

/** Labels of the conventions; what is not known is left out. */
export type GenAiLabels = {
  readonly [L in GenAiLabel]?: string | undefined;
};

/** The histograms of the conventions, made in a collector on first use. */
export class GenAiInstruments {
  private readonly opened = new Map<GenAiMetric, Histogram>();

  constructor(private readonly collector: MetricsCollector) {}

  /** @throws {MetricConflictError} if the app has another metric of that name. */
  histogram(name: GenAiMetricName): Histogram {
    const metric = GEN_AI_METRICS[name];
    let histogram = this.opened.get(metric);
    if (histogram === undefined) {
      histogram = this.open(metric);
      this.opened.set(metric, histogram);
    }
    return histogram;
  }

  /** Under the names of the conventions alone, which dashboards made for them know. */
  private open({ name, description, buckets }: GenAiMetric): Histogram {
    const options = { description, buckets, prefixed: false };
    return name.endsWith('_seconds')
      ? this.collector.timer(name, options)
      : this.collector.histogram(name, options);
  }
}

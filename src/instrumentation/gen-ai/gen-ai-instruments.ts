import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Histogram } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import {
  GEN_AI_METRICS,
  type GenAiLabel,
  type GenAiMetric,
} from './gen-ai-conventions.js';

type GenAiMetricName = keyof typeof GEN_AI_METRICS;

/** Labels of the conventions; what is not known is left out. */
export type GenAiLabels = Readonly<
  Partial<Record<GenAiLabel, string | undefined>>
>;

/** The histograms of the conventions, made in a collector on first use. */
export class GenAiInstruments {
  private readonly opened = new Map<GenAiMetric, Histogram>();

  constructor(private readonly collector: MetricsCollector) {}

  observe(name: GenAiMetricName, labels: GenAiLabels, value: number): void {
    this.histogram(GEN_AI_METRICS[name]).observe(labels as Labels, value);
  }

  /** Under the names of the conventions alone, which dashboards made for them know. */
  private histogram(metric: GenAiMetric): Histogram {
    let histogram = this.opened.get(metric);
    if (histogram === undefined) {
      const { name, description, buckets } = metric;
      const options = { description, buckets, prefixed: false };
      histogram = name.endsWith('_seconds')
        ? this.collector.timer(name, options)
        : this.collector.histogram(name, options);
      this.opened.set(metric, histogram);
    }
    return histogram;
  }
}

import type { Metric, Registry } from 'prom-client';
import type { HistogramCell, ValueCell } from '../model/cells.js';
import { type Family, HistogramFamily } from '../model/family.js';
import { exposedType } from '../model/metric-type.js';

interface Sample {
  labels: Record<string, string | number>;
  value: number;
  metricName?: string;
}

/**
 * One of our families as prom-client's `Registry` expects a metric to be, so that
 * pages, JSON, cluster aggregation and Pushgateway of prom-client show it too.
 */
export class PromClientMetric {
  /** Writable: prom-client's OpenMetrics page renames counters in place. */
  name: string;
  readonly type: string;
  readonly aggregator = 'sum';

  constructor(readonly family: Family) {
    this.name = family.name;
    this.type = exposedType(family.type);
  }

  get help(): string {
    return this.family.help;
  }

  /** Enters the registry. Throws what prom-client throws if the name is taken. */
  register(registry: Registry): void {
    this.name = this.family.name;
    registry.registerMetric(this as unknown as Metric);
  }

  async get() {
    const fresh = await this.family.refresh();
    const { name, help, type, aggregator } = this;
    return {
      name,
      help,
      type,
      aggregator,
      values: fresh ? this.samples() : [],
    };
  }

  /** prom-client's `registry.resetMetrics()`. */
  reset(): void {
    this.family.clear();
  }

  private samples(): Sample[] {
    const { family } = this;
    return family instanceof HistogramFamily
      ? family.cells.flatMap((cell) => this.histogramSamples(family, cell))
      : family.cells.map((cell) => ({
          labels: this.labelsOf(cell as ValueCell),
          value: (cell as ValueCell).value,
        }));
  }

  private histogramSamples(
    family: HistogramFamily,
    cell: HistogramCell,
  ): Sample[] {
    const labels = this.labelsOf(cell);
    let count = 0;
    const samples: Sample[] = cell.counts.map((inBucket, i) => ({
      labels: { ...labels, le: family.bounds[i] ?? '+Inf' },
      value: (count += inBucket),
      metricName: `${this.name}_bucket`,
    }));
    samples.push(
      { labels, value: cell.sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    );
    return samples;
  }

  private labelsOf(cell: ValueCell | HistogramCell): Record<string, string> {
    const labels: Record<string, string> = {};
    cell.names.forEach((name, i) => (labels[name] = cell.values[i]!));
    return labels;
  }
}

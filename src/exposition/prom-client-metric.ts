import type { HistogramCell, ValueCell } from '../model/cells.js';
import { type Family, HistogramFamily } from '../model/family.js';
import { labelsOf } from '../model/labels.js';
import { type ExposedType, exposedType } from '../model/metric-type.js';
import type { MetricRegistry } from './metric-registry.js';

interface Sample {
  labels: Record<string, string>;
  value: number;
  metricName?: string;
  /** The upper bound of a bucket. */
  le?: number | string;
}

/**
 * One of our families as prom-client's `Registry` expects a metric to be, so that
 * pages, JSON, cluster aggregation and Pushgateway of prom-client show it too.
 */
export class PromClientMetric {
  /** Writable: prom-client's OpenMetrics page renames counters in place. */
  name: string;
  readonly type: ExposedType;
  readonly aggregator = 'sum';

  constructor(readonly family: Family) {
    this.name = family.name;
    this.type = exposedType(family.type);
  }

  get help(): string {
    return this.family.help;
  }

  /** Enters the registry. Throws what prom-client throws if the name is taken. */
  register(registry: MetricRegistry): void {
    this.name = this.family.name;
    registry.registerMetric(this);
  }

  /** As prom-client's JSON and aggregation read it. */
  get() {
    return this.read(({ le, labels, ...sample }) => ({
      ...sample,
      labels: le === undefined ? labels : { ...labels, le },
    }));
  }

  /** As prom-client's pages read it: what the lines of a histogram share is escaped once. */
  getForPromString() {
    return this.read(({ le, labels, ...sample }) =>
      le === undefined
        ? { ...sample, labels }
        : { ...sample, labels: { le }, sharedLabels: labels },
    );
  }

  /** prom-client's `registry.resetMetrics()`. */
  reset(): void {
    this.family.clear();
  }

  private async read<T>(shape: (sample: Sample) => T) {
    const fresh = await this.family.refresh();
    const { name, help, type, aggregator } = this;
    const values = fresh ? this.samples().map(shape) : [];
    return { name, help, type, aggregator, values };
  }

  private samples(): Sample[] {
    const { family } = this;
    return family instanceof HistogramFamily
      ? family.cells.flatMap((cell) => this.histogramSamples(family, cell))
      : family.cells.map((cell) => ({
          labels: labelsOf(cell),
          value: (cell as ValueCell).value,
        }));
  }

  private histogramSamples(
    family: HistogramFamily,
    cell: HistogramCell,
  ): Sample[] {
    const labels = labelsOf(cell);
    let count = 0;
    const samples: Sample[] = cell.counts.map((inBucket, i) => ({
      labels,
      le: family.bounds[i] ?? '+Inf',
      value: (count += inBucket),
      metricName: `${this.name}_bucket`,
    }));
    samples.push(
      { labels, value: cell.sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    );
    return samples;
  }
}

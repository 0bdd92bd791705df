import type {
  DistributionSnapshot,
  MetricSnapshot,
} from '../exporters/snapshot.js';
import type { Labels } from '../model/labels.js';
import { MetricTypeError } from './errors.js';
import { HistogramReading } from './histogram-reading.js';
import { haveLabels } from './label-match.js';

/** A series of a metric. */
export interface SeriesReading {
  /** The labels of the series, default labels included. */
  readonly labels: Readonly<Record<string, string>>;
  /** The total of a counter, the value of a gauge, or the number of observations. */
  readonly value: number;
}

/** Finds a metric by its name, or throws. */
export type FindMetric = (name: string) => MetricSnapshot;

/**
 * Reads metrics in tests. A name may be short, such as `agent_executions_total`, or full,
 * with namespace and subsystem. Labels that are not given may have any value; a label that is
 * given as `undefined`, `null` or `''` must be absent.
 */
export abstract class MetricsReader {
  /** @internal Finds a metric, or throws what {@link value} does. */
  abstract readonly find: FindMetric;

  /**
   * The value of a counter or a gauge: the sum of all series with these labels; 0 if there are none.
   *
   * @throws {UnknownMetricError} if no metric has the name; the message has the nearest ones.
   * @throws {MetricTypeError} if it is a histogram or a summary.
   * @throws {NotRefreshedError} if it must be read by `await metrics.refresh()` first.
   *
   * @example
   * metrics.value('agent_executions_total', { agent: 'Assistant' });
   */
  value(name: string, labels: Labels = {}): number {
    const metric = this.find(name);
    if (metric.type !== 'counter' && metric.type !== 'gauge') {
      throw wrongType(metric, 'histogram() or series()');
    }
    return total(seriesWith(metric, labels));
  }

  /**
   * The observations of a histogram or a timer in all series with these labels. Throws as
   * {@link value} does.
   *
   * @example
   * metrics.histogram('agent_duration_seconds', { agent: 'Assistant' }).quantile(0.95);
   */
  histogram(name: string, labels: Labels = {}): HistogramReading {
    const metric = this.find(name);
    if (metric.type !== 'histogram') throw wrongType(metric, 'value()');
    const series = metric.series.filter((one) => haveLabels(one, labels));
    return new HistogramReading(metric.bounds, series);
  }

  /** The series of a metric with these labels. Throws as {@link value} does, except for the type. */
  series(name: string, labels: Labels = {}): SeriesReading[] {
    return seriesWith(this.find(name), labels);
  }
}

function seriesWith(metric: MetricSnapshot, labels: Labels): SeriesReading[] {
  const all: readonly (SeriesReading | DistributionSnapshot | Counted)[] =
    metric.series;
  return all
    .filter((one) => haveLabels(one, labels))
    .map((one) => ({
      labels: one.labels,
      value: 'value' in one ? one.value : one.count,
    }));
}

/** A series of a summary. */
type Counted = Pick<DistributionSnapshot, 'labels' | 'count'>;

/** The sum of the values of series. */
export function total(series: readonly SeriesReading[]): number {
  return series.reduce((sum, { value }) => sum + value, 0);
}

function wrongType({ name, type }: MetricSnapshot, instead: string) {
  return new MetricTypeError(
    `Metric "${name}" is a ${type}; read it with ${instead}`,
  );
}

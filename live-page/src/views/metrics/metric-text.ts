import type { MetricRow } from '../../../../src/live/answers.js';
import type { Format } from '../../charts/series.js';
import { axisDuration, duration } from '../../format/durations.js';
import { bytes, count, percent } from '../../format/numbers.js';

type MetricType = MetricRow['type'];

/** What the points of a series are. */
export const POINTS: Readonly<Record<MetricType, string>> = {
  counter: 'per second',
  gauge: 'value',
  histogram: 'p95',
  summary: 'value',
  unknown: 'value',
};

const UNITS: ReadonlyMap<string, Format> = new Map([
  ['seconds', duration],
  ['bytes', bytes],
  ['ratio', percent],
]);

export const isInSeconds = ({ type, unit }: MetricRow): boolean =>
  unit === 'seconds' && type !== 'counter';

/** The format of points: the unit's, except for a rate, which is of no unit. */
export function pointFormat({ type, unit }: MetricRow): Format {
  const format = UNITS.get(unit) ?? count;
  return type === 'counter' && unit !== 'bytes' ? count : format;
}

/** The format of totals: those of histograms count. */
export const totalFormat = (metric: MetricRow): Format =>
  metric.type === 'histogram' || metric.type === 'summary'
    ? count
    : (UNITS.get(metric.unit) ?? count);

/** The text of a bucket's bound. */
export function boundFormat({ unit }: MetricRow): (bound: number) => string {
  if (unit === 'seconds') return axisDuration;
  return unit === 'bytes' ? bytes : count;
}

/** A query for Prometheus that shows the same. */
export function promQuery({ name, type }: MetricRow, selector: string): string {
  switch (type) {
    case 'counter':
      return `rate(${name}${selector}[1m])`;
    case 'histogram':
      return `histogram_quantile(0.95, sum by (le) (rate(${name}_bucket${selector}[1m])))`;
    default:
      return name + selector;
  }
}

import { unixTimeAt } from '../../core/wall-clock.js';
import type { HistogramCell, ValueCell } from '../../model/cells.js';
import type { Exemplar } from '../../model/exemplars.js';
import type {
  MetricFamily,
  SummaryCell,
} from '../../registry/metric-family.js';
import type { StoredFamily } from './layout.js';

/** The largest number of exemplars in a state. */
const MAX_EXEMPLARS = 1_000;

/**
 * An exemplar: the index of the value that it belongs to, its labels as a page has them,
 * its value, and when it was recorded (Unix seconds).
 */
export type StoredExemplar = readonly [
  at: number,
  labels: string,
  value: number,
  timestamp: number,
];

export function storedFamily(metric: MetricFamily): StoredFamily {
  const { name, type, help, unit, aggregator, cells } = metric;
  const { isPersistent, isProvisional } = metric;
  const bounds =
    type === 'summary'
      ? ((cells[0] as SummaryCell | undefined)?.quantiles ?? []).map(
          ({ quantile }) => quantile,
        )
      : metric.bounds;
  return {
    name,
    type,
    help,
    unit,
    aggregator,
    isPersistent,
    isProvisional,
    bounds,
  };
}

/** Writes the values of a metric's series, as `widthOf()` describes them. */
export function writeSeries(
  { type, cells }: MetricFamily,
  offsets: readonly number[],
  values: Float64Array,
  exemplars: StoredExemplar[],
): void {
  for (let i = 0; i < cells.length; i++) {
    const at = offsets[i]!;
    if (type === 'histogram') {
      writeHistogram(cells[i] as HistogramCell, at, values, exemplars);
    } else if (type === 'summary') {
      writeSummary(cells[i] as SummaryCell, at, values);
    } else {
      const { value, exemplar } = cells[i] as ValueCell;
      values[at] = value;
      if (exemplar !== undefined) addExemplar(exemplar, at, exemplars);
    }
  }
}

function writeHistogram(
  { sum, counts, exemplars: own }: HistogramCell,
  at: number,
  values: Float64Array,
  exemplars: StoredExemplar[],
): void {
  values[at] = sum;
  for (let i = 0; i < counts.length; i++) values[at + 1 + i] = counts[i]!;
  own?.forEach((exemplar, i) => {
    if (exemplar !== undefined) addExemplar(exemplar, at + 1 + i, exemplars);
  });
}

function writeSummary(
  { sum, count, quantiles }: SummaryCell,
  at: number,
  values: Float64Array,
): void {
  values[at] = sum;
  values[at + 1] = count;
  quantiles.forEach(({ value }, i) => (values[at + 2 + i] = value));
}

function addExemplar(
  { labels, value, timestamp }: Exemplar,
  at: number,
  exemplars: StoredExemplar[],
): void {
  if (exemplars.length >= MAX_EXEMPLARS) return;
  exemplars.push([at, labels, value, unixTimeAt(timestamp)]);
}

import { centisecondsAt, unixTimeOf } from '../../core/wall-clock.js';
import { ValueCell } from '../../model/cells.js';
import type { MetricFamily } from '../../registry/metric-family.js';
import type { StoredFamily } from '../state/layout.js';
import { storedFamily } from '../state/stored-series.js';

/** The last value of a series of a persistent gauge. The value is text: JSON has no `NaN`. */
export type LastGauge = readonly [
  family: StoredFamily,
  names: readonly string[],
  values: readonly string[],
  created: number,
  value: string,
];

/** The values of the persistent gauges among these metrics. */
export function lastGaugesOf(metrics: readonly MetricFamily[]): LastGauge[] {
  return metrics.filter(isPersistent).flatMap((metric) => {
    const family = storedFamily(metric);
    return (metric.cells as readonly ValueCell[]).map(
      ({ names, values, created, value }): LastGauge => [
        family,
        names,
        values,
        unixTimeOf(created),
        String(value),
      ],
    );
  });
}

/** The series of `each` belong to processes, which have ended when they would be shown. */
function isPersistent(metric: MetricFamily): boolean {
  return metric.isPersistent === true && metric.aggregator !== 'each';
}

/** Adds the last values of gauges to metrics that do not have these series yet. */
export function withLastGauges(
  metrics: readonly MetricFamily[],
  gauges: readonly LastGauge[] = [],
): readonly MetricFamily[] {
  if (gauges.length === 0) return metrics;
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  for (const gauge of gauges) {
    const [family] = gauge;
    const present = byName.get(family.name) ?? emptyMetric(family);
    // The app has made something else of it.
    if (present.type !== 'gauge') continue;
    const cell = cellOf(gauge);
    if (present.cells.some(({ text }) => text === cell.text)) continue;
    byName.set(family.name, { ...present, cells: [...present.cells, cell] });
  }
  return [...byName.values()];
}

function emptyMetric(family: StoredFamily): MetricFamily {
  return { ...family, unit: family.unit, cells: [] };
}

function cellOf([{ name }, names, values, created, value]: LastGauge) {
  const cell = new ValueCell(name, { names, values }, centisecondsAt(created));
  cell.value = Number(value);
  return cell;
}

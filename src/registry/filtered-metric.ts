import { PromClientMetricError } from '../core/errors.js';
import { type Cell, HistogramCell, ValueCell } from '../model/cells.js';
import type { LabelFilter } from '../model/labels.js';
import { isTotal } from './gather-request.js';
import type { MetricFamily } from './metric-family.js';
import type { RegisteredMetric } from './registry-index.js';
import { copyWith } from './relabelled.js';

/** The filters of the options, for metrics of prom-client. Names are those that the metrics were registered under. */
export interface PromClientFilters {
  isDenied(name: string): boolean;
  renamed(name: string): string;
  labelFilter(name: string): LabelFilter | undefined;
}

export const NO_FILTERS: PromClientFilters = {
  isDenied: () => false,
  renamed: (name) => name,
  labelFilter: () => undefined,
};

/** A metric of prom-client with the filters that apply to it; none if it is denied. */
export function withFilters(
  metric: RegisteredMetric,
  filters: PromClientFilters,
): RegisteredMetric[] {
  const { name } = metric;
  if (filters.isDenied(name)) return [];
  const labelFilter = filters.labelFilter(name);
  const shown = filters.renamed(name);
  if (shown === name) return [{ ...metric, labelFilter }];
  return [{ ...metric, name: shown, registeredAs: name, labelFilter }];
}

/**
 * Leaves out metrics that were renamed to the name of another metric.
 *
 * @param failed receives the name of each, and why it is left out.
 */
export function withDistinctNames(
  metrics: readonly RegisteredMetric[],
  failed: (name: string, error: PromClientMetricError) => void,
): readonly RegisteredMetric[] {
  const isRenamed = (one: RegisteredMetric) => one.registeredAs !== undefined;
  if (!metrics.some(isRenamed)) return metrics;
  const others = metrics.filter((one) => !isRenamed(one));
  const names = new Set(others.map(({ name }) => name));
  return metrics.filter((one) => {
    const { name, registeredAs } = one;
    if (registeredAs === undefined) return true;
    const isTaken = names.has(name);
    if (isTaken) failed(registeredAs, takenError(registeredAs, name));
    names.add(name);
    return !isTaken;
  });
}

function takenError(metric: string, name: string): PromClientMetricError {
  return new PromClientMetricError(
    `Metric "${metric}" is left out, as a filter renames it to "${name}", which is another metric; rename it to another name`,
  );
}

/** A metric of prom-client after the filters of labels. */
interface FilteredMetric {
  readonly metric: MetricFamily;
  /** Whether series have the same labels now and cannot be added up: only the first of them is there. */
  readonly hasClash: boolean;
}

/**
 * Applies the filters of labels. Series that become one are added up, as those of our own
 * metrics are: counters, and histograms. Gauges and summaries cannot be added up.
 *
 * @throws {LabelError} if a label cannot be mapped.
 */
export function filteredMetric(
  metric: MetricFamily,
  filter: LabelFilter | undefined,
): FilteredMetric {
  if (filter === undefined) return { metric, hasClash: false };
  const byText = new Map<string, Cell>();
  let hasClash = false;
  for (const cell of metric.cells) {
    const copy = copyWith(cell, metric.name, filter(cell));
    const known = byText.get(copy.text);
    if (known === undefined) byText.set(copy.text, copy);
    else if (!isTotal(metric.type) || !addTo(known, copy)) hasClash = true;
  }
  return { metric: { ...metric, cells: [...byText.values()] }, hasClash };
}

/** Returns false if the series cannot be added up. */
function addTo(sum: Cell, cell: Cell): boolean {
  if (sum instanceof ValueCell) {
    sum.value += (cell as ValueCell).value;
    return true;
  }
  if (!(sum instanceof HistogramCell)) return false;
  const { counts, sum: total } = cell as HistogramCell;
  for (const [bucket, count] of counts.entries()) {
    sum.counts[bucket]! += count;
  }
  sum.sum += total;
  return true;
}

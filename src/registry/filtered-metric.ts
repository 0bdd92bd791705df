import { type Cell, HistogramCell, ValueCell } from '../model/cells.js';
import type { LabelFilter } from '../model/labels.js';
import { isTotal } from './gather-request.js';
import type { MetricFamily } from './metric-family.js';
import { copyWith } from './relabelled.js';

/** The filters of the options, for metrics of prom-client. Names are those on the page. */
export interface PromClientFilters {
  isDenied(name: string): boolean;
  labelFilter(name: string): LabelFilter | undefined;
}

export const NO_FILTERS: PromClientFilters = {
  isDenied: () => false,
  labelFilter: () => undefined,
};

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

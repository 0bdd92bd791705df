import { type Cell, HistogramCell, ValueCell } from '../model/cells.js';
import type { LabelSet } from '../model/labels.js';
import { distinct } from './distinct-series.js';
import { SummaryCell } from './metric-family.js';

/** A copy of a series with the labels that the registry adds, except those that the series has itself. */
export function relabelled(cell: Cell, metric: string, added: LabelSet): Cell {
  return copyWith(cell, metric, withAdded(cell, added));
}

/** A copy of a series with other labels. */
export function copyWith(cell: Cell, metric: string, labels: LabelSet): Cell {
  const { created } = cell;
  if (cell instanceof ValueCell) {
    const { value, exemplar } = cell;
    const copy = new ValueCell(metric, labels, created);
    return Object.assign(copy, { value, exemplar });
  }
  if (cell instanceof HistogramCell) {
    const { counts, sum, exemplars } = cell;
    const copy = new HistogramCell(labels, counts, created);
    return Object.assign(copy, { sum, exemplars });
  }
  const { quantiles, sum, count } = cell as SummaryCell;
  return new SummaryCell(labels, quantiles, sum, count, created);
}

/**
 * The series of a metric without those that have the labels of an earlier one, once
 * labels are added. Returns the same array if there are none.
 */
export function distinctWith(
  cells: readonly Cell[],
  added: LabelSet,
): readonly Cell[] {
  if (!mayClash(cells, added)) return cells;
  const kept = distinct(cells, (cell) => withAdded(cell, added));
  return kept.length < cells.length ? kept : cells;
}

/** Whether a series has one of the added labels itself. A plain loop, as each page runs it over all series. */
function mayClash(cells: readonly Cell[], added: LabelSet): boolean {
  let known: readonly string[] | undefined;
  for (const { names } of cells) {
    // Nearly all series of a metric share one array of names.
    if (names === known) continue;
    known = names;
    if (added.names.some((name) => names.includes(name))) return true;
  }
  return false;
}

/** The labels of a series with those that the registry adds. */
function withAdded(cell: Cell, added: LabelSet): LabelSet {
  const names = [...cell.names];
  const values = [...cell.values];
  const sampleLabel = sampleLabelOf(cell);
  added.names.forEach((name, i) => {
    if (name === sampleLabel || cell.names.includes(name)) return;
    names.push(name);
    values.push(added.values[i]!);
  });
  return { names, values };
}

/** The label that each line of a histogram or summary has in addition. */
function sampleLabelOf(cell: Cell): string | undefined {
  if (cell instanceof HistogramCell) return 'le';
  return cell instanceof SummaryCell ? 'quantile' : undefined;
}

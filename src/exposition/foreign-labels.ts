import { type Cell, HistogramCell, ValueCell } from '../model/cells.js';
import { ForeignMetricError, shown } from '../model/errors.js';
import type { LabelSet } from '../model/labels.js';
import { SummaryCell } from './formats/exposed-metric.js';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Labels as prom-client's metrics and registries have them: in their order, with
 * empty values, and of any type.
 *
 * @throws {ForeignMetricError} if a name cannot be written.
 */
export function foreignLabels(labels: object, metric: string): LabelSet {
  const names = Object.keys(labels);
  for (const name of names) {
    if (LABEL_NAME.test(name)) continue;
    throw new ForeignMetricError(
      `Label name ${shown(name)} of metric "${metric}" is malformed; expected a letter or "_", then letters, digits and "_"`,
    );
  }
  return { names, values: Object.values(labels).map(textOf) };
}

/** A series as it is in a registry that adds labels: all those that it does not have itself. */
export function relabelled(cell: Cell, metric: string, added: LabelSet): Cell {
  const labels = withAdded(cell, added);
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

function withAdded(labels: LabelSet, added: LabelSet): LabelSet {
  const names = [...labels.names];
  const values = [...labels.values];
  added.names.forEach((name, i) => {
    if (labels.names.includes(name)) return;
    names.push(name);
    values.push(added.values[i]!);
  });
  return { names, values };
}

/** A lone surrogate has no UTF-8 form. */
function textOf(value: unknown): string {
  return String(value).toWellFormed();
}

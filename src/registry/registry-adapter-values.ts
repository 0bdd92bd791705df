import type { HistogramCell, ValueCell } from '../model/cells.js';
import { type Family, HistogramFamily } from '../model/family.js';
import { labelsOf } from '../model/labels.js';

type PromClientLabels = Record<string, string | number>;

/** A line of a page as prom-client's metrics give it. */
export interface AdapterValue {
  labels: PromClientLabels;
  value: number;
  metricName?: string;
  /** Labels in addition. prom-client keeps their text for as long as the object lives. */
  sharedLabels?: Readonly<Record<string, string>>;
}

/** If there were none, prom-client would make an object for each line, and keep its text. */
const NO_LABELS = Object.freeze({});

/** Those of a histogram's lines, by its series: prom-client writes them once. */
const sharedLabels = new WeakMap<HistogramCell, Record<string, string>>();

/**
 * The series of a family as prom-client writes a page of them.
 *
 * @param name the metric's name as prom-client has it now.
 * @param isFresh whether the callback of a gauge has succeeded.
 */
export function valuesForPage(
  family: Family,
  name: string,
  isFresh: boolean,
): AdapterValue[] {
  if (family instanceof HistogramFamily) return linesOf(family, name);
  return family.cellsAfter(isFresh).map((cell) => ({
    labels: labelsOf(cell),
    value: (cell as ValueCell).value,
    sharedLabels: NO_LABELS,
  }));
}

/** The same for prom-client's JSON and aggregation, which change what they are given. */
export function valuesForJson(
  family: Family,
  name: string,
  isFresh: boolean,
): AdapterValue[] {
  if (family instanceof HistogramFamily) {
    return linesOf(family, name).map(
      ({ labels, sharedLabels: shared, value, metricName }) => ({
        labels: { ...shared, ...labels },
        value,
        metricName: metricName!,
      }),
    );
  }
  return family.cellsAfter(isFresh).map((cell) => ({
    labels: labelsOf(cell),
    value: (cell as ValueCell).value,
  }));
}

function linesOf(family: HistogramFamily, name: string): AdapterValue[] {
  const bounds = [...family.bounds, '+Inf'].map((le) => ({ le }));
  const names = ['_bucket', '_sum', '_count'].map((suffix) => name + suffix);
  const [bucket, sum, total] = names as [string, string, string];
  const lines: AdapterValue[] = [];
  for (const cell of family.cells) {
    const shared = sharedLabelsOf(cell);
    const add = (metricName: string, value: number, labels: PromClientLabels) =>
      lines.push({ labels, value, metricName, sharedLabels: shared });
    let count = 0;
    for (let i = 0; i < bounds.length; i++) {
      add(bucket, (count += cell.counts[i]!), bounds[i]!);
    }
    add(sum, cell.sum, NO_LABELS);
    add(total, count, NO_LABELS);
  }
  return lines;
}

function sharedLabelsOf(cell: HistogramCell): Record<string, string> {
  let shared = sharedLabels.get(cell);
  if (shared === undefined) sharedLabels.set(cell, (shared = labelsOf(cell)));
  return shared;
}

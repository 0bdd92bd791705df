import { bytesText, labelPairs } from './label-text.js';
import type { LabelSet } from './labels.js';

/** The state of one series. Recording works on the cell and on nothing else. */
export abstract class Cell implements LabelSet {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Set when the series was removed: what is still holding on to the cell must look it up again. */
  removed = false;

  /** @param text what a page writes again and again, as `bytesText()` has it. Made with the series, so that no scrape has to. */
  constructor(
    labels: LabelSet,
    readonly text: string,
  ) {
    this.names = labels.names;
    this.values = labels.values;
  }
}

/** The cell of a counter or a gauge. Its text is its line up to the value. */
export class ValueCell extends Cell {
  value = 0;

  constructor(metric: string, labels: LabelSet) {
    const pairs = labelPairs(labels);
    super(labels, bytesText(`${metric}${pairs && `{${pairs}}`} `));
  }
}

/**
 * The cell of a histogram or a timer. Counts are kept per bucket, the last one
 * for what is above all bounds, and cumulated when they are read. Its text is
 * what its lines share: the labels.
 */
export class HistogramCell extends Cell {
  /** A plain array: smaller than a typed one at the usual bucket counts, and as fast. */
  readonly counts: number[];
  sum = 0;

  constructor(labels: LabelSet, bounds: readonly number[]) {
    super(labels, bytesText(labelPairs(labels)));
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }
}

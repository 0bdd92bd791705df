import type { LabelSet } from './labels.js';

/** The state of one series. Recording works on the cell and on nothing else. */
export abstract class Cell implements LabelSet {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Set when the series was removed: what is still holding on to the cell must look it up again. */
  removed = false;
  /** The exposition's text for the labels, escaped once; see `labelText()`. */
  text: string | undefined = undefined;

  constructor(labels: LabelSet) {
    this.names = labels.names;
    this.values = labels.values;
  }
}

/** The cell of a counter or a gauge. */
export class ValueCell extends Cell {
  value = 0;
}

/**
 * The cell of a histogram or a timer. Counts are kept per bucket, the last one
 * for what is above all bounds, and cumulated when they are read.
 */
export class HistogramCell extends Cell {
  /** A plain array: smaller than a typed one at the usual bucket counts, and as fast. */
  readonly counts: number[];
  sum = 0;

  constructor(labels: LabelSet, bounds: readonly number[]) {
    super(labels);
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }
}

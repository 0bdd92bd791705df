import { centiseconds, type Centiseconds } from '../core/wall-clock.js';
import type { Exemplar } from './exemplars.js';
import { latin1OfUtf8, labelPairs } from './label-text.js';
import type { LabelSet } from './labels.js';

/** Generations stay small integers, which need no memory beside their field. */
const MAX_GENERATION = 2 ** 30;

let lastGeneration = 0;

/** The state of one series. Recording works on the cell and on nothing else. */
export abstract class Cell implements LabelSet {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /**
   * Another number for each cell: a series that was reset has a new cell, with the same labels and
   * perhaps the same time of creation. 0 once the series was removed.
   */
  generation: number;

  /**
   * @param text what a page writes again and again, as `bytesText()` has it. Made with the series, so that no scrape has to.
   * @param created when the series began.
   */
  constructor(
    labels: LabelSet,
    readonly text: string,
    readonly created: Centiseconds,
  ) {
    this.names = labels.names;
    this.values = labels.values;
    lastGeneration = (lastGeneration % MAX_GENERATION) + 1;
    this.generation = lastGeneration;
  }

  /** Whether the series was removed: what still holds the cell must look the series up again. */
  get removed(): boolean {
    return this.generation === 0;
  }

  markRemoved(): void {
    this.generation = 0;
  }
}

/** The cell of a counter or a gauge. Its text is its line up to the value. */
export class ValueCell extends Cell {
  value = 0;
  exemplar: Exemplar | undefined = undefined;

  constructor(metric: string, labels: LabelSet, created = centiseconds()) {
    const pairs = labelPairs(labels);
    super(labels, latin1OfUtf8(`${metric}${pairs && `{${pairs}}`} `), created);
  }
}

/**
 * The cell of a histogram or a timer. Counts are kept per bucket, the last one
 * for what is above all bounds, and cumulated when they are read. Its text is
 * what its lines share: the labels.
 */
export class HistogramCell extends Cell {
  sum = 0;
  /** By bucket. */
  exemplars: (Exemplar | undefined)[] | undefined = undefined;

  /** @param counts a plain array: smaller than a typed one at the usual bucket counts, and as fast. */
  constructor(
    labels: LabelSet,
    readonly counts: number[],
    created = centiseconds(),
  ) {
    super(labels, latin1OfUtf8(labelPairs(labels)), created);
  }
}

/** Counts of 0 for these bounds and for what is above them. */
export function emptyCounts(bounds: readonly number[]): number[] {
  return Array.from({ length: bounds.length + 1 }, () => 0);
}

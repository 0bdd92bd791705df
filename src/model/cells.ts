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
   * @param text the part of its lines that each page repeats, from `latin1OfUtf8()`. Made with the series, so that scrapes need not make it.
   * @param created when the series was created.
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

/** The cell of a counter or a gauge. Its text is its line on the page, up to the value. */
export class ValueCell extends Cell {
  value = 0;
  exemplar: Exemplar | undefined = undefined;

  constructor(metric: string, labels: LabelSet, created = centiseconds()) {
    const pairs = labelPairs(labels);
    super(labels, latin1OfUtf8(`${metric}${pairs && `{${pairs}}`} `), created);
  }
}

/**
 * The cell of a histogram or a timer. Each count is of one bucket, the last one of values
 * above all bounds; readers cumulate them. Its text is the labels, which its lines share.
 */
export class HistogramCell extends Cell {
  sum = 0;
  /** The exemplar of each bucket. */
  exemplars: (Exemplar | undefined)[] | undefined = undefined;

  /** @param counts a plain array: for the usual number of buckets it is smaller than a typed one, and as fast. */
  constructor(
    labels: LabelSet,
    readonly counts: number[],
    created = centiseconds(),
  ) {
    super(labels, latin1OfUtf8(labelPairs(labels)), created);
  }
}

/** A count of 0 for each bound, and one for values above all bounds. */
export function emptyCounts(bounds: readonly number[]): number[] {
  return Array.from({ length: bounds.length + 1 }, () => 0);
}

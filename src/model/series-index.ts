import type { Cell } from './cells.js';
import { LabelIndex } from './label-index.js';
import { type GivenLabels, hasLongValue, type LabelSet } from './labels.js';

/** How many forms of given labels (other orders, other types of values) the index keeps per series. */
const PATHS_PER_SERIES = 4;

/** How many removed cells the index may keep, at least, before it is rebuilt. */
const MIN_GARBAGE = 64;

/** Finds the series of a family, by labels as they are given and by the labels that the series have. */
export class SeriesIndex<C extends Cell> {
  /** The series by labels as they are given. */
  readonly given = new LabelIndex<C>();
  /** The series by the labels that they have; the same index, unless a filter changes labels. */
  // Why: docs/decisions/recording.md, "A filtered series is found by the labels as given".
  private readonly sets: LabelIndex<C>;
  private paths = 0;
  private garbage = 0;

  /** @param cells the series of the family. */
  constructor(
    private readonly cells: readonly C[],
    isFiltered: boolean,
    private readonly maxSeries: number,
  ) {
    this.sets = isFiltered ? new LabelIndex<C>() : this.given;
  }

  /** The series with these labels, if it exists. */
  find(set: LabelSet): C | undefined {
    const cell = this.sets.findSet(set);
    return cell?.removed === false ? cell : undefined;
  }

  add(cell: C): void {
    this.sets.addSet(cell);
  }

  /** Adds a path to a series. With too many paths the index is rebuilt, and paths in use are added again. */
  remember(given: GivenLabels, cell: C): void {
    // Labels with a shortened value are not indexed as given: the index would keep the full text.
    if (hasLongValue(given.values)) return;
    if (this.paths >= this.maxSeries * PATHS_PER_SERIES) this.rebuild();
    this.given.add(given, cell);
    this.paths++;
  }

  /** Notes how many series were removed. */
  dropped(count: number): void {
    this.garbage += count;
    if (this.garbage > Math.max(MIN_GARBAGE, this.cells.length)) this.rebuild();
  }

  rebuild(): void {
    this.given.clear();
    this.sets.clear();
    this.paths = 0;
    this.garbage = 0;
    for (const cell of this.cells) this.sets.addSet(cell);
  }
}

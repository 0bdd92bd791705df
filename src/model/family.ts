import type { Aggregator } from './aggregator.js';
import { type Cell, emptyCounts, HistogramCell, ValueCell } from './cells.js';
import type { FamilyDefinition, FamilyKeeper } from './family-definition.js';
import { checkGiven, type GivenLabels, readLabels } from './given-labels.js';
import { LabelIndex } from './label-index.js';
import {
  canonicalSet,
  hasLongValue,
  type LabelFilter,
  type Labels,
  type LabelSet,
  NO_LABELS,
} from './labels.js';
import type { MetricType } from './metric-type.js';
import { sameItems } from '../core/same-items.js';
import type { RecordingHook } from './recording-hook.js';

/** Where recordings go once a family is full (OpenTelemetry metrics SDK, "Cardinality limits"). */
// Why: docs/decisions/recording.md, "The series of a metric are bounded".
const OVERFLOW: Labels = { otel_metric_overflow: 'true' };

/** Other orders and types of known label sets that are remembered, per series. */
const PATHS_PER_SERIES = 4;

/** Removed cells that may stay in the index before it is rebuilt. */
const MIN_GARBAGE = 64;

/** All series of one metric name. */
export abstract class Family<C extends Cell = Cell> {
  readonly name: string;
  readonly type: MetricType;
  unit: string | undefined;
  help: string;
  /** How the values of several processes become one; `undefined` for their sum. */
  aggregator: Aggregator | undefined = undefined;
  /** The names of labels that are given by position. */
  labelNames: readonly string[] = [];
  /** The series, in the order in which they came. */
  readonly cells: C[] = [];
  /**
   * Whether the family has a place among the metrics: not while there is no room for
   * it, and after a clear until its next recording. A denied family needs no place.
   */
  registered = false;
  readonly maxSeries: number;
  private isDenied = false;
  /** What is done with recordings beside keeping them. */
  tap: RecordingHook | undefined = undefined;

  /** The series by labels as callers give them. */
  private readonly index = new LabelIndex<C>();
  /** The series by the labels that they have; the same index, unless a filter changes labels. */
  // Why: docs/decisions/recording.md, "A filtered series is found by the labels as given".
  private readonly sets: LabelIndex<C>;
  private readonly defaultLabels: Labels;
  private readonly filterLabels: LabelFilter | undefined;
  /** Whether series have the labels that are given, and no other ones. */
  private readonly isPlain: boolean;
  private overflow: C | undefined = undefined;
  private countOverflow: (() => void) | undefined = undefined;
  private paths = 0;
  private garbage = 0;

  constructor(
    definition: FamilyDefinition,
    protected readonly keeper: FamilyKeeper,
  ) {
    this.name = definition.name;
    this.type = definition.type;
    this.help = definition.help;
    this.unit = definition.unit;
    this.defaultLabels = definition.defaultLabels;
    this.filterLabels = definition.filterLabels;
    this.isPlain =
      this.filterLabels === undefined &&
      Object.keys(definition.defaultLabels).length === 0;
    this.sets =
      this.filterLabels === undefined ? this.index : new LabelIndex<C>();
    this.maxSeries = definition.maxSeries;
  }

  /** Leads all recordings, whatever their labels, to one cell that is on no page. */
  // Why: docs/decisions/recording.md, "A denied metric is a family that is never registered".
  deny(): void {
    const cell = this.newCell({ names: [], values: [] });
    this.cell = () => cell;
    this.isDenied = true;
    this.registered = true;
  }

  /** Whether what is recorded in this cell is on pages. */
  keeps(cell: C): boolean {
    return !this.isDenied && !cell.removed;
  }

  protected abstract newCell(labels: LabelSet): C;

  /**
   * Brings values that are read through a callback up to date. Returns false if that failed.
   *
   * @param _limit milliseconds that the callback may take.
   */
  async refresh(_limit?: number): Promise<boolean> {
    return true;
  }

  /** Whether a callback sets series, so that a change is no recording. */
  get isReadThrough(): boolean {
    return false;
  }

  /** The series to read after a refresh. If it failed, they are those that no callback sets. */
  cellsAfter(_isFresh: boolean): readonly C[] {
    return this.cells;
  }

  /** Notes that a series has changed, where there is a callback. */
  changed(_cell: C): void {}

  /**
   * The cell of these labels, made if there is room for it, else the overflow cell.
   *
   * @throws {LabelError} if the labels cannot be written.
   */
  cell(labels: Labels): C {
    return (
      this.index.find(labels) ?? this.resolve(labels, this.index.takeMissed())
    );
  }

  /** Removes one series. Returns whether there was one. */
  remove(labels: Labels): boolean {
    const cell = this.known(labels);
    if (cell !== undefined) this.drop(cell);
    return cell !== undefined;
  }

  /** Removes every series. A series that is still held is made again at its next recording. */
  clear(): void {
    for (const cell of this.cells) cell.markRemoved();
    this.cells.length = 0;
    this.overflow = undefined;
    this.rebuildIndex();
  }

  /** Removes every series. The one without labels starts again at 0, unless label names were declared. */
  reset(): void {
    const unlabelled = this.unlabelled();
    this.clear();
    if (unlabelled !== undefined) this.addCell(unlabelled);
  }

  protected drop(cell: C): void {
    cell.markRemoved();
    this.cells.splice(this.cells.indexOf(cell), 1);
    this.dropped(1);
  }

  /** Removes all of these in one pass: one by one takes long where there are many. */
  protected dropAll(gone: ReadonlySet<C>): void {
    if (gone.size === 0) return;
    const { cells } = this;
    let kept = 0;
    for (const cell of cells) {
      if (gone.has(cell)) cell.markRemoved();
      else cells[kept++] = cell;
    }
    const count = cells.length - kept;
    cells.length = kept;
    this.dropped(count);
  }

  /** The series that starts again at a reset. */
  protected unlabelled(): C | undefined {
    return this.labelNames.length === 0 ? this.known(NO_LABELS) : undefined;
  }

  /** Removes series that the family can do without, when it is full. */
  protected makeRoom(): void {}

  private dropped(count: number): void {
    if (this.overflow?.removed) this.overflow = undefined;
    this.garbage += count;
    if (this.garbage > Math.max(MIN_GARBAGE, this.cells.length)) {
      this.rebuildIndex();
    }
  }

  /** The cell of these labels, if there is one. */
  private known(labels: Labels): C | undefined {
    const set = this.canonical(readLabels(labels, this.name));
    const cell = this.sets.findSet(set);
    return cell?.removed === false ? cell : undefined;
  }

  /** The way to a cell that is not known under these very labels: first seen, or in another order or type. */
  private resolve(labels: Labels, given: GivenLabels): C {
    checkGiven(given, labels, this.name);
    const isNew =
      this.isFull() && this.isPlain && this.index.isCanonical(given);
    if (isNew && !this.findsRoom()) return this.overflowCell();
    const set = this.canonical(given);
    let cell = this.sets.findSet(set);
    if (cell === undefined || cell.removed) {
      if (this.isFull() && !this.findsRoom()) return this.overflowCell();
      const family = this.registered ? this : this.keeper.reregister(this);
      if (family === undefined) return this.newDiscardedCell();
      if (family !== this) return (family as Family<C>).resolve(labels, given);
      cell = this.addCell(set);
    }
    // A value that was cut is given in full again each time, and is not to be kept.
    if (!hasLongValue(given.values)) this.remember(given, cell);
    return cell;
  }

  /** Finds the cell by these labels from now on. When there are too many such paths, those that are used come again. */
  private remember(given: GivenLabels, cell: C): void {
    if (this.paths >= this.maxSeries * PATHS_PER_SERIES) this.rebuildIndex();
    this.index.add(given, cell);
    this.paths++;
  }

  private canonical(given: GivenLabels): LabelSet {
    const set = canonicalSet(given, this.name, this.defaultLabels);
    return this.filterLabels === undefined ? set : this.filterLabels(set);
  }

  private isFull(): boolean {
    const regular = this.cells.length - (this.overflow === undefined ? 0 : 1);
    return regular >= this.maxSeries;
  }

  private findsRoom(): boolean {
    this.makeRoom();
    return !this.isFull();
  }

  /** For a recording without room. The cell is on no page, and marked as removed, so that held series look for room again. */
  private newDiscardedCell(): C {
    const cell = this.newCell({ names: [], values: [] });
    cell.markRemoved();
    return cell;
  }

  private overflowCell(): C {
    this.countOverflow ??= this.keeper.overflowed(this);
    this.countOverflow();
    if (this.overflow === undefined) {
      const set = this.canonical(readLabels(OVERFLOW, this.name));
      const known = this.sets.findSet(set);
      this.overflow =
        known === undefined || known.removed ? this.addCell(set) : known;
    }
    return this.overflow;
  }

  private addCell(set: LabelSet): C {
    const cell = this.newCell({
      names: this.sharedNames(set.names),
      values: set.values,
    });
    this.cells.push(cell);
    this.sets.addSet(cell);
    return cell;
  }

  /** Nearly all series of a family have the same label names: one array serves them. */
  private sharedNames(names: readonly string[]): readonly string[] {
    const before = this.cells.at(-1)?.names ?? [];
    return sameItems(before, names) ? before : names;
  }

  private rebuildIndex(): void {
    this.index.clear();
    this.sets.clear();
    this.paths = 0;
    this.garbage = 0;
    for (const cell of this.cells) this.sets.addSet(cell);
  }
}

export class CounterFamily extends Family<ValueCell> {
  protected newCell(labels: LabelSet): ValueCell {
    return new ValueCell(this.name, labels);
  }
}

export class HistogramFamily extends Family<HistogramCell> {
  constructor(
    definition: FamilyDefinition,
    keeper: FamilyKeeper,
    readonly bounds: readonly number[],
  ) {
    super(definition, keeper);
  }

  protected newCell(labels: LabelSet): HistogramCell {
    return new HistogramCell(labels, emptyCounts(this.bounds));
  }
}

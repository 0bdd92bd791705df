import type { Aggregator } from './aggregator.js';
import { sameItems } from '../core/same-items.js';
import type { Cell } from './cells.js';
import type { FamilyDescriptor } from './family-descriptor.js';
import { LabelIndex } from './label-index.js';
import {
  canonicalSet,
  checkGiven,
  type GivenLabels,
  hasLongValue,
  type LabelFilter,
  type Labels,
  type LabelSet,
  NO_LABELS,
  readLabels,
} from './labels.js';
import type { MetricType } from './metric-type.js';
import type { RecordingHook } from './recording-hook.js';

/** The owner of families. It receives their events. */
export interface FamilyKeeper {
  /**
   * Called before an unregistered family, such as a cleared one, gets a series. Returns
   * the family that is registered under its name, which may be another one by now;
   * `undefined` if there is no room. Throws if the name belongs to another type.
   */
  reregister(family: Family): Family | undefined;
  /** Called when a family is full. Returns a function to call for each recording in the overflow series. */
  overflowed(family: Family): () => void;
  /** Called when the callback of a gauge fails. */
  collectFailed(family: Family, error: unknown): void;
}

/** The labels of the series that takes recordings once a family is full (OpenTelemetry metrics SDK, "Cardinality limits"). */
// Why: docs/decisions/recording.md, "The series of a metric are bounded".
const OVERFLOW: Labels = { otel_metric_overflow: 'true' };

/** How many forms of given labels (other orders, other types of values) the index keeps per series. */
const PATHS_PER_SERIES = 4;

/** How many removed cells the index may keep, at least, before it is rebuilt. */
const MIN_GARBAGE = 64;

/** All series of one metric name. */
export abstract class Family<C extends Cell = Cell> {
  readonly name: string;
  readonly type: MetricType;
  unit: string | undefined;
  help: string;
  /** How the values of several processes are merged; `undefined` for their sum. */
  aggregator: Aggregator | undefined = undefined;
  /** Whether the last value of a gauge outlives its process. */
  isPersistent = false;
  /** The names of labels whose values are given by position. */
  labelNames: readonly string[] = [];
  /** The series, in the order of their creation. */
  readonly cells: C[] = [];
  /**
   * Whether the family is among the metrics of the registry. It is not while there is no
   * room for it, and after a clear until its next recording. A denied family counts as registered.
   */
  registered = false;
  readonly maxSeries: number;
  private isDenied = false;
  /** Called for each recording, if set. */
  hook: RecordingHook | undefined = undefined;

  /** The series by labels as they are given. */
  private readonly givenIndex = new LabelIndex<C>();
  /** The series by the labels that they have; the same index, unless a filter changes labels. */
  // Why: docs/decisions/recording.md, "A filtered series is found by the labels as given".
  private readonly setIndex: LabelIndex<C>;
  private readonly defaultLabels: Labels;
  private readonly filterLabels: LabelFilter | undefined;
  /** Whether series have exactly the labels that are given. */
  private readonly keepsGivenLabels: boolean;
  private overflow: C | undefined = undefined;
  private countOverflow: (() => void) | undefined = undefined;
  private paths = 0;
  private garbage = 0;

  constructor(
    descriptor: FamilyDescriptor,
    protected readonly keeper: FamilyKeeper,
  ) {
    this.name = descriptor.name;
    this.type = descriptor.type;
    this.help = descriptor.help;
    this.unit = descriptor.unit;
    this.defaultLabels = descriptor.defaultLabels;
    this.filterLabels = descriptor.filterLabels;
    this.keepsGivenLabels =
      this.filterLabels === undefined &&
      Object.keys(descriptor.defaultLabels).length === 0;
    this.setIndex =
      this.filterLabels === undefined ? this.givenIndex : new LabelIndex<C>();
    this.maxSeries = descriptor.maxSeries;
  }

  /** Directs all recordings, whatever their labels, to one cell that no page shows. */
  // Why: docs/decisions/recording.md, "A denied metric is a family that is never registered".
  deny(): void {
    const cell = this.newCell({ names: [], values: [] });
    this.cell = () => cell;
    this.isDenied = true;
    this.registered = true;
  }

  /** Whether pages show this cell. */
  isExposed(cell: C): boolean {
    return !this.isDenied && !cell.removed;
  }

  protected abstract newCell(labels: LabelSet): C;

  /**
   * Runs the callback, if the family has one. Returns false if it failed.
   *
   * @param _limit milliseconds that the callback may take.
   */
  async refresh(_limit?: number): Promise<boolean> {
    return true;
  }

  /** Whether a callback sets series. Then a change is no recording. */
  get isReadThrough(): boolean {
    return false;
  }

  /** The series to read after a refresh: all of them, or, if it failed, those that no callback sets. */
  cellsAfter(_isFresh: boolean): readonly C[] {
    return this.cells;
  }

  /** Notes a changed series, if the family has a callback. */
  changed(_cell: C): void {}

  /**
   * The cell of these labels; a new one if there is room for it, else the overflow cell.
   *
   * @throws {LabelError} if the labels cannot be written.
   */
  cell(labels: Labels): C {
    return (
      this.givenIndex.find(labels) ??
      this.resolve(labels, this.givenIndex.takeUnmatched())
    );
  }

  /** Removes one series. Returns whether there was one. */
  remove(labels: Labels): boolean {
    const cell = this.findExisting(labels);
    if (cell !== undefined) this.drop(cell);
    return cell !== undefined;
  }

  /** Removes every series. A series that an instrument holds is created again by its next recording. */
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

  /** Removes many series in one pass, which is faster than one by one. */
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

  /** The series that a reset sets to 0. */
  protected unlabelled(): C | undefined {
    return this.labelNames.length === 0
      ? this.findExisting(NO_LABELS)
      : undefined;
  }

  /** Removes series that are not needed, when the family is full. */
  protected makeRoom(): void {}

  private dropped(count: number): void {
    if (this.overflow?.removed) this.overflow = undefined;
    this.garbage += count;
    if (this.garbage > Math.max(MIN_GARBAGE, this.cells.length)) {
      this.rebuildIndex();
    }
  }

  /** The cell of these labels, if it exists. */
  private findExisting(labels: Labels): C | undefined {
    return this.findSet(this.canonical(readLabels(labels, this.name)));
  }

  private findSet(set: LabelSet): C | undefined {
    const cell = this.setIndex.findSet(set);
    return cell?.removed === false ? cell : undefined;
  }

  /** Finds or creates the cell of labels that are new, or in another order or of other types than before. */
  private resolve(labels: Labels, given: GivenLabels): C {
    checkGiven(given, labels, this.name);
    const isNew =
      this.isFull() &&
      this.keepsGivenLabels &&
      this.givenIndex.isCanonical(given);
    if (isNew && !this.findsRoom()) return this.overflowCell();
    const set = this.canonical(given);
    let cell = this.setIndex.findSet(set);
    if (cell === undefined || cell.removed) {
      if (this.isFull() && !this.findsRoom()) return this.overflowCell();
      const family = this.registered ? this : this.keeper.reregister(this);
      if (family === undefined) return this.newDiscardedCell();
      if (family !== this) return (family as Family<C>).resolve(labels, given);
      cell = this.addCell(set);
    }
    // Labels with a shortened value are not indexed as given: the index would keep the full text.
    if (!hasLongValue(given.values)) this.remember(given, cell);
    return cell;
  }

  /** Adds a path to the index. With too many paths the index is rebuilt, and paths in use are added again. */
  private remember(given: GivenLabels, cell: C): void {
    if (this.paths >= this.maxSeries * PATHS_PER_SERIES) this.rebuildIndex();
    this.givenIndex.add(given, cell);
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

  /** A cell for a recording without room. It is marked as removed, so that held series look for room again. */
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
      this.overflow = this.findSet(set) ?? this.addCell(set);
    }
    return this.overflow;
  }

  private addCell({ names, values }: LabelSet): C {
    const cell = this.newCell({ names: this.sharedNames(names), values });
    this.cells.push(cell);
    this.setIndex.addSet(cell);
    return cell;
  }

  /** Nearly all series of a family have the same label names, and share one array of them. */
  private sharedNames(names: readonly string[]): readonly string[] {
    const before = this.cells.at(-1)?.names ?? [];
    return sameItems(before, names) ? before : names;
  }

  private rebuildIndex(): void {
    this.givenIndex.clear();
    this.setIndex.clear();
    this.paths = 0;
    this.garbage = 0;
    for (const cell of this.cells) this.setIndex.addSet(cell);
  }
}

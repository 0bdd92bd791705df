import type { Aggregator } from './aggregator.js';
import { sameItems } from '../core/same-items.js';
import type { Cell } from './cells.js';
import type { FamilyDescriptor } from './family-descriptor.js';
import type { FamilyKeeper } from './family-keeper.js';
import { InitialSeries } from './initial-series.js';
import type { LabelIndex } from './label-index.js';
import {
  checkGiven,
  type GivenLabels,
  type Labels,
  type LabelSet,
  NO_LABELS,
} from './labels.js';
import type { MetricType } from './metric-type.js';
import type { RecordingHook } from './recording-hook.js';
import type { SeriesExpiry } from './series-expiry.js';
import { OVERFLOW, SeriesLabels } from './series-labels.js';
import { SeriesIndex } from './series-index.js';

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
  /** Has series removed that were not recorded in for long, if set. */
  expiry: SeriesExpiry | undefined = undefined;

  private readonly index: SeriesIndex<C>;
  /** That of `index`; a field of its own, as each recording reads it. */
  private readonly givenIndex: LabelIndex<C>;
  private readonly initial: InitialSeries;
  readonly labels: SeriesLabels;
  private overflow: C | undefined = undefined;
  private countOverflow: (() => void) | undefined = undefined;

  constructor(
    readonly descriptor: FamilyDescriptor,
    protected readonly keeper: FamilyKeeper,
  ) {
    this.name = descriptor.name;
    this.type = descriptor.type;
    this.help = descriptor.help;
    this.unit = descriptor.unit;
    this.labels = new SeriesLabels(descriptor);
    this.maxSeries = descriptor.maxSeries;
    const isFiltered = descriptor.filterLabels !== undefined;
    this.index = new SeriesIndex<C>(this.cells, isFiltered, this.maxSeries);
    this.givenIndex = this.index.given;
    this.initial = new InitialSeries(this.maxSeries);
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
   * @param keepsExpired whether series that are due to expire stay.
   */
  async refresh(_limit?: number, keepsExpired = false): Promise<boolean> {
    if (!keepsExpired) this.expire();
    return true;
  }

  /** Removes the series that were not recorded in for long, apart from those that the metric always has. */
  protected expire(): void {
    const { expiry } = this;
    if (expiry === undefined || this.isPersistent) return;
    const due = expiry.dueAmong(this.cells);
    this.dropAll(new Set(due.filter((cell) => !this.isInitial(cell))));
  }

  protected isInitial(cell: C): boolean {
    return this.initial.has(cell);
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
   * @throws {LabelError} if the labels are invalid.
   */
  cell(labels: Labels): C {
    return (
      this.givenIndex.find(labels) ??
      this.resolve(labels, this.givenIndex.takeUnmatched())
    );
  }

  /**
   * As {@link cell}, for a series that stays although nothing is recorded in it.
   *
   * @throws {LabelError} if the labels are invalid.
   */
  lastingCell(labels: Labels): C {
    return this.cell(labels);
  }

  /** Adds a series that the metric has whenever pages show it. */
  addInitial(set: LabelSet): void {
    this.initial.add(set);
    if (this.canStart) this.startOne(set);
  }

  protected get canStart(): boolean {
    const { hasInitialSeries } = this.descriptor;
    return hasInitialSeries && this.registered && !this.isDenied;
  }

  /** Creates the initial series that do not exist. */
  start(): void {
    if (!this.canStart) return;
    for (const set of this.initial.sets) this.startOne(set);
  }

  private startOne(set: LabelSet): void {
    if (this.index.find(set) === undefined) this.newSeries(set);
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
    this.index.rebuild();
  }

  /** Removes every series. The initial ones, and the one without labels unless label names were declared, start again at 0. */
  reset(): void {
    const unlabelled = this.unlabelled();
    this.clear();
    if (unlabelled !== undefined) this.addCell(unlabelled);
    this.start();
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
    this.index.dropped(count);
  }

  /** The cell of these labels, if it exists. */
  private findExisting(labels: Labels): C | undefined {
    return this.index.find(this.labels.ofObject(labels));
  }

  /** Finds or creates the cell of labels that are new, or in another order or of other types than before. */
  private resolve(labels: Labels, given: GivenLabels): C {
    checkGiven(given, labels, this.name);
    const isNew =
      this.isFull() &&
      this.labels.keepsGiven &&
      this.givenIndex.isCanonical(given);
    if (isNew && !this.findsRoom()) return this.overflowCell();
    const set = this.labels.of(given);
    const known = this.index.find(set);
    if (known === undefined && !this.registered) {
      return this.resolveRegistered(labels, given);
    }
    const cell = known ?? this.newSeries(set);
    if (cell !== this.overflow) this.index.remember(given, cell);
    return cell;
  }

  private resolveRegistered(labels: Labels, given: GivenLabels): C {
    const family = this.keeper.reregister(this) as Family<C> | undefined;
    return family === undefined
      ? this.newDiscardedCell()
      : family.resolve(labels, given);
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
      const set = this.labels.ofObject(OVERFLOW);
      this.overflow = this.index.find(set) ?? this.addCell(set);
    }
    return this.overflow;
  }

  /** A new cell if there is room for it, else the overflow cell. */
  private newSeries(set: LabelSet): C {
    return this.isFull() && !this.findsRoom()
      ? this.overflowCell()
      : this.addCell(set);
  }

  protected addCell({ names, values }: LabelSet): C {
    const cell = this.newCell({ names: this.sharedNames(names), values });
    this.cells.push(cell);
    this.index.add(cell);
    return cell;
  }

  /** Nearly all series of a family have the same label names, and share one array of them. */
  private sharedNames(names: readonly string[]): readonly string[] {
    const before = this.cells.at(-1)?.names ?? [];
    return sameItems(before, names) ? before : names;
  }
}

import type { Aggregator } from './aggregator.js';
import { type Cell, emptyCounts, HistogramCell, ValueCell } from './cells.js';
import { Collection } from './collection.js';
import { checkGiven, type GivenLabels, readLabels } from './given-labels.js';
import { LabelIndex } from './label-index.js';
import {
  canonicalSet,
  hasLongValue,
  type LabelFilter,
  type Labels,
  type LabelSet,
} from './labels.js';
import type { MetricType } from './metric-type.js';
import type { Tap } from './tap.js';

/** What is known of a metric before its first series. */
export interface FamilyDefinition {
  /** The exposed name. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string | undefined;
  /** Labels of every series, unless it has its own of that name. */
  readonly defaultLabels: Labels;
  /** How many series it may have before the rest goes to the overflow series. */
  readonly maxSeries: number;
  /** Changes the label set of each series when it is made. */
  readonly filterLabels: LabelFilter | undefined;
}

/** Receives the events of its families: a cleared one is used again, one is full, a callback failed. */
export interface FamilyKeeper {
  /** A cleared family is about to get a series again. May throw if its name was given away. */
  revive(family: Family): void;
  /** A family is full. Returns what is to be called for each recording that goes to the overflow series. */
  overflowed(family: Family): () => void;
  /** The callback of a gauge failed. */
  collectFailed(family: Family, error: unknown): void;
}

/** Where recordings go once a family is full (OpenTelemetry metrics SDK, "Cardinality limits"). */
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
  /** False once cleared, until the next recording. */
  registered = true;
  readonly maxSeries: number;
  private isDenied = false;
  /** What is done with recordings beside keeping them. */
  tap: Tap | undefined = undefined;

  /** The series by labels as callers give them. */
  private readonly index = new LabelIndex<C>();
  /**
   * The series by the labels that they have: the same index, unless a filter
   * stands between. Labels that are given may then be those of another series.
   */
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
  deny(): void {
    const cell = this.newCell({ names: [], values: [] });
    this.cell = () => cell;
    this.isDenied = true;
  }

  /** Whether what is recorded in this cell is on pages. */
  keeps(cell: C): boolean {
    return !this.isDenied && !cell.removed;
  }

  protected abstract newCell(labels: LabelSet): C;

  /** Whether values are read when somebody asks, and not recorded when they change. */
  get isReadThrough(): boolean {
    return false;
  }

  /**
   * Brings values that are read through a callback up to date. Returns false if that failed.
   *
   * @param _limit milliseconds that the callback may take.
   */
  async refresh(_limit?: number): Promise<boolean> {
    return true;
  }

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
    const cell = this.sets.findSet(
      this.canonical(readLabels(labels, this.name)),
    );
    if (cell === undefined || cell.removed) return false;
    cell.removed = true;
    this.cells.splice(this.cells.indexOf(cell), 1);
    if (cell === this.overflow) this.overflow = undefined;
    if (++this.garbage > Math.max(MIN_GARBAGE, this.cells.length)) {
      this.rebuildIndex();
    }
    return true;
  }

  /** Removes every series. A series that is still held is made again at its next recording. */
  clear(): void {
    for (const cell of this.cells) cell.removed = true;
    this.cells.length = 0;
    this.overflow = undefined;
    this.rebuildIndex();
  }

  /** The way to a cell that is not known under these very labels: first seen, or in another order or type. */
  private resolve(labels: Labels, given: GivenLabels): C {
    checkGiven(given, labels, this.name);
    if (this.isFull() && this.isPlain && this.index.isCanonical(given)) {
      return this.overflowCell();
    }
    const set = this.canonical(given);
    let cell = this.sets.findSet(set);
    if (cell === undefined || cell.removed) {
      if (this.isFull()) return this.overflowCell();
      cell = this.addCell(set);
    }
    // A value that was cut is given in full again each time, and is not to be kept.
    if (
      this.paths < this.maxSeries * PATHS_PER_SERIES &&
      !hasLongValue(given.values)
    ) {
      this.index.add(given, cell);
      this.paths++;
    }
    return cell;
  }

  private canonical(given: GivenLabels): LabelSet {
    const set = canonicalSet(given, this.name, this.defaultLabels);
    return this.filterLabels === undefined ? set : this.filterLabels(set);
  }

  private isFull(): boolean {
    const regular = this.cells.length - (this.overflow === undefined ? 0 : 1);
    return regular >= this.maxSeries;
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
    if (!this.registered) this.keeper.revive(this);
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
    const same =
      before.length === names.length && before.every((n, i) => n === names[i]);
    return same ? before : names;
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

export class GaugeFamily extends Family<ValueCell> {
  private collection: Collection<void> | undefined = undefined;

  /** Has `collect` called whenever a page is made; `undefined` for no longer. */
  readThrough(collect: (() => Promise<void>) | undefined): void {
    this.collection =
      collect &&
      new Collection(`The callback of gauge "${this.name}"`, collect);
  }

  override get isReadThrough(): boolean {
    return this.collection !== undefined;
  }

  override async refresh(limit?: number): Promise<boolean> {
    try {
      await this.collection?.get(limit);
      return true;
    } catch (error) {
      this.keeper.collectFailed(this, error);
      return false;
    }
  }

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

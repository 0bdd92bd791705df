import { ValueCell } from './cells.js';
import { Family } from './family.js';
import { type Labels, type LabelSet, NO_LABELS } from './labels.js';

/** All series of one counter. */
export class CounterFamily extends Family<ValueCell> {
  /** The labels of the provisional series; `undefined` once the labels of the counter are known. */
  private provisionalSet: LabelSet | undefined = undefined;
  private provisional: ValueCell | undefined = undefined;

  /**
   * Has the counter start with the series without labels. It goes when another one comes, if
   * nothing was added to it: only recordings tell which labels a counter has.
   */
  // Why: docs/decisions/recording.md, "The first series of a counter is provisional".
  startProvisional(): void {
    try {
      this.provisionalSet = this.labels.ofObject(NO_LABELS);
    } catch {
      // A filter cannot map the default labels: recordings throw, and asking for a counter does not.
    }
  }

  override start(): void {
    super.start();
    const { provisionalSet: set } = this;
    if (set === undefined || !this.canStart) return;
    if (this.cells.length > 0) return;
    // That of before a clear, which the new one must not settle.
    this.provisional = undefined;
    this.provisional = this.addCell(set);
  }

  /** Whether the only series is the provisional one. */
  get isProvisional(): boolean {
    const { provisional } = this;
    return provisional?.removed === false && provisional.value === 0;
  }

  override lastingCell(labels: Labels): ValueCell {
    const cell = super.lastingCell(labels);
    if (cell === this.provisional) this.settle();
    return cell;
  }

  protected override isInitial(cell: ValueCell): boolean {
    return cell === this.provisional || super.isInitial(cell);
  }

  protected newCell(labels: LabelSet): ValueCell {
    return new ValueCell(this.name, labels);
  }

  protected override addCell(set: LabelSet): ValueCell {
    this.dropProvisional();
    return super.addCell(set);
  }

  protected override makeRoom(): void {
    this.dropProvisional();
  }

  /** A reset starts a provisional series as provisional again. */
  protected override unlabelled(): ValueCell | undefined {
    return this.provisional === undefined ? super.unlabelled() : undefined;
  }

  /** Removes the provisional series, unless something was added to it. */
  dropProvisional(): void {
    const { provisional, isProvisional } = this;
    if (provisional === undefined) return;
    this.settle();
    if (isProvisional) this.drop(provisional);
  }

  private settle(): void {
    this.provisional = undefined;
    this.provisionalSet = undefined;
  }
}

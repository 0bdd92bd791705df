import type { ValueCell } from './cells.js';

/** The series of a gauge that its callback has set. */
// Why: docs/decisions/recording.md, "A gauge callback owns the series that it sets".
export class CallbackSeries {
  /** Set by earlier runs, and not by the latest one so far. */
  private earlier = new Set<ValueCell>();
  private latest = new Set<ValueCell>();
  private begun = 0;
  private running = 0;

  get isRunning(): boolean {
    return this.running > 0;
  }

  has(cell: ValueCell): boolean {
    return this.latest.has(cell) || this.earlier.has(cell);
  }

  /** Begins a run, and returns its number. */
  begin(): number {
    // A run that failed, or has not ended, leaves some.
    for (const cell of this.earlier) this.latest.add(cell);
    this.earlier = this.latest;
    this.latest = new Set();
    this.running++;
    return ++this.begun;
  }

  end(): void {
    this.running--;
  }

  /** Whether no run has begun since. Runs overlap where a callback takes the place of one that is running. */
  isLatest(run: number): boolean {
    return run === this.begun;
  }

  /** Notes who has set a series. */
  changed(cell: ValueCell): void {
    this.earlier.delete(cell);
    if (this.isRunning) this.latest.add(cell);
    else this.latest.delete(cell);
  }

  /** The series that the latest run has not set. They are forgotten here. */
  takeEarlier(): ReadonlySet<ValueCell> {
    const { earlier } = this;
    this.earlier = new Set();
    return earlier;
  }

  /** All series of the callback. They are forgotten here. */
  takeAll(): ReadonlySet<ValueCell> {
    const taken = new Set([...this.earlier, ...this.latest]);
    this.clear();
    return taken;
  }

  forget(cell: ValueCell): void {
    this.earlier.delete(cell);
    this.latest.delete(cell);
  }

  clear(): void {
    this.earlier.clear();
    this.latest.clear();
  }
}

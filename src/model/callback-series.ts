import type { ValueCell } from './cells.js';

/** The series of a gauge that its callback has set. */
// Why: docs/decisions/recording.md, "A gauge callback owns the series that it sets".
export class CallbackSeries {
  /** Series that earlier runs set, and the latest run has not set so far. */
  private earlier = new Set<ValueCell>();
  private latest = new Set<ValueCell>();
  private started = 0;
  private running = 0;

  get isRunning(): boolean {
    return this.running > 0;
  }

  has(cell: ValueCell): boolean {
    return this.latest.has(cell) || this.earlier.has(cell);
  }

  /** Begins a run, and returns its number. */
  begin(): number {
    // A run that failed, or has not ended, has left some.
    for (const cell of this.earlier) this.latest.add(cell);
    this.earlier = this.latest;
    this.latest = new Set();
    this.running++;
    return ++this.started;
  }

  end(): void {
    this.running--;
  }

  /** Whether no later run has begun. Runs overlap where a callback replaces a running one. */
  isLatest(run: number): boolean {
    return run === this.started;
  }

  /** Notes that a series was set: by the callback if one of its runs is going on, else by the app. */
  changed(cell: ValueCell): void {
    this.earlier.delete(cell);
    if (this.isRunning) this.latest.add(cell);
    else this.latest.delete(cell);
  }

  /** Removes and returns the series that the latest run has not set. */
  takeEarlier(): ReadonlySet<ValueCell> {
    const { earlier } = this;
    this.earlier = new Set();
    return earlier;
  }

  /** Removes and returns all series of the callback. */
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

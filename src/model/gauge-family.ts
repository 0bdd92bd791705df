import { CallbackSeries } from './callback-series.js';
import { ValueCell } from './cells.js';
import { CoalescedTask } from '../core/coalesced-task.js';
import { Family } from './family.js';
import type { LabelSet } from './labels.js';
import { RecordingHook } from './recording-hook.js';

/** Sets the series of a gauge. Returns a promise if it sets them asynchronously. */
export type Collect = () => Promise<void> | undefined;

/** All series of one gauge. Series that its callback no longer sets are removed. */
export class GaugeFamily extends Family<ValueCell> {
  private collection: CoalescedTask<void> | undefined = undefined;
  /** The series of the callback. Kept until the last run has ended, even if the callback was removed. */
  private callbackSeries: CallbackSeries | undefined = undefined;

  /** Calls `collect` for each page; `undefined` removes the callback. */
  readThrough(collect: Collect | undefined): void {
    if (collect === undefined) return this.endCallback();
    const series = (this.callbackSeries ??= new CallbackSeries());
    this.collection = new CoalescedTask(
      `The callback of gauge "${this.name}"`,
      () => this.run(collect, series),
    );
    this.hook ??= new RecordingHook(this, undefined, undefined);
    // Reports a gauge without room even if nothing is recorded in it.
    if (!this.registered) this.keeper.reregister(this);
  }

  override get isReadThrough(): boolean {
    return this.callbackSeries !== undefined;
  }

  override async refresh(
    limit?: number,
    keepsExpired = false,
  ): Promise<boolean> {
    try {
      await this.collection?.get(limit);
      if (!keepsExpired) this.expire();
      return true;
    } catch (error) {
      this.keeper.collectFailed(this, error);
      return false;
    }
  }

  override cellsAfter(isFresh: boolean): readonly ValueCell[] {
    const series = this.callbackSeries;
    if (isFresh || series === undefined) return this.cells;
    return this.cells.filter((cell) => !series.has(cell));
  }

  override changed(cell: ValueCell): void {
    this.callbackSeries?.changed(cell);
  }

  override clear(): void {
    super.clear();
    this.callbackSeries?.clear();
  }

  protected newCell(labels: LabelSet): ValueCell {
    const cell = new ValueCell(this.name, labels);
    if (this.callbackSeries?.isRunning) this.callbackSeries.changed(cell);
    return cell;
  }

  protected override drop(cell: ValueCell): void {
    super.drop(cell);
    this.callbackSeries?.forget(cell);
  }

  /** A reset keeps no series of the callback. */
  protected override unlabelled(): ValueCell | undefined {
    const cell = super.unlabelled();
    const series = this.callbackSeries;
    if (cell === undefined || series === undefined) return cell;
    return series.isRunning || !series.has(cell) ? cell : undefined;
  }

  /** Series of earlier runs make room for those of the latest run. */
  protected override makeRoom(): void {
    const series = this.callbackSeries;
    if (series !== undefined) this.dropAll(series.takeEarlier());
  }

  private async run(collect: Collect, series: CallbackSeries): Promise<void> {
    const run = series.begin();
    let isComplete = false;
    try {
      const pending = collect();
      // A synchronous run ends before other code can set a series.
      if (pending !== undefined) await pending;
      isComplete = series.isLatest(run);
    } finally {
      series.end();
      if (this.collection === undefined) this.endCallback();
      else if (isComplete) this.dropAll(series.takeEarlier());
    }
  }

  /** Removes the series that the callback has set, as nothing would set them again. */
  private endCallback(): void {
    this.collection = undefined;
    const series = this.callbackSeries;
    if (series === undefined) return;
    this.dropAll(series.takeAll());
    if (!series.isRunning) this.callbackSeries = undefined;
  }
}

import type { ErrorReporter } from '../core/catch-and-report.js';
import { runNow } from '../core/stepwise.js';
import { Folder, metricsOf, type Totals } from '../processes/merge/fold.js';
import type { ProcessGroup } from '../processes/process-group.js';
import { SAVES_TOTALS } from '../processes/roles.js';
import { startSaving } from '../processes/save-timer.js';
import { isKept } from './kept-metrics.js';
import type { PersistenceConfig } from './persistence.options.js';
import type { SavedState } from './saved-state.js';
import { StateKeeper, type StateOwner } from './state-keeper.js';
import { storageOf } from './storage-of.js';

/**
 * Keeps the totals of a group while none of its members lives. What was saved is added to
 * the totals of its ended members, by one commit; then the first member saves for all.
 */
// Why: docs/decisions/persistence.md, "A group restores into its ledger".
export class PersistedGroup implements StateOwner {
  private readonly keeper: StateKeeper;
  private readonly folder = new Folder(isKept);
  /** That of the totals into which the saved state belongs. */
  private readonly epoch: string;
  private stopSaving = () => {};
  private isCleared = false;

  constructor(
    private readonly config: PersistenceConfig,
    private readonly group: ProcessGroup,
    errors: ErrorReporter,
  ) {
    this.epoch = group.epoch;
    this.keeper = new StateKeeper(storageOf(config), this, errors);
  }

  /** The same for all members. */
  get id(): string {
    return this.group.epoch;
  }

  async adopt(saved: SavedState | undefined): Promise<boolean> {
    if (this.group.epoch !== this.epoch) return false;
    const { origin } = await this.group.changeTotals(async (totals) =>
      totals.origin === undefined
        ? this.restored(totals, saved)
        : this.withGauges(totals, saved),
    );
    return saved === undefined || origin?.owner === saved.owner;
  }

  /** @throws {PersistenceError} */
  restore(): Promise<void> {
    return this.keeper.load();
  }

  /** @throws {PersistenceError} */
  async save(): Promise<void> {
    const { at, totals } = await this.read();
    await this.keeper.save({ at, fold: async () => totals });
  }

  /** Forgets what was saved: all metrics were removed. */
  async clear(): Promise<void> {
    this.isCleared = true;
    await this.group.clear();
    await this.keeper.reported(() => this.save());
  }

  /** Restores, and saves from time to time. */
  async start(): Promise<void> {
    await this.keeper.start();
    this.stopSaving = startSaving(this.config.interval, async () => {
      if (await this.isFirst()) await this.keeper.reported(() => this.save());
    });
  }

  /** Leaves the group, and saves a last time if no other member is left to do so. */
  async end(leave: () => Promise<void>): Promise<void> {
    this.stopSaving();
    await leave();
    await this.keeper.reported(async () => {
      if (!(await this.isFirst())) return;
      const { at, totals } = await this.read();
      await this.keeper.saveLast({ at, fold: async () => totals });
    });
  }

  private async isFirst(): Promise<boolean> {
    try {
      return await this.group.isFirst(SAVES_TOTALS);
    } catch {
      // The group reports what is wrong with its directory.
      return false;
    }
  }

  private read() {
    return this.group.readTotals(this.folder);
  }

  /** The totals outlive the members in the directory, and the gauges only in what is saved. */
  private withGauges(
    totals: Totals,
    saved: SavedState | undefined,
  ): Totals | undefined {
    const gauges = saved?.totals.gauges;
    if (
      this.isCleared ||
      saved?.owner !== this.id ||
      isSame(gauges, totals.gauges)
    )
      return;
    return { ...totals, gauges };
  }

  /** The totals of ended members with what was saved. They have it already if this group has saved it. */
  private restored(totals: Totals, saved: SavedState | undefined): Totals {
    const { owner, seq } = saved ?? { owner: '', seq: 0 };
    const origin = { owner, seq };
    const isNothing = saved === undefined || this.isCleared;
    if (isNothing || owner === this.id) return { ...totals, origin };
    const both = [metricsOf(totals), metricsOf(saved.totals)];
    const sum = runNow(new Folder().fold(both)).totals;
    return { ...sum, gauges: saved.totals.gauges, origin };
  }
}

function isSame(some: Totals['gauges'], others: Totals['gauges']): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

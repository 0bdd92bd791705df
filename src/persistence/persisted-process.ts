import type { ErrorReporter } from '../core/catch-and-report.js';
import type { EventLoopYielder } from '../core/event-loop-yielder.js';
import { saveAtExit } from '../processes/exit-save.js';
import { startSaving } from '../processes/save-timer.js';
import type { Gatherer } from '../registry/gatherer.js';
import type { PersistenceConfig } from './persistence.options.js';
import { PersistentMetrics } from './persistent-metrics.js';
import { StateKeeper } from './state-keeper.js';
import { storageOf } from './storage-of.js';

/** Keeps the totals of this process over its restarts. */
export class PersistedProcess {
  readonly source: PersistentMetrics;
  private readonly keeper: StateKeeper;

  constructor(
    private readonly config: PersistenceConfig,
    gatherer: Gatherer,
    yielder: EventLoopYielder,
    errors: ErrorReporter,
  ) {
    this.source = new PersistentMetrics(gatherer, yielder, errors, (totals) =>
      this.keeper.saveShown(totals),
    );
    this.keeper = new StateKeeper(storageOf(config), this.source, errors);
  }

  /** @throws {PersistenceError} */
  restore(): Promise<void> {
    return this.keeper.load();
  }

  /** @throws {PersistenceError} */
  async save(): Promise<void> {
    await this.keeper.save(await this.source.read());
  }

  /**
   * Restores, and saves from time to time and at the end of the process.
   *
   * @returns saves a last time, and ends it.
   */
  async start(): Promise<() => Promise<void>> {
    const { keeper, source } = this;
    await keeper.start();
    const save = () =>
      keeper.reported(async () => keeper.save(await source.read()));
    const stopSaving = startSaving(this.config.interval, save);
    const stopWatching = saveAtExit(() => {
      const { fold, at } = source.readNow();
      keeper.saveNow(fold, at);
    });
    return async () => {
      stopSaving();
      stopWatching();
      await keeper.reported(async () => keeper.saveLast(await source.read()));
    };
  }
}

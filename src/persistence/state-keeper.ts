import type { ErrorReporter } from '../core/catch-and-report.js';
import { SharedRuns } from '../processes/group/group-member.js';
import { withTimeout } from '../core/time-limit.js';
import type { Totals } from '../processes/merge/fold.js';
import {
  BlockMemory,
  CorruptBlockError,
  NewerFormatError,
} from '../processes/state/block.js';
import {
  haveSameTotals,
  packState,
  type SavedState,
  unpackState,
} from './saved-state.js';
import { PersistenceError } from './persistence-error.js';
import type { Storage } from './storage.js';

/** Milliseconds after which an operation of a store is given up. */
const STORE_LIMIT = 30_000;

/** Milliseconds that the start of an app waits for its saved state. */
const START_LIMIT = 2_000;

/** Milliseconds that the end of an app waits until it is saved. */
const STOP_LIMIT = 5_000;

/** Milliseconds that a page waits until it is saved. */
const PAGE_LIMIT = 1_000;

/** Totals to save. */
export interface TotalsToSave {
  /** When they were read, in milliseconds since the start of the machine. */
  readonly at: number;
  /** Folds them, with what was restored until then. */
  fold(): Promise<Totals>;
}

/** The owner of a saved state: one app, or all members of a group. */
export interface StateOwner {
  /** The same for all that may save in turn. */
  readonly id: string;
  /**
   * Is called with the saved state when it is loaded, `undefined` if nothing was saved, and with
   * what another owner has saved before this one saves for the first time. Returns whether
   * this owner may replace it.
   */
  adopt(saved: SavedState | undefined): Promise<boolean>;
}

/**
 * Loads and saves the state of an app. It saves nothing before it has loaded what is there,
 * and nothing any more once another app saves in the same place.
 */
// Why: docs/decisions/persistence.md, "A saved state has an owner".
export class StateKeeper {
  private phase: 'unloaded' | 'loaded' | 'stopped' = 'unloaded';
  private loading: Promise<void> | undefined = undefined;
  private seq = 0;
  private saved: Totals | undefined = undefined;
  private next: TotalsToSave | undefined = undefined;
  private isLate = false;
  private hasSaved = false;
  /** How often states of other owners were adopted. */
  private adoptions = 0;
  private memory = new BlockMemory();
  private readonly saves = new SharedRuns(() => this.saveNext());

  constructor(
    private readonly storage: Storage,
    private readonly owner: StateOwner,
    private readonly errors: ErrorReporter,
  ) {}

  /**
   * Loads the saved state, unless that was done before.
   *
   * @throws {PersistenceError} if it cannot be loaded, or is of a later version.
   */
  // Why: docs/decisions/persistence.md, "Nothing is saved before the saved state was loaded".
  load(): Promise<void> {
    if (this.phase !== 'unloaded') return Promise.resolve();
    this.loading ??= this.loadOnce().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** Loads the saved state, for a limited time: a store that is down does not keep the app from starting. */
  async start(): Promise<void> {
    const what = `loading the metrics from ${this.storage.name}`;
    await this.reported(() => withTimeout(START_LIMIT, this.load(), what));
  }

  /**
   * Saves totals, or later ones that were passed meanwhile.
   *
   * @throws {PersistenceError} if they cannot be saved.
   */
  save(totals: TotalsToSave): Promise<void> {
    this.next = totals;
    return this.saves.run();
  }

  /** Saves totals before they are shown. A store that is slow or down does not fail the page. */
  // Why: docs/decisions/persistence.md, "A page is saved before it is sent".
  async saveShown(totals: TotalsToSave): Promise<void> {
    const saving = this.reported(() => this.save(totals));
    // The pages after the first one that was late do not wait.
    if (this.isLate) return;
    try {
      const what = `saving the metrics in ${this.storage.name}`;
      await withTimeout(PAGE_LIMIT, saving, what);
    } catch (error) {
      this.isLate = true;
      void saving.then(() => {
        this.isLate = false;
      });
      this.report(error);
    }
  }

  /**
   * Saves at the end of the app, for a limited time.
   *
   * @throws {PersistenceError} if the totals cannot be saved, or {Error} if it takes too long.
   */
  async saveLast(totals: TotalsToSave): Promise<void> {
    const what = `saving the metrics in ${this.storage.name}`;
    await withTimeout(STOP_LIMIT, this.save(totals), what);
  }

  /** Saves while the process ends, if the storage can. */
  saveNow(fold: () => Totals, at: number): void {
    if (this.phase !== 'loaded') return;
    const totals = fold();
    if (this.isSaved(totals)) return;
    const { owner, storage } = this;
    const seq = this.seq + 1;
    storage.saveNow?.(packState({ owner: owner.id, seq, at, totals }));
  }

  /** Runs a task, and reports its error. */
  async reported(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    const what =
      error instanceof PersistenceError ? error.what : 'a slow store';
    this.errors.reportError('persistence', error, `persistence (${what})`);
  }

  private async loadOnce(): Promise<void> {
    const saved = await this.read();
    if (this.phase === 'stopped') return;
    await this.owner.adopt(saved);
    this.seq = saved?.seq ?? 0;
    this.phase = 'loaded';
  }

  private async read(): Promise<SavedState | undefined> {
    const bytes = await this.limited('loading', this.storage.load());
    if (bytes === undefined) return undefined;
    try {
      return unpackState(bytes);
    } catch (error) {
      if (error instanceof NewerFormatError) return this.leaveAlone(error);
      return this.setAside(bytes, error);
    }
  }

  /** A later version of the package has saved the state, and may run again. */
  private leaveAlone(cause: NewerFormatError): never {
    this.phase = 'stopped';
    throw new PersistenceError(
      `${capitalized(this.storage.name)} was saved by a later version of this package (${cause.message}): it is left alone, the metrics start from zero and are not saved. Update the package, or choose another place`,
      { what: 'a later version', cause },
    );
  }

  private async setAside(
    bytes: Uint8Array,
    error: unknown,
  ): Promise<undefined> {
    const why =
      error instanceof CorruptBlockError ? error.message : 'it is no state';
    const kept = await this.limited('keeping', this.storage.setAside(bytes));
    this.report(
      new PersistenceError(
        `${capitalized(this.storage.name)} cannot be read: ${why}. It is kept as ${kept}, and the metrics start from zero`,
        { what: 'an unreadable state', cause: error },
      ),
    );
    return undefined;
  }

  private async saveNext(): Promise<void> {
    await this.load();
    const { next } = this;
    if (next === undefined || this.phase === 'stopped') return;
    let totals = await next.fold();
    if (this.isSaved(totals)) return;
    const { owner, adoptions } = this;
    if (!(await this.mayReplace(next.at))) return;
    if (this.adoptions > adoptions) totals = await next.fold();
    const seq = this.seq + 1;
    const state = { owner: owner.id, seq, at: next.at, totals };
    const { memory } = this;
    // What is given up may still be written: the next save replaces it, from other memory.
    this.saved = undefined;
    this.memory = new BlockMemory();
    const bytes = packState(state, memory.take);
    await this.limited('saving', this.storage.save(bytes));
    this.memory = memory;
    this.seq = seq;
    this.saved = totals;
    this.hasSaved = true;
  }

  private isSaved(totals: Totals): boolean {
    return this.saved !== undefined && haveSameTotals(this.saved, totals);
  }

  /** Whether the present state may be replaced by totals that were read then. */
  private async mayReplace(at: number): Promise<boolean> {
    const { storage } = this;
    if (!(await this.limited('loading', storage.mayHaveChanged()))) return true;
    const present = await this.read();
    if (present === undefined) {
      this.saved = undefined;
      return true;
    }
    if (present.owner === this.owner.id) {
      if (present.seq !== this.seq) this.saved = undefined;
      this.seq = Math.max(this.seq, present.seq);
      return present.at <= at;
    }
    this.seq = present.seq;
    this.saved = undefined;
    if (!this.hasSaved && (await this.owner.adopt(present))) {
      this.adoptions++;
      return true;
    }
    this.phase = 'stopped';
    throw new PersistenceError(
      `Another running app saves its metrics in ${storage.name}: this one saves nothing there any more, as the counts of one would replace those of the other. Give each app a place of its own`,
      { what: 'another app' },
    );
  }

  private async limited<T>(doing: string, operation: Promise<T>): Promise<T> {
    const what = `${doing} the metrics in ${this.storage.name}`;
    try {
      return await withTimeout(STORE_LIMIT, operation, what);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new PersistenceError(
        `${doing} the metrics failed for ${this.storage.name}: ${why}. It is tried again`,
        { what: doing, cause },
      );
    }
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

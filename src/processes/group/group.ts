import type { Doorbells, GroupFiles, RingResult } from './group-files.js';
import { type LedgerCodec, Ledgers } from './ledger.js';

/** Attempts to read all members while some of them end. */
const MAX_READS = 50;

/** Reads and adds up what members save. */
export interface GroupContents<S, T> extends LedgerCodec<T> {
  /**
   * Reads a state of a member. `undefined` if the file does not exist. Never rejects for
   * what a file contains: a state that cannot be read counts for nothing.
   */
  readState(folder: string, file: StateFile): Promise<S | undefined>;
  /** The number of a state. */
  seqOf(state: S): number;
  /** Adds the last states of ended members to the totals. */
  fold(totals: T, ended: readonly S[]): Promise<T>;
}

/** The last state of a living member, or that of an ended one, which no longer changes. */
export type StateFile = 'values' | 'final';

/** A member as it was read. */
export interface ReadMember<S> {
  readonly id: string;
  readonly state: S;
  readonly isAlive: boolean;
}

/** All that the members of a group have counted. */
export interface GroupReading<S, T> {
  readonly members: readonly ReadMember<S>[];
  readonly totals: T;
  /** The ids of members that did not save in time; their last state was read. */
  readonly late: readonly string[];
}

/** The totals with which a group begins when none of its members lives. */
export interface FreshStart<T> {
  /** Another text after each restart of the machine. */
  readonly boot: string;
  /** Whether the totals of members that have all ended are kept. They are zeroed otherwise. */
  readonly goesOn: boolean;
  /** Returns the totals to begin with where the directory has none. */
  restore(): Promise<T | undefined>;
}

/** Receives what goes wrong in a group, and does not fail the page. */
export interface GroupReporter {
  /** A ledger that cannot be read. Rejects if the group cannot be used; else the one before it is read. */
  unreadable(file: string, error: unknown): Promise<void>;
  /** An operation that failed, e.g. because the disk is full. */
  failed(error: unknown): void;
}

/**
 * The members of an app on one host. Each writes only its own state; all of them read the
 * states of all. There is no leader and no lock.
 *
 * The folder of a member moves from `new/` to `m/` when it is born and to `c/` when it has
 * ended; then its values move into the totals of the ledger. Readers go the same way, so
 * that they miss no member, and the ledger tells which folders count.
 */
// Why: docs/decisions/processes.md, "State files are the truth, sockets are doorbells".
export class Group<S, T> {
  readonly ledgers: Ledgers<T>;

  constructor(
    private readonly files: GroupFiles,
    private readonly doorbells: Doorbells,
    private readonly contents: GroupContents<S, T>,
    private readonly reporter: GroupReporter,
  ) {
    this.ledgers = new Ledgers(files, contents, (file, error) =>
      reporter.unreadable(file, error),
    );
  }

  /** Makes the folders of the group. */
  async prepare(): Promise<void> {
    for (const folder of ['new', 'm', 'c']) await this.files.makeFolder(folder);
  }

  /**
   * Adds a member, whose folder `new/<id>` is complete and whose doorbell can be rung.
   *
   * @returns the epoch of the totals that it is part of.
   */
  async join(id: string, start: FreshStart<T>): Promise<string> {
    await this.files.rename(`new/${id}`, `m/${id}`);
    while (!(await this.enter(id, start)));
    return (await this.ledgers.read()).epoch;
  }

  private async enter(id: string, start: FreshStart<T>): Promise<boolean> {
    const ledger = await this.ledgers.read();
    if (await this.anyAlive(ledger.members)) {
      const members = [...ledger.members, id];
      return this.ledgers.commit(ledger, { ...ledger, members });
    }
    const isSameBoot = ledger.number > 0 && ledger.boot === start.boot;
    if (start.goesOn && isSameBoot) {
      await this.foldEnded(ledger.members);
      const folded = await this.ledgers.read();
      return this.ledgers.commit(folded, {
        ...folded,
        members: [...folded.members, id],
      });
    }
    return this.ledgers.commit(ledger, {
      members: [id],
      ended: [],
      totals: (await start.restore()) ?? this.contents.noTotals,
      boot: start.boot,
      epoch: id,
    });
  }

  private async anyAlive(members: readonly string[]): Promise<boolean> {
    const results = await Promise.all(
      members.map((id) => this.doorbells.ring(`m/${id}`)),
    );
    return results.some((one) => one === 'saved' || one === 'late');
  }

  /** Rings all other members, folds the ended ones, and reads all. */
  async gather(
    self: string,
    save: () => Promise<void>,
  ): Promise<GroupReading<S, T>> {
    const failed = (error: unknown) => this.reporter.failed(error);
    const ids = (await this.files.list('m')).filter((id) => id !== self);
    const [rings] = await Promise.all([
      Promise.all(ids.map((id) => this.doorbells.ring(`m/${id}`))),
      save().catch(failed),
    ]);
    const those = (result: RingResult) =>
      ids.filter((_, i) => rings[i] === result);
    await this.foldEnded(those('dead')).catch(failed);
    return { ...(await this.read()), late: those('late') };
  }

  /** Marks a member as ended. Its state can no longer change. */
  private async end(id: string): Promise<void> {
    await this.files.rename(`m/${id}`, `c/${id}`);
    await this.files.link(`c/${id}/values`, `c/${id}/final`);
  }

  /**
   * Moves the values of ended members into the totals.
   *
   * @param dead members that have been found dead.
   */
  async foldEnded(dead: readonly string[] = []): Promise<void> {
    for (const id of dead) await this.end(id);
    const ids = await this.files.list('c');
    if (ids.length === 0) return;
    for (const id of ids) await this.end(id);
    while (!(await this.foldOnce(ids)));
    const { members } = await this.ledgers.read();
    for (const id of ids) {
      if (!members.includes(id)) await this.files.remove(`c/${id}`);
    }
  }

  /** Removes members without folders: a ledger that could not be read has had their values. */
  private async forgetMissing(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const isThere =
        (await this.files.exists(`m/${id}`)) ||
        (await this.files.exists(`c/${id}`));
      if (!isThere) await this.forget(id);
    }
  }

  /** Removes a member without a folder from the ledger. Returns whether it was there. */
  async forget(id: string): Promise<boolean> {
    const ledger = await this.ledgers.read();
    if (!ledger.members.includes(id)) return false;
    const members = ledger.members.filter((one) => one !== id);
    const isRemoved = await this.ledgers.commit(ledger, { ...ledger, members });
    return isRemoved || this.forget(id);
  }

  private async foldOnce(ids: readonly string[]): Promise<boolean> {
    const ledger = await this.ledgers.read();
    const states = await this.finalStates(
      ids.filter((id) => ledger.members.includes(id)),
    );
    if (states.length === 0) return true;
    const gone = new Set(states.map(({ id }) => id));
    return this.ledgers.commit(ledger, {
      ...ledger,
      members: ledger.members.filter((id) => !gone.has(id)),
      ended: [
        ...ledger.ended,
        ...states.map(
          ({ id, state }) => [id, this.contents.seqOf(state)] as const,
        ),
      ],
      totals: await this.contents.fold(
        ledger.totals,
        states.map(({ state }) => state),
      ),
    });
  }

  private async finalStates(ids: readonly string[]) {
    const states = await Promise.all(
      ids.map(async (id) => {
        const state = await this.contents.readState(`c/${id}`, 'final');
        return state === undefined ? undefined : { id, state };
      }),
    );
    return states.filter((one) => one !== undefined);
  }

  /** Reads all members: living ones, then ended ones, then the ledger, the way that a member goes. */
  private async read(): Promise<Omit<GroupReading<S, T>, 'late'>> {
    for (let reads = 0; ; reads++) {
      const found = new Map<string, ReadMember<S>>();
      await this.readFolder('m', 'values', found);
      await this.readFolder('c', 'final', found);
      const { members, totals } = await this.ledgers.read();
      const read = members
        .map((id) => found.get(id))
        .filter((one) => one !== undefined);
      if (read.length === members.length) return { members: read, totals };
      if (reads < MAX_READS) continue;
      await this.forgetMissing(members.filter((id) => !found.has(id)));
      return { members: read, totals };
    }
  }

  private async readFolder(
    folder: 'm' | 'c',
    file: StateFile,
    found: Map<string, ReadMember<S>>,
  ): Promise<void> {
    const ids = await this.files.list(folder);
    await Promise.all(
      ids.map(async (id) => {
        const path = `${folder}/${id}`;
        // Another member may have marked it as ended a moment ago.
        if (folder === 'c') await this.end(id);
        const state = await this.contents.readState(path, file);
        if (state !== undefined) {
          found.set(id, { id, state, isAlive: folder === 'm' });
        }
      }),
    );
  }
}

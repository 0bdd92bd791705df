import type { Doorbells, GroupFiles, RingResult } from './group-files.js';
import {
  type Ledger,
  type LedgerCodec,
  type LedgerContent,
  Ledgers,
  seqOfEnded,
} from './ledger.js';

/** Attempts to read all members while some of them end. */
const MAX_READS = 50;

/** Reads and adds up what members save. */
export interface GroupContents<S, T> extends LedgerCodec<T> {
  /**
   * Reads a state of a member. `undefined` if the file does not exist. Never rejects for
   * what a file contains: a state that cannot be read counts for nothing.
   */
  readState(folder: string, file: StateFile): Promise<S | undefined>;
  /** The number of a state, from 1; 0 for one that counts for nothing. */
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
 * that they seldom miss a member. The ledger tells which folders count: readers read again
 * if one of its members is missing.
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
   * @returns the epoch of the totals that it is part of; `undefined` if it has been taken for
   * ended before the ledger had it.
   */
  async join(id: string, start: FreshStart<T>): Promise<string | undefined> {
    await this.files.rename(`new/${id}`, `m/${id}`);
    for (;;) {
      const ledger = await this.ledgers.read();
      if (seqOfEnded(ledger, id) !== undefined) return undefined;
      const content = await this.withMember(id, ledger, start);
      if (await this.ledgers.commit(ledger, content)) return content.epoch;
    }
  }

  private async withMember(
    id: string,
    ledger: Ledger<T>,
    start: FreshStart<T>,
  ): Promise<LedgerContent<T>> {
    const isAlive = await this.anyAlive(ledger.members);
    if (!isAlive) {
      // One that lives nevertheless must notice that it is no longer a member.
      for (const one of ledger.members) await this.end(one);
    }
    const isSameBoot = ledger.number > 0 && ledger.boot === start.boot;
    if (isAlive || (start.goesOn && isSameBoot)) {
      return { ...ledger, members: [...ledger.members, id] };
    }
    const totals = (await start.restore()) ?? this.contents.noTotals;
    const { boot } = start;
    return { ...ledger, members: [id], totals, boot, epoch: id };
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

  /**
   * Whether no member before this one answers, or no other one at all if this one has ended.
   *
   * @param counts whether a member with this state counts.
   */
  async isFirst(
    self: string,
    hasEnded: boolean,
    counts: (state: S) => boolean,
  ): Promise<boolean> {
    const { members } = await this.ledgers.read();
    const at = members.indexOf(self);
    const others = hasEnded || at < 0 ? members : members.slice(0, at);
    for (const id of others) {
      if (id !== self && (await this.answers(id, counts))) return false;
    }
    return true;
  }

  private async answers(
    id: string,
    counts: (state: S) => boolean,
  ): Promise<boolean> {
    const folder = `m/${id}`;
    if ((await this.doorbells.ring(folder)) !== 'saved') return false;
    const state = await this.contents.readState(folder, 'values');
    return state !== undefined && counts(state);
  }

  /** Marks a member as ended. Its state can no longer change. */
  private async end(id: string): Promise<void> {
    await this.files.rename(`m/${id}`, `c/${id}`);
    await this.files.link(`c/${id}/values`, `c/${id}/final`);
  }

  /**
   * Moves the values of ended members into the totals.
   *
   * @param dead members to end first. One that is alive saves under another id from now on.
   */
  async foldEnded(dead: readonly string[] = []): Promise<void> {
    for (const id of dead) await this.end(id);
    const ids = await this.files.list('c');
    for (const id of ids) await this.end(id);
    while (!(await this.foldOnce(ids, dead)));
    for (const id of ids) await this.files.remove(`c/${id}`);
  }

  private async foldOnce(
    ids: readonly string[],
    dead: readonly string[],
  ): Promise<boolean> {
    if (ids.length === 0 && dead.length === 0) return true;
    const ledger = await this.ledgers.read();
    const isMember = (id: string) => ledger.members.includes(id);
    // The folder of a dead member may have been deleted by somebody else.
    const ended = [...new Set([...ids, ...dead.filter(isMember)])].filter(
      (id) => seqOfEnded(ledger, id) === undefined,
    );
    return ended.length === 0 || this.foldInto(ledger, ended);
  }

  private async foldInto(
    ledger: Ledger<T>,
    ids: readonly string[],
  ): Promise<boolean> {
    const { contents } = this;
    const states = await Promise.all(
      ids.map(async (id) =>
        // One that the ledger does not have was never counted, and cannot enter any more.
        ledger.members.includes(id)
          ? contents.readState(`c/${id}`, 'final')
          : undefined,
      ),
    );
    const ended = ids.map((id, i) => {
      const state = states[i];
      return [id, state === undefined ? 0 : contents.seqOf(state)] as const;
    });
    return this.ledgers.commit(ledger, {
      ...ledger,
      members: ledger.members.filter((id) => !ids.includes(id)),
      ended: [...ledger.ended, ...ended],
      totals: await contents.fold(
        ledger.totals,
        states.filter((state) => state !== undefined),
      ),
    });
  }

  /** Reads all members: living ones, then ended ones, then the ledger, the way that a member goes. */
  private async read(): Promise<Omit<GroupReading<S, T>, 'late'>> {
    let missedBefore: readonly string[] = [];
    for (let reads = 1; ; reads++) {
      const found = new Map<string, ReadMember<S>>();
      await this.readFolder('m', 'values', found);
      await this.readFolder('c', 'final', found);
      const { members, totals } = await this.ledgers.read();
      const missed = members.filter((id) => !found.has(id));
      if (missed.length === 0 || reads === MAX_READS) {
        const read = members.map((id) => found.get(id));
        return { members: read.filter((one) => one !== undefined), totals };
      }
      // Their last state was not frozen, or somebody has deleted their folder.
      const lost = missed.filter((id) => missedBefore.includes(id));
      if (lost.length > 0) await this.foldEnded(lost);
      missedBefore = missed;
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
        const state = await this.contents.readState(`${folder}/${id}`, file);
        if (state !== undefined) {
          found.set(id, { id, state, isAlive: folder === 'm' });
        }
      }),
    );
  }
}

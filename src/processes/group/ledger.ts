import { randomBytes } from 'node:crypto';
import type { GroupFiles } from './group-files.js';

/** Ledgers before the last one that are kept, for members that are reading them. */
const KEPT_LEDGERS = 3;

/** Ids of the last commits that a ledger lists. */
const KEPT_COMMITS = 64;

/** Ended members that a ledger lists: one that is still alive finds there what was counted of it. */
const KEPT_ENDED = 4_096;

/** Attempts to read a ledger that others replace meanwhile. */
const MAX_READS = 100;

/** What the members of a group have agreed on. */
export interface LedgerContent<T> {
  /** The ids of the members. */
  readonly members: readonly string[];
  /** The ended members, with the number of the state that is in the totals; 0 if nothing is. */
  readonly ended: readonly (readonly [id: string, seq: number])[];
  /** The totals of the ended members. */
  readonly totals: T;
  /** Another text after each restart of the machine. */
  readonly boot: string;
  /** Another text each time the totals begin from zero, or from totals restored from elsewhere. */
  readonly epoch: string;
}

/** A ledger as it is stored: the file `ended.<number>`. */
export interface StoredLedger<T> extends LedgerContent<T> {
  /** The ids of the last commits. */
  readonly commits: readonly string[];
}

/** A ledger with its number. */
export interface Ledger<T> extends StoredLedger<T> {
  readonly number: number;
}

/** Encodes ledgers. */
export interface LedgerCodec<T> {
  readonly noTotals: T;
  encode(ledger: StoredLedger<T>): Uint8Array;
  /** Throws if the ledger cannot be read. */
  decode(bytes: Uint8Array): StoredLedger<T>;
}

/**
 * The ledgers of a group. Each is a file of its own that never changes; the one with the
 * highest number is valid. A commit links the next number, which only one member can do.
 */
// Why: docs/decisions/processes.md, "The ledger decides who is a member".
export class Ledgers<T> {
  private readonly empty: StoredLedger<T>;
  /** The ledger that was read last: the same object as long as it is valid. */
  private last: { bytes: Uint8Array; ledger: Ledger<T> } | undefined =
    undefined;

  constructor(
    private readonly files: GroupFiles,
    private readonly codec: LedgerCodec<T>,
    /** Is called for a ledger that cannot be read. Throws if the group cannot be used. */
    private readonly unreadable: (
      file: string,
      error: unknown,
    ) => Promise<void>,
  ) {
    const { noTotals: totals } = codec;
    const none = { members: [], ended: [], commits: [], boot: '', epoch: '' };
    this.empty = { ...none, totals };
  }

  /** The valid ledger; an empty one, with the number 0, before the first commit. */
  async read(): Promise<Ledger<T>> {
    for (let reads = 0; reads < MAX_READS; reads++) {
      const number = (await this.numbers()).at(-1);
      if (number === undefined) {
        return { ...this.empty, number: 0 };
      }
      const file = fileOf(number);
      const bytes = await this.files.read(file);
      if (bytes === undefined) continue;
      if (this.last !== undefined && isSame(this.last.bytes, bytes)) {
        return this.last.ledger;
      }
      try {
        const ledger = { ...this.codec.decode(bytes), number };
        this.last = { bytes, ledger };
        return ledger;
      } catch (error) {
        await this.unreadable(file, error);
      }
    }
    throw new Error('the ledger is replaced faster than it can be read');
  }

  /** Replaces a ledger. Returns false if another member has replaced it before. */
  async commit(before: Ledger<T>, content: LedgerContent<T>): Promise<boolean> {
    const id = randomBytes(8).toString('hex');
    const commits = [...before.commits.slice(1 - KEPT_COMMITS), id];
    const ended = content.ended.slice(-KEPT_ENDED);
    const draft = `new/ledger-${id}`;
    await this.files.write(
      draft,
      this.codec.encode({ ...content, ended, commits }),
    );
    const number = before.number + 1;
    const isLinked = await this.files.link(draft, fileOf(number));
    await this.files.remove(draft);
    if (!isLinked) return false;
    // A number that was deleted already can be linked, but counts for nothing.
    const latest = await this.read();
    if (!latest.commits.includes(id)) return false;
    await this.removeOld(latest.number);
    return true;
  }

  /**
   * Changes the totals by one commit.
   *
   * @param change returns the new totals; `undefined` to leave them as they are.
   * @returns the present totals.
   */
  async changeTotals(
    change: (totals: T) => Promise<T | undefined>,
  ): Promise<T> {
    for (;;) {
      const ledger = await this.read();
      const totals = await change(ledger.totals);
      if (totals === undefined) return ledger.totals;
      if (await this.commit(ledger, { ...ledger, totals })) return totals;
    }
  }

  /**
   * Ends a member whose values count for nothing, and changes the totals, by one commit.
   *
   * @param change returns the new totals.
   */
  async discard(id: string, change: (totals: T) => T): Promise<void> {
    for (;;) {
      const ledger = await this.read();
      const isEnded = seqOfEnded(ledger, id) !== undefined;
      const isCommitted = await this.commit(ledger, {
        ...ledger,
        members: ledger.members.filter((one) => one !== id),
        // A member that finds its folder must not count it.
        ended: isEnded ? ledger.ended : [...ledger.ended, [id, 0]],
        totals: change(ledger.totals),
      });
      if (isCommitted) return;
    }
  }

  private async removeOld(latest: number): Promise<void> {
    const old = (await this.numbers()).filter(
      (number) => number < latest - KEPT_LEDGERS,
    );
    for (const number of old) await this.files.remove(fileOf(number));
  }

  /** The numbers of all ledgers, from the lowest. */
  private async numbers(): Promise<number[]> {
    return (await this.files.list('.'))
      .map((name) => /^ended\.(\d+)$/.exec(name)?.[1])
      .filter((number) => number !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }
}

/** The number of the state of an ended member that is in the totals; 0 if nothing is. */
export function seqOfEnded(
  { ended }: LedgerContent<unknown>,
  id: string,
): number | undefined {
  return ended.find(([one]) => one === id)?.[1];
}

function isSame(some: Uint8Array, others: Uint8Array): boolean {
  if (some === others) return true;
  return some.length > 0 && Buffer.compare(some, others) === 0;
}

function fileOf(number: number): string {
  return `ended.${number}`;
}

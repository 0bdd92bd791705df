import { randomBytes } from 'node:crypto';
import type { FreshStart, Group, GroupReading, StateFile } from './group.js';
import type { GroupFiles } from './group-files.js';
import { seqOfEnded } from './ledger.js';

/** The name of a state that is being saved. */
export const SAVED_FILE = 't';

/** The name of a last state that is being saved. */
const LAST_FILE = 'last';

/** The state of the process itself. */
export interface OwnState {
  /**
   * Writes the present state as `<folder>/<file>`. Returns its number, or `undefined` if the
   * folder does not exist. {@link SAVED_FILE} need not be written if the last state written
   * in this folder is the same.
   */
  write(
    folder: string,
    file: string,
  ): Promise<number | 'unchanged' | undefined>;
  /**
   * Subtracts the state with this number from now on, as the totals have it; `last` for the
   * last one that was written, `none` if nothing of the process is in the totals.
   */
  subtract(seq: number | 'last' | 'none'): void;
}

/** Answers when the member's doorbell is rung. */
export interface OwnDoorbell {
  /** Starts to answer in this folder, each ring with `save`. Returns what ends it. */
  open(folder: string, save: () => Promise<void>): Promise<() => Promise<void>>;
}

/** The part of a process in a group. */
export class GroupMember<S, T> {
  /** Another one after each birth. */
  private id = '';
  /** When the totals began that it is part of. */
  private ownEpoch = '';
  private phase: 'joining' | 'member' | 'ending' | 'ended' = 'joining';
  private closeDoorbell: () => Promise<void> = async () => {};
  private readonly saves: SharedRuns;
  /** Whether it has become a member. */
  private joined: Promise<boolean> = Promise.resolve(false);
  private gathers: Promise<unknown> = Promise.resolve();
  /** Forgets the values of a member with this id, at the next save. */
  private discard: ((id: string) => Promise<void>) | undefined = undefined;

  constructor(
    private readonly group: Group<S, T>,
    private readonly files: GroupFiles,
    private readonly own: OwnState,
    private readonly doorbell: OwnDoorbell,
    private readonly start: FreshStart<T>,
  ) {
    this.saves = new SharedRuns(() => this.saveOnce());
  }

  /** Makes the process a member. Leaves nothing behind if it rejects. */
  join(): Promise<void> {
    const born = this.beBorn().catch(async (error: unknown) => {
      this.phase = 'ended';
      await this.closeDoorbell();
      for (const folder of [`new/${this.id}`, this.folder]) {
        await this.files.remove(folder).catch(() => {});
      }
      throw error;
    });
    this.joined = born.then(
      () => true,
      () => false,
    );
    return born;
  }

  /** Saves the present state. Calls that wait for a save to begin share it. */
  readonly save = (): Promise<void> => this.saves.run();

  /** Reads what all members have counted, one reading at a time: a later one is never older. */
  gather(): Promise<GroupReading<S, T>> {
    const gathered = this.gathers.then(() =>
      this.group.gather(this.id, this.save),
    );
    this.gathers = gathered.catch(() => {});
    return gathered;
  }

  /** Saves the last state, which others count from now on, and ends the membership. */
  async retire(): Promise<void> {
    const hasJoined = await this.joined;
    if (this.phase === 'ended') return;
    this.phase = hasJoined ? 'ending' : 'ended';
    // A member that has been taken for dead meanwhile is born again, and then ends.
    while (this.phase === 'ending') await this.save();
    await this.closeDoorbell();
  }

  /**
   * Changes the totals of ended members, and forgets what the process has counted until now, which
   * its own state no longer has. Readings that begin later see both.
   */
  clear(change: (totals: T) => T): Promise<void> {
    this.discard = (id) => this.group.ledgers.discard(id, change);
    return this.save();
  }

  /** Another text each time the totals start from zero or from saved ones. */
  get epoch(): string {
    return this.ownEpoch;
  }

  /** As `Group.isFirst()` has it. */
  isFirst(counts: (state: S) => boolean): Promise<boolean> {
    return this.group.isFirst(this.id, this.hasEnded, counts);
  }

  /** Whether its last state is saved, and it saves no other one. */
  get hasEnded(): boolean {
    return this.phase === 'ended';
  }

  /** The folder of the member. */
  get folder(): string {
    return `m/${this.id}`;
  }

  private async beBorn(): Promise<void> {
    if (this.phase === 'member') this.phase = 'joining';
    await this.group.prepare();
    let epoch: string | undefined = undefined;
    while (epoch === undefined) epoch = await this.joinOnce();
    this.ownEpoch = epoch;
    if (this.phase === 'joining') this.phase = 'member';
  }

  private async joinOnce(): Promise<string | undefined> {
    await this.closeDoorbell();
    this.id = randomBytes(8).toString('hex');
    const folder = `new/${this.id}`;
    await this.files.makeFolder(folder);
    await this.own.write(folder, 'values');
    this.closeDoorbell = await this.doorbell.open(folder, this.save);
    return this.group.join(this.id, this.start);
  }

  private async saveOnce(): Promise<void> {
    if (this.phase === 'ended') return;
    const { discard } = this;
    if (discard !== undefined && this.phase !== 'joining')
      await this.beginAgain(discard);
    const { phase, folder } = this;
    const isSaved =
      phase === 'ending'
        ? await this.saveFinal(folder)
        : await this.saveValues(folder);
    if (!isSaved && phase !== 'joining') await this.beBornAgain();
    else if (phase === 'ending') this.phase = 'ended';
  }

  /** Becomes another member if its values were cleared: others may have counted the old ones. */
  // Why: docs/decisions/processes.md, "A member that clears its metrics becomes another member".
  private async beginAgain(
    discard: (id: string) => Promise<void>,
  ): Promise<void> {
    const { folder } = this;
    await discard(this.id);
    this.discard = undefined;
    this.own.subtract('none');
    await this.files.remove(folder);
    await this.beBorn();
  }

  /** Returns false if the folder has been moved: the member was taken for ended. */
  private async saveValues(folder: string): Promise<boolean> {
    const written = await this.own.write(folder, SAVED_FILE);
    if (written === undefined) return false;
    const values: StateFile = 'values';
    const isKept =
      written === 'unchanged' ||
      (await this.files.rename(
        `${folder}/${SAVED_FILE}`,
        `${folder}/${values}`,
      ));
    return isKept && this.files.exists(folder);
  }

  /** A link, since a rename would replace the last state if others count one already. */
  private async saveFinal(folder: string): Promise<boolean> {
    if ((await this.own.write(folder, LAST_FILE)) === undefined) return false;
    const final: StateFile = 'final';
    const isLinked = await this.files.link(
      `${folder}/${LAST_FILE}`,
      `${folder}/${final}`,
    );
    return isLinked && this.files.rename(folder, `c/${this.id}`);
  }

  /** Another member has taken this one for ended, and counts its last state. It goes on from there. */
  private async beBornAgain(): Promise<void> {
    const { id, epoch } = this;
    await this.group.foldEnded([id]);
    const seq = seqOfEnded(await this.group.ledgers.read(), id) ?? 'last';
    if (seq !== 0) this.own.subtract(seq);
    await this.beBorn();
    if (this.epoch === epoch) return;
    // Totals that have begun from zero have nothing of it.
    this.own.subtract('none');
    await this.saveOnce();
  }
}

/** Runs a task one at a time. A call during a run waits for the next one, which all such calls share. */
export class SharedRuns {
  private running: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined = undefined;

  constructor(private readonly task: () => Promise<void>) {}

  run(): Promise<void> {
    this.next ??= this.running.then(() => {
      const run = this.task();
      this.next = undefined;
      this.running = run.catch(() => {});
      return run;
    });
    return this.next;
  }
}

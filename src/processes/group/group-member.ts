import { randomBytes } from 'node:crypto';
import type { FreshStart, Group, GroupReading, StateFile } from './group.js';
import type { GroupFiles } from './group-files.js';

/** Attempts to gather while the member itself is taken for ended. */
const MAX_GATHERS = 10;

/** The name of a state that is being saved. */
export const SAVED_FILE = 't';

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
  private epoch = '';
  private phase: 'joining' | 'member' | 'ending' | 'ended' = 'joining';
  private closeDoorbell: () => Promise<void> = async () => {};
  private readonly saves: SharedRuns;
  private gathers: Promise<unknown> = Promise.resolve();

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
  async join(): Promise<void> {
    try {
      await this.beBorn();
    } catch (error) {
      this.phase = 'ended';
      await this.closeDoorbell();
      for (const folder of [`new/${this.id}`, this.folder]) {
        await this.files.remove(folder).catch(() => {});
      }
      throw error;
    }
  }

  /** Saves the present state. Calls that wait for a save to begin share it. */
  readonly save = (): Promise<void> => this.saves.run();

  /** Reads what all members have counted, one reading at a time: a later one is never older. */
  gather(): Promise<GroupReading<S, T>> {
    const gathered = this.gathers.then(() => this.gatherNow());
    this.gathers = gathered.catch(() => {});
    return gathered;
  }

  /** Saves the last state, which others count from now on, and ends the membership. */
  async retire(): Promise<void> {
    if (this.phase === 'ended') return;
    this.phase = 'ending';
    // A save that runs now was begun before.
    while (this.phase === 'ending') await this.save();
    await this.closeDoorbell();
  }

  /** The folder of the member. */
  get folder(): string {
    return `m/${this.id}`;
  }

  private async beBorn(): Promise<void> {
    if (this.phase === 'member') this.phase = 'joining';
    await this.group.prepare();
    this.id = randomBytes(8).toString('hex');
    const folder = `new/${this.id}`;
    await this.files.makeFolder(folder);
    await this.own.write(folder, 'values');
    this.closeDoorbell = await this.doorbell.open(folder, this.save);
    this.epoch = await this.group.join(this.id, this.start);
    if (this.phase === 'joining') this.phase = 'member';
  }

  private async saveOnce(): Promise<void> {
    if (this.phase === 'ended') return;
    const { folder } = this;
    if (this.phase === 'ending') {
      this.phase = 'ended';
      await this.writeFinal(folder);
      return;
    }
    const written = await this.own.write(folder, SAVED_FILE);
    const isSaved =
      written !== undefined &&
      (written === 'unchanged' || (await this.rename(SAVED_FILE, 'values'))) &&
      (await this.files.exists(folder));
    if (!isSaved && this.phase === 'member') await this.beBornAgain();
  }

  /** Nothing is left to do if the folder is gone: others have counted the last state. */
  private async writeFinal(folder: string): Promise<void> {
    if ((await this.own.write(folder, 'last')) === undefined) return;
    await this.rename('last', 'final');
    await this.files.rename(folder, `c/${this.id}`);
  }

  private rename(from: string, to: StateFile): Promise<boolean> {
    return this.files.rename(`${this.folder}/${from}`, `${this.folder}/${to}`);
  }

  /** Another member has taken this one for ended, and counts its last state. It goes on from there. */
  private async beBornAgain(): Promise<void> {
    const { id } = this;
    await this.closeDoorbell();
    await this.group.foldEnded();
    // It was removed before it had become a member: nothing of it was counted.
    const wasForgotten = await this.group.forget(id);
    const { ended, epoch } = await this.group.ledgers.read();
    const seq = ended.find(([one]) => one === id)?.[1];
    if (seq !== undefined) this.own.subtract(seq);
    else if (epoch !== this.epoch) this.own.subtract('none');
    else if (!wasForgotten) this.own.subtract('last');
    await this.beBorn();
  }

  private async gatherNow(): Promise<GroupReading<S, T>> {
    for (let gathers = 1; ; gathers++) {
      const reading = await this.group.gather(this.id, this.save);
      const isMember = reading.members.some(({ id }) => id === this.id);
      if (isMember || gathers === MAX_GATHERS) return reading;
    }
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

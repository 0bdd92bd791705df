import type {
  Doorbells,
  GroupFiles,
  RingResult,
} from '../../../src/processes/group/group-files.js';
import type {
  FreshStart,
  GroupContents,
} from '../../../src/processes/group/group.js';
import type { OwnState } from '../../../src/processes/group/group-member.js';
import {
  added,
  type Counts,
  type Folder,
  type GroupCode,
  type Ledger,
  type Node,
  type Place,
  type State,
  type World,
} from './group-world.js';

/** A process with a counter. */
export class Player implements GroupFiles, Doorbells {
  isDead = false;
  isStopped = false;
  hasJoined = false;
  isEnding = false;
  isScraping = false;
  count = 0;
  /** What was to be saved by a save that has ended: that much must never be lost. */
  saved = 0;
  /** The epoch of the totals in which that was saved. */
  savedIn = '';
  private seq = 0;
  private subtracted = 0;
  private readonly written = new Map<number, number>();
  /** Folders whose doorbell is open, by the folder's node: it may be renamed. */
  readonly doorbells = new Map<Folder, () => Promise<void>>();
  readonly member: InstanceType<GroupCode['GroupMember']> & {
    gather(): Promise<{
      members: readonly { state: unknown }[];
      totals: unknown;
    }>;
  };

  constructor(
    private readonly world: World,
    private readonly owner: number,
  ) {
    const contents: GroupContents<State, Counts> = {
      noTotals: [],
      encode: (ledger) => ledger as unknown as Uint8Array,
      decode: (bytes) => bytes as unknown as Ledger,
      readState: async (folder, file) =>
        (await this.read(`${folder}/${file}`)) as unknown as State | undefined,
      seqOf: ({ seq }) => seq,
      fold: async (totals, ended) => added(totals, ended),
    };
    const start: FreshStart<Counts> = {
      boot: 'boot',
      goesOn: world.goesOn,
      restore: async () => undefined,
    };
    const own: OwnState = {
      write: (folder, file) => this.writeState(folder, file),
      subtract: (seq) => this.subtract(seq),
    };
    const group = new world.code.Group(this, this, contents, {
      unreadable: async () => {
        throw new Error('a ledger could not be read');
      },
      failed: (error) => {
        throw error;
      },
    });
    this.member = new world.code.GroupMember(
      group,
      this,
      own,
      { open: (folder, save) => this.openDoorbell(folder, save) },
      start,
    );
  }

  /** What was written at most: readers cannot find more. */
  get recorded(): number {
    return this.written.get(this.seq) ?? 0;
  }

  kill(): void {
    this.isDead = true;
    this.doorbells.clear();
    this.world.bury(this);
  }

  /** Saves, and notes that what had been recorded before is kept from now on. */
  save(): Promise<void> {
    return this.keeping(() => this.member.save());
  }

  /** Ends the membership as a process does that ends in order. */
  async retire(): Promise<void> {
    await this.keeping(() => this.member.retire());
    if (this.world.node(this.member.folder) !== undefined) {
      throw new Error('a member that has retired is still there');
    }
  }

  private async keeping(save: () => Promise<void>): Promise<void> {
    const { count, hasJoined, world } = this;
    const { epoch } = world;
    await save();
    if (!hasJoined || epoch !== world.epoch) return;
    this.saved = Math.max(this.saved, count);
    this.savedIn = epoch;
  }

  private async writeState(folder: string, file: string) {
    const seq = ++this.seq;
    const { count } = this;
    this.written.set(seq, count);
    const { owner } = this;
    const state = { seq, owner, count: count - this.subtracted };
    const isWritten = await this.write(
      `${folder}/${file}`,
      state as unknown as Uint8Array,
    );
    return isWritten ? seq : undefined;
  }

  private subtract(seq: number | 'last' | 'none'): void {
    this.subtracted =
      seq === 'none' ? 0 : this.written.get(seq === 'last' ? this.seq : seq)!;
  }

  private async openDoorbell(folder: string, save: () => Promise<void>) {
    const node = this.world.node(folder) as Folder;
    const answer = () => this.keeping(save);
    await this.operation(() => this.doorbells.set(node, answer));
    return () => this.operation(() => void this.doorbells.delete(node));
  }

  /** Performs an operation when the schedule says so; never, if the process is killed before. */
  private operation<T>(perform: () => T, weight = 1): Promise<T> {
    return new Promise((resolve) => {
      if (this.isDead) return;
      this.world.later(this, () => resolve(perform()), weight);
    });
  }

  read(path: string) {
    return this.operation(
      () => this.world.node(path) as unknown as Uint8Array | undefined,
    );
  }

  write(path: string, bytes: Uint8Array) {
    return this.operation(() => {
      const { folder, name } = this.world.place(path);
      folder?.set(name, bytes as unknown as Node);
      return folder !== undefined;
    });
  }

  rename(from: string, to: string) {
    return this.inPlaces(from, to, (source, target) => {
      const node = source.folder?.get(source.name);
      if (node === undefined || target.folder === undefined) return false;
      const present = target.folder.get(target.name);
      if (present instanceof Map && present.size > 0) return false;
      if (present !== undefined && target.name === 'final') {
        throw new Error('the last state of a member is replaced');
      }
      source.folder!.delete(source.name);
      target.folder.set(target.name, node);
      return true;
    });
  }

  link(from: string, to: string) {
    return this.inPlaces(from, to, (source, target) => {
      const node = source.folder?.get(source.name);
      if (node === undefined || target.folder === undefined) return false;
      if (target.folder.has(target.name)) return false;
      target.folder.set(target.name, node);
      return true;
    });
  }

  /** A real file system finds the folders first: until the operation is done, they may have been moved. */
  private async inPlaces(
    from: string,
    to: string,
    perform: (source: Place, target: Place) => boolean,
  ): Promise<boolean> {
    const { world } = this;
    const [source, target] = await this.operation(() => [
      world.place(from),
      world.place(to),
    ]);
    return this.operation(() => {
      if (to.startsWith('c/') && world.random() < 0.5) world.slowDown(this);
      return perform(source!, target!);
    }, 4);
  }

  list(path: string) {
    return this.operation(() => {
      const node = this.world.node(path);
      return node instanceof Map ? [...node.keys()] : [];
    });
  }

  exists(path: string) {
    return this.operation(() => this.world.node(path) !== undefined);
  }

  makeFolder(path: string) {
    return this.operation(() => {
      const { folder, name } = this.world.place(path);
      if (!folder!.has(name)) folder!.set(name, new Map());
    });
  }

  /** A real file system removes what is in a folder first, one by one. */
  async remove(path: string): Promise<void> {
    for (const name of await this.list(path))
      await this.remove(`${path}/${name}`);
    const isLeft = await this.operation(() => {
      const { folder, name } = this.world.place(path);
      const node = folder?.get(name);
      if (node instanceof Map && node.size > 0) return true;
      folder?.delete(name);
      return false;
    });
    if (isLeft) await this.remove(path);
  }

  async ring(path: string): Promise<RingResult> {
    const { world } = this;
    const rung = await this.operation(() => {
      const node = world.node(path);
      if (!(node instanceof Map)) return 'gone' as const;
      const owner = world.living.find((one) => one.doorbells.has(node));
      if (owner === undefined) return 'dead' as const;
      // A stopped process accepts connections, and answers none.
      if (owner.isStopped) return 'late' as const;
      return { owner, saved: owner.doorbells.get(node)!() };
    });
    if (typeof rung === 'string') return rung;
    return new Promise((resolve) => {
      const late = world.later(this, () => resolve('late'), Infinity);
      const { owner, saved } = rung;
      void saved.then(() => {
        world.cancel(late);
        world.lastSaved = owner;
        resolve('saved');
      });
    });
  }
}

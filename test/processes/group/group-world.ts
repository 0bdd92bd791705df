import type {
  Doorbells,
  GroupFiles,
  RingResult,
} from '../../../src/processes/group/group-files.js';
import type {
  FreshStart,
  GroupContents,
} from '../../../src/processes/group/group.js';
import type { StoredLedger } from '../../../src/processes/group/ledger.js';
import type * as groupModule from '../../../src/processes/group/group.js';
import type * as memberModule from '../../../src/processes/group/group-member.js';

/** The code under test, or a changed copy of it. */
export interface GroupCode {
  readonly Group: typeof groupModule.Group;
  readonly GroupMember: typeof memberModule.GroupMember;
}

interface State {
  readonly seq: number;
  readonly count: number;
}

type Ledger = StoredLedger<number>;

type Node = Map<string, Node> | State | Ledger;

/** An operation that waits until the schedule performs it. */
interface Pending {
  readonly player: Player;
  perform(): void;
}

/** A random number generator with a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A file system in memory, whose operations are performed one by one in a random order. */
export class World {
  readonly root: Map<string, Node> = new Map();
  readonly players: Player[] = [];
  pending: Pending[] = [];

  constructor(
    readonly random: () => number,
    readonly code: GroupCode,
    readonly goesOn: boolean,
  ) {}

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }

  get living(): Player[] {
    return this.players.filter(({ isDead }) => !isDead);
  }

  /** Whether others find the process: its folder is a member's, and its doorbell can be rung. */
  isFound(player: Player): boolean {
    return this.members.some((id) => {
      const node = this.node(`m/${id}`);
      return node instanceof Map && player.doorbells.has(node);
    });
  }

  /** The ids of the members in the valid ledger. */
  get members(): readonly string[] {
    const numbers = [...this.root.keys()]
      .map((name) => Number(/^ended\.(\d+)$/.exec(name)?.[1] ?? 0))
      .sort((a, b) => b - a);
    const ledger = this.root.get(`ended.${numbers[0]}`) as Ledger | undefined;
    return ledger?.members ?? [];
  }

  spawn(): Player {
    const player = new Player(this);
    this.players.push(player);
    return player;
  }

  /** Performs one operation of a process that is not stopped. Returns false if no operation waits. */
  async step(): Promise<boolean> {
    const ready = this.pending.filter(({ player }) => !player.isStopped);
    const next = this.pick(ready);
    if (next === undefined) return false;
    this.pending.splice(this.pending.indexOf(next), 1);
    next.perform();
    await settled();
    return true;
  }

  node(path: string): Node | undefined {
    if (path === '.') return this.root;
    let node: Node | undefined = this.root;
    for (const name of path.split('/')) {
      if (!(node instanceof Map)) return undefined;
      node = node.get(name);
    }
    return node;
  }

  folderOf(path: string): {
    folder: Map<string, Node> | undefined;
    name: string;
  } {
    const at = path.lastIndexOf('/');
    const folder = this.node(at < 0 ? '.' : path.slice(0, at));
    return {
      folder: folder instanceof Map ? folder : undefined,
      name: path.slice(at + 1),
    };
  }
}

/** Lets promises settle that do not wait for an operation. */
export async function settled(rounds = 12): Promise<void> {
  for (let i = 0; i < rounds; i++) await Promise.resolve();
}

/** A process with a counter. */
export class Player implements GroupFiles, Doorbells {
  isDead = false;
  isStopped = false;
  count = 0;
  /** What its saves have kept of the count: that much must never be lost. */
  saved = 0;
  private seq = 0;
  private subtracted = 0;
  private readonly written = new Map<number, number>();
  /** Folders whose doorbell is open, by the folder's node: it may be renamed. */
  readonly doorbells = new Map<Map<string, Node>, () => Promise<void>>();
  readonly member: InstanceType<GroupCode['GroupMember']> & {
    gather(): Promise<{
      members: readonly { state: unknown }[];
      totals: unknown;
    }>;
  };

  constructor(private readonly world: World) {
    const contents: GroupContents<State, number> = {
      noTotals: 0,
      encode: (ledger) => ledger as unknown as Uint8Array,
      decode: (bytes) => bytes as unknown as Ledger,
      readState: async (folder, file) =>
        (await this.read(`${folder}/${file}`)) as unknown as State | undefined,
      seqOf: ({ seq }) => seq,
      fold: async (totals, ended) =>
        ended.reduce((sum, { count }) => sum + count, totals),
    };
    const start: FreshStart<number> = {
      boot: 'boot',
      goesOn: world.goesOn,
      restore: async () => undefined,
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
      {
        write: (folder, file) => this.writeState(folder, file),
        subtract: (seq) => this.subtract(seq),
      },
      { open: (folder, save) => this.openDoorbell(folder, save) },
      start,
    );
  }

  kill(): void {
    this.isDead = true;
    this.doorbells.clear();
    this.world.pending = this.world.pending.filter(
      ({ player }) => player !== this,
    );
  }

  private async writeState(folder: string, file: string) {
    const seq = ++this.seq;
    const { count } = this;
    this.written.set(seq, count);
    const state = { seq, count: count - this.subtracted };
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
    const node = this.world.node(folder) as Map<string, Node>;
    await this.operation(() => this.doorbells.set(node, save));
    return () => this.operation(() => void this.doorbells.delete(node));
  }

  /** Performs an operation when the schedule says so; never, if the process is killed before. */
  private operation<T>(perform: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.isDead) return;
      this.world.pending.push({
        player: this,
        perform: () => resolve(perform()),
      });
    });
  }

  read(path: string) {
    return this.operation(
      () => this.world.node(path) as unknown as Uint8Array | undefined,
    );
  }

  write(path: string, bytes: Uint8Array) {
    return this.operation(() => {
      const { folder, name } = this.world.folderOf(path);
      folder?.set(name, bytes as unknown as Node);
      return folder !== undefined;
    });
  }

  /** A real file system finds the folders first: until the rename is done, they may have been moved. */
  async rename(from: string, to: string) {
    const [source, target] = await this.operation(() => [
      this.world.folderOf(from),
      this.world.folderOf(to),
    ]);
    return this.operation(() => {
      const node = source!.folder?.get(source!.name);
      if (node === undefined || target!.folder === undefined) return false;
      const present = target!.folder.get(target!.name);
      if (present instanceof Map && present.size > 0) return false;
      source!.folder!.delete(source!.name);
      target!.folder.set(target!.name, node);
      this.noteSave(from, node);
      return true;
    });
  }

  private noteSave(from: string, node: Node): void {
    const { folder } = this.member;
    const isOwn =
      from === `${folder}/t` && this.world.node(folder) !== undefined;
    if (isOwn && this.world.members.includes(folder.slice(2))) {
      this.saved = this.written.get((node as State).seq)!;
    }
  }

  link(from: string, to: string) {
    return this.operation(() => {
      const node = this.world.node(from);
      const { folder, name } = this.world.folderOf(to);
      if (node === undefined || folder === undefined || folder.has(name)) {
        return false;
      }
      folder.set(name, node);
      return true;
    });
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
      const { folder, name } = this.world.folderOf(path);
      if (!folder!.has(name)) folder!.set(name, new Map());
    });
  }

  remove(path: string) {
    return this.operation(() => {
      const { folder, name } = this.world.folderOf(path);
      folder?.delete(name);
    });
  }

  async ring(path: string): Promise<RingResult> {
    const rung = await this.operation(() => {
      const node = this.world.node(path);
      if (!(node instanceof Map)) return 'gone' as const;
      const owner = this.world.living.find((one) => one.doorbells.has(node));
      if (owner === undefined) return 'dead' as const;
      // A stopped process accepts connections, and answers none.
      if (owner.isStopped) return 'late' as const;
      return { saved: owner.doorbells.get(node)!() };
    });
    if (typeof rung === 'string') return rung;
    const late = this.operation(() => 'late' as const);
    return Promise.race([rung.saved.then(() => 'saved' as const), late]);
  }
}

import type * as groupModule from '../../../src/processes/group/group.js';
import type * as memberModule from '../../../src/processes/group/group-member.js';
import type { StoredLedger } from '../../../src/processes/group/ledger.js';
import { Player } from './group-player.js';

/** The code under test, or a changed copy of it. */
export interface GroupCode {
  readonly Group: typeof groupModule.Group;
  readonly GroupMember: typeof memberModule.GroupMember;
}

/** The state of a process in a file. */
export interface State {
  readonly seq: number;
  /** The number of the process. */
  readonly owner: number;
  readonly count: number;
}

/** What each process has counted, by its number. */
export type Counts = readonly number[];

export type Ledger = StoredLedger<Counts>;

export type Folder = Map<string, Node>;

export type Node = Folder | State | Ledger;

/** A name in a folder, if there is that folder. */
export interface Place {
  readonly folder: Folder | undefined;
  readonly name: string;
}

/** An operation that waits until the schedule performs it. */
export interface Pending {
  readonly player: Player;
  /** The step before which it is performed only if nothing else can be done; 0 if it is not held back. */
  notBefore: number;
  /** Whether the folders of its paths were found already, and it only has to do its work. */
  readonly isHalfDone: boolean;
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

/**
 * A file system in memory, whose operations are performed one by one in a random order. Some
 * operations are held back for many steps, and at times one process is slow or alone is fast:
 * most faults need two operations of a process with many operations of others in between.
 */
export class World {
  readonly root: Folder = new Map();
  readonly players: Player[] = [];
  living: Player[] = [];
  pending: Pending[] = [];
  /** The process that answered a ring last: no other process has read its next state. */
  lastSaved: Player | undefined = undefined;
  /** The process that performed an operation last. */
  lastActive: Player | undefined = undefined;
  private now = 0;
  private readonly holdChance: number;
  /** How many steps an operation is held back at most. */
  private readonly longestHold: number;
  private readonly turnChance: number;
  private readonly slow = new Set<Player>();
  private fast: Player | undefined = undefined;

  constructor(
    readonly random: () => number,
    readonly code: GroupCode,
    readonly goesOn: boolean,
    /** Whether all members may be gone at times. */
    readonly mayDieOut: boolean,
  ) {
    this.holdChance = random() * 0.1;
    this.longestHold = 20 * 10 ** random();
    this.turnChance = random() * 0.03;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.random() * items.length)];
  }

  spawn(): Player {
    const player = new Player(this, this.players.length);
    this.players.push(player);
    this.living.push(player);
    return player;
  }

  /** Removes a process that was killed, with the operations that it waits for. */
  bury(player: Player): void {
    this.living = this.living.filter((one) => one !== player);
    this.pending = this.pending.filter((one) => one.player !== player);
  }

  /**
   * Performs an operation of a process at some later step.
   *
   * @param weight how much more often than others it is held back.
   */
  later(player: Player, perform: () => void, weight: number): Pending {
    const isHeld =
      weight === Infinity || this.random() < this.holdChance * weight;
    const notBefore = isHeld ? this.someLaterStep() : 0;
    const pending = {
      player,
      perform,
      notBefore,
      isHalfDone: weight > 1 && weight < Infinity,
    };
    this.pending.push(pending);
    return pending;
  }

  private someLaterStep(): number {
    return this.now + this.random() * this.longestHold;
  }

  /** Lets a process go on slowly: what it does now, it does later; what comes then, later still. */
  slowDown(player: Player): void {
    this.slow.add(player);
    for (const pending of this.pending) {
      if (pending.player === player) pending.notBefore = this.someLaterStep();
    }
  }

  cancel(pending: Pending): void {
    const at = this.pending.indexOf(pending);
    if (at >= 0) this.pending.splice(at, 1);
  }

  /** Performs one operation of a process that is not stopped. Returns false if no operation is left. */
  async step(): Promise<boolean> {
    this.now++;
    if (this.random() < this.turnChance && this.living.length > 0)
      this.takeTurns();
    const next = this.next();
    if (next === undefined) return false;
    this.cancel(next);
    this.lastActive = next.player;
    next.perform();
    await settled();
    return true;
  }

  private takeTurns(): void {
    const chance = this.random();
    if (chance < 0.5) this.slow.clear();
    if (chance < 0.2) this.slow.add(this.pick(this.living)!);
    this.fast = chance > 0.7 ? this.pick(this.living) : undefined;
  }

  private next(): Pending | undefined {
    const ready = this.pending.filter(({ player }) => !player.isStopped);
    const due = ready.filter(
      ({ player, notBefore }) =>
        notBefore <= this.now && (!this.slow.has(player) || notBefore > 0),
    );
    const first = this.fast && due.filter(({ player }) => player === this.fast);
    return this.pick(first ?? []) ?? this.pick(due) ?? this.pick(ready);
  }

  /** The valid ledger. */
  get ledger(): Ledger | undefined {
    let highest = 0;
    for (const name of this.root.keys()) {
      if (name.startsWith('ended.')) {
        highest = Math.max(highest, Number(name.slice('ended.'.length)));
      }
    }
    return this.root.get(`ended.${highest}`) as Ledger | undefined;
  }

  /** Another text each time that the totals may begin from zero. */
  get epoch(): string {
    return this.goesOn || !this.mayDieOut ? 'kept' : (this.ledger?.epoch ?? '');
  }

  /** Whether others find the process: its folder is a member's, and its doorbell can be rung. */
  isFound(player: Player): boolean {
    return (this.ledger?.members ?? []).some((id) => {
      const node = this.node(`m/${id}`);
      return node instanceof Map && player.doorbells.has(node);
    });
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

  /** The folder in which a path is, and its name there. */
  place(path: string): Place {
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

/** Adds what states have to the counts of their processes. */
export function added(counts: Counts, states: readonly State[]): Counts {
  const sums = [...counts];
  for (const { owner, count } of states) {
    sums[owner] = (sums[owner] ?? 0) + count;
  }
  return sums;
}

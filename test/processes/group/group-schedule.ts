import type { Player } from './group-player.js';
import {
  added,
  type Counts,
  type GroupCode,
  randomOf,
  settled,
  type State,
  World,
} from './group-world.js';

/** What a random schedule found. */
export interface ScheduleResult {
  readonly scrapes: number;
  readonly kills: number;
  readonly fences: number;
}

const STEPS = 140;

/**
 * Plays a random schedule of processes that record, save, scrape, stop, end and are killed at
 * any operation.
 *
 * @throws {Error} if a total falls, counts something twice or loses what was saved.
 */
export async function playSchedule(
  seed: number,
  code: GroupCode,
): Promise<ScheduleResult> {
  const schedule = new Schedule(seed, code);
  try {
    await schedule.play();
  } catch (error) {
    throw new Error(`schedule ${seed}: ${(error as Error).message}`);
  }
  return schedule;
}

class Schedule implements ScheduleResult {
  scrapes = 0;
  kills = 0;
  fences = 0;
  private readonly world: World;
  /** What was shown of each process at most. */
  private shown: number[] = [];
  /** The epoch of the totals that were shown. */
  private shownIn = '';
  /** The number of the newest state that was shown of each member. */
  private readonly seqs = new Map<string, number>();
  private readonly actChance: number;
  private failure: Error | undefined = undefined;

  constructor(seed: number, code: GroupCode) {
    const random = randomOf(seed);
    const goesOn = random() < 0.5;
    const mayDieOut = random() < (goesOn ? 0.5 : 0.2);
    this.actChance = 0.1 + random() * 0.4;
    this.world = new World(random, code, goesOn, mayDieOut);
  }

  async play(): Promise<void> {
    this.start();
    for (let i = 0; i < STEPS; i++) {
      if (this.world.random() < this.actChance) this.act();
      await this.world.step();
      if (this.failure !== undefined) throw this.failure;
    }
    await this.finish();
  }

  private act(): void {
    const { world } = this;
    const chance = world.random();
    const one = world.pick(world.living);
    if (one === undefined || (chance < 0.1 && world.living.length < 4)) {
      this.start();
    } else if (chance < 0.4) {
      one.count += 1 + Math.floor(world.random() * 3);
    } else if (chance < 0.7) {
      this.scrape(one);
    } else if (chance < 0.8) {
      if (one.hasJoined) this.note(one.save());
    } else if (chance < 0.85) {
      one.isStopped = !one.isStopped;
    } else {
      this.end(world.random() < 0.3 ? one : (this.victim ?? one), chance);
    }
  }

  /** One that is in the middle of something. */
  private get victim(): Player | undefined {
    const { world } = this;
    const halfDone = world.pending.filter(({ isHalfDone }) => isHalfDone);
    const { lastSaved, lastActive } = world;
    return world.pick([lastSaved, lastActive, world.pick(halfDone)?.player]);
  }

  private end(one: Player, chance: number): void {
    if (one.isDead || !this.isSpare(one)) return;
    if (chance < 0.9) {
      this.kills++;
      one.kill();
      return;
    }
    if (chance > 0.94) {
      this.note(one.retire().then(() => one.kill()));
      one.hasJoined = false;
      one.isEnding = true;
    }
    if (chance < 0.97) this.fence(one);
  }

  /** Others take the process for dead, though it goes on. */
  private fence(one: Player): void {
    this.fences++;
    one.doorbells.clear();
    if (this.world.random() < 0.7) this.world.slowDown(one);
  }

  private start(): void {
    const player = this.world.spawn();
    player.count = Math.floor(this.world.random() * 3);
    const joined = player.member.join().then(() => {
      player.hasJoined = !player.isEnding;
    });
    this.note(joined);
  }

  private note(task: Promise<void>): void {
    void task.catch((error: Error) => (this.failure ??= error));
  }

  /** Totals are kept for as long as one member lives. */
  private isSpare(player: Player): boolean {
    if (this.world.mayDieOut) return true;
    return this.world.living.some(
      (one) =>
        one !== player &&
        one.hasJoined &&
        !one.isStopped &&
        this.world.isFound(one),
    );
  }

  private scrape(player: Player): void {
    if (!player.hasJoined || player.isScraping) return;
    player.isScraping = true;
    const scraped = this.check(player).then(() => {
      player.isScraping = false;
    });
    this.note(scraped);
  }

  /**
   * Of each process, a scrape must not show less than one that had ended before it began, nor
   * than what was saved by then, nor more than was ever written.
   */
  private async check(player: Player): Promise<void> {
    const { world } = this;
    const { epoch } = world;
    const shown = this.shownIn === epoch ? [...this.shown] : [];
    const saved = world.players.map((one) =>
      one.savedIn === epoch ? one.saved : 0,
    );
    saved[world.players.indexOf(player)] = player.count;
    const { members, totals } = await player.member.gather();
    const states = members.map(({ state }) => state as State);
    for (const [i, { id }] of members.entries()) {
      const { seq } = states[i]!;
      this.seqs.set(id, Math.max(seq, this.seqs.get(id) ?? 0));
    }
    const counts = added(totals as Counts, states);
    this.scrapes++;
    // Totals that have begun from zero may be lower.
    const isSame = world.epoch === epoch;
    for (const [i, { recorded }] of world.players.entries()) {
      const count = counts[i] ?? 0;
      failIf(count > recorded, `${count} is shown, recorded were ${recorded}`);
      if (!isSame) continue;
      failIf(count < shown[i]!, `${count} is shown after ${shown[i]}`);
      failIf(count < saved[i]!, `${count} is shown, saved were ${saved[i]}`);
    }
    if (isSame) this.show(epoch, counts);
  }

  private show(epoch: string, counts: Counts): void {
    if (this.shownIn !== epoch) this.shown = [];
    this.shownIn = epoch;
    for (const [i, count = 0] of counts.entries()) {
      this.shown[i] = Math.max(this.shown[i] ?? 0, count);
    }
  }

  /** Lets all go on to the end, and compares the last page with what was recorded. */
  private async finish(): Promise<void> {
    const { world } = this;
    for (const one of world.living) one.isStopped = false;
    await this.drain();
    if (world.living.length === 0) this.start();
    await this.drain();
    for (const one of world.living) this.note(one.save());
    await this.drain();
    this.note(this.check(world.living[0]!));
    await this.drain();
    const { members, ended } = world.ledger!;
    for (const id of members) {
      const isLost = world.node(`m/${id}`) === undefined;
      failIf(isLost, 'the ledger names a lost member');
    }
    for (const [id, seq] of world.epoch === 'kept' ? ended : []) {
      const isOlder = seq < (this.seqs.get(id) ?? 0);
      failIf(isOlder, 'an older state is counted than was shown');
    }
  }

  private async drain(): Promise<void> {
    for (let i = 0; i < 5_000; i++) {
      if (this.failure !== undefined) throw this.failure;
      if (await this.world.step()) continue;
      await settled(100);
      if (this.world.pending.length === 0) return;
    }
    throw new Error('the members do not come to rest');
  }
}

function failIf(isFault: boolean, fault: string): void {
  if (isFault) throw new Error(fault);
}

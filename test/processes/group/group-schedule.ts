import {
  type GroupCode,
  type Player,
  randomOf,
  settled,
  World,
} from './group-world.js';

/** What a random schedule found. */
export interface ScheduleResult {
  readonly scrapes: number;
  readonly kills: number;
  readonly fences: number;
}

const STEPS = 160;

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
  private shown = 0;
  /** The members that answer a scrape. */
  private readonly scrapers = new Set<Player>();
  private readonly joined = new Set<Player>();
  private failure: Error | undefined = undefined;

  constructor(seed: number, code: GroupCode) {
    const random = randomOf(seed);
    this.world = new World(random, code, random() < 0.5);
  }

  async play(): Promise<void> {
    this.start();
    for (let i = 0; i < STEPS; i++) {
      this.act();
      await this.world.step();
      if (this.failure !== undefined) throw this.failure;
    }
    await this.finish();
  }

  private start(): void {
    const player = this.world.spawn();
    player.count = Math.floor(this.world.random() * 3);
    void player.member.join().then(
      () => this.joined.add(player),
      (error: Error) => (this.failure = error),
    );
  }

  /** The members that are able to answer. */
  private get serving(): Player[] {
    return this.world.living.filter(
      (one) => this.joined.has(one) && !one.isStopped,
    );
  }

  private act(): void {
    const { world } = this;
    const chance = world.random();
    const one = world.pick(world.living);
    if (one === undefined || (chance < 0.03 && world.living.length < 4)) {
      this.start();
    } else if (chance < 0.3) {
      one.count += 1 + Math.floor(world.random() * 3);
    } else if (chance < 0.5) {
      this.scrape();
    } else if (chance < 0.52) {
      if (this.hasOthers(one)) this.kill(one);
    } else if (chance < 0.54) {
      one.isStopped = !one.isStopped;
    } else if (chance < 0.545 && this.hasOthers(one)) {
      this.fences++;
      one.doorbells.clear();
    } else if (chance < 0.555 && this.hasOthers(one) && this.joined.has(one)) {
      this.retire(one);
    } else if (chance < 0.6 && this.joined.has(one)) {
      void one.member.save().catch((error: Error) => (this.failure = error));
    }
  }

  /** Totals are kept for as long as one member lives. */
  private hasOthers(player: Player): boolean {
    return this.serving.some(
      (one) => one !== player && this.world.isFound(one),
    );
  }

  private kill(player: Player): void {
    this.kills++;
    player.kill();
    this.joined.delete(player);
    this.scrapers.delete(player);
  }

  private retire(player: Player): void {
    this.joined.delete(player);
    void player.member.retire().then(
      () => {
        player.kill();
        this.scrapers.delete(player);
      },
      (error: Error) => (this.failure = error),
    );
  }

  private scrape(): void {
    const player = this.world.pick(this.serving);
    if (player === undefined || this.scrapers.has(player)) return;
    this.scrapers.add(player);
    void this.totalOf(player).then(
      () => this.scrapers.delete(player),
      (error: Error) => (this.failure = error),
    );
  }

  /** A scrape must not show less than one that had ended before it began. */
  private async totalOf(player: Player): Promise<number> {
    const { shown } = this;
    const { members, totals } = await player.member.gather();
    const total = members.reduce(
      (sum, { state }) => sum + (state as { count: number }).count,
      totals as number,
    );
    this.scrapes++;
    const recorded = this.world.players.reduce(
      (sum, one) => sum + one.count,
      0,
    );
    if (total < shown) {
      throw new Error(`the total falls from ${shown} to ${total}`);
    }
    if (total > recorded) {
      throw new Error(`the total is ${total}, recorded were ${recorded}`);
    }
    this.shown = Math.max(this.shown, total);
    return total;
  }

  /** Lets all go on to the end, and compares the last page with what was recorded. */
  private async finish(): Promise<void> {
    for (const one of this.world.living) one.isStopped = false;
    await this.drain();
    if (this.serving.length === 0) return;
    const saves = this.serving.map((one) => one.member.save());
    await this.drain();
    await Promise.all(saves);
    const player = this.serving[0]!;
    const gathered = this.totalOf(player);
    await this.drain();
    const total = await gathered;
    const saved = this.world.players.reduce((sum, one) => sum + one.saved, 0);
    if (total < saved) {
      throw new Error(`the total is ${total}, saved were ${saved}`);
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

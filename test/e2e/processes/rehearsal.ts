import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { fileURLToPath } from 'node:url';
import { type Running, start } from '../../support/processes.js';
import type { Counters } from './counters.js';
import { fetchText, type Traffic } from './traffic.js';

const CLIENTS = 16;

/** Clients while members are replaced: more would slow down the start of the new ones. */
const FEW_CLIENTS = 4;

/** Milliseconds between two saves of the apps. */
export const SAVE_INTERVAL = 200;

/** Milliseconds that the timer and the writing of a save may take beside, on a busy machine. */
const LATENESS = 300;

/** How much is played by a test. */
interface Size {
  readonly calls: number;
  readonly scrapes: number;
  readonly kills: number;
}

const FULL: Size = { calls: 20_000, scrapes: 500, kills: 30 };

const isFull = process.env['REHEARSAL'] === 'full';

/** Milliseconds for a test of the full size. */
export const FULL_TIME_LIMIT = 1_200_000;

/** Milliseconds for a test of one size or of the full one. */
export const TIME_LIMIT = isFull ? FULL_TIME_LIMIT : 300_000;

/** A size for each run of the tests. `REHEARSAL=full` plays the full one, which takes minutes for each kind of group. */
export function sizeOf(usual: Size): Size {
  return isFull ? FULL : usual;
}

/** What is played. */
export interface Play {
  /** Processes or threads that answer calls. */
  readonly members: number;
  readonly calls: number;
  readonly scrapes: number;
}

/** The directories of groups that a test has made. They are removed in the end, after all that is started later has stopped. */
export class Directories {
  private readonly paths: string[] = [];

  constructor() {
    onTestFinished(() => {
      for (const path of this.paths) {
        rmSync(path, { recursive: true, force: true });
      }
    });
  }

  /** @param origin of the app that uses the directory. */
  async add(origin: string): Promise<void> {
    const path = await fetchText(`${origin}/directory`);
    expect(path).toMatch(/\/agent-metrics-\d+-[0-9a-f]{16}$/);
    this.paths.push(path);
  }
}

/** Starts an app of this folder, with a group of its own. */
export function startMembers(
  file: string,
  env: Readonly<Record<string, string>>,
): Running & { readonly directories: Directories } {
  const directories = new Directories();
  const app = start(
    process.execPath,
    [fileURLToPath(new URL(file, import.meta.url))],
    { GROUP: randomUUID(), SAVE_INTERVAL: String(SAVE_INTERVAL), ...env },
  );
  onTestFinished(() => app.stop('SIGKILL'));
  return { ...app, directories };
}

/** Plays calls while nothing ends, and checks that the page has each of them. */
export async function playExactly(
  traffic: Traffic,
  { members, calls, scrapes }: Play,
): Promise<void> {
  await traffic.reach(members);
  await traffic.run(
    CLIENTS,
    () => traffic.begun >= calls && traffic.scrapes >= scrapes,
  );
  expect(traffic.answers.size).toBe(members);
  expect(traffic.begun).toBe(traffic.answered);
  expect(traffic.failedScrapes).toBe(0);
  await expectExactly(traffic);
}

/** Checks that the page has all calls that were answered, and none that was refused. */
export async function expectExactly(traffic: Traffic): Promise<void> {
  const page = await traffic.scrape();
  expect(traffic.falls).toEqual([]);
  for (const sample of COUNTS) expect(page.get(sample)).toBe(traffic.answered);
  expect(page.get('tframex_parts_total')).toBeCloseTo(traffic.answered / 10);
}

/** What counts each call. */
const COUNTS = [
  'tframex_calls_total{kind="work"}',
  'tframex_call_seconds_count{kind="work"}',
  'tframex_call_seconds_bucket{kind="work",le="1"}',
] as const;

/** A kill, with the time at which it was ordered. */
interface Kill {
  readonly member: string;
  readonly time: number;
}

/**
 * Plays calls while members are killed and replaced, and checks that the page never falls
 * and misses at most what the killed ones were asked since their last save.
 *
 * @param kill ends one of these members at once. Returns its name.
 */
export async function playWithKills(
  traffic: Traffic,
  {
    members,
    kills,
    atOnce = Math.floor(members / 2),
  }: { members: number; kills: number; atOnce?: number },
  kill: (alive: readonly string[]) => Promise<string>,
): Promise<void> {
  const killed: Kill[] = [];
  let isOver = false;
  const killAll = async () => {
    while (killed.length < kills) {
      const alive = new Set(await traffic.membersThatAnswer(members));
      // The others go on.
      for (let i = 0; i < atOnce && killed.length < kills; i++) {
        const time = performance.now();
        const member = await kill([...alive]);
        alive.delete(member);
        traffic.killed.add(member);
        killed.push({ member, time });
      }
    }
    await traffic.membersThatAnswer(members);
  };
  await Promise.all([
    traffic.run(CLIENTS, () => isOver),
    killAll().finally(() => (isOver = true)),
  ]);
  expectWithin(await traffic.scrape(), traffic, lossOf(traffic, killed));
}

/**
 * Plays calls while all members are replaced in order, several times, and checks that the page
 * never falls, and misses none of the calls that were answered.
 *
 * @param replace ends all members, and resolves when others have taken their place.
 */
export async function playWithReplacements(
  traffic: Traffic,
  { members, times }: { members: number; times: number },
  replace: () => Promise<unknown>,
): Promise<void> {
  const before = traffic.answers.size;
  let isOver = false;
  const replaceAll = async () => {
    for (let i = 0; i < times; i++) {
      await replace();
      await traffic.membersThatAnswer(members);
    }
  };
  await Promise.all([
    traffic.run(FEW_CLIENTS, () => isOver),
    replaceAll().finally(() => (isOver = true)),
  ]);
  expect(traffic.answers.size - before).toBe(times * members);
  expectWithin(await traffic.scrape(), traffic, 0);
}

function lossOf(traffic: Traffic, killed: readonly Kill[]): number {
  const span = SAVE_INTERVAL + LATENESS;
  return killed
    .map(({ member, time }) => traffic.answeredBefore(member, time, span))
    .reduce((sum, calls) => sum + calls, 0);
}

function expectWithin(page: Counters, traffic: Traffic, loss: number): void {
  const { answered, begun, scrapes, failedScrapes } = traffic;
  expect(traffic.falls).toEqual([]);
  for (const sample of COUNTS) {
    expect(page.get(sample)).toBeGreaterThanOrEqual(answered - loss);
    expect(page.get(sample)).toBeLessThanOrEqual(begun);
  }
  // How far from the limits it is.
  const counted = page.get(COUNTS[0]);
  console.log({ answered, begun, counted, loss, scrapes, failedScrapes });
}

/** Kills a process among members that are named by their process id. */
export async function killOne(alive: readonly string[]): Promise<string> {
  const member = alive[Math.floor(Math.random() * alive.length)]!;
  process.kill(Number(member), 'SIGKILL');
  return member;
}

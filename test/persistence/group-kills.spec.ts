import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { unpackState } from '../../src/persistence/saved-state.js';
import { Members, valueOn } from '../processes/members.js';
import { waitFor } from '../support/http.js';
import { tempFolder } from '../support/temp.js';

const APP = fileURLToPath(new URL('killed-app.mjs', import.meta.url));
const MEMBERS = 3;

/** What a process counts at most after it has printed. */
const UNPRINTED = 50;

/** Where the processes of an app keep their totals. */
class Places {
  constructor(readonly folder = tempFolder()) {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
  }

  get file(): string {
    return join(this.folder, 'metrics.state');
  }

  get directory(): string {
    return join(this.folder, 'group');
  }

  /** A copy while the processes go on, file by file. */
  copy(): Places {
    const copy = new Places();
    copyAll(this.folder, copy.folder);
    return copy;
  }

  /** The number of jobs that a new process shows. */
  async restored(): Promise<number> {
    const { collector } = await new Members(this.directory).add({
      persistence: { file: this.file, interval: 86_400_000 },
    });
    const jobs = (await valueOn(collector, 'jobs_total')) ?? 0;
    expect((await valueOn(collector, 'cost_count')) ?? 0).toBe(jobs);
    await collector.shutdown();
    return jobs;
  }
}

function copyAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    try {
      const found = lstatSync(source);
      if (found.isDirectory()) copyAll(source, target);
      else if (found.isFile()) copyFileSync(source, target);
    } catch {
      // It was removed or renamed meanwhile.
    }
  }
}

/** A process of the app. */
class Counting {
  private readonly child: ChildProcess;
  private output = '';

  constructor({ file, directory }: Places) {
    this.child = spawn(process.execPath, [APP, file, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void this.child.kill('SIGKILL'));
    this.child.stdout!.on('data', (bytes: Buffer) => {
      this.output += bytes.toString();
    });
  }

  async hasShown(): Promise<void> {
    await once(this.child.stdout!, 'data');
  }

  /** The jobs on each page that it has rendered. */
  get shown(): number[] {
    return this.lines.map(([jobs]) => jobs!);
  }

  /** The jobs that it has counted itself, at most. */
  get begun(): number {
    return (this.lines.at(-1)?.[3] ?? 0) + UNPRINTED;
  }

  async kill(): Promise<void> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await closed;
  }

  private get lines(): number[][] {
    const lines = this.output.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as number[]);
  }
}

async function startAll(places: Places): Promise<Counting[]> {
  const all = Array.from({ length: MEMBERS }, () => new Counting(places));
  await Promise.all(all.map((one) => one.hasShown()));
  return all;
}

function begunBy(all: readonly Counting[]): number {
  return all.reduce((sum, { begun }) => sum + begun, 0);
}

test('processes that are killed all at once go on from what they have shown, and from what was saved where their directory is lost', async () => {
  const places = new Places();
  let begun = 0;
  let last = 0;
  for (let runs = 0; runs < 4; runs++) {
    const all = await startAll(places);
    await sleep(Math.random() * 300);
    await Promise.all(all.map((one) => one.kill()));
    begun += begunBy(all);
    for (const { shown } of all) {
      expect(Math.min(...shown)).toBeGreaterThanOrEqual(last);
    }
    const found = await places.restored();
    expect(found).toBeGreaterThanOrEqual(
      Math.max(...all.flatMap(({ shown }) => shown)),
    );
    expect(found).toBeLessThanOrEqual(begun);
    last = found;
  }
  rmSync(places.directory, { recursive: true });
  // It was saved when the last process was closed.
  expect(await places.restored()).toBe(last);
}, 120_000);

test('an app can start from each of 50 copies of its directory and file while processes are killed, and shows no more than was begun', async () => {
  const places = new Places();
  const all = await startAll(places);
  const alive = [...all];
  await waitFor(() => existsSync(places.file), 'the first save');
  for (let i = 0; i < 50; i++) {
    if (i % 10 === 5) {
      await alive.shift()!.kill();
      const next = new Counting(places);
      all.push(next);
      alive.push(next);
      await next.hasShown();
    }
    const copy = places.copy();
    await sleep(Math.random() * 20);
    unpackState(readFileSync(copy.file));
    const found = await copy.restored();
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThanOrEqual(begunBy(all));
    expect(readdirSync(copy.directory)).not.toContain('corrupt');
  }
  await Promise.all(alive.map((one) => one.kill()));
}, 120_000);

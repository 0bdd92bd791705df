import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unpackState } from '../../src/persistence/saved-state.js';
import { makeCollector } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';

const APP = fileURLToPath(new URL('killed-app.mjs', import.meta.url));

/** Totals of an app: jobs, cost and the number of costs. */
type Totals = readonly number[];

/** Runs the app until it has shown a page and for some time more, and returns all that it has shown. */
async function run(
  file: string,
  end: { after: number; by: NodeJS.Signals },
  meanwhile = async () => {},
): Promise<Totals[]> {
  const child = spawn(process.execPath, [APP, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child.stdout, 'data');
  await meanwhile();
  await sleep(end.after);
  child.kill(end.by);
  await once(child, 'close');
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as Totals).slice(0, 3));
}

/** The totals that another app restores. */
async function restored(file: string): Promise<Totals> {
  const { collector } = makeCollector({ persistence: { file } });
  await collector.restore();
  const page = await collector.metrics();
  await collector.shutdown();
  return ['jobs_total', 'cost_sum', 'cost_count'].map((name) =>
    Number(new RegExp(`^${name} (.*)$`, 'm').exec(page)?.[1] ?? 0),
  );
}

function expectNoFall(before: Totals, after: Totals): void {
  before.forEach((value, i) => expect(after[i]).toBeGreaterThanOrEqual(value));
}

describe('an app that is ended at random moments', () => {
  test.each([
    { by: 'SIGKILL', runs: 12 },
    { by: 'SIGTERM', runs: 20 },
  ] as const)(
    'no total is less than before after $runs ends by $by',
    async ({ by, runs }) => {
      const file = join(tempFolder(), 'metrics.state');
      let last: Totals = [0, 0, 0];
      for (let i = 0; i < runs; i++) {
        for (const shown of await run(file, {
          after: Math.random() * 150,
          by,
        })) {
          expectNoFall(last, shown);
          last = shown;
        }
        const found = await restored(file);
        expectNoFall(last, found);
        last = found;
      }
      expect(last[0]).toBe(last[2]);
      expect(last[0]).toBeGreaterThan(runs * 50);
    },
    120_000,
  );

  test('each of 200 copies of the folder at random moments of saves can be read', async () => {
    const folder = tempFolder();
    const file = join(folder, 'metrics.state');
    const copies = tempFolder();
    let seq = 0;
    const copyAll = async () => {
      for (let i = 0; i < 200 || seq <= 20; i++) {
        const copy = join(copies, String(i));
        mkdirSync(copy);
        for (const name of readdirSync(folder)) {
          try {
            copyFileSync(join(folder, name), join(copy, name));
          } catch {
            // A draft that has become the file meanwhile.
          }
        }
        const state = unpackState(readFileSync(join(copy, 'metrics.state')));
        expect(state.seq).toBeGreaterThanOrEqual(seq);
        seq = state.seq;
        await sleep(Math.random() * 5);
      }
    };
    await run(file, { after: 0, by: 'SIGKILL' }, copyAll);
    expect(seq).toBeGreaterThan(20);
  }, 120_000);
});

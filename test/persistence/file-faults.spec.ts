import { execFileSync } from 'node:child_process';
import {
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { makeCollector, samples } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';

/** An interval that no test waits for. */
const NEVER = 86_400_000;

async function startApp(file: string) {
  const app = makeCollector({ persistence: { file, interval: NEVER } });
  await app.collector.initialize();
  return app;
}

/** A file in which an app has saved three jobs. */
async function savedFile(folder = tempFolder()): Promise<string> {
  const file = join(folder, 'metrics.state');
  const { collector } = await startApp(file);
  collector.counter('jobs_total').inc(3);
  await collector.shutdown();
  return file;
}

const DAMAGES: Record<string, (bytes: Buffer) => Buffer> = {
  'cut in half': (bytes) => bytes.subarray(0, bytes.length / 2),
  empty: () => Buffer.alloc(0),
  'changed by one bit': (bytes) => {
    bytes[bytes.length - 3]! ^= 4;
    return bytes;
  },
  'full of zeros': (bytes) => bytes.fill(0),
  'followed by more': (bytes) => Buffer.concat([bytes, bytes]),
};

test.each(Object.entries(DAMAGES))(
  'a file that is %s is kept under another name, and the totals start from zero',
  async (_damage, damage) => {
    const file = await savedFile();
    const damaged = damage(readFileSync(file));
    writeFileSync(file, damaged);
    const { collector, warnings } = await startApp(file);
    collector.counter('jobs_total').inc();
    expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 1']);
    expect(await collector.metrics()).toContain(
      'metrics_errors_total{cause="persistence"} 1',
    );
    const kept = readdirSync(join(file, '..')).find((name) =>
      name.startsWith('metrics.state.corrupt-'),
    )!;
    expect(readFileSync(join(file, '..', kept))).toEqual(damaged);
    expect(warnings).toEqual([expect.stringContaining(kept)]);
    await collector.shutdown();
    const { collector: next } = await startApp(file);
    expect(await samples(next, 'jobs_total')).toEqual(['jobs_total 1']);
  },
);

test('a file of a later version is left alone, and the totals start from zero', async () => {
  const file = await savedFile();
  const later = readFileSync(file);
  later.writeUInt32BE(99, 4);
  writeFileSync(file, later);
  const { collector, warnings } = await startApp(file);
  collector.counter('jobs_total').inc();
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 1']);
  await collector.save();
  await collector.shutdown();
  expect(readFileSync(file)).toEqual(later);
  expect(warnings).toEqual([expect.stringContaining('by a later version')]);
});

/** Mounts a small file system in memory, which ends with the test. */
function smallDisk(...options: string[]): string {
  const folder = tempFolder();
  const all = ['size=64k', ...options].join();
  execFileSync('mount', ['-t', 'tmpfs', '-o', all, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}

/** Under CI a test that cannot run is a failure. */
const canMount =
  process.env.CI === 'true' ||
  (process.platform === 'linux' && process.getuid?.() === 0);

test.runIf(canMount)(
  'a full disk leaves the file as it was, and the totals are saved once there is room',
  async () => {
    const folder = smallDisk();
    const file = await savedFile(folder);
    const { collector, warnings } = await startApp(file);
    const before = readFileSync(file);
    const filler = join(folder, 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(100_000))).toThrow(
      'ENOSPC',
    );
    collector.counter('jobs_total').inc();
    expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 4']);
    await expect(collector.save()).rejects.toThrow('ENOSPC');
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder).toSorted()).toEqual(['filler', 'metrics.state']);
    expect(warnings).toEqual([expect.stringContaining('ENOSPC')]);
    rmSync(filler);
    await collector.save();
    const { collector: next } = await startApp(file);
    expect(await samples(next, 'jobs_total')).toEqual(['jobs_total 4']);
  },
);

test.runIf(canMount)(
  'a read-only file system shows what was saved, and fails no page',
  async () => {
    const folder = smallDisk();
    const file = await savedFile(folder);
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const { collector, warnings } = await startApp(file);
    collector.counter('jobs_total').inc();
    expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 4']);
    expect(warnings).toEqual([expect.stringContaining('EROFS')]);
  },
);

test('a folder that cannot be made is reported, and fails no page', async () => {
  const blocked = join(tempFolder(), 'file');
  writeFileSync(blocked, '');
  const { collector, warnings } = await startApp(join(blocked, 'x', 'state'));
  collector.counter('jobs_total').inc();
  expect(await samples(collector, 'jobs_total')).toEqual(['jobs_total 1']);
  expect(warnings.join()).toContain('ENOTDIR');
});

test('a folder that does not exist is made', async () => {
  const folder = join(tempFolder(), 'a', 'b');
  await savedFile(folder);
  expect(readdirSync(folder)).toEqual(['metrics.state']);
});

test('the file can be read by its user only', async () => {
  const file = await savedFile();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('drafts of killed processes are removed, and those of running ones are not', async () => {
  const file = await savedFile();
  writeFileSync(`${file}.0123456789ab.tmp`, 'old');
  utimesSync(`${file}.0123456789ab.tmp`, 1, 1);
  writeFileSync(`${file}.ba9876543210.tmp`, 'new');
  await startApp(file);
  expect(readdirSync(join(file, '..')).toSorted()).toEqual([
    'metrics.state',
    'metrics.state.ba9876543210.tmp',
  ]);
});

test('a file that is removed while the app runs is written again', async () => {
  const file = await savedFile();
  const { collector } = await startApp(file);
  rmSync(file);
  collector.counter('jobs_total').inc();
  await collector.save();
  const { collector: next } = await startApp(file);
  expect(await samples(next, 'jobs_total')).toEqual(['jobs_total 4']);
});

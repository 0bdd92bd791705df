import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OptionsError } from '../../src/index.js';
import { RING_LIMIT } from '../../src/processes/group/doorbell.js';
import { makeCollector, samples } from '../support/collector.js';
import { nextTurn } from '../support/next-turn.js';
import { standStill } from '../support/stand-still.js';
import { tempFolder } from '../support/temp.js';
import { Members, valueOn } from './members.js';

/** Only root can mount file systems and give files away. Under CI a test that cannot run is a failure. */
const IS_ROOT = process.env.CI === 'true' || process.getuid?.() === 0;

type UnusableDirectory = [string, (directory: string) => void, RegExp];

const OF_ANOTHER_USER: UnusableDirectory = [
  'of another user',
  (directory) => {
    mkdirSync(directory);
    chownSync(directory, 4711, 4711);
  },
  /it belongs to the user 4711/,
];

describe('a directory that cannot be used', () => {
  test.each<UnusableDirectory>([
    [
      'in which others can write',
      (directory) => {
        mkdirSync(directory);
        chmodSync(directory, 0o777);
      },
      /others can write in it \(mode 777\)/,
    ],
    [
      'that is a file',
      (directory) => writeFileSync(directory, ''),
      /EEXIST|no directory/,
    ],
    [
      'below a file',
      (directory) => {
        writeFileSync(`${directory}-file`, '');
        symlinkSync(`${directory}-file`, directory);
      },
      /EEXIST|no directory/,
    ],
    [
      'behind a link that leads nowhere',
      (directory) => symlinkSync('/nowhere/at/all', directory),
      /ENOENT|EEXIST/,
    ],
    ...(IS_ROOT ? [OF_ANOTHER_USER] : []),
  ])('%s is refused at start, with the reason', async (_what, make, reason) => {
    const directory = join(tempFolder(), 'group');
    make(directory);
    const { collector } = makeCollector({ processes: { directory } });
    const start = collector.initialize();
    await expect(start).rejects.toThrow(OptionsError);
    await expect(start).rejects.toThrow(reason);
    await expect(start).rejects.toThrow(
      `processes.directory is "${directory}"`,
    );
  });

  test.each([
    [{ directory: 5 }, /processes\.directory is 5; expected a text/],
    [{ saveInterval: 1 }, /processes\.saveInterval is 1; expected an integer/],
    [{ folder: '/x' }, /processes\.folder is not an option/],
    ['yes', /processes is 'yes'; expected true, false or an object/],
  ])('the option processes cannot be %j', (processes, message) => {
    expect(() => makeCollector({ processes: processes as never })).toThrow(
      message,
    );
  });
});

/** The folder of a member that is no collector of this test. */
function foreignMember(directory: string, id = 'aaaaaaaaaaaaaaaa'): string {
  const folder = join(directory, 'm', id);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function serveDoorbell(
  folder: string,
  answer: (socket: Socket) => void,
): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) =>
    server.listen(join(folder, 's'), resolve),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

describe('a doorbell that does not do what it should', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['never answers', () => {}],
    ['answers garbage', (socket) => socket.end('\u0000garbage')],
    ['closes the connection', (socket) => socket.destroy()],
    [
      'answers without an end',
      (socket) => socket.write(Buffer.alloc(8 * 1024 * 1024, 'x')),
    ],
  ])(
    'a member whose doorbell %s is late, and does not fail the page',
    async (_what, answer) => {
      const members = new Members();
      const { collector } = await members.add();
      collector.counter('calls_total').inc(2);
      await serveDoorbell(foreignMember(members.directory), answer);
      expect(await valueOn(collector, 'calls_total')).toBe(2);
      expect(await valueOn(collector, 'metrics_late_members_total')).toBe(1);
    },
  );

  test('a page of a process that stands still meanwhile has what the others counted', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    const { collector: two } = await members.add();
    two.counter('calls_total').inc(2);
    const value = valueOn(one, 'calls_total');
    for (let i = 0; i < 2; i++) {
      await nextTurn();
      standStill(2 * RING_LIMIT);
    }
    expect(await value).toBe(2);
    expect(await valueOn(one, 'metrics_late_members_total')).toBe(0);
  });

  test('a socket that a dead process has left does not fail the page', async () => {
    const members = new Members();
    const { collector } = await members.add();
    collector.counter('calls_total').inc(2);
    writeFileSync(join(foreignMember(members.directory), 's'), '');
    expect(await valueOn(collector, 'calls_total')).toBe(2);
    expect(readdirSync(join(members.directory, 'm'))).toHaveLength(1);
  });

  test('members share a directory whose path is too long for a socket', async () => {
    const members = new Members(join(tempFolder(), 'd'.repeat(120)));
    const { collector: one } = await members.add();
    const { collector: two } = await members.add();
    two.counter('calls_total').inc(2);
    expect(await valueOn(one, 'calls_total')).toBe(2);
    await two.shutdown();
    expect(await valueOn(one, 'calls_total')).toBe(2);
  });
});

/** The files of the only member that has counted `calls_total`. */
async function endedMember(members: Members) {
  const { collector: one } = await members.add();
  const ids = new Set(readdirSync(join(members.directory, 'm')));
  const { collector: two } = await members.add();
  two.counter('calls_total').inc(5);
  const id = readdirSync(join(members.directory, 'm')).find(
    (each) => !ids.has(each),
  )!;
  return { one, two, folder: join(members.directory, 'm', id) };
}

/** The header of the newest ledger. */
function newestLedger(directory: string): string {
  const numbers = readdirSync(directory)
    .filter((name) => name.startsWith('ended.'))
    .map((name) => Number(name.slice(6)));
  const file = join(directory, `ended.${Math.max(...numbers)}`);
  return /\{.*\}/s.exec(readFileSync(file, 'latin1'))![0];
}

/** Makes a file one of the next format version. */
function raiseVersion(file: string): void {
  const bytes = readFileSync(file);
  bytes.writeUInt32BE(2, 4);
  writeFileSync(file, bytes);
}

describe('a state that cannot be read', () => {
  test.each<[string, (file: string) => void]>([
    ['truncated', (file) => truncateSync(file, 40)],
    ['empty', (file) => truncateSync(file, 0)],
    [
      'changed',
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 3]! ^= 255;
        writeFileSync(file, bytes);
      },
    ],
  ])(
    'the %s state of a member that hangs is shown as it was read last',
    async (_what, damage) => {
      const members = new Members();
      const { one, folder } = await endedMember(members);
      expect(await valueOn(one, 'calls_total')).toBe(5);
      // The doorbell leads nowhere from now on, so that the file stays as it is.
      rmSync(join(folder, 's'));
      damage(join(folder, 'values'));
      expect(await valueOn(one, 'calls_total')).toBe(5);
      expect(
        await valueOn(one, 'metrics_errors_total{cause="processes"}'),
      ).toBe(1);
      expect(readdirSync(join(members.directory, 'corrupt'))).toHaveLength(1);
    },
  );

  test('the state of a newer version is left alone, and what was read last is shown', async () => {
    const members = new Members();
    const { one, folder } = await endedMember(members);
    expect(await valueOn(one, 'calls_total')).toBe(5);
    rmSync(join(folder, 's'));
    raiseVersion(join(folder, 'values'));
    expect(await valueOn(one, 'calls_total')).toBe(5);
    const errors = 'metrics_errors_total{cause="processes"}';
    expect(await valueOn(one, errors)).toBe(1);
    expect(readdirSync(members.directory)).not.toContain('corrupt');
  });

  test('a process beside members of a newer version shows its own metrics, and says so', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    one.counter('calls_total').inc(5);
    raiseVersion(join(members.directory, 'ended.1'));
    const { collector: two, warnings } = await members.add();
    two.counter('calls_total').inc(2);
    expect(await valueOn(two, 'calls_total')).toBe(2);
    expect(warnings.join()).toContain(
      'joining the other processes of the app: Error: it has the format 2 of a newer version',
    );
    expect(readdirSync(join(members.directory, 'm'))).toHaveLength(1);
    expect(readdirSync(join(members.directory, 'new'))).toEqual([]);
  });

  test('a ledger that cannot be read is set aside, and the one before it is used', async () => {
    const members = new Members();
    const { one, two } = await endedMember(members);
    await two.shutdown();
    expect(await valueOn(one, 'calls_total')).toBe(5);
    const ledgers = readdirSync(members.directory)
      .filter((name) => name.startsWith('ended.'))
      .map((name) => Number(name.slice(6)));
    const last = Math.max(...ledgers);
    truncateSync(join(members.directory, `ended.${last}`), 30);
    one.counter('calls_total').inc(2);
    expect(await valueOn(one, 'calls_total')).toBe(2);
    const errors = 'metrics_errors_total{cause="processes"}';
    expect(await valueOn(one, errors)).toBe(1);
    // The members agree again: this page does not look for the one that is missing.
    const { members: left } = JSON.parse(newestLedger(members.directory)) as {
      members: string[];
    };
    expect(left).toHaveLength(1);
    expect(readdirSync(join(members.directory, 'corrupt'))).toEqual([
      `ended.${last}`,
    ]);
  });

  test('a directory that is removed while its members live is made again, with what they have counted', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    const { collector: two } = await members.add();
    one.counter('calls_total').inc(2);
    two.counter('calls_total').inc(3);
    expect(await valueOn(one, 'calls_total')).toBe(5);
    rmSync(members.directory, { recursive: true });
    await one.metrics();
    await two.metrics();
    expect(await valueOn(one, 'calls_total')).toBe(5);
    expect(await valueOn(two, 'calls_total')).toBe(5);
  });
});

describe.runIf(IS_ROOT)('a full disk', () => {
  test('a page shows what was saved before the disk was full, and all of it once there is room', async () => {
    const directory = tempFolder();
    execFileSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      'size=256k',
      'tmpfs',
      directory,
    ]);
    onTestFinished(() => void execFileSync('umount', ['-l', directory]));
    chmodSync(directory, 0o700);
    const members = new Members(directory);
    const { collector, warnings } = await members.add();
    collector.counter('calls_total').inc(2);
    expect(await valueOn(collector, 'calls_total')).toBe(2);
    const filler = join(directory, 'filler');
    expect(() => writeFileSync(filler, Buffer.alloc(512 * 1024))).toThrow(
      'ENOSPC',
    );
    collector.counter('calls_total').inc(3);
    expect(await valueOn(collector, 'calls_total')).toBe(2);
    expect(warnings.join()).toContain('saving the metrics: Error: ENOSPC');
    rmSync(filler);
    expect(await valueOn(collector, 'calls_total')).toBe(5);
  });
});

describe('members of different versions', () => {
  test('a metric with other buckets has those of the newest member, and all observations', async () => {
    const members = new Members();
    const { collector: one } = await members.add();
    one.histogram('size', { buckets: [1, 2, 4] }).observe(1.5);
    one.histogram('size').observe(3);
    one.histogram('size').observe(9);
    const { collector: two } = await members.add();
    two.histogram('size', { buckets: [2, 8] }).observe(0.5);
    expect(await samples(one, 'size')).toEqual([
      'size_bucket{le="2"} 2',
      'size_bucket{le="8"} 3',
      'size_bucket{le="+Inf"} 4',
      'size_sum 14',
      'size_count 4',
    ]);
  });

  test('a metric with another type has that of the newest member, and is counted as a conflict', async () => {
    const members = new Members();
    const { collector: one, warnings } = await members.add();
    one.counter('load').inc(7);
    const { collector: two } = await members.add();
    two.gauge('load').set(2);
    expect(await samples(one, 'load')).toEqual(['load 2']);
    expect(await valueOn(one, 'metrics_errors_total{cause="conflict"}')).toBe(
      1,
    );
    expect(warnings.join()).toContain(
      'Metric "load" has another type in another process',
    );
  });
});

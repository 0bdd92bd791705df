import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../support/http.js';
import { counterOf, valueSeries } from '../../support/snapshots.js';
import { tempFolder } from '../../support/temp.js';
import { exported, observed, started } from './exporting.js';
import { receiveUnix, unixDgramIsMissing } from './unix-server.js';

const missing = await unixDgramIsMissing();

const runs = (value: number) => [counterOf('runs_total', valueSeries(value))];

const sizes = (count: number) =>
  Array.from({ length: count }, (_, i) => observed('sizes', i));

const sizeLines = (count: number) =>
  Array.from({ length: count }, (_, i) => `sizes:${i}|h`);

describe('a Unix datagram socket', () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  const at = (path: string, more = {}) =>
    started({ protocol: 'unix', path, ...more });

  it('a Unix datagram socket receives lines in packets of 8,192 bytes', async () => {
    const path = join(tempFolder(), 'dsd.socket');
    const server = await receiveUnix(path);
    const exporter = await at(path);
    exporter.receive(sizes(5_000));
    await exported(exporter, runs(1));
    const lines = ['runs_total:1|c', ...sizeLines(5_000)];
    await waitFor(() => server.lines().length === lines.length, 'the lines');
    expect(server.lines()).toEqual(lines);
    const longest = Math.max(...server.packets().map(({ length }) => length));
    expect(longest).toBeGreaterThan(8_000);
    expect(longest).toBeLessThanOrEqual(8_192);
  });

  it('a missing Unix datagram socket fails an export, and receives everything once it exists', async () => {
    const path = join(tempFolder(), 'dsd.socket');
    const exporter = await at(path);
    exporter.receive(sizes(2));
    await expect(exported(exporter, runs(3))).rejects.toThrow(
      `${path} cannot be connected to: connect -2`,
    );
    const server = await receiveUnix(path);
    await exported(exporter, runs(4));
    await waitFor(() => server.lines().length === 3, 'the lines');
    expect(server.lines()).toEqual(['runs_total:4|c', ...sizeLines(2)]);
  });

  it('a Unix datagram socket of a killed server fails an export, and works with the next server', async () => {
    const path = join(tempFolder(), 'dsd.socket');
    const server = await receiveUnix(path);
    const exporter = await at(path);
    await exported(exporter, runs(1));
    await server.kill();
    await expect(exported(exporter, runs(2))).rejects.toThrow(path);
    await rm(path);
    const next = await receiveUnix(path);
    await exported(exporter, runs(4));
    await waitFor(() => next.lines().length > 0, 'the lines');
    expect(next.lines()).toEqual(['runs_total:3|c']);
  });

  it('an export waits for an unread Unix datagram socket until its time is over', async () => {
    const path = join(tempFolder(), 'dsd.socket');
    const server = await receiveUnix(path);
    const exporter = await at(path, { maxPacketSize: 64 });
    exporter.receive(sizes(2_000));
    server.pause();
    await expect(
      exported(exporter, runs(1), AbortSignal.timeout(300)),
    ).rejects.toMatchObject({ name: /AbortError|TimeoutError/ });
    server.resume();
    await exported(exporter, runs(2));
    await waitFor(() => server.lines().length >= 2_002, 'the lines');
    expect(server.lines().filter((line) => line.startsWith('runs'))).toEqual([
      'runs_total:1|c',
      'runs_total:1|c',
    ]);
    expect(server.lines().filter((line) => line.startsWith('sizes'))).toEqual(
      sizeLines(2_000),
    );
  });

  it('an export continues when a slow server of a Unix datagram socket reads again', async () => {
    const path = join(tempFolder(), 'dsd.socket');
    const server = await receiveUnix(path);
    const exporter = await at(path, { maxPacketSize: 64 });
    exporter.receive(sizes(2_000));
    server.pause();
    const slow = exported(exporter);
    setTimeout(() => server.resume(), 200);
    await slow;
    await waitFor(() => server.lines().length >= 2_000, 'the lines');
    expect(server.lines()).toEqual(sizeLines(2_000));
  });
});

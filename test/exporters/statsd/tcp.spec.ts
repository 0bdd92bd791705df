import { once } from 'node:events';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../support/http.js';
import { counterOf, valueSeries } from '../../support/snapshots.js';
import { tempFolder } from '../../support/temp.js';
import { exported, observed, started, startedAt } from './exporting.js';
import { receiveStream, receiveStreamAt } from './receivers.js';

const TCP = { protocol: 'tcp' } as const;

const runs = (value: number) => [counterOf('runs_total', valueSeries(value))];

const sizes = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => observed('sizes', from + i));

const sizeLines = (count: number) =>
  Array.from({ length: count }, (_, i) => `sizes:${i}|h`);

describe('an export over TCP', () => {
  it('each export over TCP has its own connection, which ends once everything has arrived', async () => {
    const receiver = await receiveStream();
    const exporter = await startedAt(receiver, TCP);
    exporter.receive(sizes(0, 2_000));
    await exported(exporter, runs(1));
    expect(receiver.lines()).toEqual(['runs_total:1|c', ...sizeLines(2_000)]);
    await exported(exporter, runs(2));
    expect(receiver.connections).toHaveLength(2);
    expect(receiver.text()).toMatch(/runs_total:1\|c\n$/);
  });

  it('an export over TCP keeps characters that are not ASCII', async () => {
    const receiver = await receiveStream();
    const exporter = await startedAt(receiver, TCP);
    const series = valueSeries(1, { a: 'Grüße 🌍' });
    await exported(exporter, [counterOf('runs_total', series)]);
    expect(receiver.text()).toBe('runs_total:1|c|#a:Grüße 🌍\n');
  });

  it('an export over TCP may go to the path of a socket', async () => {
    const path = join(tempFolder(), 'statsd.sock');
    const receiver = await receiveStreamAt(path);
    await exported(await started({ ...TCP, path }), runs(1));
    expect(receiver.text()).toBe('runs_total:1|c\n');
    const absent = await started({ ...TCP, path: `${path}.absent` });
    await expect(exported(absent, runs(1))).rejects.toThrow(/ENOENT/);
  });
});

describe('an export over TCP that is refused', () => {
  it('an export over TCP that is refused leaves everything, in order, for the next one', async () => {
    const port = await freePort();
    const exporter = await startedAt({ port }, TCP);
    exporter.receive(sizes(0, 2));
    await expect(exported(exporter, runs(3))).rejects.toThrow(/ECONNREFUSED/);
    exporter.receive(sizes(2, 3));
    const receiver = await receiveStream(undefined, { port });
    await exported(exporter, runs(5));
    await exported(exporter, runs(5));
    expect(receiver.lines()).toEqual(['runs_total:5|c', ...sizeLines(3)]);
  });
});

describe('an export over TCP to a server that closes too early', () => {
  const TRIES = 20;

  /** How many of some exports fulfil against a server in a thread of its own, as it takes its turns by itself. */
  async function fulfilled(series: number, busyFor = 0) {
    const server = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const server = require('node:net').createServer((socket) => socket.destroy());
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    onTestFinished(async () => void (await server.terminate()));
    const [port] = (await once(server, 'message')) as [number];
    const all = Array.from({ length: series }, (_, i) =>
      valueSeries(1, { i: String(i) }),
    );
    let count = 0;
    for (let i = 0; i < TRIES; i++) {
      const exporter = await startedAt({ port }, TCP);
      const done = exported(exporter, [counterOf('runs_total', ...all)]);
      const busy = setInterval(() => blockFor(busyFor), 1);
      await done.then(
        () => count++,
        () => {},
      );
      clearInterval(busy);
    }
    return count;
  }

  function blockFor(milliseconds: number): void {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  }

  it.each([1, 50, 2_000])(
    'an export over TCP fails if the server closes at once, with %i lines to send',
    async (series) => {
      expect(await fulfilled(series)).toBe(0);
    },
  );

  it('an export over TCP fails if the server closes at once while the app is busy', async () => {
    expect(await fulfilled(1, 40)).toBe(0);
  });
});

describe('an export over TCP that fails', () => {
  /** Exports to a server that behaves like this on its first connection only. */
  async function exportTo(
    misbehave: (socket: Socket, text: string) => void,
    allowHalfOpen: boolean,
    signal?: AbortSignal,
  ) {
    const receiver = await receiveStream(
      (socket, text) => {
        if (receiver.connections.length === 1) misbehave(socket, text);
        else if (text === '') socket.once('end', () => socket.end());
      },
      { allowHalfOpen },
    );
    const exporter = await startedAt(receiver, TCP);
    // More than the buffers of both sides take at once.
    exporter.receive(sizes(0, 50_000));
    const failed = exported(exporter, runs(3), signal);
    const error = await failed.then(
      () => undefined,
      (reason: Error) => reason,
    );
    const before = receiver.lines().length;
    await exported(exporter, runs(4));
    const lines = receiver.lines().slice(before);
    return { error, lines: lines.filter((line) => line !== '') };
  }

  const all = ['runs_total:4|c', ...sizeLines(50_000)];

  it('an export over TCP is repeated if the server resets the connection at once', async () => {
    const { error, lines } = await exportTo(
      (socket) => socket.resetAndDestroy(),
      false,
    );
    expect(error).toBeDefined();
    expect(lines).toEqual(all);
  });

  it('an export over TCP is repeated if the server resets the connection in the middle', async () => {
    const { error, lines } = await exportTo((socket, text) => {
      if (text.length > 20_000) socket.resetAndDestroy();
    }, false);
    expect(error?.message).toMatch(/ECONNRESET|EPIPE|ended|failed/);
    expect(lines.slice(-all.length)).toEqual(all);
  });

  it('an export over TCP is repeated if the server closes its side early, though it still reads', async () => {
    const { error, lines } = await exportTo((socket, text) => {
      if (text !== '') socket.end();
    }, true);
    expect(error?.message).toBe('The server has ended the connection');
    expect(lines.slice(-all.length)).toEqual(all);
  });

  it.each([
    ['reads all and never ends it', () => {}],
    ['does not read', (socket: Socket) => void socket.pause()],
  ])(
    'an export over TCP is repeated if the server %s until the time is over',
    async (_what, misbehave) => {
      const { error, lines } = await exportTo(
        misbehave,
        true,
        AbortSignal.timeout(500),
      );
      expect(error?.name).toMatch(/AbortError|TimeoutError/);
      expect(lines.slice(-all.length)).toEqual(all);
    },
  );
});

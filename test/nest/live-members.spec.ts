import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MetricsModule } from '../../src/index.js';
import { tempFolder } from '../support/temp.js';
import { startLiveApp } from './support/live-app.js';

const live = { interval: 1_000 };

/** Starts a member of an app with a live page. */
function startMember(directory: string) {
  const processes = { directory };
  return startLiveApp({
    imports: [MetricsModule.forRoot({ live, processes })],
  });
}

/** Has the doorbell of a member accept connections, and never answer. */
async function silenceDoorbell(folder: string): Promise<void> {
  const path = join(folder, 's');
  rmSync(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

test('the live page lists the members of an app, and those that do not save in time', async () => {
  const directory = join(tempFolder(), 'group');
  mkdirSync(directory, { mode: 0o700 });
  const first = await startMember(directory);
  const [id] = readdirSync(join(directory, 'm'));
  const second = await startMember(directory);
  // Both are in this process, and are listed in the order in which they joined.
  const process = String(globalThis.process.pid);
  for (const { answerWhen } of [first, second]) {
    const { members, processes } = await answerWhen(
      'system',
      (one) =>
        one.members.length === 2 && !one.members.some(({ late }) => late),
    );
    expect(processes).toBe(2);
    expect(members).toEqual([
      { process, late: false },
      { process, late: false },
    ]);
  }
  await silenceDoorbell(join(directory, 'm', id!));
  const { members } = await second.answerWhen('system', (one) =>
    one.members.some(({ late }) => late),
  );
  expect(members).toEqual([
    { process, late: true },
    { process, late: false },
  ]);
});

test('the live page of an app that is one process lists no members', async () => {
  const { answer } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live })],
  });
  const { members, processes } = await answer('system');
  expect(members).toEqual([]);
  expect(processes).toBe(1);
});

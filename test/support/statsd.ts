import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePort, waitFor } from './http.js';

const STATSD = createRequire(import.meta.url).resolve('statsd/stats.js');

const BACKEND = fileURLToPath(new URL('./statsd-backend.cjs', import.meta.url));

/** What a server has made of what it was sent, by name with tags: `name;a=b`. */
export interface Totals {
  counters: Record<string, number>;
  gauges: Record<string, number>;
  timers: Record<string, number[]>;
}

/** A real StatsD server, npm's `statsd`. Its figures cover all of its restarts. */
export interface StatsdServer {
  readonly port: number;
  /** What it has flushed, counters and timers added up over all flushes. */
  totals(): Promise<Totals>;
  /** All lines that it has read, those too that it was killed with. */
  received(): Promise<string[]>;
  /** Ends it without any notice. */
  kill(): Promise<void>;
  /** Starts it on the same port. */
  start(): Promise<void>;
}

/** Starts a server that listens on UDP or TCP and flushes ten times a second; it ends with the test. */
export async function startStatsd(
  protocol: 'udp' | 'tcp',
): Promise<StatsdServer> {
  const folder = await mkdtemp(join(tmpdir(), 'statsd-'));
  const [received, flushed] = [
    join(folder, 'received'),
    join(folder, 'flushed'),
  ];
  const [port, adminPort] = [await freePort(), await freePort()];
  const config = {
    servers: [{ server: `./servers/${protocol}`, address: '127.0.0.1', port }],
    mgmt_address: '127.0.0.1',
    mgmt_port: adminPort,
    flushInterval: 100,
    keyNameSanitize: false,
    deleteIdleStats: true,
    deleteGauges: false,
    prefixStats: 'statsd',
    backends: [BACKEND],
    received,
    flushed,
  };
  const file = join(folder, 'config.js');
  await writeFile(file, JSON.stringify(config));
  await Promise.all([received, flushed].map((name) => writeFile(name, '')));
  let kill = async () => {};
  let end = async () => {};
  const start = async () => {
    const server = spawn(
      process.execPath,
      ['--require', BACKEND, STATSD, file],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    let errors = '';
    server.stderr!.on('data', (text) => (errors += String(text)));
    const ended = new Promise<void>((resolve) =>
      server.once('close', () => resolve()),
    );
    end = async () => {
      server.kill('SIGKILL');
      await ended;
    };
    kill = async () => {
      if (server.connected) server.send('die');
      await ended;
    };
    await Promise.race([
      waitFor(() => listens(adminPort), 'statsd to listen'),
      ended.then(() => {
        throw new Error(`statsd did not start:\n${errors}`);
      }),
    ]);
  };
  onTestFinished(async () => {
    await end();
    await rm(folder, { recursive: true, force: true });
  });
  await start();
  const lines = async (name: string) =>
    (await readFile(name, 'utf8')).split('\n').filter((line) => line !== '');
  return {
    port,
    totals: async () => totalsOf(await lines(flushed)),
    received: () => lines(received),
    kill: () => kill(),
    start,
  };
}

function totalsOf(flushes: string[]): Totals {
  const totals: Totals = { counters: {}, gauges: {}, timers: {} };
  for (const flush of flushes) {
    const { counters, gauges, timers } = JSON.parse(flush) as Totals;
    for (const [name, value] of Object.entries(counters)) {
      totals.counters[name] = (totals.counters[name] ?? 0) + value;
    }
    Object.assign(totals.gauges, gauges);
    for (const [name, values] of Object.entries(timers)) {
      totals.timers[name] = [...(totals.timers[name] ?? []), ...values];
    }
  }
  return totals;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, waitFor } from './http.js';

/** A program that was started, with all that it starts itself. */
export interface Running {
  /** What it has printed so far. */
  output(): string;
  /** Ends it with all that it started, by process id. Default: `SIGTERM`. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Settles when it and all that write to its output have ended, which may be later than `stop()`. */
  readonly closed: Promise<void>;
}

/**
 * Starts a program in a process group of its own.
 *
 * @param cwd the folder to start it in. Default: that of this process.
 */
export function start(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
  cwd?: string,
): Running {
  const child = spawn(command, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      output += String(error);
      resolve();
    });
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    output: () => output,
    closed,
    stop: async (signal = 'SIGTERM') => {
      signalGroup(child, signal);
      const overdue = setTimeout(() => signalGroup(child, 'SIGKILL'), 10_000);
      await ended;
      clearTimeout(overdue);
    },
  };
}

/** Waits until an app that was started is healthy. Rejects with what it has printed. */
export async function untilHealthy(
  app: Running,
  origin: string,
  seconds = 90,
): Promise<void> {
  await waitFor(
    async () => (await fetch(`${origin}/health`)).ok,
    'the app to be healthy',
    seconds,
  ).catch((cause: unknown) => {
    throw new Error(app.output(), { cause });
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** A real Prometheus. */
export interface Prometheus {
  /** Asks its HTTP API; gives the `data` of the answer. */
  api(path: string, parameters?: Record<string, string>): Promise<any>;
  stop(): Promise<void>;
}

/** Starts a Prometheus with this configuration, on a free port and with a storage of its own. */
export async function startPrometheus(
  config: string,
  ...flags: string[]
): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, config);
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = start('prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    ...flags,
  ]);
  const stop = async () => {
    await prometheus.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor(
      async () => (await fetch(`http://${address}/-/ready`)).ok,
      'Prometheus to be ready',
    );
  } catch (error) {
    await stop();
    throw new Error(`Prometheus did not start:\n${prometheus.output()}`, {
      cause: error,
    });
  }
  const api = async (path: string, parameters: Record<string, string> = {}) => {
    const query = new URLSearchParams(parameters).toString();
    const response = await fetch(`http://${address}/api/v1/${path}?${query}`);
    const body = (await response.json()) as any;
    if (body.status !== 'success') throw new Error(JSON.stringify(body));
    return body.data;
  };
  return { api, stop };
}

/** A real Pushgateway. */
export interface RealPushgateway {
  readonly url: string;
  /** Its page: all that was pushed. */
  page(): Promise<string>;
  stop(): Promise<void>;
}

/** The names that packages give the Pushgateway. */
const PUSHGATEWAYS = ['prometheus-pushgateway', 'pushgateway'];

/** The name of the Pushgateway here, if there is one. As {@link isInstalled}. */
export async function installedPushgateway(): Promise<string | undefined> {
  for (const name of PUSHGATEWAYS) if (await isThere(name)) return name;
  complain('pushgateway');
  return undefined;
}

/** How a Pushgateway is started. */
export interface PushgatewaySetup {
  /** Default: a free one. */
  readonly port?: number;
  /** Its `--web.config.file`, e.g. with users, and the header to read its page with. */
  readonly web?: { readonly config: string; readonly authorization: string };
}

/**
 * Starts a Pushgateway, which keeps what is pushed in memory.
 *
 * @param program as {@link installedPushgateway} gives it.
 */
export async function startPushgateway(
  program: string,
  { port, web }: PushgatewaySetup = {},
): Promise<RealPushgateway> {
  const folder = await mkdtemp(join(tmpdir(), 'pushgateway-'));
  const file = join(folder, 'web.yml');
  if (web !== undefined) await writeFile(file, web.config);
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const url = `http://${address}`;
  const gateway = start(program, [
    `--web.listen-address=${address}`,
    '--persistence.file=',
    ...(web === undefined ? [] : [`--web.config.file=${file}`]),
  ]);
  const stop = async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const headers: Record<string, string> =
    web === undefined ? {} : { Authorization: web.authorization };
  try {
    await waitFor(
      async () => (await fetch(`${url}/-/ready`, { headers })).ok,
      'the Pushgateway to be ready',
    );
  } catch (error) {
    await stop();
    throw new Error(`The Pushgateway did not start:\n${gateway.output()}`, {
      cause: error,
    });
  }
  const page = async () => (await fetch(`${url}/metrics`, { headers })).text();
  return { url, page, stop };
}

/** Whether a program can be started here. Under CI a missing one is a failure, not a reason to skip. */
export async function isInstalled(program: string): Promise<boolean> {
  const there = await isThere(program);
  if (!there) complain(program);
  return there;
}

function complain(program: string): void {
  if (process.env.CI === 'true') throw new Error(`${program} is not installed`);
}

async function isThere(program: string): Promise<boolean> {
  const probe = start(program, ['--version']);
  await waitFor(() => probe.output() !== '', `${program} --version`);
  await probe.stop();
  return !probe.output().includes('ENOENT');
}

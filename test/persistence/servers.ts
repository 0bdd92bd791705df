import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, waitFor } from '../support/http.js';
import { type Running, start } from '../support/processes.js';
import { programPath } from '../support/programs.js';

/** What Redis and PostgreSQL log when they answer. */
const READY = /ready to accept connections/i;

/** A real server that keeps its data while it does not run. */
export interface Server {
  readonly url: string;
  start(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Ends it in order, so that it leaves nothing behind. */
  stop(): Promise<void>;
}

/** Redis, which writes each change to its file at once. */
export async function redisServer(folder: string): Promise<Server> {
  const port = await freePort();
  return new ProgramServer(`redis://127.0.0.1:${port}`, () => [
    programPath('redis-server')!,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--appendfsync',
    'always',
    '--save',
    '',
  ]);
}

/** PostgreSQL, which does not run as root. */
export async function postgresServer(folder: string): Promise<Server> {
  const port = await freePort();
  const data = join(folder, 'data');
  const user = unprivilegedUser();
  chmodSync(folder, 0o755);
  if (user !== undefined) chownSync(folder, user.id, -1);
  const as = (...command: string[]) =>
    user === undefined ? command : ['setpriv', ...user.options, ...command];
  const [program, ...args] = as(
    programPath('initdb')!,
    '-D',
    data,
    '-U',
    'app',
    '-A',
    'trust',
    '--no-sync',
  );
  execFileSync(program!, args, { cwd: folder, stdio: 'pipe' });
  const url = `postgresql://app@127.0.0.1:${port}/postgres`;
  return new ProgramServer(url, () =>
    as(
      programPath('postgres')!,
      '-D',
      data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      folder,
      // In its folder: a server that is killed leaves its memory behind.
      '-c',
      'dynamic_shared_memory_type=mmap',
    ),
  );
}

function unprivilegedUser() {
  if (process.getuid?.() !== 0) return undefined;
  const id = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
  const options = [`--reuid=${id}`, '--clear-groups'];
  return { id, options };
}

class ProgramServer implements Server {
  private running: Running | undefined = undefined;

  constructor(
    readonly url: string,
    private readonly command: () => string[],
  ) {}

  async start(): Promise<void> {
    const [program, ...args] = this.command();
    const running = start(program!, args);
    this.running = running;
    try {
      await waitFor(
        () => READY.test(running.output()),
        `${program} to be ready`,
      );
    } catch (error) {
      throw new Error(running.output(), { cause: error });
    }
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** PostgreSQL would wait for its clients if it got SIGTERM. */
  stop(): Promise<void> {
    return this.end('SIGINT');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    await this.running?.stop(signal);
    this.running = undefined;
  }
}

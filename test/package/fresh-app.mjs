import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './report.mjs';

const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 5_000;
const REQUEST_TIMEOUT = 10_000;
const POLL_INTERVAL = 100;
const NEW_APP_OPTIONS = '--skip-install --skip-git -p npm --strict'.split(' ');
const MAIN_PLACES = ['dist/main.js', 'dist/src/main.js'];

/** An app as `nest new` scaffolds it, with the package from a tarball. */
export class FreshApp {
  #directory;

  constructor(directory) {
    this.#directory = directory;
  }

  static async scaffold(parent, name, ...nest) {
    await run(parent, ...nest, 'new', name, ...NEW_APP_OPTIONS);
    return new FreshApp(join(parent, name));
  }

  async manifest() {
    return JSON.parse(await this.read('package.json'));
  }

  async install(...packages) {
    await run(
      this.#directory,
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      ...packages,
    );
  }

  /** Imports a module as the app's own code does. Rejects if that fails. */
  async imports(module) {
    const code = `await import('${module}')`;
    await run(
      this.#directory,
      process.execPath,
      '--input-type=module',
      '--eval',
      code,
    );
  }

  /** Runs a command that a package of the app has, and returns what it writes. */
  runCommand(...command) {
    return run(this.#directory, 'npx', '--no', '--', ...command);
  }

  async write({ path, code }) {
    const target = join(this.#directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }

  read(path) {
    return readFile(join(this.#directory, path), 'utf8');
  }

  async typecheck() {
    await this.#runInstalled('tsc', '--noEmit', '-p', 'tsconfig.json');
  }

  /** Runs a script of the app's package.json. */
  async runScript(name) {
    await run(this.#directory, 'npm', 'run', name);
  }

  /** Runs Jest's tests of ES modules. */
  async testJestModules() {
    await run(
      this.#directory,
      process.execPath,
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
    );
  }

  async build(...args) {
    await this.#runInstalled('nest', 'build', ...args);
  }

  /** Starts the app, does some work and stops the app. */
  async whileRunning(work, ...mains) {
    const running = await this.start(...mains);
    try {
      await work(running);
    } finally {
      await running.stop();
    }
  }

  /** Starts the first of some files that exists. */
  async start(...mains) {
    const places = mains.length === 0 ? MAIN_PLACES : mains;
    const main = places.find((place) =>
      existsSync(join(this.#directory, place)),
    );
    if (!main) throw new Error(`nest build made none of ${places.join(', ')}.`);
    const app = new RunningApp(this.#directory, main, await freePort());
    await app.answers();
    return app;
  }

  async #runInstalled(name, ...args) {
    const command = join(this.#directory, 'node_modules', '.bin', name);
    await run(this.#directory, command, ...args);
  }
}

class RunningApp {
  #process;
  #origin;
  #output = '';
  #kill = () => this.#process.kill('SIGKILL');

  constructor(directory, main, port) {
    this.#origin = `http://127.0.0.1:${port}`;
    this.#process = spawn(process.execPath, [main], {
      cwd: directory,
      // A project of a monorepo reads its port from `port`.
      env: { ...process.env, NO_COLOR: '1', PORT: `${port}`, port: `${port}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout.on('data', (data) => (this.#output += data));
    this.#process.stderr.on('data', (data) => (this.#output += data));
    process.once('exit', this.#kill);
  }

  /** Waits until the app answers HTTP at all. */
  async answers() {
    const deadline = Date.now() + START_TIMEOUT;
    while (!(await this.#isListening())) {
      if (this.#hasEnded()) throw this.#failure('ended before it answered');
      if (Date.now() > deadline) {
        await this.stop();
        throw this.#failure(`did not answer in ${START_TIMEOUT / 1000} s`);
      }
      await delay(POLL_INTERVAL);
    }
  }

  /** Sends a request and returns the body of its successful answer. */
  async ask({ path, ...request }) {
    const response = await fetch(this.#origin + path, {
      ...request,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
    });
    const body = await response.text();
    if (!response.ok) {
      throw this.#failure(`answered ${path} with ${response.status} ${body}`);
    }
    return body;
  }

  async stop() {
    if (!this.#hasEnded()) {
      const kill = setTimeout(this.#kill, STOP_TIMEOUT);
      const ended = once(this.#process, 'exit');
      this.#process.kill();
      await ended;
      clearTimeout(kill);
    }
    process.off('exit', this.#kill);
  }

  async #isListening() {
    try {
      await fetch(this.#origin, {
        signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      });
      return true;
    } catch {
      return false;
    }
  }

  #hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  #failure(what) {
    return new Error(`The app ${what}. It printed:\n${this.#output.trim()}`);
  }
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

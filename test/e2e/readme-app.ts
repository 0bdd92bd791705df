import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { ROOT, type Step, stepsOf } from '../docs/markdown.js';
import { plainEnvironment } from '../support/environment.js';
import { freePort } from '../support/http.js';
import { type Running, start, untilHealthy } from '../support/processes.js';

/** What the examples have installed here. */
const INSTALL = 'npm install\n';
const START = 'npm start';

/** The default ports of the apps, by the variables that set others. */
const PORTS = { PORT: '3000', METRICS_PORT: '9464' };

/** Commands that only read can run until they print what is expected. */
const READING = /^curl -s \S+ \|/;

/** An app that runs as its README says, on ports of its own. */
export class ReadmeApp {
  private app: Running | undefined = undefined;

  private constructor(
    private readonly folder: string,
    private readonly steps: readonly Step[],
    private readonly env: NodeJS.ProcessEnv,
    private readonly origin: string,
  ) {}

  /**
   * Reads the README of a folder. Leaves out what a container is started for.
   *
   * @param env where the servers are that the app uses.
   */
  static async read(
    folder: string,
    env: NodeJS.ProcessEnv = {},
  ): Promise<ReadmeApp> {
    const port = String(await freePort());
    const document = `${folder}/README.md`;
    const here = (text: string) =>
      Object.values(PORTS)
        .reduce((rest, known) => rest.replaceAll(known, port), text)
        .replaceAll('localhost', '127.0.0.1');
    const steps = stepsOf(document)
      .filter(({ commands }) => !commands.startsWith('docker '))
      .map(({ commands, shown }) => ({
        commands: here(commands),
        shown: shown && here(shown),
      }));
    const [first, ...rest] = steps;
    if (!first?.commands.startsWith(INSTALL)) {
      throw new Error(`${document} does not begin with ${INSTALL}`);
    }
    const run = { ...first, commands: first.commands.slice(INSTALL.length) };
    const variables = Object.keys(PORTS).map((name) => [name, port] as const);
    return new ReadmeApp(
      ROOT + folder,
      [run, ...rest],
      { ...plainEnvironment(), ...Object.fromEntries(variables), ...env },
      `http://127.0.0.1:${port}`,
    );
  }

  /** Starts the app, if the README starts one. */
  start(): void {
    if (this.steps[0]!.commands !== START) return;
    this.app = start('sh', ['-c', START], this.env, this.folder);
  }

  /** Runs all other commands, and holds what they print against the README. */
  async follow(): Promise<void> {
    if (this.app !== undefined) await untilHealthy(this.app, this.origin);
    for (const step of this.steps) {
      if (step.commands !== START) await this.run(step);
    }
  }

  /** Ends the app, and waits for the processes below npm: they need its servers until they have closed. */
  async stop(): Promise<void> {
    await this.app?.stop();
    await this.app?.closed;
  }

  private async run({ commands, shown }: Step): Promise<void> {
    const print = () => this.print(commands);
    if (shown === undefined) {
      await print();
      return;
    }
    // npm and test runners print more than the README shows.
    const lines = shown.split('\n');
    const expected = commands.startsWith('npm ')
      ? expect.arrayContaining(lines)
      : lines;
    if (READING.test(commands)) {
      await expect.poll(print, { timeout: 60_000 }).toEqual(expected);
    } else {
      expect(await print(), commands).toEqual(expected);
    }
  }

  /** The lines that commands print. */
  private async print(commands: string): Promise<string[]> {
    const { stdout, stderr } = await promisify(exec)(commands, {
      cwd: this.folder,
      env: this.env,
      timeout: 90_000,
    });
    return (stdout + stderr).split('\n').flatMap((line) => line.trim() || []);
  }
}

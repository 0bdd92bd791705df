import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { blocksOf, ROOT } from '../docs/markdown.js';
import { plainEnvironment } from '../support/environment.js';
import { freePort, waitFor } from '../support/http.js';
import { type Running, start } from '../support/processes.js';

/** A block of commands, and what the README shows that they print. */
interface Step {
  readonly command: string;
  readonly shown: readonly string[] | undefined;
}

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
    private readonly health: string,
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
        .reduce((rest, known) => rest.replaceAll(known, port), text.trim())
        .replaceAll('localhost', '127.0.0.1');
    const blocks = blocksOf(document);
    const steps = blocks.flatMap(({ language, code }, i): Step[] => {
      if (language !== 'sh' || code.startsWith('docker ')) return [];
      const next = blocks[i + 1];
      const shown = next?.language === 'text' ? here(next.code) : undefined;
      return [{ command: here(code), shown: shown?.split('\n') }];
    });
    const [first, ...rest] = steps;
    if (!first?.command.startsWith(INSTALL)) {
      throw new Error(`${document} does not begin with ${INSTALL}`);
    }
    const run = { ...first, command: first.command.slice(INSTALL.length) };
    const variables = Object.keys(PORTS).map((name) => [name, port] as const);
    return new ReadmeApp(
      ROOT + folder,
      [run, ...rest],
      { ...plainEnvironment(), ...Object.fromEntries(variables), ...env },
      `http://127.0.0.1:${port}/health`,
    );
  }

  /** Starts the app, if the README starts one. */
  start(): void {
    if (this.steps[0]!.command !== START) return;
    this.app = start('sh', ['-c', START], this.env, this.folder);
  }

  /** Runs all other commands, and holds what they print against the README. */
  async follow(): Promise<void> {
    if (this.app !== undefined) await this.isUp(this.app);
    for (const step of this.steps) {
      if (step.command !== START) await this.run(step);
    }
  }

  /** Ends the app, and waits for the processes below npm: they need its servers until they have closed. */
  async stop(): Promise<void> {
    await this.app?.stop();
    await this.app?.closed;
  }

  private async isUp(app: Running): Promise<void> {
    await waitFor(
      async () => (await fetch(this.health)).ok,
      'the app to be healthy',
      90,
    ).catch((error: unknown) => {
      throw new Error(app.output(), { cause: error });
    });
  }

  private async run({ command, shown }: Step): Promise<void> {
    const print = () => this.print(command);
    if (shown === undefined) {
      await print();
      return;
    }
    // npm and test runners print more than the README shows.
    const expected = command.startsWith('npm ')
      ? expect.arrayContaining([...shown])
      : shown;
    if (READING.test(command)) {
      await expect.poll(print, { timeout: 60_000 }).toEqual(expected);
    } else {
      expect(await print(), command).toEqual(expected);
    }
  }

  /** The lines that a command prints. */
  private async print(command: string): Promise<string[]> {
    const { stdout, stderr } = await promisify(exec)(command, {
      cwd: this.folder,
      env: this.env,
      timeout: 90_000,
    });
    return (stdout + stderr).split('\n').flatMap((line) => line.trim() || []);
  }
}

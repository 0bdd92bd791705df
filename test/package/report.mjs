import { execFile } from 'node:child_process';
import { promisify, stripVTControlCharacters } from 'node:util';

const COMMAND_TIMEOUT = 5 * 60_000;
const execute = promisify(execFile);

class StepFailed extends Error {}

/** Prints steps as they end, and counts them. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** Runs steps that build on each other: the first failure skips the rest of them. */
  async section(title, steps) {
    console.log(`\n${title}`);
    try {
      await steps();
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
    }
  }

  async step(name, action) {
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    try {
      const result = await action();
      this.#passed += 1;
      console.log(`  ok    ${name} (${seconds()} s)`);
      return result;
    } catch (error) {
      this.#failed += 1;
      console.log(`  FAIL  ${name} (${seconds()} s)\n${indent(error.message)}`);
      throw new StepFailed(name, { cause: error });
    }
  }

  close() {
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0;
  }
}

/** Runs a command to its end and returns what it printed; the error of a failed one has that too. */
export async function run(cwd, command, ...args) {
  const ended = execute(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
    timeout: COMMAND_TIMEOUT,
    maxBuffer: Infinity,
  });
  ended.child.stdin.end();
  const kill = () => ended.child.kill();
  process.prependOnceListener('exit', kill);
  try {
    const { stdout, stderr } = await ended;
    return plain(stdout + stderr);
  } catch (error) {
    throw failure([command, ...args], error);
  } finally {
    process.off('exit', kill);
  }
}

function failure(command, { message, killed, code, stdout = '', stderr = '' }) {
  const reason = killed ? 'timed out' : `failed with ${code}`;
  const output = plain(stdout + stderr) || message;
  return new Error(`\`${command.join(' ')}\` ${reason}:\n${output}`);
}

const plain = (text) => stripVTControlCharacters(text).trim();
/** Text below a line of the report. */
export const indent = (text) => text.replace(/^(?=.)/gm, '        ');

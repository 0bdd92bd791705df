import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process that is asked things by IPC, and ends with this one. */
export class Child {
  #child;
  #answers = new Map();
  #last = 0;
  #stderr = '';
  /** What it has to say once it runs. */
  ready;

  /** @param {string} file beside this one. */
  constructor(file, args = [], execArgv = []) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.#child = fork(path, args.map(String), {
      execArgv,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr.on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.ready = this.#answer(undefined);
    this.#child.on('message', ({ id, result }) => {
      this.#answers.get(id)?.resolve(result);
      this.#answers.delete(id);
    });
    this.#child.once('close', (code, signal) => {
      const error = new Error(
        `${file} ended with ${signal ?? code}: ${this.#stderr}`,
      );
      for (const { reject } of this.#answers.values()) reject(error);
      this.#answers.clear();
    });
  }

  /** @param {string} command */
  ask(command, params = {}) {
    const id = ++this.#last;
    this.#child.send({ id, command, ...params });
    return this.#answer(id);
  }

  /** Ends it, and waits for that. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await closed;
  }

  #answer(id) {
    const answer = new Promise((resolve, reject) =>
      this.#answers.set(id, { resolve, reject }),
    );
    // The caller gets the error; a process that was stopped must not fail the others.
    answer.catch(() => {});
    return answer;
  }
}

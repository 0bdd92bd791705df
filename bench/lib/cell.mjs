import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));

/**
 * Runs one cell of a group in a process of its own, which has ended when this
 * returns, whatever happened in it.
 *
 * @param {string} group the URL of the file whose `cells` it is in.
 * @param {string} cell
 * @param {object} params goes to the cell; it and the result are plain data.
 * @param {{ execArgv?: string[], seconds?: number }=} options
 */
export async function runCell(group, cell, params, options = {}) {
  const { execArgv = [], seconds = 180 } = options;
  const child = fork(CHILD, [group, cell, JSON.stringify(params)], {
    execArgv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr.on('data', (text) => (stderr = (stderr + text).slice(-2000)));
  const overdue = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  let answer;
  child.on('message', (message) => (answer = message));
  const ended = await new Promise((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  clearTimeout(overdue);
  if (answer?.result !== undefined) return answer.result;
  throw new Error(answer?.error ?? `ended with ${ended}: ${lastLine(stderr)}`);
}

function lastLine(text) {
  const lines = text.trim().split('\n');
  return lines.find((line) => /Error|FATAL/.test(line)) ?? lines.at(-1);
}

/**
 * Shows that a secret in a file that does not answer keeps neither the threads that the
 * app reads files with, nor the start of the app.
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrometheusCollector } from 'nestjs-agent-metrics';
import { check } from './support/check.mjs';

const pause = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Gives what a promise does, or `'hangs'` after so many milliseconds. */
const within = (milliseconds, promise) =>
  Promise.race([promise, pause(milliseconds).then(() => 'hangs')]);

const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
const file = join(folder, 'token');
const fifo = join(folder, 'fifo');
execFileSync('mkfifo', [fifo]);

function collectorWith(file) {
  return new PrometheusCollector(
    { port: 0, host: '127.0.0.1', access: { bearerToken: { file } } },
    { logger: { warn: (message) => console.log(`  warning: ${message}`) } },
  );
}

console.log(
  'An app starts with its token in a FIFO that no process writes to.',
);
const failing = collectorWith(fifo);
const start = failing.initialize().then(
  () => 'starts',
  (error) => error.message,
);
const said = await within(10_000, start);
console.log(`  the start says: ${said}`);
check('  it fails and names the file', said.includes(fifo), true);

console.log('An app runs, and its token is replaced by a FIFO.');
writeFileSync(file, 'first');
const collector = collectorWith(file);
const isRunning = await within(
  10_000,
  collector.initialize().then(() => true),
);
check('  it runs', isRunning, true);
if (isRunning === true) await ask(collector);

// Whatever waits for the FIFO goes on, or the process could not end.
closeSync(openSync(fifo, constants.O_RDWR));
await pause(100);
rmSync(folder, { recursive: true });
process.exit();

async function ask(collector) {
  const { endpoint } = await collector.healthCheck();
  const status = async (headers = {}) =>
    (await fetch(endpoint, { headers })).status;
  const token = { authorization: 'Bearer first' };
  check('  with the token a scrape gets', await status(token), 200);
  rmSync(file);
  execFileSync('mkfifo', [file]);
  for (let i = 0; i < 8; i++) {
    await pause(1_050);
    await within(500, Promise.all([status(), status(token)]));
  }
  const answer = await within(3_000, status());
  check('  after 8 s, a scrape without the token gets', answer, 401);
  const ownFile = readFile(new URL(import.meta.url)).then(() => 'is read');
  check("  a file of the app's own", await within(3_000, ownFile), 'is read');
  closeSync(openSync(file, constants.O_RDWR));
  rmSync(file);
  writeFileSync(file, 'first');
  await pause(1_500);
  const back = await within(3_000, status(token));
  check('  once the token is back, a scrape gets', back, 200);
  await within(3_000, collector.shutdown());
}

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Members, valueOn } from './members.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A process that joins, records, and ends as `END` says. */
const APP = `
import { PrometheusCollector } from 'nestjs-agent-metrics';

const collector = new PrometheusCollector({
  namespace: '', port: 0, host: '127.0.0.1',
  processes: { directory: process.argv[1], saveInterval: 3600000 },
});
await collector.initialize();
collector.counter('calls_total').inc(7);
collector.histogram('size', { buckets: [1] }).observe(0.5);
END
`;

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const signalled = (signal: NodeJS.Signals) =>
  `process.kill(process.pid, '${signal}');`;

async function runToEnd(
  directory: string,
  end: string,
  app = APP,
): Promise<Ending & { readonly output: string }> {
  const child = execFile(
    process.execPath,
    ['--input-type=module', '--eval', app.replace('END', end), directory],
    { cwd: ROOT, timeout: 30_000 },
  );
  let output = '';
  child.stdout!.on('data', (text: string) => (output += text));
  const [code, signal] = (await once(child, 'close')) as [
    Ending['code'],
    Ending['signal'],
  ];
  return { code, signal, output };
}

/** A thread that counts again and again until it ends, or that counts once and blocks. */
const THREAD = `
import { parentPort, workerData } from 'node:worker_threads';
import { PrometheusCollector } from 'nestjs-agent-metrics';

const { directory, counted, isBlocked } = workerData;
const collector = new PrometheusCollector({
  namespace: '', port: 0, host: '127.0.0.1',
  processes: { directory, saveInterval: 3600000 },
});
function count() {
  collector.counter('calls_total').inc();
  Atomics.add(counted, 0, 1);
}
await collector.initialize();
if (isBlocked) {
  collector.counter('lost_total').inc();
  setTimeout(() => Atomics.wait(counted, 1, 0), 1);
} else {
  for (let i = 0; i < 100; i++) count();
  setInterval(count, 1);
}
parentPort.postMessage('ready');
parentPort.on('message', (message) => parentPort.postMessage(message)).unref();
`;

/** A process that prints what its threads had counted when it ended. */
const THREADS_APP = `
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { PrometheusCollector } from 'nestjs-agent-metrics';

const directory = process.argv[1];
const counted = new Int32Array(new SharedArrayBuffer(8));
const start = async (isBlocked) => {
  const workerData = { directory, counted, isBlocked };
  const thread = new Worker(${JSON.stringify(THREAD)}, { eval: true, workerData });
  await once(thread, 'message');
  return thread;
};
const first = await start(false);
const collector = new PrometheusCollector({
  namespace: '', port: 0, host: '127.0.0.1',
  processes: { directory, saveInterval: 3600000 },
});
await collector.initialize();
await start(false);
await start(false);
const ended = () => writeSync(1, String(Atomics.load(counted, 0)));
// The thread that began before this collector has told it by then that it is here.
for (let i = 0; i < 2; i++) {
  const answered = once(first, 'message');
  first.postMessage('ping');
  await answered;
}
END
`;

describe('a member whose process ends', () => {
  test.each<[string, string, Ending]>([
    ['by process.exit()', 'process.exit(3);', { code: 3, signal: null }],
    [
      'by an error that nothing catches',
      "throw new Error('broken');",
      { code: 1, signal: null },
    ],
    ['by shutdown()', 'await collector.shutdown();', { code: 0, signal: null }],
    ['by SIGTERM', signalled('SIGTERM'), { code: null, signal: 'SIGTERM' }],
    ['by SIGINT', signalled('SIGINT'), { code: null, signal: 'SIGINT' }],
    ['by SIGHUP', signalled('SIGHUP'), { code: null, signal: 'SIGHUP' }],
    [
      'in its own handler of a signal',
      `process.on('SIGTERM', () => setTimeout(() => process.exit(4), 20)); ${signalled('SIGTERM')}`,
      { code: 4, signal: null },
    ],
  ])('%s leaves all that it has counted', async (_how, end, expected) => {
    const members = new Members();
    const { collector } = await members.add();
    expect(await runToEnd(members.directory, end)).toMatchObject(expected);
    expect(await valueOn(collector, 'calls_total')).toBe(7);
    expect(await valueOn(collector, 'size_count')).toBe(1);
  });

  test('by SIGKILL leaves what it had saved before', async () => {
    const members = new Members();
    const { collector } = await members.add();
    const end =
      "await collector.metrics(); collector.counter('calls_total').inc(5); process.kill(process.pid, 'SIGKILL');";
    expect((await runToEnd(members.directory, end)).signal).toBe('SIGKILL');
    expect(await valueOn(collector, 'calls_total')).toBe(7);
  });
});

describe('a process of several threads that ends', () => {
  test.each([
    ['by process.exit()', "process.on('exit', ended); process.exit(0);"],
    [
      'by an error that nothing catches',
      "process.on('exit', ended); throw new Error('broken');",
    ],
    [
      'in its own handler of a signal',
      `process.on('exit', ended); process.on('SIGTERM', () => process.exit(0)); ${signalled('SIGTERM')} await new Promise(() => {});`,
    ],
  ])('%s leaves all that its threads have counted', async (_how, end) => {
    const members = new Members();
    const { collector } = await members.add();
    const { output } = await runToEnd(members.directory, end, THREADS_APP);
    expect(Number(output)).toBeGreaterThanOrEqual(300);
    expect(await valueOn(collector, 'calls_total')).toBe(Number(output));
  });

  test('by SIGTERM leaves what its threads have counted', async () => {
    const members = new Members();
    const { collector } = await members.add();
    const end = `ended(); ${signalled('SIGTERM')} await new Promise(() => {});`;
    const ended = await runToEnd(members.directory, end, THREADS_APP);
    expect(ended.signal).toBe('SIGTERM');
    expect(await valueOn(collector, 'calls_total')).toBeGreaterThanOrEqual(
      Number(ended.output),
    );
  });

  test('does not wait for a thread that is blocked, and leaves what the others have counted', async () => {
    const members = new Members();
    const { collector } = await members.add();
    const end =
      "await start(true); await new Promise((resolve) => setTimeout(resolve, 200)); const begun = Date.now(); process.on('exit', () => { ended(); writeSync(1, ' ' + (Date.now() - begun)); }); process.exit(0);";
    const { output } = await runToEnd(members.directory, end, THREADS_APP);
    const [counted, waited] = output.split(' ').map(Number);
    expect(waited).toBeLessThan(5_000);
    expect(await valueOn(collector, 'calls_total')).toBe(counted);
    expect(await valueOn(collector, 'lost_total')).toBeUndefined();
  });
});

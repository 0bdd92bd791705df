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

async function runToEnd(directory: string, end: string): Promise<Ending> {
  const child = execFile(
    process.execPath,
    ['--input-type=module', '--eval', APP.replace('END', end), directory],
    { cwd: ROOT, timeout: 30_000 },
  );
  const [code, signal] = (await once(child, 'exit')) as [
    Ending['code'],
    Ending['signal'],
  ];
  return { code, signal };
}

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
    expect(await runToEnd(members.directory, end)).toEqual(expected);
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

import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import { makeCollector } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { linesOf } from './raw-servers.js';

/** Compiled when it is installed, where there is a compiler. */
function unixDgram(): any {
  try {
    return createRequire(import.meta.url)('unix-dgram');
  } catch (error) {
    if (env.CI === 'true') throw error;
    return undefined;
  }
}

it.skipIf(unixDgram() === undefined)(
  'an agent at a Unix socket gets what came while it was away, in packets of 8192 bytes',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dsd-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'dsd.socket');
    const { collector } = makeCollector({ flushTimeout: 300 });
    await collector.addExporter(
      new StatsdExporter({ protocol: 'unix', path, interval: false }),
    );
    await collector.initialize();
    for (let i = 0; i < 1_000; i++) {
      collector.counter('calls_total').inc({ agent: `ü${i}` });
    }
    collector.timer('run_seconds').observe(0.25);
    await expect(collector.flush()).rejects.toThrow(/dsd\.socket/);

    const packets: Buffer[] = [];
    const server = unixDgram().createSocket('unix_dgram', (packet: Buffer) => {
      packets.push(packet);
    });
    server.bind(path);
    onTestFinished(() => void server.close());
    await collector.flush(5_000);
    await waitFor(
      () => linesOf(packets).includes('run_milliseconds:250|ms'),
      'the timer',
    );
    const calls = linesOf(packets).filter((line) =>
      line.startsWith('calls_total'),
    );
    expect(calls.length).toBe(1_000);
    expect(new Set(calls).size).toBe(1_000);
    const largest = Math.max(...packets.map(({ length }) => length));
    expect(largest).toBeLessThanOrEqual(8_192);
    expect(largest).toBeGreaterThan(8_100);
  },
);

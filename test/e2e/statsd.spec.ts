import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { receiveStream, receiveUdp } from '../exporters/statsd/receivers.js';
import {
  receiveUnix,
  unixDgramIsMissing,
} from '../exporters/statsd/unix-server.js';
import { waitFor } from '../support/http.js';
import { tempFolder } from '../support/temp.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Milliseconds for deliveries that shall arrive. */
const PATIENT = 20_000;

/** Milliseconds for deliveries to servers that hang or are absent. */
const SHORT = 500;

/** Runs an app with these options to its end; gives what it prints. Rejects if it does not end by itself. */
async function runApp(statsd: object, flushTimeout: number): Promise<string> {
  const app = `
    import 'reflect-metadata';
    import { Module } from '@nestjs/common';
    import { NestFactory } from '@nestjs/core';
    import { MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';
    const metrics = MetricsModule.forRoot({
      statsd: ${JSON.stringify(statsd)},
      prometheus: { defaultMetrics: false },
      flushTimeout: ${flushTimeout},
    });
    class AppModule {}
    Module({ imports: [metrics] })(AppModule);
    const app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    app.get(MetricsCollector).counter('runs_total').inc({ agent: 'a' }, 3);
    app.get(MetricsCollector).timer('run_seconds').observe({ agent: 'a' }, 0.5);
    // More than a socket of datagrams holds.
    for (let i = 0; i < 1_000; i++) app.get(MetricsCollector).histogram('sizes').observe(i);
    await app.close();
    console.log('closed');`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', app],
    {
      cwd: ROOT,
      timeout: 30_000,
      env: { ...process.env, DD_ORIGIN_DETECTION_ENABLED: 'false' },
    },
  );
  return stdout + stderr;
}

const LINES = [
  'tframex_runs_total:3|c|#agent:a',
  'tframex_run_milliseconds:500|ms|#agent:a',
];

describe('an app that sends to StatsD', () => {
  it('an app delivers the rest over UDP when it closes, and ends by itself', async () => {
    const receiver = await receiveUdp();
    const { port } = receiver;
    expect(await runApp({ host: '127.0.0.1', port }, PATIENT)).toBe('closed\n');
    expect(await receiver.lines()).toEqual(expect.arrayContaining(LINES));
  });

  it('an app delivers the rest over TCP when it closes, and ends by itself', async () => {
    const receiver = await receiveStream();
    const { port } = receiver;
    const options = { protocol: 'tcp', host: '127.0.0.1', port };
    expect(await runApp(options, PATIENT)).toBe('closed\n');
    expect(receiver.lines()).toEqual(expect.arrayContaining(LINES));
  });

  it('an app ends by itself though the StatsD server on TCP hangs', async () => {
    const { port } = await receiveStream((socket) => void socket.pause(), {
      allowHalfOpen: true,
    });
    const options = { protocol: 'tcp', host: '127.0.0.1', port };
    expect(await runApp(options, SHORT)).toBe('closed\n');
  });

  it('an app ends by itself though the StatsD server at the Unix socket hangs', async ({
    skip,
  }) => {
    const missing = await unixDgramIsMissing();
    skip(missing !== undefined, missing);
    const path = join(tempFolder(), 'dsd.socket');
    const server = await receiveUnix(path);
    const options = { protocol: 'unix', path, maxPacketSize: 64 };
    expect(await runApp(options, PATIENT)).toBe('closed\n');
    await waitFor(
      () => LINES.every((line) => server.lines().includes(line)),
      'the lines',
    );
    server.pause();
    expect(await runApp(options, SHORT)).toBe('closed\n');
  });

  it('an app ends by itself though there is no StatsD server', async () => {
    const options = { protocol: 'tcp', host: '127.0.0.1', port: 1 };
    expect(await runApp(options, SHORT)).toBe('closed\n');
    const path = join(tempFolder(), 'absent.socket');
    expect(await runApp({ protocol: 'tcp', path }, SHORT)).toBe('closed\n');
  });
});

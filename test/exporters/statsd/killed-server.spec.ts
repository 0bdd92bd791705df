import { expect, it } from 'vitest';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import { makeCollector } from '../../support/collector.js';
import { startStatsd } from '../../support/statsd.js';

const SERIES = 5_000;
const ROUNDS = 10;

it('no increase of a counter is lost over TCP, whenever the server is killed', async () => {
  const server = await startStatsd('tcp');
  const { collector } = makeCollector({
    namespace: 'app',
    flushTimeout: 1,
    maxSeriesPerMetric: SERIES,
  });
  await collector.addExporter(
    new StatsdExporter({
      protocol: 'tcp',
      host: '127.0.0.1',
      port: server.port,
      interval: false,
      tags: 'graphite',
    }),
  );
  await collector.initialize();
  const calls = collector.counter('calls_total');
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < SERIES; i++) calls.inc({ n: String(i) });
    const flushed = collector.flush(300).catch(() => {});
    // Here time is the input: another moment of the export in each round.
    await new Promise((resolve) => setTimeout(resolve, round * 10));
    await server.kill();
    await flushed;
    await server.start();
  }
  await collector.flush(20_000);

  // A server that was killed may have read lines that its successor receives again; see docs/reference/statsd.md.
  const read = new Map<string, number>();
  for (const line of await server.received()) {
    const [, n, growth] = /^app_calls_total;n=(\d+):(\d+)\|c$/.exec(line) ?? [];
    if (n !== undefined) read.set(n, (read.get(n) ?? 0) + Number(growth));
  }
  expect(read.size).toBe(SERIES);
  expect(Math.min(...read.values())).toBeGreaterThanOrEqual(ROUNDS);
});

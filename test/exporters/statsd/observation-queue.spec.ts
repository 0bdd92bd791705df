import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import {
  describe,
  expect,
  it,
  type MockInstance,
  onTestFinished,
  vi,
} from 'vitest';
import { makeCollector, samples } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import { counterOf, valueSeries } from '../../support/snapshots.js';
import { exported, observed, started, startedAt, timed } from './exporting.js';
import { receiveStream, receiveUdp } from './receivers.js';
import { withLink } from '../../../src/core/message-links.js';

const values = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => observed('sizes', from + i));

/** Makes every name resolve to this machine. */
function nameIsKnown(): void {
  const lookup = vi.spyOn(dns, 'lookup') as unknown as MockInstance<
    () => Promise<object>
  >;
  lookup.mockResolvedValue({ address: '127.0.0.1', family: 4 });
  syncBuiltinESMExports();
  onTestFinished(() => {
    lookup.mockRestore();
    syncBuiltinESMExports();
  });
}

describe('the queue of observations', () => {
  it('a full queue drops observations, and counts them with the reason', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver, { maxQueueSize: 3 });
    const reason =
      'the queue already holds 3 observations (statsd.maxQueueSize)';
    expect(exporter.receive(values(0, 2))).toEqual({ dropped: 0, reason });
    expect(exporter.receive(values(2, 7))).toEqual({ dropped: 4, reason });
    expect(exporter.receive(values(7, 8))).toEqual({ dropped: 1, reason });
    await exported(exporter);
    expect(await receiver.lines()).toEqual([
      'sizes:0|h',
      'sizes:1|h',
      'sizes:2|h',
    ]);
    expect(exporter.receive(values(8, 11))).toEqual({ dropped: 0, reason });
    expect(exporter.receive(values(11, 12))).toEqual({ dropped: 1, reason });
  });

  it('the collector counts dropped observations, and logs them once', async () => {
    const receiver = await receiveUdp();
    const { collector, warnings } = makeCollector();
    const { port } = receiver;
    const options = {
      host: '127.0.0.1',
      port,
      interval: false,
      maxQueueSize: 3,
    };
    await collector.addExporter(
      new StatsdExporter(options as { interval: false }),
    );
    await collector.initialize();
    const sizes = collector.histogram('sizes');
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 5; i++) sizes.observe(i);
      await collector.flush();
    }
    const [dropped] = await samples(collector, 'metrics_export_dropped_total');
    expect(dropped).toBe('metrics_export_dropped_total{exporter="statsd"} 4');
    expect(warnings).toEqual([
      withLink(
        'Exporter "statsd" drops points or events: 3 events are waiting already [logged once, counted]',
        'dropped_points',
      ),
    ]);
  });

  it('the queue accepts maxQueueSize observations at once', async () => {
    const receiver = await receiveStream();
    const { collector, warnings } = makeCollector({
      maxSeriesPerMetric: 20_000,
    });
    const { port } = receiver;
    await collector.addExporter(
      new StatsdExporter({
        protocol: 'tcp',
        host: '127.0.0.1',
        port,
        interval: false,
      }),
    );
    await collector.initialize();
    const sizes = collector.histogram('sizes');
    for (let i = 0; i < 15_000; i++) sizes.observe(i);
    await collector.flush(30_000);
    const sent = receiver.lines().filter((line) => line.startsWith('sizes:'));
    expect(sent).toHaveLength(15_000);
    expect(warnings).toEqual([]);
  });

  it('queued observations are part of metrics_export_queue_length until they are sent', async () => {
    const { port } = await receiveUdp();
    const { collector } = makeCollector();
    await collector.addExporter(
      new StatsdExporter({ host: '127.0.0.1', port, interval: false }),
    );
    await collector.initialize();
    const length = async () =>
      (await samples(collector, 'metrics_export_queue_length'))[0];
    for (let i = 0; i < 5; i++) collector.histogram('sizes').observe(i);
    // The exporter receives them after a moment, and queues them.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await length()).toMatch(/\{exporter="statsd"\} 5$/);
    await collector.flush();
    expect(await length()).toMatch(/\{exporter="statsd"\} 0$/);
  });

  it('observations during an export are sent by the next one', async () => {
    const receiver = await receiveStream();
    const exporter = await startedAt(receiver, { protocol: 'tcp' });
    exporter.receive(values(0, 2));
    const first = exported(exporter);
    await waitFor(() => receiver.connections.length > 0, 'a connection');
    exporter.receive([observed('sizes', 2), timed('run_seconds', 1)]);
    await first;
    const before = receiver.lines().length;
    expect(before).toBeGreaterThanOrEqual(2);
    await exported(exporter);
    expect(receiver.lines()).toEqual([
      'sizes:0|h',
      'sizes:1|h',
      'sizes:2|h',
      'run_milliseconds:1000|ms',
    ]);
  });

  it('observations and counters stay for the next export, in order, if the host is unknown', async () => {
    const receiver = await receiveUdp();
    const { port } = receiver;
    const exporter = await started({ host: 'nowhere.invalid', port });
    const runs = (value: number) => [
      counterOf('runs_total', valueSeries(value)),
    ];
    exporter.receive(values(0, 2));
    for (const value of [3, 5]) {
      await expect(exported(exporter, runs(value))).rejects.toThrow(
        /nowhere\.invalid/,
      );
    }
    exporter.receive(values(2, 3));
    nameIsKnown();
    await exported(exporter, runs(6));
    expect(await receiver.lines()).toEqual([
      'runs_total:6|c',
      'sizes:0|h',
      'sizes:1|h',
      'sizes:2|h',
    ]);
  });

  it('queued observations survive a restart of the exporter', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver);
    const runs = (value: number) => [
      counterOf('runs_total', valueSeries(value)),
    ];
    await exported(exporter, runs(3));
    exporter.receive(values(0, 1));
    await exporter.start();
    await exported(exporter, runs(5));
    expect(await receiver.lines()).toEqual([
      'runs_total:3|c',
      'runs_total:2|c',
      'sizes:0|h',
    ]);
  });
});

describe('a collector that is initialized, shut down and initialized again', () => {
  it('a collector that is initialized again sends what is new, and nothing twice', async () => {
    const receiver = await receiveUdp();
    const { port } = receiver;
    const { collector, warnings } = makeCollector();
    await collector.addExporter(
      new StatsdExporter({ host: '127.0.0.1', port, interval: false }),
    );
    for (const value of [1, 2]) {
      await collector.initialize();
      collector.counter('runs_total').inc(value);
      collector.histogram('sizes').observe(value);
      await collector.shutdown();
    }
    const lines = await receiver.lines();
    expect(lines.filter((line) => /^(runs|sizes)/.test(line))).toEqual([
      'runs_total:1|c',
      'sizes:1|h',
      'runs_total:2|c',
      'sizes:2|h',
    ]);
    expect(warnings).toEqual([]);
  });
});

describe('an aborted export', () => {
  it('an aborted export stops sending, and what it has sent is not sent again', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver, { maxPacketSize: 64 });
    exporter.receive(values(0, 2_000));
    const aborter = new AbortController();
    const aborted = exported(exporter, [], aborter.signal);
    setTimeout(() => aborter.abort(new Error('It is over')), 20);
    await expect(aborted).rejects.toThrow('It is over');
    const before = (await receiver.lines()).length;
    expect(before).toBeLessThan(2_000);
    await exported(exporter);
    const expected = Array.from({ length: 2_000 }, (_, i) => `sizes:${i}|h`);
    expect(await receiver.lines()).toEqual(expected);
  });
});

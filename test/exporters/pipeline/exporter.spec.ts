import { describe, expect, it, vi } from 'vitest';
import { makeCollector } from '../../support/collector.js';
import { pass, running, useFakeTime } from './fake-time.js';
import { ScriptedExporter } from './scripted-exporter.js';

vi.mock(
  '../../../src/core/clock.js',
  () => import('../../support/process-clock.js'),
);
vi.mock(
  '../../../src/core/timers.js',
  () => import('../../support/process-timers.js'),
);

useFakeTime();

describe('an exporter', () => {
  it('an exporter can be added and removed while the collector runs', async () => {
    const { collector } = makeCollector();
    await collector.initialize();
    const exporter = new ScriptedExporter('late');
    const remove = await collector.addExporter(exporter);
    expect(exporter.started).toBe(1);
    await pass(10_000);
    await remove();
    await remove();
    expect(exporter.ended).toBe(1);
    expect(exporter.times).toHaveLength(2);
    await pass(100_000);
    expect(exporter.times).toHaveLength(2);
    const page = await collector.metrics();
    expect(page).not.toContain('queue_length{exporter="late"}');
    expect((await collector.healthCheck()).checks).toEqual({});
    await collector.addExporter(new ScriptedExporter('late'));
  });

  it('an exporter that cannot start keeps the collector from starting, and stops the others', async () => {
    const { collector } = makeCollector();
    const other = new ScriptedExporter('other');
    await collector.addExporter(other);
    await collector.addExporter({
      name: 'broken',
      export() {},
      start() {
        throw new Error('no such package');
      },
    });
    await expect(collector.initialize()).rejects.toThrow('no such package');
    expect([other.started, other.ended]).toEqual([1, 1]);
    const { length } = other.times;
    await pass(100_000);
    expect(other.times).toHaveLength(length);
    expect((await collector.healthCheck()).server_running).toBe(false);
  });

  it('an exporter whose start hangs delays the collector for its timeout', async () => {
    const { collector } = makeCollector();
    const start = () => new Promise<void>(() => {});
    const hanging = { name: 'x', timeout: 3_000, export() {}, start };
    await collector.addExporter(hanging);
    const initialized = collector.initialize().catch(String);
    await pass(3_000);
    expect(await initialized).toBe(
      'Error: The start of exporter "x" took more than 3000 ms',
    );
  });

  it('an exporter belongs to one running collector at a time', async () => {
    const exporter = new ScriptedExporter('x');
    const { collector } = await running(exporter);
    const { collector: another } = makeCollector();
    await another.addExporter(exporter);
    await expect(another.initialize()).rejects.toThrow(
      /^The exporter "x" belongs to another collector, which is running; expected an instance for each$/m,
    );
    await collector.shutdown();
    await another.initialize();
    await another.flush();
    expect([exporter.started, exporter.ended]).toEqual([2, 1]);
  });

  it('an exporter is removed once, and all callers wait for the same removal', async () => {
    const exporter = new ScriptedExporter('x');
    const { collector, remove } = await running(exporter);
    exporter.always = new Promise((resolve) => setTimeout(resolve, 1_000));
    const order: string[] = [];
    const removals = [remove(), remove(), collector.shutdown()].map(
      async (removal) => {
        await removal;
        order.push(`${exporter.ended} ended`);
      },
    );
    await pass(2_000);
    await Promise.all(removals);
    expect(order).toEqual(['1 ended', '1 ended', '1 ended']);
    expect(exporter.times).toHaveLength(1);
  });

  it('a late removal of an exporter does not remove another of the same name', async () => {
    const { collector, remove } = await running(new ScriptedExporter('x'));
    const first = remove();
    await remove();
    const another = new ScriptedExporter('x');
    await collector.addExporter(another);
    await first;
    await remove();
    await collector.flush();
    expect(another.times).toHaveLength(1);
    await collector.shutdown();
    expect(another.ended).toBe(1);
  });

  it('an exporter that cannot start while the collector runs is not kept', async () => {
    const { collector } = makeCollector();
    await collector.initialize();
    const start = () => Promise.reject(new Error('no such package'));
    const broken = { name: 'x', export() {}, start };
    await expect(collector.addExporter(broken)).rejects.toThrow(
      'no such package',
    );
    await collector.addExporter(new ScriptedExporter('x'));
  });

  it('the metrics about an exporter exist from the start, and again after metrics are cleared', async () => {
    const exporter = new ScriptedExporter('x');
    const { collector } = await running(exporter);
    const names = async () =>
      [
        ...(await collector.metrics()).matchAll(
          /^(metrics_\w+)\{.*?exporter="x"/gm,
        ),
      ].map(([, name]) => name);
    expect(await names()).toEqual([
      'metrics_exports_total',
      'metrics_exports_total',
      'metrics_export_retries_total',
      'metrics_export_dropped_total',
      'metrics_export_queue_length',
    ]);
    collector.clearMetrics();
    await collector.flush();
    expect(await names()).toEqual([
      'metrics_export_queue_length',
      'metrics_export_last_success_timestamp_seconds',
      'metrics_exports_total',
    ]);
  });

  it.each([
    [
      'nothing',
      undefined,
      /addExporter\(\) is undefined; expected a MetricsExporter/,
    ],
    [
      'no method',
      { name: 'x' },
      /expected a MetricsExporter, with export\(\) or receive\(\)/,
    ],
    [
      'no name',
      { export() {} },
      /addExporter\(\)\.name is undefined; expected a name/,
    ],
    [
      'a malformed name',
      { name: 'a b', export() {} },
      /\.name is 'a b'; expected a name/,
    ],
    [
      'no function',
      { name: 'x', export: 1 },
      /\.export is 1; expected a function/,
    ],
    [
      'no interval',
      { name: 'x', export() {}, interval: 0 },
      /\.interval is 0; expected a number of milliseconds/,
    ],
    [
      'no time-out',
      { name: 'x', export() {}, timeout: false },
      /\.timeout is false/,
    ],
    [
      'no type',
      { name: 'x', receive() {}, eventTypes: ['x'] },
      /\.eventTypes is \[ 'x' \]; expected an array of counter/,
    ],
  ])('an exporter with %s is refused', async (_what, exporter, message) => {
    const { collector } = makeCollector();
    const added = collector.addExporter(exporter as never);
    await expect(added).rejects.toThrow(message);
    await expect(added).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it('an exporter with a name that is taken is refused', async () => {
    const { collector } = makeCollector();
    await collector.addExporter(new ScriptedExporter('x'));
    await expect(
      collector.addExporter(new ScriptedExporter('x')),
    ).rejects.toThrow(
      'addExporter() is named "x", as another exporter is; give one of them another name',
    );
  });
});

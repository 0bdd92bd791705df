import { describe, expect, it, vi } from 'vitest';
import { makeCollector } from '../support/collector.js';
import { away, pass, running, useFakeTime } from './fake-time.js';
import { ScriptedExporter } from './scripted-exporter.js';

vi.mock(
  '../../src/model/clock.js',
  () => import('../support/process-clock.js'),
);

useFakeTime();

describe('flush()', () => {
  it('has all exporters deliver now, side by side', async () => {
    const [one, two] = [
      new ScriptedExporter('one'),
      new ScriptedExporter('two'),
    ];
    const { collector } = await running(one);
    await collector.addExporter(two);
    one.script.push(new Promise((resolve) => setTimeout(resolve, 1_000)));
    const flushed = collector.flush();
    await pass(1_000);
    await flushed;
    expect(two.times).toEqual(one.times);
  });

  it('tries again while there is time', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away(), away());
    const { collector } = await running(exporter);
    const flushed = collector.flush(5_000);
    await pass(5_000);
    await flushed;
    expect(exporter.times).toHaveLength(3);
  });

  it('says what could not be delivered in time', async () => {
    const [one, two] = [
      new ScriptedExporter('one'),
      new ScriptedExporter('two'),
    ];
    one.always = new Promise(() => {});
    two.always = away();
    const { collector } = await running(one, { flushTimeout: 10 });
    await collector.addExporter(two);
    const flushed = collector.flush(3_000).catch((error: unknown) => error);
    await pass(3_000);
    expect(await flushed).toMatchObject({
      name: 'ExportError',
      code: 'export',
      message:
        'Exporter "one" could not deliver: Error: The delivery took more than 3000 ms; Exporter "two" could not deliver: ExportError: away',
    });
  });

  it('is refused before the collector is initialized, and after its end', async () => {
    const { collector } = makeCollector();
    const exporter = new ScriptedExporter();
    await collector.addExporter(exporter);
    const message = /"scripted" could not deliver: .*not initialized/;
    await expect(collector.flush()).rejects.toThrow(message);
    await collector.initialize();
    await collector.shutdown();
    await expect(collector.flush()).rejects.toThrow(message);
    expect(exporter.times).toHaveLength(1);
  });

  it('says why the tries have failed, and not that the time is over', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const exporter = new ScriptedExporter();
    exporter.script.push(away());
    exporter.always = new Promise(() => {});
    const { collector } = await running(exporter, { flushTimeout: 10 });
    const flushed = collector.flush(1_500).catch((error: unknown) => error);
    await pass(1_500);
    expect(exporter.times).toHaveLength(2);
    expect(await flushed).toMatchObject({
      message: 'Exporter "scripted" could not deliver: ExportError: away',
    });
  });

  it('does nothing without exporters', async () => {
    const { collector } = makeCollector();
    await expect(collector.flush()).resolves.toBeUndefined();
  });
});

describe('shutdown()', () => {
  it('delivers what is left, and ends the exporters', async () => {
    const exporter = new ScriptedExporter();
    const { collector } = await running(exporter);
    collector.counter('calls_total').inc();
    await collector.shutdown();
    expect(exporter.snapshots[0]!.metrics).toContainEqual(
      expect.objectContaining({ name: 'calls_total' }),
    );
    expect([exporter.started, exporter.ended]).toEqual([1, 1]);
    await pass(100_000);
    expect(exporter.times).toHaveLength(1);
  });

  it('only ends an exporter that wants no last delivery', async () => {
    const exporter = Object.assign(new ScriptedExporter(), {
      flushAtShutdown: false,
    });
    const { collector } = await running(exporter);
    await collector.shutdown();
    expect(exporter.times).toEqual([]);
    expect(exporter.ended).toBe(1);
  });

  it('waits for an exporter that hangs no longer than flushTimeout', async () => {
    const exporter = new ScriptedExporter('hanging');
    exporter.always = new Promise(() => {});
    const { collector, warnings } = makeCollector({ flushTimeout: 2_000 });
    await collector.addExporter(exporter);
    await collector.initialize();
    const start = Date.now();
    const down = collector.shutdown().then(() => Date.now());
    await pass(10_000);
    expect((await down) - start).toBeLessThanOrEqual(3_000);
    expect(exporter.signals[0]!.aborted).toBe(true);
    expect(exporter.ended).toBe(1);
    expect(warnings.at(-1)).toMatch(/not tried again, as the app ends$/);
  });

  it('can be followed by another start', async () => {
    const exporter = new ScriptedExporter();
    const { collector } = await running(exporter);
    await collector.shutdown();
    await collector.initialize();
    await pass(10_000);
    expect(exporter.times).toHaveLength(2);
    expect(exporter.started).toBe(2);
  });
});

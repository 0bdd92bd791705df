import { describe, expect, it, vi } from 'vitest';
import { makeCollector } from '../../support/collector.js';
import { nextTurn } from '../../support/next-turn.js';
import { away, pass, running, useFakeTime } from './fake-time.js';
import { ScriptedExporter } from './scripted-exporter.js';
import { withLastLine } from '../../../src/core/message-links.js';

vi.mock(
  '../../../src/core/clock.js',
  () => import('../../support/process-clock.js'),
);
vi.mock(
  '../../../src/core/timers.js',
  () => import('../../support/process-timers.js'),
);

useFakeTime();

describe('flush()', () => {
  it('flush() has all exporters deliver now, side by side', async () => {
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

  it('flush() retries while there is time', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away(), away());
    const { collector } = await running(exporter);
    const flushed = collector.flush(5_000);
    await pass(5_000);
    await flushed;
    expect(exporter.times).toHaveLength(3);
  });

  it('flush() names the exporters that could not deliver in time', async () => {
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
      message: withLastLine(
        'Exporter "one" could not deliver: Error: The delivery took more than 3000 ms; Exporter "two" could not deliver: ExportError: away',
        'export',
      ),
    });
  });

  it('flush() is refused before the collector is initialized, and after its shutdown', async () => {
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

  it('flush() says why the attempts failed, and not that the time is over', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const exporter = new ScriptedExporter();
    exporter.script.push(away());
    exporter.always = new Promise(() => {});
    const { collector } = await running(exporter, { flushTimeout: 10 });
    const flushed = collector.flush(1_500).catch((error: unknown) => error);
    await pass(1_500);
    expect(exporter.times).toHaveLength(2);
    expect(await flushed).toMatchObject({
      message: withLastLine(
        'Exporter "scripted" could not deliver: ExportError: away',
        'export',
      ),
    });
  });

  it('calls of flush() at the same time share one delivery after the running one', async () => {
    const exporter = new ScriptedExporter();
    exporter.always = new Promise((resolve) => setTimeout(resolve, 1_000));
    const { collector } = await running(exporter);
    const flushed = Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, i));
        await collector.flush(5_000);
      }),
    );
    await pass(5_000);
    await flushed;
    expect(exporter.times).toHaveLength(2);
  });

  it('flush() leaves no attempt behind when its time is over', async () => {
    const exporter = new ScriptedExporter('scripted', false, 60_000);
    exporter.script.push(new Promise((resolve) => setTimeout(resolve, 30_000)));
    const { collector } = await running(exporter);
    const flushes = [1, 2, 3].map(() => collector.flush(1_000));
    const ends = Promise.allSettled(flushes);
    await pass(60_000);
    expect((await ends).map(({ status }) => status)).toEqual(
      flushes.map(() => 'rejected'),
    );
    expect(exporter.times).toHaveLength(1);
  });

  it.each([NaN, -1, '100', null])(
    'flush() refuses %s as its time',
    async (timeout) => {
      const { collector } = makeCollector();
      await expect(collector.flush(timeout as number)).rejects.toMatchObject({
        name: 'OptionsError',
        message: expect.stringMatching(
          /^The timeout of flush\(\) is .*; expected a number of milliseconds, 0 or more$/m,
        ),
      });
    },
  );

  it('flush() accepts any time of 0 or more', async () => {
    const exporter = new ScriptedExporter();
    const { collector } = await running(exporter);
    await collector.flush(3e9);
    await collector.flush(Infinity);
    expect(exporter.times).toHaveLength(2);
  });

  it('flush() does nothing without exporters', async () => {
    const { collector } = makeCollector();
    await expect(collector.flush()).resolves.toBeUndefined();
  });
});

describe('shutdown()', () => {
  it('shutdown() delivers what is not delivered yet, and shuts the exporters down', async () => {
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

  it('shutdown() makes no last delivery for an exporter with flushAtShutdown false', async () => {
    const exporter = Object.assign(new ScriptedExporter(), {
      flushAtShutdown: false,
    });
    const { collector } = await running(exporter);
    await collector.shutdown();
    expect(exporter.times).toEqual([]);
    expect(exporter.ended).toBe(1);
  });

  it('shutdown() waits for an exporter that hangs no longer than flushTimeout', async () => {
    const exporter = new ScriptedExporter('hanging', 10_000, 60_000);
    exporter.always = new Promise(() => {});
    const { collector, warnings } = makeCollector({ flushTimeout: 2_000 });
    await collector.addExporter(exporter);
    await collector.initialize();
    const start = Date.now();
    const down = collector.shutdown().then(() => Date.now());
    await pass(3_000);
    expect((await down) - start).toBeLessThanOrEqual(3_000);
    expect(exporter.signals[0]!.aborted).toBe(true);
    expect(exporter.ended).toBe(1);
    expect(warnings.at(-1)).toMatch(
      /not tried again, as the app ends\. See .*#export$/,
    );
  });

  it('shutdown() makes the last delivery even if the one before took too long', async () => {
    const exporter = new ScriptedExporter('scripted', 1_000, 2_000);
    const { collector } = await running(exporter, { flushTimeout: 1_900 });
    exporter.script.push(endOfSignal(exporter));
    await pass(1_500);
    const down = collector.shutdown();
    await pass(5_000);
    await down;
    expect(exporter.times).toHaveLength(2);
    expect(exporter.ended).toBe(1);
  });

  it('shutdown() ends a running flush(), and no delivery begins after it', async () => {
    const exporter = new ScriptedExporter('scripted', false);
    exporter.always = away();
    const { collector } = await running(exporter, { flushTimeout: 10 });
    const flushed = collector.flush(60_000).catch((error: unknown) => error);
    await pass(100);
    const down = collector.shutdown();
    await pass(100);
    await down;
    const { length } = exporter.times;
    await pass(60_000);
    expect(exporter.times).toHaveLength(length);
    expect(await flushed).toMatchObject({ name: 'ExportError' });
  });

  it('shutdown() delivers no snapshot that was taken too late', async () => {
    const exporter = new ScriptedExporter('scripted', 1_000, 60_000);
    const { collector } = await running(exporter, { flushTimeout: 10 });
    let end = () => {};
    collector.gauge('slow', {
      collect: () => new Promise<void>((resolve) => (end = resolve)),
    });
    await pass(1_000);
    const down = collector.shutdown();
    await pass(1_000);
    end();
    await down;
    for (let i = 0; i < 20; i++) await nextTurn();
    expect(exporter.times).toEqual([]);
  });

  it('shutdown() waits for an exporter that is starting, and shuts it down', async () => {
    const { collector } = makeCollector();
    const exporter = new ScriptedExporter('slow', 1_000);
    const start = () =>
      new Promise<void>((resolve) => setTimeout(resolve, 500));
    await collector.addExporter(Object.assign(exporter, { start }));
    await collector.addExporter({
      name: 'broken',
      export() {},
      start: () => Promise.reject(new Error('no such package')),
    });
    const initialized = collector.initialize().catch(String);
    await pass(1_000);
    expect(await initialized).toMatch('no such package');
    expect(exporter.ended).toBe(1);
    await pass(10_000);
    expect(exporter.times).toEqual([]);
  });

  it('a collector can start again after shutdown()', async () => {
    const exporter = new ScriptedExporter();
    const { collector } = await running(exporter);
    await collector.shutdown();
    await collector.initialize();
    await pass(10_000);
    expect(exporter.times).toHaveLength(2);
    expect(exporter.started).toBe(2);
  });

  it('a collector that starts again makes each export once', async () => {
    const exporter = new ScriptedExporter('scripted', 1_000);
    const { collector } = await running(exporter, { flushTimeout: 0 });
    exporter.script.push(endOfSignal(exporter));
    const flushed = collector.flush(60_000).catch(() => {});
    // The export of the interval has to wait.
    await pass(1_500);
    const again = collector.shutdown().then(() => collector.initialize());
    await pass(500);
    await Promise.all([again, flushed]);
    const { length } = exporter.times;
    await pass(10_000);
    expect(exporter.times.length - length).toBe(10);
  });
});

/** Rejects when the last export of an exporter is aborted, a moment later. */
function endOfSignal(exporter: ScriptedExporter): Promise<void> {
  return new Promise((_resolve, reject) => {
    const look = () => {
      if (exporter.signals.at(-1)?.aborted === true) reject(new Error('ended'));
      else setTimeout(look, 10);
    };
    look();
  });
}

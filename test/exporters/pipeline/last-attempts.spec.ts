import { describe, expect, it, vi } from 'vitest';
import { away, pass, running, useFakeTime } from './fake-time.js';
import { ScriptedExporter } from './scripted-exporter.js';
import { withLink } from '../../../src/core/message-links.js';

vi.mock(
  '../../../src/core/clock.js',
  () => import('../../support/process-clock.js'),
);
vi.mock(
  '../../../src/core/timers.js',
  () => import('../../support/process-timers.js'),
);

useFakeTime();

/** How long a shutdown takes, in milliseconds, if it takes a minute at most. */
async function timeOf(shutdown: Promise<void>): Promise<number> {
  const start = Date.now();
  let end = NaN;
  void shutdown.then(() => (end = Date.now()));
  await pass(60_000);
  return end - start;
}

const hanging = () => new Promise<void>(() => {});

/** Hangs for as long as the signal of its export lets it, as a request into a black hole does. */
class BlackHole extends ScriptedExporter {
  override async export(...given: Parameters<ScriptedExporter['export']>) {
    await super.export(...given);
    const [, signal] = given;
    await new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );
  }
}

describe('the shutdown of an exporter whose last attempt failed', () => {
  it('an exporter that was failing makes one attempt at shutdown and waits for no other', async () => {
    const exporter = new ScriptedExporter();
    exporter.always = away();
    const { collector, warnings } = await running(exporter);
    await pass(10_000);
    expect(await timeOf(collector.shutdown())).toBe(0);
    expect(exporter.times).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
    expect(warnings.at(-1)).toBe(
      withLink(
        'Exporter "scripted" could not deliver: ExportError: away; it is not tried again, as the app ends',
        'export',
      ),
    );
  });

  it('an exporter that was failing delivers at shutdown if the backend is back', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away(), away());
    const { collector } = await running(exporter);
    collector.counter('calls_total').inc();
    await pass(11_000);
    expect(await timeOf(collector.shutdown())).toBe(0);
    expect(exporter.snapshots.at(-1)!.metrics).toContainEqual(
      expect.objectContaining({ name: 'calls_total' }),
    );
  });

  it('the shutdown of an exporter that was failing takes as long as one attempt that hangs', async () => {
    const exporter = new BlackHole('hole', 10_000, 2_000);
    const { collector } = await running(exporter, { flushTimeout: 5_000 });
    await pass(12_000);
    expect(await timeOf(collector.shutdown())).toBe(2_000);
    expect(exporter.times).toHaveLength(2);
  });

  it('the shutdown of an exporter that was failing takes flushTimeout if an attempt may take longer', async () => {
    const exporter = new BlackHole('hole', 10_000, 8_000);
    const { collector } = await running(exporter, { flushTimeout: 3_000 });
    await pass(18_000);
    expect(await timeOf(collector.shutdown())).toBe(3_000);
  });

  it('at shutdown no attempt follows a running one that fails', async () => {
    const exporter = new BlackHole('hole', 10_000, 4_000);
    const { collector } = await running(exporter, { flushTimeout: 30_000 });
    await pass(14_000);
    // The second try began a second ago at most.
    await pass(1_000);
    expect(exporter.times).toHaveLength(2);
    expect(await timeOf(collector.shutdown())).toBeLessThanOrEqual(4_000);
    expect(exporter.times).toHaveLength(2);
  });

  it('after a running attempt that succeeds, the shutdown delivers what came meanwhile', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away());
    const { collector } = await running(exporter);
    await pass(10_000);
    let end = () => {};
    exporter.script.push(new Promise<void>((resolve) => (end = resolve)));
    await pass(1_000);
    collector.counter('calls_total').inc();
    const down = collector.shutdown();
    await pass(10);
    end();
    await pass(10);
    await down;
    expect(exporter.snapshots.at(-1)!.metrics).toContainEqual(
      expect.objectContaining({ name: 'calls_total' }),
    );
  });

  it('an exporter that was failing makes one attempt for its events and one for its export', async () => {
    const received: number[] = [];
    const exporter = Object.assign(new ScriptedExporter(), {
      receive(events: readonly unknown[]) {
        received.push(events.length);
        throw away();
      },
    });
    exporter.always = away();
    const { collector } = await running(exporter);
    collector.counter('calls_total').inc();
    await vi.waitFor(() => expect(received).toHaveLength(1));
    await pass(10_000);
    const [heard, exported] = [received.length, exporter.times.length];
    expect(await timeOf(collector.shutdown())).toBe(0);
    expect(received).toHaveLength(heard + 1);
    expect(exporter.times).toHaveLength(exported + 1);
  });

  it('the removal of an exporter that was failing is as short as its shutdown', async () => {
    const exporter = new ScriptedExporter();
    exporter.always = away();
    const { remove } = await running(exporter);
    await pass(10_000);
    expect(await timeOf(remove())).toBe(0);
  });
});

describe('the shutdown of an exporter whose last attempt succeeded', () => {
  it('an exporter that was not failing retries at shutdown, within flushTimeout', async () => {
    const exporter = new ScriptedExporter();
    const { collector } = await running(exporter);
    await pass(10_000);
    exporter.script.push(away(), away());
    await timeOf(collector.shutdown());
    expect(exporter.times).toHaveLength(4);
  });

  it('an exporter that made no attempt yet retries at shutdown too', async () => {
    const exporter = new ScriptedExporter('job', false);
    const { collector } = await running(exporter);
    exporter.script.push(away());
    await timeOf(collector.shutdown());
    expect(exporter.times).toHaveLength(2);
  });

  it('the shutdown takes flushTimeout if the last delivery hangs', async () => {
    const exporter = new ScriptedExporter('scripted', 10_000, 60_000);
    const { collector } = await running(exporter, { flushTimeout: 3_000 });
    exporter.always = hanging();
    const took = await timeOf(collector.shutdown());
    expect(took).toBeGreaterThanOrEqual(3_000);
    expect(took).toBeLessThanOrEqual(4_200);
  });
});

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

const HOUR = 3_600_000;
const YEAR = 31_536_000_000;

/** A backend that has asked for a pause ten seconds ago, or a moment ago. */
async function asked(retryAfter: number) {
  const exporter = new ScriptedExporter();
  exporter.script.push(away({ retryAfter }));
  const made = await running(exporter);
  await pass(10_000);
  expect(exporter.times).toHaveLength(1);
  return { exporter, ...made };
}

describe('a pause that a backend asks for', () => {
  it.each([YEAR, 1e15, Infinity, Number.MAX_VALUE])(
    'a pause of %d ms that a backend asks for lasts for an hour at most',
    async (retryAfter) => {
      const { exporter } = await asked(retryAfter);
      await pass(HOUR - 1);
      expect(exporter.times).toHaveLength(1);
      await pass(1);
      expect(exporter.gaps).toEqual([HOUR]);
    },
  );

  it.each([
    [YEAR, '31536000 s; it waits 3600 s, the most allowed'],
    [120_000, '120 s'],
  ])(
    'a pause of %d ms that a backend asks for is logged with its length',
    async (retryAfter, text) => {
      const { warnings } = await asked(retryAfter);
      expect(warnings).toEqual([
        withLink(
          `Exporter "scripted" could not deliver: ExportError: away; the backend asks for a pause of ${text} [logged once until it delivers again, counted]`,
          'export',
        ),
      ]);
    },
  );

  it('an asked pause is logged once, although the outage was logged before', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(new Error('no route'));
    exporter.always = away({ retryAfter: 120_000 });
    const { warnings } = await running(exporter);
    await pass(600_000);
    expect(exporter.times.length).toBeGreaterThan(3);
    expect(warnings).toEqual([
      expect.stringContaining('no route'),
      expect.stringContaining('a pause of 120 s'),
    ]);
  });

  it('flush() makes one attempt during an asked pause, and then waits for its end', async () => {
    const { exporter, collector } = await asked(YEAR);
    exporter.script.push(away({ retryAfter: 120_000 }));
    const flushed = collector.flush(10_000).catch(String);
    await pass(10_000);
    expect(await flushed).toContain('could not deliver');
    expect(exporter.times).toHaveLength(2);
    await pass(110_000);
    expect(exporter.gaps.at(-1)).toBe(120_000);
  });

  it('an asked pause ends with a flush() that delivers, and exports come at the interval again', async () => {
    const { exporter, collector } = await asked(YEAR);
    await collector.flush();
    await pass(30_000);
    expect(exporter.gaps).toEqual([0, 10_000, 10_000, 10_000]);
  });

  it('shutdown() makes one attempt during an asked pause', async () => {
    const { exporter, collector } = await asked(YEAR);
    collector.counter('calls_total').inc(7);
    await collector.shutdown();
    expect(exporter.times).toHaveLength(2);
    expect(exporter.snapshots.at(-1)!.metrics).toContainEqual(
      expect.objectContaining({
        name: 'calls_total',
        series: [expect.objectContaining({ value: 7 })],
      }),
    );
  });

  it('flush() makes one attempt during an asked pause, even if it is called while an export runs', async () => {
    const exporter = new ScriptedExporter('scripted', 1_000);
    const answer = new Promise<void>((_resolve, reject) =>
      setTimeout(() => reject(away({ retryAfter: YEAR })), 1_500),
    );
    answer.catch(() => {});
    exporter.script.push(answer);
    const { collector } = await running(exporter);
    await pass(1_200);
    const flushed = collector.flush(60_000);
    await pass(500);
    await flushed;
    expect(exporter.gaps).toEqual([500]);
  });

  it('flush() makes one attempt during an asked pause of events, and the events behind them follow', async () => {
    const seen: number[] = [];
    const exporter = {
      name: 'events',
      script: [away({ retryAfter: YEAR })],
      receive(events: readonly { value: number }[]) {
        const failure = this.script.shift();
        if (failure !== undefined) throw failure;
        seen.push(...events.map(({ value }) => value));
      },
    };
    const { collector } = await running(exporter as never);
    collector.counter('calls_total').inc(1);
    await vi.waitFor(() => expect(exporter.script).toEqual([]));
    await collector.flush();
    collector.counter('calls_total').inc(2);
    await vi.waitFor(() => expect(seen).toEqual([1, 2]));
  });
});

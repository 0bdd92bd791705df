import { describe, expect, it, vi } from 'vitest';
import type { PrometheusCollector } from '../../../src/index.js';
import { makeCollector } from '../../support/collector.js';
import { usedHeap } from '../../support/heap.js';
import { waitFor } from '../../support/http.js';
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

/** The value of a sample on the page. */
async function valueOf(
  collector: PrometheusCollector,
  sample: string,
): Promise<number> {
  const line = (await collector.metrics())
    .split('\n')
    .find((one) => one.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1));
}

describe('exports', () => {
  it('exports come at the interval, from the start of one to the start of the next', async () => {
    const exporter = new ScriptedExporter();
    await running(exporter);
    exporter.script.push(new Promise((resolve) => setTimeout(resolve, 3_000)));
    await pass(9_999);
    expect(exporter.times).toHaveLength(0);
    await pass(30_001);
    expect(exporter.gaps).toEqual([10_000, 10_000, 10_000]);
  });

  it('exports come once a minute by default', async () => {
    const exporter = new ScriptedExporter('unhurried', undefined);
    Object.assign(exporter, { interval: undefined });
    await running(exporter);
    await pass(120_000);
    expect(exporter.gaps).toEqual([60_000]);
  });

  it('exports come only by flush() if the interval is false', async () => {
    const exporter = new ScriptedExporter('quiet', false);
    const { collector } = await running(exporter);
    await pass(3_600_000);
    expect(exporter.times).toHaveLength(0);
    await collector.flush();
    expect(exporter.times).toHaveLength(1);
  });

  it('an export has the values of the moment when it is made', async () => {
    const exporter = new ScriptedExporter();
    const { collector } = await running(exporter);
    const counter = collector.counter('calls_total');
    exporter.script.push(away());
    counter.inc();
    await pass(10_000);
    counter.inc(4);
    await pass(1_000);
    const values = exporter.snapshots.map(
      ({ metrics }) =>
        metrics.find(({ name }) => name === 'calls_total')!.series[0],
    );
    expect(values).toMatchObject([{ value: 1 }, { value: 5 }]);
  });

  it('no callbacks of gauges run for an exporter that needs no snapshot', async () => {
    const exporter = new ScriptedExporter('page', false);
    const { collector } = await running(
      Object.assign(exporter, { needsSnapshot: false }),
    );
    const collect = vi.fn();
    collector.gauge('level', { collect });
    await collector.flush();
    expect(exporter.snapshots).toEqual([
      { time: expect.any(Number), metrics: [] },
    ]);
    expect(collect).not.toHaveBeenCalled();
    await collector.metrics();
    expect(collect).toHaveBeenCalledTimes(1);
  });

  it('exports never overlap, however long one takes', async () => {
    const exporter = new ScriptedExporter('slow', 1_000, 60_000);
    const { collector } = await running(exporter);
    let end = () => {};
    exporter.script.push(new Promise<void>((resolve) => (end = resolve)));
    await pass(20_000);
    const flushed = collector.flush(50_000);
    await pass(1_000);
    expect(exporter.times).toHaveLength(1);
    end();
    await flushed;
    expect(exporter.times).toHaveLength(2);
  });

  it('an exporter that hangs does not delay the exports of another', async () => {
    const hanging = new ScriptedExporter('hanging');
    hanging.always = new Promise(() => {});
    const { collector } = await running(hanging);
    const healthy = new ScriptedExporter('healthy');
    await collector.addExporter(healthy);
    await pass(100_000);
    expect(healthy.gaps).toEqual(Array(9).fill(10_000));
    expect(hanging.times).toHaveLength(1);
  });
});

describe('an export that fails', () => {
  it('a failed export is retried after pauses that grow, up to the interval', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const exporter = new ScriptedExporter();
    exporter.always = away();
    await running(exporter);
    await pass(60_000);
    expect(exporter.gaps).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000,
    ]);
  });

  it('pauses between retries are shortened by up to a half at random', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999_9);
    const exporter = new ScriptedExporter();
    exporter.always = away();
    await running(exporter);
    await pass(15_000);
    expect(exporter.gaps.slice(0, 3).map(Math.round)).toEqual([
      500, 1_000, 2_000,
    ]);
  });

  it('a retry waits for as long as the backend asks for', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away({ retryAfter: 120_000 }));
    await running(exporter);
    await pass(10_000);
    await pass(119_999);
    expect(exporter.times).toHaveLength(1);
    await pass(1);
    expect(exporter.gaps).toEqual([120_000]);
  });

  it.each([1e15, Infinity, -5, NaN])(
    'a failed export is not retried at once if the backend asks for an impossible time: %d',
    async (retryAfter) => {
      const exporter = new ScriptedExporter();
      exporter.always = away({ retryAfter });
      await running(exporter);
      await pass(10_000);
      await pass(499);
      expect(exporter.times).toHaveLength(1);
    },
  );

  it('an export that is not retryable waits for the next interval', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away({ retryable: false }));
    await running(exporter);
    await pass(20_000);
    expect(exporter.gaps).toEqual([10_000]);
  });

  it('an outage is logged once, and once more when exports succeed again', async () => {
    const exporter = new ScriptedExporter();
    const { warnings } = await running(exporter);
    exporter.always = new Error('no route');
    await pass(100_000);
    expect(warnings).toEqual([
      withLink(
        'Exporter "scripted" could not deliver: Error: no route [logged once until it delivers again, counted]',
        'export',
      ),
    ]);
    exporter.always = undefined;
    await pass(10_000);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(
      /^Exporter "scripted" delivers again, after \d+ failures in \d+ s$/,
    );
  });

  it('failed and successful exports are counted', async () => {
    const exporter = new ScriptedExporter('x');
    const { collector } = await running(exporter);
    exporter.script.push(away(), away());
    await pass(30_000);
    const of = (sample: string) => valueOf(collector, sample);
    const calls = exporter.times.length;
    expect(calls).toBeGreaterThan(2);
    expect(await of('metrics_exports_total{exporter="x",status="error"}')).toBe(
      2,
    );
    expect(
      await of('metrics_exports_total{exporter="x",status="success"}'),
    ).toBe(calls - 2);
    expect(await of('metrics_export_retries_total{exporter="x"}')).toBe(2);
    expect(
      await of('metrics_export_last_success_timestamp_seconds{exporter="x"}'),
    ).toBeCloseTo(exporter.times.at(-1)! / 1_000, 1);
  });

  it('a failing exporter shows in the health, which stays healthy', async () => {
    const exporter = new ScriptedExporter('x');
    const { collector, warnings } = await running(exporter);
    exporter.always = away();
    await pass(11_000);
    const health = await collector.healthCheck();
    expect(health.checks['exporter:x']).toEqual({ status: 'down' });
    expect(health.healthy).toBe(true);
    expect(warnings).toHaveLength(1);
    exporter.always = undefined;
    await pass(10_000);
    const after = await collector.healthCheck();
    expect(after.checks['exporter:x']).toEqual({ status: 'up' });
  });

  it('a failed export keeps no snapshot in memory', async () => {
    const exporter = new ScriptedExporter();
    exporter.always = away();
    const { collector } = await running(exporter);
    const made: WeakRef<object>[] = [];
    exporter.snapshots.push = (snapshot) => made.push(new WeakRef(snapshot));
    collector.counter('calls_total').inc();
    await pass(300_000);
    expect(made.length).toBeGreaterThan(25);
    vi.useRealTimers();
    await waitFor(async () => {
      usedHeap();
      return made.filter((one) => one.deref() !== undefined).length < 5;
    }, 'snapshots to be let go of');
  });
});

describe('an export that takes too long', () => {
  it('an export that takes too long is aborted, counts as failed, and runs once', async () => {
    const exporter = new ScriptedExporter('x', 10_000, 2_000);
    let end = () => {};
    exporter.script.push(new Promise<void>((resolve) => (end = resolve)));
    const { warnings } = await running(exporter);
    await pass(11_999);
    expect(exporter.signals[0]!.aborted).toBe(false);
    await pass(1);
    expect(exporter.signals[0]!.aborted).toBe(true);
    await pass(100);
    expect(warnings).toEqual([
      expect.stringContaining('The delivery took more than 2000 ms'),
    ]);
    await pass(50_000);
    expect(exporter.times).toHaveLength(1);
    end();
    await pass(10_000);
    expect(exporter.times.length).toBeGreaterThan(1);
  });
});

describe('a gauge whose callback hangs', () => {
  it.each([
    ['is left out by flush(), which delivers the others in time', 10_000],
    ['is left out of exports that have little time', 500],
  ])('a gauge whose callback hangs %s', async (_, timeout) => {
    const exporter = new ScriptedExporter('x', false, timeout);
    const { collector } = await running(exporter);
    collector.gauge('hanging', { collect: () => new Promise(() => {}) });
    collector.counter('calls_total').inc();
    const flushed = collector.flush();
    await pass(4_000);
    await flushed;
    const names = exporter.snapshots.at(-1)!.metrics.map(({ name }) => name);
    expect(names).toContain('calls_total');
  });
});

describe('what an exporter reports as dropped', () => {
  it('points that an exporter reports as dropped are counted, and logged once for each reason', async () => {
    const { collector, warnings } = makeCollector();
    await collector.addExporter({
      name: 'picky',
      interval: 1_000,
      export: () => ({ dropped: 3, reason: 'too old' }),
    });
    await collector.initialize();
    await pass(4_000);
    expect(
      await valueOf(
        collector,
        'metrics_export_dropped_total{exporter="picky"}',
      ),
    ).toBe(12);
    expect(warnings).toEqual([
      withLink(
        'Exporter "picky" drops points or events: too old [logged once, counted]',
        'dropped_points',
      ),
    ]);
  });
});

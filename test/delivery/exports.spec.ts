import {
  afterEach,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
  vi,
} from 'vitest';
import { ExportError, type PrometheusCollector } from '../../src/index.js';
import { makeCollector } from '../support/collector.js';
import { usedHeap } from '../support/heap.js';
import { waitFor } from '../support/http.js';
import { ScriptedExporter } from './scripted-exporter.js';

vi.mock(
  '../../src/model/clock.js',
  () => import('../support/process-clock.js'),
);

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'Date', 'hrtime'],
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const away = (options?: ConstructorParameters<typeof ExportError>[1]) =>
  new ExportError('away', options);

/** An initialized collector with this exporter. */
async function running(exporter: ScriptedExporter) {
  const made = makeCollector();
  const remove = await made.collector.addExporter(exporter);
  await made.collector.initialize();
  // Called before the collector is shut down, which then need not wait for it.
  onTestFinished(() => void (exporter.always = undefined));
  return { ...made, remove };
}

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
  it('come at the interval, from the begin of one to that of the next', async () => {
    const exporter = new ScriptedExporter();
    await running(exporter);
    exporter.script.push(new Promise((resolve) => setTimeout(resolve, 3_000)));
    await pass(9_999);
    expect(exporter.times).toHaveLength(0);
    await pass(30_001);
    expect(exporter.gaps).toEqual([10_000, 10_000, 10_000]);
  });

  it('come once a minute if the exporter does not say otherwise', async () => {
    const exporter = new ScriptedExporter('unhurried', undefined);
    Object.assign(exporter, { interval: undefined });
    await running(exporter);
    await pass(120_000);
    expect(exporter.gaps).toEqual([60_000]);
  });

  it('come by flush() alone if the interval is false', async () => {
    const exporter = new ScriptedExporter('quiet', false);
    const { collector } = await running(exporter);
    await pass(3_600_000);
    expect(exporter.times).toHaveLength(0);
    await collector.flush();
    expect(exporter.times).toHaveLength(1);
  });

  it('are of the moment when they are made', async () => {
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

  it('never overlap, however long one takes', async () => {
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

  it('are no concern of another exporter that hangs', async () => {
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
  it('is tried again after a while that grows, to the interval at most', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const exporter = new ScriptedExporter();
    exporter.always = away();
    await running(exporter);
    await pass(60_000);
    expect(exporter.gaps).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000,
    ]);
  });

  it('waits for less by up to a half at random', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999_9);
    const exporter = new ScriptedExporter();
    exporter.always = away();
    await running(exporter);
    await pass(15_000);
    expect(exporter.gaps.slice(0, 3).map(Math.round)).toEqual([
      500, 1_000, 2_000,
    ]);
  });

  it('waits for as long as the backend asks for', async () => {
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
    'is not tried again at once if the backend asks for a time that is none: %d',
    async (retryAfter) => {
      const exporter = new ScriptedExporter();
      exporter.always = away({ retryAfter });
      await running(exporter);
      await pass(10_000);
      await pass(499);
      expect(exporter.times).toHaveLength(1);
    },
  );

  it('is not tried again before that by flush() or the end either', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away({ retryAfter: 120_000 }));
    const { collector } = await running(exporter);
    await pass(10_000);
    await expect(collector.flush()).rejects.toThrow(/could not deliver.*away/);
    await collector.shutdown();
    expect(exporter.times).toHaveLength(1);
  });

  it('is left alone until the next export if trying again is no use', async () => {
    const exporter = new ScriptedExporter();
    exporter.script.push(away({ retryable: false }));
    await running(exporter);
    await pass(20_000);
    expect(exporter.gaps).toEqual([10_000]);
  });

  it('is logged once, and once more when it goes through again', async () => {
    const exporter = new ScriptedExporter();
    const { warnings } = await running(exporter);
    exporter.always = new Error('no route');
    await pass(100_000);
    expect(warnings).toEqual([
      'Exporter "scripted" could not deliver: Error: no route [logged once until it delivers again, counted]',
    ]);
    exporter.always = undefined;
    await pass(10_000);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(
      /^Exporter "scripted" delivers again, after \d+ failures in \d+ s$/,
    );
  });

  it('is counted, and so is what goes through', async () => {
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

  it('is seen in the health, which stays healthy', async () => {
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

  it('keeps no memory of what was not delivered', async () => {
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
  it('is aborted, counts as failed, and is not begun again while it goes on', async () => {
    const exporter = new ScriptedExporter('x', 10_000, 2_000);
    let end = () => {};
    exporter.script.push(new Promise<void>((resolve) => (end = resolve)));
    const { warnings } = await running(exporter);
    await pass(11_999);
    expect(exporter.signals[0]!.aborted).toBe(false);
    await pass(1);
    expect(exporter.signals[0]!.aborted).toBe(true);
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

describe('what an exporter reports as dropped', () => {
  it('is counted, and logged once for each reason', async () => {
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
      'Exporter "picky" drops points or events: too old [logged once, counted]',
    ]);
  });
});

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
    const { collector } = await running(one);
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
    const { collector } = await running(exporter);
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

describe('an exporter', () => {
  it('can be added while the collector runs, and removed', async () => {
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

  it('that cannot start keeps the collector from starting, and others from going on', async () => {
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
    await pass(100_000);
    expect((await collector.healthCheck()).server_running).toBe(false);
  });

  it('that cannot start while the collector runs is not kept', async () => {
    const { collector } = makeCollector();
    await collector.initialize();
    const start = () => Promise.reject(new Error('no such package'));
    const broken = { name: 'x', export() {}, start };
    await expect(collector.addExporter(broken)).rejects.toThrow(
      'no such package',
    );
    await collector.addExporter(new ScriptedExporter('x'));
  });

  it('has the metrics about it from the start, and again when metrics are cleared', async () => {
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
      'a name that is none',
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
  ])('with %s is refused', async (_what, exporter, message) => {
    const { collector } = makeCollector();
    const added = collector.addExporter(exporter as never);
    await expect(added).rejects.toThrow(message);
    await expect(added).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it('with a name that is taken is refused', async () => {
    const { collector } = makeCollector();
    await collector.addExporter(new ScriptedExporter('x'));
    await expect(
      collector.addExporter(new ScriptedExporter('x')),
    ).rejects.toThrow(
      'addExporter() is named "x", as another exporter is; give one of them another name',
    );
  });
});

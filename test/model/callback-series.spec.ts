import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import type { Gauge, PrometheusCollector } from '../../src/index.js';
import { makeCollector, samples, samplesOf } from '../support/collector.js';

vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

/** A callback that sets the lengths of some queues; `failure` is thrown after that. */
function queuesIn(collector: PrometheusCollector) {
  const queues = {
    lengths: {} as Record<string, number>,
    failure: undefined as Error | undefined,
    gauge: undefined as unknown as Gauge,
  };
  queues.gauge = collector.gauge('queue_length', {
    collect: (gauge) => {
      for (const [queue, length] of Object.entries(queues.lengths)) {
        gauge.set({ queue }, length);
      }
      if (queues.failure !== undefined) throw queues.failure;
    },
  });
  return queues;
}

describe('a series that the callback of a gauge has set', () => {
  test('a series that a gauge callback has set is removed when the callback no longer sets it', async () => {
    const { collector } = makeCollector();
    const queues = queuesIn(collector);
    queues.lengths = { mail: 3, runs: 4 };
    await collector.metrics();
    queues.lengths = { runs: 5 };
    expect(await samples(collector, 'queue_length')).toEqual([
      'queue_length{queue="runs"} 5',
    ]);
    queues.lengths = {};
    expect(await samples(collector, 'queue_length')).toEqual([]);
  });

  test('a series of a gauge callback is removed when the callback returns none', async () => {
    const { collector } = makeCollector();
    let value: number | undefined = 5;
    collector.gauge('level', { collect: () => value });
    expect(await samples(collector, 'level')).toEqual(['level 5']);
    value = undefined;
    expect(await samples(collector, 'level')).toEqual([]);
  });

  test('a series that a gauge callback has set is removed however the callback has set it', async () => {
    const { collector } = makeCollector();
    let isFirst = true;
    const kept = collector.gauge('level').labels({ by: 'kept series' });
    const gauge = collector.gauge('level', {
      labelNames: ['by'],
      async collect(given) {
        if (!isFirst) return;
        this.set({ by: 'this' }, 1);
        given.inc({ by: 'argument' });
        gauge.labels('position').dec();
        await setImmediate();
        kept.set(2);
        kept.inc();
        gauge.set({ by: 'variable' }, 1);
        gauge.setToCurrentTime({ by: 'time' });
        gauge.labels({ by: 'made only' });
        collector.record({
          name: 'level',
          type: 'gauge' as never,
          value: 1,
          labels: { by: 'event' },
        });
      },
    });
    expect(await samples(collector, 'level')).toHaveLength(8);
    isFirst = false;
    expect(await samples(collector, 'level')).toEqual([]);
  });

  test('a series of a gauge belongs to the callback or the app, whichever has set it last', async () => {
    const { collector } = makeCollector();
    const queues = queuesIn(collector);
    queues.gauge.set({ queue: 'a' }, 1);
    queues.lengths = { a: 2, b: 2 };
    await collector.metrics();
    queues.gauge.set({ queue: 'b' }, 3);
    queues.lengths = {};
    expect(await samples(collector, 'queue_length')).toEqual([
      'queue_length{queue="b"} 3',
    ]);
  });

  test('a series of a gauge callback is removed by another callback that does not set it', async () => {
    const { collector } = makeCollector();
    queuesIn(collector).lengths = { old: 1, both: 1 };
    await collector.metrics();
    queuesIn(collector).lengths = { both: 2 };
    expect(await samples(collector, 'queue_length')).toEqual([
      'queue_length{queue="both"} 2',
    ]);
  });

  test('a series that its callback lost is removed for exporters and joined registries too', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ registry });
    const queues = queuesIn(collector);
    const rounds: Record<string, number>[] = [{ a: 1, b: 2 }, { b: 3 }, {}];
    for (const lengths of rounds) {
      queues.lengths = lengths;
      const expected = Object.entries(lengths).map(
        ([queue, length]) => `queue_length{queue="${queue}"} ${length}`,
      );
      const page = await registry.metrics();
      expect(samplesOf(page, 'queue_length')).toEqual(expected);
      const json = await registry.getMetricsAsJSON();
      expect(json.find((m) => m.name === 'queue_length')).toMatchObject({
        values: Object.entries(lengths).map(([queue, value]) => ({
          labels: { queue },
          value,
        })),
      });
      const { metrics } = await collector.snapshot();
      expect(metrics.find((m) => m.name === 'queue_length')).toMatchObject({
        series: Object.entries(lengths).map(([queue, value]) => ({
          labels: { queue },
          value,
        })),
      });
    }
  });
});

describe('a series that the app sets itself', () => {
  test('a series that the app sets itself stays, whether the callback of its gauge succeeds or fails', async () => {
    const { collector } = makeCollector();
    const queues = queuesIn(collector);
    queues.gauge.set({ queue: 'manual' }, 1);
    queues.gauge.labels({ queue: 'kept' }).inc();
    const own = [
      'queue_length{queue="manual"} 1',
      'queue_length{queue="kept"} 1',
    ];
    expect(await samples(collector, 'queue_length')).toEqual(own);
    queues.failure = new Error('database is down');
    queues.lengths = { read: 9 };
    expect(await samples(collector, 'queue_length')).toEqual(own);
  });

  test('a series that the app sets right after a synchronous callback stays', async () => {
    const { collector } = makeCollector();
    let isFirst = true;
    const gauge = collector.gauge('level', {
      collect: (given) => {
        if (!isFirst) return;
        isFirst = false;
        given.set({ by: 'callback' }, 1);
        queueMicrotask(() => gauge.set({ by: 'app' }, 2));
      },
    });
    await collector.metrics();
    expect(await samples(collector, 'level')).toEqual(['level{by="app"} 2']);
  });

  test("a gauge with a callback makes no events of the app's series until clearMetrics()", async () => {
    const { collector } = makeCollector();
    const events: string[] = [];
    const subscription = collector.events$.subscribe(({ name, value }) => {
      events.push(`${name} ${value}`);
    });
    const gauge = collector.gauge('level', { collect: (g) => g.set(1) });
    gauge.set({ a: 1 }, 2);
    await collector.metrics();
    collector.clearMetrics();
    gauge.set(3);
    await setImmediate();
    await setImmediate();
    subscription.unsubscribe();
    expect(events).toEqual(['level 3']);
  });
});

describe('a callback that fails', () => {
  test.each<[string, (failing: () => never) => void | Promise<void>]>([
    ['throws', (fail) => fail()],
    ['rejects', async (fail) => fail()],
    ['rejects later', (fail) => setImmediate().then(fail)],
  ])(
    'a callback that fails leaves no stale series on any page when it %s',
    async (_how, end) => {
      const registry = new Registry();
      const { collector, warnings } = makeCollector({ registry });
      let isDown = false;
      let queues = ['a', 'b'];
      const collect = (gauge: Gauge) => {
        for (const queue of queues) gauge.set({ queue }, 1);
        if (!isDown) return undefined;
        return end(() => {
          throw new Error('database is down');
        });
      };
      collector.gauge('queue_length', { collect });
      expect(await samples(collector, 'queue_length')).toHaveLength(2);
      isDown = true;
      queues = ['b'];
      expect(await samples(collector, 'queue_length')).toEqual([]);
      expect(samplesOf(await registry.metrics(), 'queue_length')).toEqual([]);
      const { metrics, unread } = await collector.snapshot();
      expect(unread).toEqual(['queue_length']);
      expect(metrics.find((m) => m.name === 'queue_length')?.series).toEqual(
        [],
      );
      expect(warnings).toEqual([
        expect.stringContaining(
          'gauge "queue_length": Error: database is down',
        ),
      ]);
      expect(await collector.metrics()).toContain(
        'metrics_errors_total{cause="gauge_callback"} 4\n',
      );
      isDown = false;
      expect(await samples(collector, 'queue_length')).toEqual([
        'queue_length{queue="b"} 1',
      ]);
    },
  );

  test('a callback that fails by taking too long shows only series of the app until it has ended', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { collector } = makeCollector();
      let resume = (): void => {};
      const gauge = collector.gauge('level', {
        async collect(given) {
          given.set({ by: 'begin' }, 1);
          await new Promise<void>((resolve) => (resume = resolve));
          given.set({ by: 'end' }, 2);
        },
      });
      gauge.set({ by: 'app' }, 3);
      const read = async () => {
        const page = collector.metrics();
        await vi.advanceTimersByTimeAsync(5_000);
        return samplesOf(await page, 'level');
      };
      expect(await read()).toEqual(['level{by="app"} 3']);
      expect(await read()).toEqual(['level{by="app"} 3']);
      resume();
      await vi.advanceTimersByTimeAsync(0);
      const page = collector.metrics();
      await vi.advanceTimersByTimeAsync(0);
      resume();
      expect(samplesOf(await page, 'level')).toEqual([
        'level{by="app"} 3',
        'level{by="begin"} 1',
        'level{by="end"} 2',
      ]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a run that ends after its callback was taken away', () => {
  function slowGauge(collector: PrometheusCollector) {
    let resume = (): void => {};
    collector.gauge('level', {
      async collect(gauge) {
        gauge.set({ by: 'old' }, 1);
        await new Promise<void>((resolve) => (resume = resolve));
        gauge.set({ by: 'old' }, 2);
        gauge.set({ by: 'late' }, 2);
      },
    });
    return () => resume();
  }

  test('a run whose callback clearMetrics() took away leaves no series behind', async () => {
    const { collector } = makeCollector();
    const resume = slowGauge(collector);
    const page = collector.metrics();
    await setImmediate();
    collector.clearMetrics();
    resume();
    await page;
    expect(await samples(collector, 'level')).toEqual([]);
    collector.gauge('level').set({ by: 'app' }, 1);
    expect(await samples(collector, 'level')).toEqual(['level{by="app"} 1']);
  });

  test("a run whose callback was replaced leaves its series to the next callback's run", async () => {
    const { collector } = makeCollector();
    const resume = slowGauge(collector);
    const first = collector.snapshot();
    await setImmediate();
    collector.gauge('level', {
      collect: (gauge) => gauge.set({ by: 'new' }, 1),
    });
    expect(await samples(collector, 'level')).toEqual(['level{by="new"} 1']);
    resume();
    await first;
    expect(await samples(collector, 'level')).toEqual(['level{by="new"} 1']);
  });
});

describe('a gauge with a callback that is full', () => {
  test('a full gauge with a callback gives the room of lost series to new ones', async () => {
    const { collector, warnings } = makeCollector({ maxSeriesPerMetric: 3 });
    const queues = queuesIn(collector);
    for (let run = 0; run < 50; run++) {
      queues.lengths = { [`a${run}`]: 1, [`b${run}`]: 2, stays: 3 };
      expect(await samples(collector, 'queue_length')).toEqual([
        `queue_length{queue="a${run}"} 1`,
        `queue_length{queue="b${run}"} 2`,
        'queue_length{queue="stays"} 3',
      ]);
    }
    expect(warnings).toEqual([]);
  });

  test('a full gauge has an overflow series only while one run sets too many', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 2 });
    const queues = queuesIn(collector);
    queues.lengths = { a: 1, b: 2, c: 3 };
    const full = [
      'queue_length{queue="a"} 1',
      'queue_length{queue="b"} 2',
      'queue_length{otel_metric_overflow="true"} 3',
    ];
    expect(await samples(collector, 'queue_length')).toEqual(full);
    expect(await samples(collector, 'queue_length')).toEqual(full);
    queues.lengths = { d: 4, c: 3 };
    expect(await samples(collector, 'queue_length')).toEqual([
      'queue_length{queue="d"} 4',
      'queue_length{queue="c"} 3',
    ]);
  });

  test('a full gauge with a callback never exceeds its limit, whatever its runs do', async () => {
    const run = fc.record({
      queues: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 6 }),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(run, { maxLength: 12 }), async (runs) => {
        const { collector } = makeCollector({ maxSeriesPerMetric: 3 });
        const queues = queuesIn(collector);
        for (const { queues: set, fails } of runs) {
          queues.lengths = Object.fromEntries(set.map((i) => [`q${i}`, i]));
          queues.failure = fails ? new Error('down') : undefined;
          const lines = await samples(collector, 'queue_length');
          const names = Object.keys(queues.lengths);
          const shown = fails ? [] : names.slice(0, 3);
          const regular = lines.filter((line) => !line.includes('overflow'));
          expect(regular.length).toBe(shown.length);
          for (const name of shown) {
            expect(regular.join()).toContain(`"${name}"`);
          }
          expect(lines.length > regular.length).toBe(
            !fails && names.length > 3,
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a gauge with a callback', () => {
  interface Write {
    readonly queue: string;
    readonly value: number;
    readonly by: 'gauge' | 'kept' | 'position' | 'inc';
  }
  type Step =
    | { readonly kind: 'write'; readonly write: Write }
    | { readonly kind: 'remove'; readonly queue: string }
    | { readonly kind: 'removeAll' | 'reset' }
    | {
        readonly kind: 'run';
        readonly writes: readonly Write[];
        readonly pauses: boolean;
        readonly fails: boolean;
      };

  const queue = fc.constantFrom('a', 'b', 'c', 'd');
  const write: fc.Arbitrary<Write> = fc.record({
    queue,
    value: fc.integer({ min: 0, max: 99 }),
    by: fc.constantFrom('gauge', 'kept', 'position', 'inc'),
  });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), write }),
    fc.record({ kind: fc.constant('remove' as const), queue }),
    fc.record({
      kind: fc.constantFrom('removeAll' as const, 'reset' as const),
    }),
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('run' as const),
        writes: fc.array(write, { maxLength: 4 }),
        pauses: fc.boolean(),
        fails: fc.integer({ min: 0, max: 3 }).map((i) => i === 0),
      }),
    },
  );

  /** Which series there are, by the name of the queue. */
  class Model {
    readonly series = new Map<string, { value: number; run: number | null }>();
    private run = 0;

    write({ queue: name, value, by }: Write, run: number | null = null): void {
      const before = by === 'inc' ? (this.series.get(name)?.value ?? 0) : 0;
      this.series.set(name, { value: before + value, run });
    }

    /** Returns what the page has after it. */
    collect(writes: readonly Write[], fails: boolean): string[] {
      const run = ++this.run;
      for (const one of writes) this.write(one, run);
      if (fails) return this.page(({ run: by }) => by === null);
      for (const [name, { run: by }] of this.series) {
        if (by !== null && by !== run) this.series.delete(name);
      }
      return this.page(() => true);
    }

    private page(isShown: (one: { run: number | null }) => boolean): string[] {
      return [...this.series]
        .filter(([, one]) => isShown(one))
        .map(([name, { value }]) => `level{queue="${name}"} ${value}`)
        .sort();
    }
  }

  test('a gauge with a callback has the series of its last run and those of the app', async () => {
    const check = async (steps: readonly Step[], joins: boolean) => {
      const registry = new Registry();
      const { collector } = makeCollector(joins ? { registry } : {});
      const model = new Model();
      let run: Step & { kind: 'run' };
      const gauge = collector.gauge('level', {
        labelNames: ['queue'],
        async collect() {
          const { writes, pauses, fails } = run;
          for (const one of writes) {
            if (pauses) await setImmediate();
            record(one);
          }
          if (fails) throw new Error('down');
        },
      });
      const kept = new Map(
        ['a', 'b', 'c', 'd'].map((name) => [name, gauge.labels(name)]),
      );
      gauge.removeAll();
      const record = ({ queue: name, value, by }: Write) => {
        if (by === 'gauge') gauge.set({ queue: name }, value);
        else if (by === 'inc') gauge.inc({ queue: name }, value);
        else if (by === 'kept') kept.get(name)!.set(value);
        else gauge.labels(name).set(value);
      };
      for (const one of steps) {
        if (one.kind === 'write') {
          record(one.write);
          model.write(one.write);
        } else if (one.kind === 'remove') {
          expect(gauge.remove(one.queue)).toBe(model.series.delete(one.queue));
        } else if (one.kind === 'run') {
          run = one;
          const page = await (joins ? registry : collector).metrics();
          expect(samplesOf(page, 'level').sort()).toEqual(
            model.collect(one.writes, one.fails),
          );
        } else {
          gauge[one.kind]();
          model.series.clear();
        }
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { size: '+1' }), fc.boolean(), check),
      { numRuns: 300 },
    );
  });
});

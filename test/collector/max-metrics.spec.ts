import fc from 'fast-check';
import { Gauge, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { MetricNameError, MetricType } from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';
import { heapKeptBy } from '../support/heap.js';
import { waitFor } from '../support/http.js';
import { withLink } from '../../src/core/message-links.js';

type Collector = ReturnType<typeof makeCollector>['collector'];

/** The names of the metrics on the page that are the app's own. */
async function shown(collector: Collector): Promise<string[]> {
  const page = await collector.metrics();
  const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  return names.filter((name) => !name.startsWith('metrics_'));
}

/** The number of dropped recordings that the self-metric shows. */
async function dropped(collector: Collector): Promise<number> {
  const name = 'metrics_dropped_recordings_total';
  const [line = ' 0'] = await samples(collector, name);
  return Number(line.split(' ')[1]);
}

/** All that records to a metric of this name. */
const RECORDINGS: Record<string, (collector: Collector, name: string) => void> =
  {
    'counter.inc()': (c, name) => c.counter(name).inc({ a: 'b' }),
    'counter.labels().inc()': (c, name) => c.counter(name).labels({}).inc(),
    'gauge.set()': (c, name) => c.gauge(name).set(5),
    'histogram.observe()': (c, name) => c.histogram(name).observe(5),
    'timer.startTimer()': (c, name) => void c.timer(name).startTimer()(),
    'record()': (c, name) =>
      c.record({ name, type: MetricType.COUNTER, value: 1 }),
  };

describe('more metrics than maxMetrics', () => {
  test.each(Object.entries(RECORDINGS))(
    'a metric beyond maxMetrics is not recorded by %s, which counts it each time and warns once',
    async (_, record) => {
      const { collector, warnings } = makeCollector({ maxMetrics: 2 });
      for (const name of ['a', 'b', 'c', 'd', 'a', 'c']) {
        record(collector, name);
      }
      expect(await shown(collector)).toEqual(['a', 'b']);
      // labels() counts as well: it asks for a series.
      expect(await dropped(collector)).toBeGreaterThanOrEqual(3);
      expect(warnings).toEqual([
        withLink(
          'Metric "c" is not recorded: there are 2 metrics already, as many as maxMetrics allows. Do not make metric names from ids or input; use labels, or raise maxMetrics [logged once, counted]',
          'metric_limit',
        ),
      ]);
    },
  );

  test('metrics beyond maxMetrics leave known metrics, and the metrics about the metrics, alone', async () => {
    const { collector } = makeCollector({ maxMetrics: 1 });
    const kept = collector.counter('kept_total');
    collector.counter('beyond_total').inc();
    collector.reportError('test', new Error('no'));
    kept.inc({ status: 'ok' });
    expect(await samples(collector, 'kept_total')).toEqual([
      'kept_total{status="ok"} 1',
    ]);
    expect(await samples(collector, 'metrics_errors_total')).toHaveLength(1);
    expect(await dropped(collector)).toBe(1);
  });

  test('subscribers get no recordings of metrics beyond maxMetrics', async () => {
    const { collector } = makeCollector({ maxMetrics: 1 });
    const names: string[] = [];
    const subscription = collector.events$.subscribe(({ name }) => {
      names.push(name);
    });
    collector.counter('kept_total').inc();
    collector.counter('beyond_total').inc();
    collector.counter('kept_total').inc();
    await waitFor(() => names.length > 1, 'the events');
    subscription.unsubscribe();
    expect(names).toEqual(['kept_total', 'kept_total']);
  });

  test('subscribers get no recordings of a metric whose place another one has taken', async () => {
    const { collector } = makeCollector({ maxMetrics: 1 });
    const values: number[] = [];
    const subscription = collector.events$.subscribe(({ value }) => {
      values.push(value);
    });
    const first = collector.counter('first_total');
    const level = first.labels({ kept: 'yes' });
    first.inc({ l: 1 }, 1);
    collector.clearMetrics();
    collector.counter('second_total').inc(2);
    first.inc({ l: 1 }, 4);
    level.inc(8);
    collector.counter('second_total').inc(16);
    await waitFor(() => values.includes(16), 'the events');
    subscription.unsubscribe();
    expect(values).toEqual([1, 2, 16]);
  });

  test('a gauge with a callback beyond maxMetrics is reported, although nothing records to it', async () => {
    const { collector, warnings } = makeCollector({ maxMetrics: 1 });
    collector.counter('a_total').inc();
    collector.gauge('length', { collect: () => 7 });
    expect(await shown(collector)).toEqual(['a_total']);
    expect(await dropped(collector)).toBe(1);
    expect(warnings).toEqual([
      expect.stringContaining('Metric "length" is not recorded'),
    ]);
  });

  test('an instrument beyond maxMetrics records to the metric of its name once it is forgotten', async () => {
    const { collector } = makeCollector({ maxMetrics: 1 });
    collector.counter('a_total').inc();
    const held = collector.counter('held_total');
    const series = held.labels({ by: 'series' });
    for (let i = 0; i < 200; i++) collector.counter(`flood_${i}`);
    const again = collector.counter('held_total');
    expect(again).not.toBe(held);
    collector.clearMetrics();
    for (const counter of [held, again, held]) counter.inc();
    series.inc();
    expect(await samples(collector, 'held_total')).toEqual([
      'held_total 3',
      'held_total{by="series"} 1',
    ]);
  });

  test('metrics beyond maxMetrics are recorded once there is room, also by held instruments and series', async () => {
    const { collector } = makeCollector({ maxMetrics: 1 });
    collector.counter('first_total').inc();
    const held = collector.counter('second_total');
    const series = held.labels({ held: 'series' });
    held.inc();
    series.inc();
    expect(await shown(collector)).toEqual(['first_total']);
    collector.clearMetrics();
    series.inc(2);
    held.inc({ held: 'instrument' });
    collector.counter('second_total').inc({ held: 'no' });
    expect(await samples(collector, 'second_total')).toEqual([
      'second_total{held="series"} 2',
      'second_total{held="instrument"} 1',
      'second_total{held="no"} 1',
    ]);
  });

  test('metrics beyond maxMetrics stay out of a shared registry, whose other metrics do not count', async () => {
    const registry = new Registry();
    const { collector } = makeCollector({ maxMetrics: 1, registry });
    registry.registerMetric(new Gauge({ name: 'foreign', help: 'x' }));
    await collector.initialize();
    collector.counter('a_total').inc();
    collector.counter('b_total').inc();
    expect(registry.getSingleMetric('a_total')).toBeDefined();
    expect(registry.getSingleMetric('b_total')).toBeUndefined();
  });

  test('the first maxMetrics names are known, whatever is recorded, requested and cleared in between', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ inc: name }) },
      { weight: 3, arbitrary: fc.record({ held: name }) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    );
    const schedule = fc.array(step, { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        schedule,
        fc.integer({ min: 1, max: 4 }),
        async (steps, maxMetrics) => {
          const { collector } = makeCollector({ maxMetrics });
          const instruments = new Map<string, { inc(): void }>();
          const model = new Map<string, number>();
          let lost = 0;
          for (const each of steps) {
            if (each === 'clear') {
              collector.clearMetrics();
              model.clear();
              lost = 0;
              continue;
            }
            const isHeld = 'held' in each;
            const key = isHeld ? each.held : each.inc;
            const counter =
              (isHeld ? instruments.get(key) : undefined) ??
              collector.counter(key);
            if (!instruments.has(key)) instruments.set(key, counter);
            counter.inc();
            if (model.has(key) || model.size < maxMetrics) {
              model.set(key, (model.get(key) ?? 0) + 1);
            } else lost++;
          }
          const page = await collector.metrics();
          for (const key of 'abcdef') {
            const value = model.get(key);
            const line = new RegExp(`^${key} (.*)$`, 'm').exec(page)?.[1];
            expect(line).toBe(value === undefined ? undefined : String(value));
          }
          expect(await dropped(collector)).toBe(lost);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('names without end', () => {
  const DENY = { filters: [{ metrics: 'dynamic_*', deny: true }] };

  test.each<[string, object, (collector: Collector) => void]>([
    ['beyond maxMetrics', {}, () => {}],
    ['denied by a filter', DENY, () => {}],
    ['cleared', {}, (collector) => collector.clearMetrics()],
  ])(
    'endless metric names take no memory when they are %s',
    async (_, options, after) => {
      const { collector } = makeCollector({ maxMetrics: 100, ...options });
      const record = (from: number, to: number) => {
        for (let i = from; i < to; i++) {
          collector.histogram(`dynamic_${i}`).observe(1);
          collector.record({
            name: `dynamic_event_${i}`,
            type: MetricType.GAUGE,
            value: 1,
          });
          if (i % 50 === 0) after(collector);
        }
      };
      const kept = await heapKeptBy((round) =>
        record(round * 10_000, (round + 1) * 10_000),
      );
      expect(kept).toBeLessThan(500_000);
    },
  );

  test('metric names are at most 255 characters long', () => {
    const { collector } = makeCollector();
    collector.counter('a'.repeat(255)).inc();
    for (const name of ['a'.repeat(256), 'a'.repeat(10_000_000)]) {
      const refused = expect(() => collector.counter(name));
      refused.toThrow(MetricNameError);
      refused.toThrow(`has ${name.length} characters; expected 255 at most`);
    }
  });
});

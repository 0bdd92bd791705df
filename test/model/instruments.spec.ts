import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  LabelError,
  MetricConflictError,
  OptionsError,
} from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';

afterEach(() => vi.useRealTimers());

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));
vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

describe('a counter', () => {
  test('a counter increases by one or by the given value, with and without labels', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    counter.inc();
    counter.inc(2);
    counter.inc({ a: 1 });
    counter.inc({ a: 1 }, 0.5);
    counter.labels({ a: 1 }).inc();
    counter.labels({ a: 1 }).inc(10);
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total 3',
      'hits_total{a="1"} 12.5',
    ]);
  });
});

describe('labels by position', () => {
  test('label values by position are those of the declared names', async () => {
    const { collector } = makeCollector();
    const labelNames = ['method', 'route'];
    const counter = collector.counter('hits_total', { labelNames });
    counter.labels('GET', '/runs').inc();
    collector.counter('hits_total').labels('GET', '/runs').inc();
    counter.inc({ route: '/runs', method: 'GET' });
    counter.labels('GET', null).inc();
    collector.gauge('level', { labelNames }).labels('GET', 1).set(2);
    collector
      .timer('t', { labelNames, buckets: [1] })
      .labels('a', 'b')
      .observe(1);
    const page = await collector.metrics();
    expect(page).toContain('hits_total{method="GET",route="/runs"} 3\n');
    expect(page).toContain('hits_total{method="GET"} 1\n');
    expect(page).toContain('level{method="GET",route="1"} 2\n');
    expect(page).toContain('t_count{method="a",route="b"} 1\n');
  });

  test('label values by position are refused where they do not match the declared names', () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total', { labelNames: ['a', 'b'] });
    expect(() => counter.labels('x')).toThrow(
      'Metric "hits_total" was given 1 label values; expected 2, of its labelNames [a, b], or an object',
    );
    expect(() => collector.counter('other').labels('x')).toThrow(LabelError);
    expect(() =>
      collector.counter('hits_total', { labelNames: ['b', 'a'] }),
    ).toThrow(MetricConflictError);
    expect(() => collector.counter('new', { labelNames: ['le'] })).toThrow(
      LabelError,
    );
    expect(() =>
      collector.counter('new', { labelNames: 'a' as never }),
    ).toThrow(OptionsError);
    expect(collector.getMetricCount()).toBe(2);
  });
});

describe('a gauge', () => {
  test('a gauge is set, increased and decreased, with and without labels', async () => {
    const { collector } = makeCollector();
    const gauge = collector.gauge('level');
    gauge.set(5);
    gauge.inc();
    gauge.inc(2);
    gauge.dec();
    gauge.dec(0.5);
    gauge.set({ tank: 1 }, 1);
    gauge.inc({ tank: 1 });
    gauge.dec({ tank: 1 }, 4);
    const kept = gauge.labels({ tank: 2 });
    kept.set(1);
    kept.inc();
    kept.dec(3);
    expect(await samples(collector, 'level')).toEqual([
      'level 6.5',
      'level{tank="1"} -2',
      'level{tank="2"} -1',
    ]);
  });

  test('a gauge can be NaN or infinite, as Prometheus writes them', async () => {
    const { collector } = makeCollector();
    const gauge = collector.gauge('level');
    gauge.set({ a: 1 }, NaN);
    gauge.set({ a: 2 }, Infinity);
    gauge.set({ a: 3 }, -Infinity);
    expect(await samples(collector, 'level')).toEqual([
      'level{a="1"} NaN',
      'level{a="2"} +Inf',
      'level{a="3"} -Inf',
    ]);
  });

  test('a gauge can be set to the present time', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_500, toFake: ['Date'] });
    const { collector } = makeCollector();
    collector.gauge('last_success').setToCurrentTime();
    expect(await samples(collector, 'last_success')).toEqual([
      'last_success 1700000000.5',
    ]);
  });

  test('a gauge is read through its callback at every scrape', async () => {
    const { collector } = makeCollector();
    let size = 1;
    collector.gauge('queue_size', { collect: () => size });
    expect(await samples(collector, 'queue_size')).toEqual(['queue_size 1']);
    size = 2;
    expect(await samples(collector, 'queue_size')).toEqual(['queue_size 2']);
    expect(await collector.registry.metrics()).toContain('queue_size 2');
  });

  test('a gauge can set labelled series in its callback, also asynchronously', async () => {
    const { collector } = makeCollector();
    collector.gauge('queue_size', {
      async collect(gauge) {
        await Promise.resolve();
        expect(this).toBe(gauge);
        gauge.set({ queue: 'in' }, 3);
        this.set({ queue: 'out' }, 4);
      },
    });
    expect(await samples(collector, 'queue_size')).toEqual([
      'queue_size{queue="in"} 3',
      'queue_size{queue="out"} 4',
    ]);
  });

  test('a gauge whose callback fails lacks only its own series', async () => {
    const { collector, warnings } = makeCollector();
    collector.gauge('broken', {
      collect: () => Promise.reject(new Error('database is down')),
    });
    collector.gauge('rubbish', { collect: () => 'much' as never });
    collector.gauge('whole').set(1);
    expect(await samples(collector, 'broken')).toEqual([]);
    const page = await collector.metrics();
    expect(page).toContain('# TYPE broken gauge\n');
    expect(page).toContain('\nwhole 1\n');
    expect(page).toContain('metrics_errors_total{cause="gauge_callback"} 2');
    expect(page).toContain('metrics_errors_total{cause="invalid_value"} 2');
    expect(warnings.toSorted()).toEqual([
      expect.stringContaining('database is down'),
      expect.stringContaining('Gauge "rubbish" cannot take \'much\''),
    ]);
  });
});

describe('a gauge whose callback hangs', () => {
  test('a gauge whose callback hangs holds up one page for five seconds, then none until it has ended', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { collector, warnings } = makeCollector();
    let calls = 0;
    let release!: (value: number) => void;
    collector.gauge('stuck', {
      collect: () => {
        calls++;
        return new Promise<number>((resolve) => (release = resolve));
      },
    });
    collector.gauge('fine').set(1);
    const first = collector.metrics();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await first).toContain('fine 1');
    expect(await first).not.toContain('\nstuck ');
    expect(await collector.metrics()).toContain('fine 1');
    expect(calls).toBe(1);
    expect(warnings).toEqual([
      expect.stringContaining(
        'gauge "stuck": Error: The callback of gauge "stuck" took more than 5000 ms',
      ),
    ]);
    release(7);
    await vi.advanceTimersByTimeAsync(0);
    const later = collector.metrics();
    await vi.advanceTimersByTimeAsync(0);
    release(8);
    expect(await later).toContain('\nstuck 8');
  });

  test('a gauge whose callback hangs because it asks for the page itself ends in the same way', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { collector } = makeCollector();
    collector.gauge('snake', {
      collect: async () => (await collector.metrics()).length,
    });
    const page = collector.metrics();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await page).toContain('# TYPE snake gauge');
  });
});

describe('a histogram', () => {
  test('a histogram counts observations into the bucket whose bound they reach, cumulated', async () => {
    const { collector } = makeCollector();
    const histogram = collector.histogram('size', { buckets: [1, 2, 5] });
    for (const value of [0.5, 1, 1.5, 5, 6]) histogram.observe({ a: 1 }, value);
    expect(await samples(collector, 'size')).toEqual([
      'size_bucket{a="1",le="1"} 2',
      'size_bucket{a="1",le="2"} 3',
      'size_bucket{a="1",le="5"} 4',
      'size_bucket{a="1",le="+Inf"} 5',
      'size_sum{a="1"} 14',
      'size_count{a="1"} 5',
    ]);
  });

  test('a histogram has the buckets of Prometheus by default, a timer those of agents', async () => {
    const { collector } = makeCollector();
    collector.histogram('size').observe(1);
    collector.timer('took_seconds').observe(1);
    const bounds = async (metric: string) =>
      (await samples(collector, metric)).flatMap(
        (line) => /le="(.*?)"/.exec(line)?.[1] ?? [],
      );
    expect((await bounds('size')).join(' ')).toBe(
      '0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf',
    );
    expect((await bounds('took_seconds')).join(' ')).toBe(
      '0.001 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 25 50 100 +Inf',
    );
  });

  test('a histogram takes buckets by metric name from the options, the short name and the whole one', async () => {
    const { collector } = makeCollector({
      namespace: 'app',
      buckets: { took_seconds: [1], app_size: [2] },
    });
    collector.timer('took_seconds').observe(3);
    collector.histogram('size').observe(3);
    collector.histogram('own', { buckets: [9] }).observe(3);
    const page = await collector.metrics();
    expect(page).toContain('app_took_seconds_bucket{le="1"} 0');
    expect(page).toContain('app_size_bucket{le="2"} 0');
    expect(page).toContain('app_own_bucket{le="9"} 1');
  });
});

describe('a running timer', () => {
  test('a running timer observes the seconds between start and stop, with the labels of both', async () => {
    vi.useFakeTimers({ toFake: ['hrtime'] });
    const { collector } = makeCollector();
    const timer = collector.timer('took_seconds', { buckets: [1, 2] });
    const stop = timer.startTimer({ agent: 'Writer', model: 'draft' });
    vi.advanceTimersByTime(1500);
    expect(stop({ model: 'final', ok: true })).toBeCloseTo(1.5, 9);
    expect(await samples(collector, 'took_seconds')).toEqual([
      'took_seconds_bucket{agent="Writer",model="final",ok="true",le="1"} 0',
      'took_seconds_bucket{agent="Writer",model="final",ok="true",le="2"} 1',
      'took_seconds_bucket{agent="Writer",model="final",ok="true",le="+Inf"} 1',
      expect.stringMatching(/^took_seconds_sum\{.*\} 1\.[45]/),
      'took_seconds_count{agent="Writer",model="final",ok="true"} 1',
    ]);
  });

  test('a running timer can be started on a kept series', async () => {
    vi.useFakeTimers({ toFake: ['hrtime'] });
    const { collector } = makeCollector();
    const series = collector.timer('took_seconds').labels({ a: 1 });
    const stop = series.startTimer();
    vi.advanceTimersByTime(250);
    expect(stop()).toBeCloseTo(0.25, 9);
    expect(await samples(collector, 'took_seconds_count')).toEqual([
      'took_seconds_count{a="1"} 1',
    ]);
  });
});

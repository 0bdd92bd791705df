import { type IntervalHistogram, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  EventLoopDelays,
  MIN_WINDOW,
} from '../../src/collector/event-loop-delays.js';
import type { ValueSnapshot } from '../../src/exporters/index.js';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';
import { fakeClock } from '../../src/testing/index.js';

const clock = fakeClock();

/** Monitors whose observations the test sets. */
function monitors() {
  const all: { seen: number[] }[] = [];
  const start = () => {
    const monitor = {
      seen: [] as number[],
      get count() {
        return this.seen.length;
      },
      get max() {
        return Math.max(...this.seen);
      },
      enable: () => true,
      disable: () => true,
      reset() {
        this.seen = [];
      },
    };
    all.push(monitor);
    return monitor as unknown as IntervalHistogram;
  };
  const observe = (delay: number) =>
    all.forEach(({ seen }) => seen.push(delay));
  return { start, observe };
}

test.each([1, 7, 30, MIN_WINDOW])(
  'a reader that reads every %i seconds sees every delay, also with other readers',
  (interval) => {
    const { start, observe } = monitors();
    const delays = new EventLoopDelays(start);
    delays.enable();
    const read = () => {
      const { max } = delays;
      delays.reset();
      return max;
    };
    for (let second = 1; second <= 10 * MIN_WINDOW; second++) {
      // In the middle of the interval, larger each time.
      if (second % interval === Math.ceil(interval / 2) % interval) {
        observe(second);
      }
      clock.advance(1);
      // Somebody else reads each second.
      const seen = read();
      if (second % interval === 0 && second > interval) {
        expect(seen).toBeGreaterThan(second - interval);
      }
    }
  },
);

test('a delay is shown for two minutes at most', () => {
  const { start, observe } = monitors();
  const delays = new EventLoopDelays(start);
  observe(9);
  for (let i = 0; i < 9; i++) {
    clock.advance(15);
    observe(1);
    delays.reset();
  }
  expect(delays.max).toBe(1);
});

test('event-loop delays are zeros, not NaN, where none was measured', () => {
  const { start } = monitors();
  const delays = new EventLoopDelays(start);
  expect([delays.min, delays.mean, delays.percentile(99)]).toEqual([0, 0, 0]);
});

test('a scraper, an exporter and prom-client itself all see a delay of the event loop', async () => {
  const registry = new Registry();
  const { collector } = makeCollector({ registry, defaultMetrics: true });
  await collector.initialize();
  const delay = 0.4;
  const lagOf = (page: string) =>
    Number(/^nodejs_eventloop_lag_max_seconds (.*)$/m.exec(page)?.[1]);
  await setTimeout(50);
  block(delay * 1_000);
  await setTimeout(50);
  expect(lagOf(await collector.metrics())).toBeGreaterThan(delay / 2);
  expect(lagOf(await collector.metrics(OPEN_METRICS))).toBeGreaterThan(
    delay / 2,
  );
  expect(lagOf(await registry.metrics())).toBeGreaterThan(delay / 2);
  const { metrics } = await collector.snapshot();
  const lag = metrics.find(({ name }) => /eventloop_lag_max/.test(name));
  const series = lag?.series as readonly ValueSnapshot[] | undefined;
  expect(series?.[0]?.value).toBeGreaterThan(delay / 2);
});

test('every garbage collection is counted, also those that end in the same turn of the event loop', async () => {
  const { collector } = makeCollector({ defaultMetrics: true });
  await collector.initialize();
  let seen = 0;
  const observer = new PerformanceObserver((list) => {
    seen += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  onTestFinished(() => observer.disconnect());
  for (let i = 0; i < 100_000; i++) Array.from({ length: 100 });
  await vi.waitFor(() => expect(seen).toBeGreaterThan(2));
  const least = seen;
  const counts = (await collector.metrics()).matchAll(
    /^nodejs_gc_duration_seconds_count.* (\d+)$/gm,
  );
  let counted = 0;
  for (const [, count] of counts) counted += Number(count);
  expect(counted).toBeGreaterThanOrEqual(least);
});

function block(milliseconds: number): void {
  const end = Date.now() + milliseconds;
  while (Date.now() < end);
}

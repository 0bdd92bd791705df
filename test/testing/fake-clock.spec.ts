import { afterEach, expect, test } from 'vitest';
import { OptionsError } from '../../src/index.js';
import {
  type FakeClock,
  fakeClock,
  metricsOf,
} from '../../src/testing/index.js';
import { makeCollector } from '../support/collector.js';

let clock: FakeClock | undefined;
afterEach(() => clock?.restore());

test('durations are exactly what passes on a fake clock', async () => {
  const { collector } = makeCollector();
  const metrics = metricsOf(collector);
  clock = fakeClock();
  const stop = collector.timer('took_seconds').startTimer();
  clock.advance(1.5);
  clock.advance(0);
  clock.advance(0.000_000_001);
  expect(stop()).toBe(1.500_000_001);
  expect(metrics.histogram('took_seconds').sum).toBe(1.500_000_001);
});

test('time goes on after restore(), and what has begun before has not begun in the future', async () => {
  const { collector } = makeCollector();
  const before = collector.timer('took_seconds').startTimer();
  clock = fakeClock();
  expect(before()).toBeGreaterThanOrEqual(0);
  clock.advance(100);
  clock.restore();
  const start = collector.timer('took_seconds').startTimer();
  expect(start()).toBeLessThan(10);
});

test('a second fake clock replaces the first, whose restore() then changes nothing', () => {
  const { collector } = makeCollector();
  const first = fakeClock();
  clock = fakeClock();
  first.restore();
  const stop = collector.timer('took_seconds').startTimer();
  first.advance(5);
  clock.advance(2);
  expect(stop()).toBe(2);
});

test('advance() refuses what is no time that can pass', () => {
  clock = fakeClock();
  for (const wrong of [-1, NaN, Infinity, '1', undefined]) {
    expect(() => clock!.advance(wrong as number)).toThrow(OptionsError);
  }
  expect(() => clock!.advance(-1)).toThrow(
    'advance() was given -1; expected a number of seconds, 0 or more',
  );
});

test('pages are rendered while a fake clock stands still', async () => {
  const { collector } = makeCollector();
  clock = fakeClock();
  for (let i = 0; i < 200; i++) {
    collector.counter('calls_total').inc();
    expect(await collector.metrics()).toContain(`calls_total ${i + 1}\n`);
  }
  const pages = await Promise.all(
    Array.from({ length: 50 }, () => collector.metrics()),
  );
  expect(pages.every((page) => page.includes('calls_total 200'))).toBe(true);
});

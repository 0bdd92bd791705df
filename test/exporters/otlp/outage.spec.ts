import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { makeCollector } from '../../support/collector.js';
import { heapKeptBy } from '../../support/heap.js';
import { freePort } from '../../support/http.js';
import {
  partialSuccess,
  startOtlpBackend,
} from '../../support/otlp-backend.js';

vi.mock(
  '../../../src/core/clock.js',
  () => import('../../support/process-clock.js'),
);
vi.mock(
  '../../../src/core/timers.js',
  () => import('../../support/process-timers.js'),
);

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'Date', 'hrtime'],
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Lets so many milliseconds pass, and after each second what sockets have to do. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 1_000));
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function until(condition: () => boolean, seconds: number) {
  for (let i = 0; i < seconds && !condition(); i++) await pass(1_000);
  expect(condition()).toBe(true);
}

async function running(options: OtlpOptions) {
  const made = makeCollector();
  await made.collector.addExporter(
    new OtlpExporter({ interval: 10_000, ...options }),
  );
  await made.collector.initialize();
  return made;
}

describe.each(['cumulative', 'delta'] as const)(
  'a backend that is away for five minutes, with temporality "%s"',
  (temporality) => {
    it('after an outage the backend gets all totals, and nothing piled up meanwhile', async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/v1/metrics`;
      const { collector, warnings } = await running({ url, temporality });
      const counters = Array.from({ length: 50 }, (_, i) =>
        collector.counter(`calls_${i}_total`),
      );
      const timer = collector.timer('wait');
      let recorded = 0;
      const work = async (seconds: number) => {
        for (let i = 0; i < seconds; i++) {
          for (let n = 0; n < 20; n++) {
            recorded++;
            for (const counter of counters) counter.inc({ agent: 'A' });
            timer.observe(recorded);
          }
          await pass(1_000);
        }
      };
      const kept = await heapKeptBy(() => work(180));
      expect(kept).toBeLessThan(500_000);
      expect(warnings).toEqual([
        expect.stringMatching(/otlp.*was not reached.*ECONNREFUSED/),
      ]);

      const backend = await startOtlpBackend({ port });
      await until(() => backend.requests.length > 0, 120);
      await work(10);
      await collector.flush();
      const sum = (metric: string) => {
        const values = backend
          .points(metric)
          .map(({ value, count }) => value ?? Number(count));
        return temporality === 'delta'
          ? values.reduce((total, one) => total + one, 0)
          : values.at(-1);
      };
      for (const i of counters.keys()) {
        expect(sum(`calls_${i}_total`)).toBe(recorded);
      }
      expect(sum('wait')).toBe(recorded);
    });
  },
);

describe('a backend that asks for time', () => {
  it.each([429, 503])(
    'a backend that asks for a pause by %i gets no request until it is over',
    async (status) => {
      const backend = await startOtlpBackend();
      const times: number[] = [];
      backend.answer = () => {
        times.push(Date.now());
        return times.length === 1
          ? { status, headers: { 'retry-after': '120' } }
          : {};
      };
      const { collector } = await running({ url: backend.url });
      collector.counter('calls_total').inc();
      await until(() => times.length === 2, 300);
      const waited = times[1]! - times[0]!;
      expect(waited).toBeGreaterThanOrEqual(120_000);
      expect(waited).toBeLessThanOrEqual(121_000);
    },
  );
});

describe('a backend that takes a part', () => {
  it('points that a backend rejects are not sent again, but counted and logged', async () => {
    const backend = await startOtlpBackend();
    backend.answer = () => partialSuccess(2, 'too old');
    const { collector, warnings } = await running({ url: backend.url });
    collector.counter('calls_total').inc();
    await until(() => backend.requests.length === 2, 30);
    await pass(2_000);
    // One in each interval.
    expect(backend.requests).toHaveLength(2);
    expect(warnings).toEqual([expect.stringContaining('too old')]);
    expect(await collector.metrics()).toMatch(
      /^metrics_export\w*dropped\w*\{exporter="otlp"\} 4$/m,
    );
  });
});

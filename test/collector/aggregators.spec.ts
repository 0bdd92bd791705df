import { AggregatorRegistry } from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import {
  type Aggregator,
  MetricConflictError,
  OptionsError,
} from '../../src/index.js';
import { makeCollector, samplesOf } from '../support/collector.js';

vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

describe('the aggregator of a gauge', () => {
  test.each<[Aggregator | undefined, string[]]>([
    [undefined, ['g 6']],
    ['sum', ['g 6']],
    ['first', ['g 1']],
    ['min', ['g 1']],
    ['max', ['g 5']],
    ['average', ['g 3']],
    ['omit', []],
  ])(
    'the aggregator %s makes one value of those of two processes',
    async (aggregator, page) => {
      const processes = [1, 5].map((value) => {
        const { collector } = makeCollector();
        const options = aggregator === undefined ? {} : { aggregator };
        collector.gauge('g', options).set(value);
        return collector.registry.getMetricsAsJSON();
      });
      const all = AggregatorRegistry.aggregate(await Promise.all(processes));
      expect(samplesOf(await all.metrics(), 'g')).toEqual(page);
    },
  );

  test('the aggregator of a gauge may be given later, and stays', async () => {
    const { collector } = makeCollector();
    collector.gauge('g').set(1);
    collector.gauge('g', { aggregator: 'max' });
    collector.gauge('g');
    const [g] = await collector.registry.getMetricsAsJSON();
    expect(g).toMatchObject({ name: 'g', aggregator: 'max' });
    expect(() => collector.gauge('g', { aggregator: 'min' })).toThrow(
      new MetricConflictError(
        'Metric "g" has the aggregator max and was asked for with min; use the same one',
      ),
    );
  });

  test('the aggregator of a gauge must be a known one', () => {
    const { collector } = makeCollector();
    expect(() =>
      collector.gauge('g', { aggregator: 'median' as Aggregator }),
    ).toThrow(
      new OptionsError(
        "gauge('g').aggregator is 'median'; expected 'sum' or 'first' or 'min' or 'max' or 'average' or 'omit' or 'latest' or 'each'",
      ),
    );
  });
});

test('a callback that hangs is given up before prom-client gives up all processes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { collector, warnings } = makeCollector();
    collector.gauge('hangs', { collect: () => new Promise(() => {}) });
    collector.counter('c').inc();
    const json = collector.registry.getMetricsAsJSON();
    await vi.advanceTimersByTimeAsync(4_000);
    expect((await json).map(({ name }) => name)).toEqual(['hangs', 'c']);
    expect(warnings).toEqual([
      expect.stringContaining('took more than 4000 ms'),
    ]);
  } finally {
    vi.useRealTimers();
  }
});

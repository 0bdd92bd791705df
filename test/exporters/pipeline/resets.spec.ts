import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Deltas } from '../../../src/exporters/pipeline/deltas.js';
import type { PrometheusCollector } from '../../../src/index.js';
import type { MetricsExporter } from '../../../src/exporters/index.js';
import type {
  DistributionSnapshot,
  ValueSnapshot,
} from '../../../src/exporters/index.js';
import { makeCollector } from '../../support/collector.js';

/** What has arrived at a backend that adds up. */
class Arrived implements MetricsExporter {
  readonly name = 'adding-up';
  readonly interval = false;
  runs = 0;
  sizes = { counts: [0, 0], sum: 0 };
  private readonly deltas = new Deltas();

  export({ metrics, time }: Parameters<MetricsExporter['export'] & {}>[0]) {
    for (const { name, series } of metrics) {
      if (name === 'runs_total') {
        for (const one of series as ValueSnapshot[]) {
          this.runs += this.deltas.ofValue(name, one).value;
          this.deltas.acknowledge(name, [one], time);
        }
      }
      if (name === 'sizes') {
        for (const one of series as DistributionSnapshot[]) {
          const { counts, sum } = this.deltas.ofDistribution(name, one);
          this.sizes.sum += sum;
          this.sizes.counts = this.sizes.counts.map((n, i) => n + counts[i]!);
          this.deltas.acknowledge(name, [one], time);
        }
      }
    }
  }
}

async function withExporter(registry = new Registry()) {
  const { collector } = makeCollector({ registry, buckets: { sizes: [1] } });
  const arrived = new Arrived();
  await collector.addExporter(arrived);
  await collector.initialize();
  return { collector, arrived };
}

/** The clock of the wall stands still until the test ends. */
function stopWallClock(): void {
  const now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
}

function record(collector: PrometheusCollector, times: number): void {
  const [runs, sizes] = [
    collector.counter('runs_total'),
    collector.histogram('sizes'),
  ];
  for (let i = 0; i < times; i++) {
    runs.inc({ a: 'b' });
    sizes.observe({ a: 'b' }, 0.5);
  }
}

describe('a series that was reset', () => {
  it.each<[string, (collector: PrometheusCollector) => void]>([
    ['was cleared', (collector) => collector.clearMetrics()],
    [
      'was removed',
      (collector) => {
        collector.counter('runs_total').remove({ a: 'b' });
        collector.histogram('sizes').remove({ a: 'b' });
      },
    ],
    [
      'was reset',
      (collector) => {
        collector.counter('runs_total').reset();
        collector.histogram('sizes').reset();
      },
    ],
    [
      'was removed with all others',
      (collector) => {
        collector.counter('runs_total').removeAll();
        collector.histogram('sizes').removeAll();
      },
    ],
    [
      'was reset and set to zero',
      (collector) => {
        collector.counter('runs_total').reset();
        collector.histogram('sizes').zero({ a: 'b' });
      },
    ],
  ])(
    'a series that %s is delivered as a whole, even beyond its old value at once',
    async (_what, end) => {
      stopWallClock();
      const { collector, arrived } = await withExporter();
      let all = 0;
      for (const times of [1, 5, 5, 8]) {
        record(collector, times);
        all += times;
        await collector.flush();
        end(collector);
      }
      expect(arrived.runs).toBe(all);
      expect(arrived.sizes).toEqual({ counts: [all, 0], sum: all / 2 });
    },
  );

  it('a series without labels, which stays at 0 after a reset, is delivered as a whole too', async () => {
    stopWallClock();
    const { collector, arrived } = await withExporter();
    const runs = collector.counter('runs_total');
    for (const times of [2, 3, 7]) {
      runs.inc(times);
      await collector.flush();
      runs.reset();
    }
    collector.registry.resetMetrics();
    runs.inc();
    await collector.flush();
    expect(arrived.runs).toBe(13);
  });

  it('a series with labels of its registry is delivered whole after a reset, and as growth before', async () => {
    stopWallClock();
    const registry = new Registry();
    registry.setDefaultLabels({ zone: 'a' });
    const { collector, arrived } = await withExporter(registry);
    for (let round = 0; round < 2; round++) {
      record(collector, 3 + 3 * round);
      await collector.flush();
      record(collector, 1);
      await collector.flush();
      collector.clearMetrics();
    }
    expect(arrived.runs).toBe(11);
    expect(arrived.sizes).toEqual({ counts: [11, 0], sum: 5.5 });
  });

  it('a series in a snapshot has only the documented members', async () => {
    const { collector } = await withExporter();
    record(collector, 2);
    const { metrics } = await collector.snapshot();
    const [one] = metrics.find(({ name }) => name === 'runs_total')!.series;
    const { created, generation } = one!;
    expect(generation).toBeGreaterThan(0);
    expect(Reflect.ownKeys({ ...one })).toEqual(Object.keys(one!));
    expect({ ...one }).toStrictEqual({
      key: 'runs_total{a="b"} ',
      labels: { a: 'b' },
      created,
      generation,
      value: 2,
      exemplar: undefined,
    });
  });
});

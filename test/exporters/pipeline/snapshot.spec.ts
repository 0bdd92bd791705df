import fc from 'fast-check';
import {
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
  Summary as PromSummary,
} from 'prom-client';
import { describe, expect, it } from 'vitest';
import type {
  MetricSnapshot,
  MetricsSnapshot,
} from '../../../src/exporters/index.js';
import { makeCollector } from '../../support/collector.js';
import { pageOf } from './page-of.js';

const byName = ({ metrics }: MetricsSnapshot, name: string): MetricSnapshot =>
  metrics.find((metric) => metric.name === name)!;

const sampleLines = (page: string) =>
  page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();

describe('a snapshot', () => {
  it('a snapshot has the values of the page', async () => {
    const recording = fc.record({
      labels: fc.dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      value: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(recording, { maxLength: 30 }),
        async (recordings) => {
          const { collector } = makeCollector();
          for (const { labels, value } of recordings) {
            collector.counter('c_total').inc(labels, value);
            collector.gauge('g').dec(labels, value);
            collector.timer('t').observe(labels, value);
          }
          const page = await collector.metrics();
          expect(sampleLines(pageOf(await collector.snapshot()))).toEqual(
            sampleLines(page),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a snapshot has the metrics of prom-client, with the default labels of their registry', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ app: 'x' });
    const registers = [registry];
    const { collector } = makeCollector({ registry });
    await collector.initialize();
    const options = { help: 'h', registers, labelNames: ['l'] };
    new PromCounter({ name: 'their_total', ...options }).inc(
      { l: 'a"\\\n' },
      2,
    );
    new PromGauge({ name: 'their_gauge', ...options }).set(-1.5);
    new PromHistogram({
      name: 'their_sizes',
      buckets: [1, 2],
      ...options,
    }).observe(1.5);
    new PromSummary({
      name: 'their_times',
      percentiles: [0.5],
      ...options,
    }).observe(3);
    collector.counter('our_total').inc();
    const snapshot = await collector.snapshot();
    expect(sampleLines(pageOf(snapshot))).toEqual(
      sampleLines(await collector.metrics()),
    );
    expect(byName(snapshot, 'their_total')).toMatchObject({
      type: 'counter',
      series: [{ labels: { l: 'a"\\\n', app: 'x' }, created: undefined }],
    });
    expect(byName(snapshot, 'our_total').series[0]!.labels).toEqual({
      app: 'x',
    });
  });

  it('a snapshot does not change', async () => {
    const { collector } = makeCollector();
    const sizes = collector.histogram('sizes', { buckets: [1, 2] });
    collector.counter('c_total').inc();
    sizes.observe(1.5);
    const snapshot = await collector.snapshot();
    const before = structuredClone(snapshot);
    collector.counter('c_total').inc();
    collector.counter('c_total').inc({ other: 'series' });
    sizes.observe(0.5);
    collector.clearMetrics();
    expect(snapshot).toEqual(before);
    expect(byName(snapshot, 'sizes')).toMatchObject({
      bounds: [1, 2],
      series: [{ counts: [0, 1, 0], count: 1, sum: 1.5 }],
    });
  });

  it('a snapshot says when it was taken and when its series began', async () => {
    const { collector } = makeCollector();
    const before = Date.now() / 1_000;
    collector.counter('c_total').inc();
    const { time, metrics } = await collector.snapshot();
    const after = Date.now() / 1_000;
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
    const { created } = metrics[0]!.series[0]!;
    // Series know their beginning in hundredths of a second.
    expect(created).toBeGreaterThan(before - 0.02);
    expect(created).toBeLessThanOrEqual(after);
  });

  it('a series has the same key in all snapshots, and other series have others', async () => {
    const { collector } = makeCollector();
    const gauge = collector.gauge('g');
    const keys = async () =>
      byName(await collector.snapshot(), 'g').series.map(({ key }) => key);
    gauge.set({ a: 'x,b=y' }, 1);
    gauge.set({ a: 'x', b: 'y' }, 1);
    const first = await keys();
    gauge.set({ a: 'new' }, 1);
    expect((await keys()).slice(0, 2)).toEqual(first);
    expect(new Set(await keys()).size).toBe(3);
  });

  it('a snapshot leaves out metrics that cannot be read, and names them', async () => {
    const { collector, warnings } = makeCollector();
    collector.gauge('broken', {
      collect: () => {
        throw new Error('no queue');
      },
    });
    collector.counter('c_total').inc();
    new PromGauge({
      name: 'their_broken',
      help: 'h',
      registers: [collector.registry],
      collect: () => {
        throw new Error('no pool');
      },
    });
    const snapshot = await collector.snapshot();
    expect(byName(snapshot, 'broken').series).toEqual([]);
    expect(byName(snapshot, 'their_broken')).toBeUndefined();
    expect(snapshot.unread?.toSorted()).toEqual(['broken', 'their_broken']);
    expect(byName(snapshot, 'c_total').series).toHaveLength(1);
    expect(warnings.join()).toContain('no queue');
  });
});

import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { MetricFilter } from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';

/** A collector with these filters on a registry of the user's. */
function joined(...filters: MetricFilter[]) {
  const registry = new Registry();
  const options = { registry, filters, createdSamples: false };
  const made = makeCollector(options);
  const given = { help: 'Help.', registers: [registry], labelNames: ['a'] };
  return { ...made, registry, given };
}

describe('filters that rename metrics of prom-client', () => {
  test('a metric of prom-client of any type has its new name on pages of both formats and in snapshots', async () => {
    const { collector, given } = joined({ metrics: 'old_*', rename: 'new_*' });
    new Counter({ ...given, name: 'old_c_total' }).inc({ a: '1' }, 2);
    new Gauge({ ...given, name: 'old_g' }).set(3);
    const histogram = { ...given, name: 'old_h', buckets: [1] };
    new Histogram(histogram).observe(0.5);
    const summary = { ...given, name: 'old_s', percentiles: [0.5] };
    new Summary(summary).observe(4);
    for (const format of [undefined, OPEN_METRICS]) {
      const page = await collector.metrics(format);
      expect(page).not.toContain('old_');
      expect(page).toContain('\nnew_c_total{a="1"} 2\n');
      expect(page).toContain('\nnew_g 3\n');
      expect(page).toMatch(/^new_h_bucket\{le="1(\.0)?"\} 1$/m);
      expect(page).toContain('\nnew_h_sum 0.5\n');
      expect(page).toContain('\nnew_s_count 1\n');
    }
    const { metrics } = await collector.snapshot();
    expect(metrics.map(({ name }) => name)).toEqual([
      'new_c_total',
      'new_g',
      'new_h',
      'new_s',
    ]);
    const read = metricsOf(collector);
    await read.refresh();
    expect(read).toHaveMetric('new_c_total', { a: '1' }, 2);
  });

  test('other filters apply to a metric of prom-client by its new name', async () => {
    const { collector, given } = joined(
      { metrics: 'jobs', deny: true },
      { metrics: 'work', renameLabels: { a: 'b' } },
      { metrics: 'jobs', rename: 'work' },
      { metrics: 'tasks', rename: 'jobs' },
    );
    new Gauge({ ...given, name: 'jobs' }).set({ a: '1' }, 1);
    new Gauge({ ...given, name: 'tasks' }).set({ a: '1' }, 2);
    const page = await collector.metrics();
    expect(page).toContain('\nwork{b="1"} 1\n');
    expect(page).not.toContain('tasks');
  });

  test('a metric of prom-client that is renamed to another metric is left out and reported, whichever is first', async () => {
    const { collector, given, warnings } = joined(
      { metrics: 'old_1', rename: 'ours' },
      { metrics: 'old_2', rename: 'theirs' },
      { metrics: /^same_\d$/, rename: 'same' },
      { metrics: 'old_3', rename: 'sizes_sum' },
    );
    for (const name of ['old_1', 'old_2', 'same_1', 'same_2', 'old_3']) {
      new Gauge({ ...given, name }).set(7);
    }
    await collector.metrics();
    new Gauge({ ...given, name: 'theirs' }).set(1);
    collector.gauge('ours').set(2);
    collector.histogram('sizes').observe(3);
    const page = await collector.metrics();
    expect(page).toContain('\nours 2\n');
    expect(page).toContain('\ntheirs 1\n');
    expect(page).toContain('\nsizes_sum 3\n');
    expect(page.match(/ 7$/gm)).toHaveLength(1);
    expect(page).toContain('\nsame 7\n');
    expect(warnings).toContainEqual(
      expect.stringContaining(
        'Metric "old_1" is left out, as a filter renames it to "ours", which is another metric; rename it to another name',
      ),
    );
    expect(warnings).toContainEqual(
      expect.stringContaining('filter renames it to "same"'),
    );
    expect(warnings).toContainEqual(
      expect.stringContaining('Metric "sizes_sum" is left out'),
    );
  });

  test('a metric of prom-client that is removed and made again is renamed again, and one whose callback fails is reported by its new name', async () => {
    const { collector, registry, given, warnings } = joined({
      metrics: 'old',
      rename: 'new',
    });
    new Gauge({ ...given, name: 'old' }).set(1);
    expect(await collector.metrics()).toContain('\nnew 1\n');
    registry.removeSingleMetric('old');
    expect(await collector.metrics()).not.toContain('new');
    const collect = () => {
      throw new Error('no value');
    };
    new Gauge({ ...given, name: 'old', collect });
    expect(await collector.metrics()).not.toContain('new');
    const { unread } = await collector.snapshot();
    expect(unread).toEqual(['new']);
    expect(warnings[0]).toContain('metric "new"');
  });

  test('the metrics of the process can be renamed', async () => {
    const { collector } = makeCollector({
      defaultMetrics: true,
      filters: [{ metrics: /^(process|nodejs)_/, rename: 'app_$1_' }],
    });
    await collector.initialize();
    const page = await collector.metrics();
    expect(page).toMatch(/^app_process_cpu_seconds_total \d/m);
    expect(page).not.toMatch(/^(# HELP )?(process|nodejs)_/m);
  });
});

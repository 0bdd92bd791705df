import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import * as prometheus from 'prom-client';
import { describe, expect, test } from 'vitest';
import type { PrometheusCollector } from '../../src/index.js';
import { lintMetrics, type LintRule } from '../../src/testing/index.js';
import { makeCollector } from '../support/collector.js';
import { isInstalled } from '../support/processes.js';

/** The problems of promtool by the rule that is ours. */
const RULES: readonly [RegExp, LintRule][] = [
  [/no help text/, 'help'],
  [/use base unit/, 'base-unit'],
  [/abbreviated units/, 'abbreviated-unit'],
  [/"_total" suffix/, 'total-suffix'],
  [/"_(bucket|count|sum)" suffix/, 'reserved-suffix'],
  [/"(le|quantile)" label/, 'reserved-label'],
  [/should not include type/, 'type-in-name'],
  [/should not contain ':'/, 'colon'],
  [/metric names should be written in 'snake_case'/, 'camel-case'],
  [/label names should be written in 'snake_case'/, 'camel-case-label'],
];

/** Names of counters, gauges and histograms, good and bad ones. */
const NAMES = [
  'jobs',
  'jobs_total',
  'jobs_count',
  'jobs_sum',
  'jobs_bucket',
  'jobs_counter',
  'jobs_gauge_total',
  'gauge_jobs',
  'jobs_histogram',
  'histogram_of_jobs',
  'jobs_summary_size',
  'jobs:rate',
  'jobsDone_total',
  'job_duration_seconds',
  'job_duration_milliseconds',
  'job_duration_ms',
  'job_ms_total',
  'ms_of_jobs',
  'job_size_kilobytes',
  'job_size_bytes_total',
  'job_size_kb',
  'job_minutes_total',
  'thermometers',
  'kilometers_driven',
  'distance_miles',
  'm_jobs',
  'jobs_d',
];

type Kind = 'counter' | 'gauge' | 'histogram';

function made(kind: Kind, labels: Record<string, string> = {}) {
  const { collector } = makeCollector();
  for (const name of NAMES) {
    const options = { description: 'Something.' };
    if (kind === 'counter') collector.counter(name, options).inc(labels);
    if (kind === 'gauge') collector.gauge(name, options).set(labels, 1);
    if (kind === 'histogram' && !/_(count|sum|bucket)$/.test(name)) {
      collector.histogram(name, options).observe(labels, 1);
    }
  }
  return collector;
}

/** What promtool says of the page, as `metric rule`. */
async function problemsOfPromtool(
  collector: PrometheusCollector,
): Promise<string[]> {
  const promtool = spawn('promtool', ['check', 'metrics']);
  promtool.stdin.end(await collector.metrics());
  const [errors] = await Promise.all([
    text(promtool.stderr),
    once(promtool, 'close'),
  ]);
  return errors
    .split('\n')
    .filter((line) => line.includes(' '))
    .map((line) => {
      const rule = RULES.find(([message]) => message.test(line))?.[1];
      return `${line.split(' ', 1)[0]!} ${rule ?? line}`;
    });
}

const ours = async (collector: PrometheusCollector) =>
  (await lintMetrics(collector)).map(({ metric, rule }) => `${metric} ${rule}`);

const sorted = (problems: readonly string[]) =>
  [...new Set(problems)].toSorted();

describe('lintMetrics()', () => {
  test.each<Kind>(['counter', 'gauge', 'histogram'])(
    'lintMetrics() finds what promtool finds in names of a %s',
    async (kind) => {
      if (!(await isInstalled('promtool'))) return;
      const collector = made(kind, { jobType: 'a' });
      const theirs = await problemsOfPromtool(collector);
      expect(theirs.length).toBeGreaterThan(20);
      expect(sorted(await ours(collector))).toEqual(sorted(theirs));
    },
  );

  test('lintMetrics() finds what promtool finds in metrics of prom-client', async () => {
    if (!(await isInstalled('promtool'))) return;
    const { collector } = makeCollector();
    const registers = [collector.registry];
    const help = 'Something.';
    for (const name of [
      'sizes',
      'sizes_bucket',
      'sizes_summary',
      'sizes_total',
    ])
      new prometheus.Summary({ name, help, registers }).observe(1);
    new prometheus.Gauge({
      name: 'limits',
      help,
      labelNames: ['le', 'quantile'],
      registers,
    }).set({ le: '1', quantile: '2' }, 1);
    new prometheus.Histogram({
      name: 'waits',
      help,
      labelNames: ['quantile'],
      registers,
    }).observe({ quantile: '1' }, 1);
    const theirs = await problemsOfPromtool(collector);
    expect(theirs.length).toBeGreaterThan(3);
    expect(sorted(await ours(collector))).toEqual(sorted(theirs));
  });

  test('lintMetrics() accepts the metrics of this package', async () => {
    const { collector } = makeCollector({ namespace: 'tframex' });
    collector.reportError('test', new Error('kept'));
    await collector.initialize();
    expect(await lintMetrics(collector)).toEqual([]);
  });

  test('lintMetrics() wants help texts, and units that OpenMetrics pages can show', async () => {
    const { collector } = makeCollector();
    collector.counter('jobs_total').inc();
    const description = 'Something.';
    collector.gauge('size', { description, unit: 'bytes' }).set(1);
    collector.counter('sent_bytes_total', { description, unit: 'bytes' }).inc();
    collector.gauge('job_created', { description }).set(1);
    expect(await lintMetrics(collector)).toEqual([
      {
        metric: 'jobs_total',
        rule: 'help',
        message: 'Metric "jobs_total" has no help text; give it a description',
      },
      {
        metric: 'size',
        rule: 'unit-suffix',
        message:
          'Metric "size" has the unit bytes, which its name does not end with; OpenMetrics pages leave the unit out',
      },
      {
        metric: 'job_created',
        rule: 'reserved-suffix',
        message:
          'Metric "job_created" ends with _created, as samples of histograms and summaries do; use another word',
      },
    ]);
  });
});

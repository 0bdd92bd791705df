import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { metricsOf } from '../../src/testing/index.js';
import { makeCollector } from '../support/collector.js';
import { isInstalled } from '../support/processes.js';
import { tempFolder } from '../support/temp.js';

const QUANTILES = [-0.5, 0.01, 0.25, 0.5, 0.9, 0.95, 0.999, 1, 1.5];

/** Histograms of all shapes: one bucket, bounds below zero, empty buckets, observations above all bounds. */
const HISTOGRAMS: readonly { bounds: number[]; values: number[] }[] = [
  { bounds: [1], values: [0.5, 0.5, 3] },
  { bounds: [1, 2, 3], values: [5, 6] },
  { bounds: [-5, -1], values: [-9, -3, -2] },
  { bounds: [-5, 0, 5], values: [-1, 1, 2, 4] },
  { bounds: [0.001, 0.1, 10], values: [0.05, 0.06, 7, 8, 9, 11] },
  { bounds: [1, 10, 100, 1_000], values: [50, 51, 52, 53, 999, 2] },
];

const readings = () =>
  HISTOGRAMS.map(({ bounds: buckets, values }, i) => {
    const { collector } = makeCollector();
    const histogram = collector.histogram(`h${i}`, { buckets });
    for (const value of values) histogram.observe(value);
    return metricsOf(collector).histogram(`h${i}`);
  });

test('quantile() gives what histogram_quantile() of Prometheus gives', async ({
  skip,
}) => {
  skip(!(await isInstalled('promtool')), 'promtool is not installed');
  const all = readings();
  const series = all.flatMap(({ buckets }, i) =>
    buckets.map(({ le, count }) => ({
      series: `h${i}_bucket{le="${le === Infinity ? '+Inf' : le}"}`,
      values: String(count),
    })),
  );
  const expectations = all.flatMap((reading, i) =>
    QUANTILES.map((q) => ({
      expr: `count(histogram_quantile(${q}, h${i}_bucket) == ${promqlOf(reading.quantile(q))})`,
      eval_time: '0m',
      exp_samples: [{ labels: '{}', value: 1 }],
    })),
  );
  const file = join(tempFolder(), 'quantiles.yml');
  const tests = [
    { interval: '1m', input_series: series, promql_expr_test: expectations },
  ];
  writeFileSync(
    file,
    JSON.stringify({ rule_files: [], evaluation_interval: '1m', tests }),
  );
  const { stdout, stderr } = await promisify(execFile)('promtool', [
    'test',
    'rules',
    file,
  ]);
  expect(stdout + stderr).toContain('SUCCESS');
});

function promqlOf(value: number): string {
  return String(value).replace('Infinity', 'Inf');
}

test('quantile() of no observations, and of no number, is NaN', () => {
  const { collector } = makeCollector();
  collector.histogram('h').zero();
  const metrics = metricsOf(collector);
  expect(metrics.histogram('h').quantile(0.5)).toBeNaN();
  expect(metrics.histogram('h').quantile(1.5)).toBeNaN();
  collector.histogram('h').observe(1);
  expect(metrics.histogram('h').quantile(NaN)).toBeNaN();
});

import type { Registry } from 'prom-client';
import { onTestFinished, vi } from 'vitest';
import type { CollectorContext } from '../../src/collector/collector-context.js';
import type { PrometheusCollectorOptions } from '../../src/collector/collector.options.js';
import { PrometheusCollector } from '../../src/collector/prometheus-collector.js';
import type { Labels } from '../../src/model/labels.js';

/** What scrapers ask for when they want OpenMetrics. */
export const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

/** A collector with what it warned of. */
export interface TestCollector {
  collector: PrometheusCollector;
  warnings: string[];
}

/** Makes a registry unreadable, so that no page can be rendered. Returns a function that undoes it. */
export function breakRegistry(registry: Registry, error: Error): () => void {
  const reading = vi.spyOn(registry, 'getMetricsAsArray');
  reading.mockImplementation(() => {
    throw error;
  });
  return () => reading.mockRestore();
}

/** A collector on a free port of this machine, without namespace; shut down when the test ends. */
export function makeCollector(
  options: PrometheusCollectorOptions = {},
  context: CollectorContext = {},
): TestCollector {
  const warnings: string[] = [];
  const collector = new PrometheusCollector(
    { namespace: '', port: 0, host: '127.0.0.1', ...options },
    { logger: { warn: (message) => void warnings.push(message) }, ...context },
  );
  onTestFinished(() => collector.shutdown());
  return { collector, warnings };
}

/** The sample lines of one metric on a page, in the order of the page. */
export function samplesOf(page: string, metric: string): string[] {
  const name = new RegExp(`^${metric}(_bucket|_sum|_count)?[{ ]`);
  return page.split('\n').filter((line) => name.test(line));
}

/** The sample lines of one metric that `collector` would give to a scraper. */
export async function samples(
  collector: PrometheusCollector,
  metric: string,
): Promise<string[]> {
  return samplesOf(await collector.metrics(), metric);
}

/** The labels and values of one counter or gauge, in the order of its series; names of labels are sorted. */
export async function seriesOf(
  collector: PrometheusCollector,
  name: string,
): Promise<[Labels, number][]> {
  const { metrics } = await collector.snapshot();
  const metric = metrics.find((one) => one.name === name);
  if (metric === undefined) return [];
  if (metric.type !== 'counter' && metric.type !== 'gauge') {
    throw new TypeError(`${name} is a ${metric.type}`);
  }
  return metric.series.map(({ labels, value }) => [labels, value]);
}

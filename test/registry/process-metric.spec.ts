import { collectDefaultMetrics, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { processMetricOf } from '../../src/registry/process-metric.js';

const OF_LIBUV = new Set([
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
]);

it('the metrics of the process are known with and without a prefix', () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  const others = names.filter((name) => processMetricOf(name) === undefined);
  // These add up over processes, as all other metrics do.
  expect(
    others.filter(
      (name) => !OF_LIBUV.has(name) && !name.startsWith('nodejs_heap_'),
    ),
  ).toEqual(['nodejs_external_memory_bytes']);
  for (const name of names) {
    expect(processMetricOf(`acme:x_${name}`)).toBe(processMetricOf(name));
  }
});

it.each(['process_jobs_total', 'nodejs_version', 'process_open_fds_total', ''])(
  'a metric that is about something else is no metric of the process: %j',
  (name) => expect(processMetricOf(name)).toBeUndefined(),
);

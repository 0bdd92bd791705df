import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { samplesOf } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { start } from '../support/processes.js';

test('the workers of a cluster make one page by the AggregatorRegistry of prom-client, whatever hangs in them', async () => {
  const file = fileURLToPath(new URL('cluster-app.mjs', import.meta.url));
  const app = start(process.execPath, [file]);
  onTestFinished(() => app.stop());
  await waitFor(() => app.output().includes('\n'), 'the workers').catch(
    (error: unknown) => {
      throw new Error(app.output(), { cause: error });
    },
  );
  const { ports, metrics } = JSON.parse(app.output()) as {
    ports: number[];
    metrics: number;
  };
  for (const [port, calls] of [
    [ports[0], 2],
    [ports[1], 3],
  ]) {
    for (let i = 0; i < calls!; i++) {
      await fetch(`http://127.0.0.1:${port}/x`);
    }
  }
  const page = await (await fetch(`http://127.0.0.1:${metrics}`)).text();
  expect(samplesOf(page, 'tframex_runs_total')).toEqual([
    'tframex_runs_total{path="/x"} 5',
  ]);
  expect(samplesOf(page, 'tframex_run_seconds')).toEqual([
    'tframex_run_seconds_bucket{le="1"} 0',
    'tframex_run_seconds_bucket{le="10"} 5',
    'tframex_run_seconds_bucket{le="+Inf"} 5',
    'tframex_run_seconds_sum 25',
    'tframex_run_seconds_count 5',
  ]);
  expect(samplesOf(page, 'tframex_sessions')).toEqual(['tframex_sessions 5']);
  expect(samplesOf(page, 'tframex_largest_batch')).toEqual([
    'tframex_largest_batch 3',
  ]);
  expect(samplesOf(page, 'tframex_health_check_status')).toEqual([
    'tframex_health_check_status{check="store"} 0',
  ]);
  expect(samplesOf(page, 'tframex_hangs')).toEqual([]);
});

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { tempFolder } from '../support/temp.js';
import { startApp } from './support/app.js';

test.each([false, true])(
  'an app that is started again goes on from its saved totals, with processes: %s',
  async (processes) => {
    const file = join(tempFolder(), 'metrics.state');
    for (let run = 1; run <= 3; run++) {
      const { app } = await startApp({
        imports: [
          MetricsModule.forRoot({
            persistence: { file },
            // The directory of the members is lost with each run, as that of a container.
            processes: processes && { directory: tempFolder() },
          }),
        ],
      });
      const collector = app.get(PrometheusCollector);
      collector.counter('jobs_total').inc(2);
      collector.histogram('job_rows', { buckets: [10] }).observe(5);
      const page = await collector.metrics();
      expect(page).toContain(`\ntframex_jobs_total ${2 * run}\n`);
      expect(page).toContain(`\ntframex_job_rows_sum ${5 * run}\n`);
      await app.close();
    }
  },
);

import { expect, onTestFinished, test } from 'vitest';
import { makeCollector } from '../support/collector.js';
import { freePort, waitFor } from '../support/http.js';
import { isInstalled, startPrometheus } from '../support/processes.js';

/** Seconds without a recording after which a series goes: more than a few scrapes take on a busy machine. */
const EXPIRY = 15;

test.skipIf(!(await isInstalled('prometheus')))(
  'Prometheus sees a series that expired and came back as a reset, with a new time of creation',
  async () => {
    const port = await freePort();
    const { collector } = makeCollector({ port });
    await collector.initialize();
    const jobs = collector.counter('jobs_total', { expireAfter: EXPIRY });
    const target = { targets: [`127.0.0.1:${port}`] };
    const prometheus = await startPrometheus(
      JSON.stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [{ job_name: 'app', static_configs: [target] }],
      }),
    );
    onTestFinished(() => prometheus.stop());
    const value = async (query: string) => {
      const { result } = await prometheus.api('query', { query });
      return result.length === 0 ? undefined : Number(result[0].value[1]);
    };
    const becomes = (query: string, expected: number | undefined) =>
      waitFor(
        async () => (await value(query)) === expected,
        `${query} to be ${expected}`,
        60,
      );

    await becomes('up', 1);
    jobs.inc({ queue: 'mail' }, 5);
    await becomes('count_over_time(jobs_total{queue="mail"}[5m]) >= bool 2', 1);
    const created = await value('jobs_created');
    await becomes('up == 1 unless on (instance) jobs_total', 1);
    jobs.inc({ queue: 'mail' }, 2);
    await becomes('jobs_total', 2);
    jobs.inc({ queue: 'mail' });
    await becomes('jobs_total', 3);

    expect(await value('resets(jobs_total{queue="mail"}[5m])')).toBe(1);
    expect(await value('jobs_created')).toBeGreaterThan(created! + EXPIRY);
    // From 5 to the reset, 2 and 3: an increase by 3, which Prometheus extrapolates to its interval.
    const increase = await value('increase(jobs_total{queue="mail"}[5m])');
    expect(increase).toBeGreaterThanOrEqual(3);
    expect(increase).toBeLessThan(6);
  },
);

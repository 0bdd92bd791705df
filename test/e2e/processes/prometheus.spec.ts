import { expect, onTestFinished, test } from 'vitest';
import { freePort, waitFor } from '../../support/http.js';
import { isInstalled, startPrometheus } from '../../support/processes.js';
import { startMembers } from './rehearsal.js';
import { fetchText, pause } from './traffic.js';

const MEMBERS = 4;

/** Calls per second to each app. */
const RATE = 50;

/** Seconds that the query looks back. */
const RANGE = 20;

/** A cluster under a steady load, and when its calls were answered. */
async function startCluster(group: Readonly<Record<string, string>>) {
  const target = `127.0.0.1:${await freePort()}`;
  const origin = `http://${target}`;
  const app = startMembers('cluster.mjs', {
    MEMBERS: String(MEMBERS),
    PORT: target.split(':')[1]!,
    ...group,
  });
  const workers = new Set<string>();
  await waitFor(async () => {
    workers.add(await fetchText(`${origin}/call`));
    return workers.size === MEMBERS;
  }, 'all workers');
  const answered: number[] = [];
  const began = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    for (; begun < ((performance.now() - began) / 1_000) * RATE; begun++) {
      void fetchText(`${origin}/call`).then(
        () => answered.push(Date.now()),
        // A call that is not answered, e.g. because the test has ended, does not count.
        () => {},
      );
    }
  }, 10);
  onTestFinished(() => clearInterval(timer));
  return { app, target, origin, answered };
}

test.skipIf(!(await isInstalled('prometheus')))(
  'increase() of a cluster that Prometheus scrapes through its shared port is right to 1 %, and off by far without the option',
  async () => {
    const merged = await startCluster({});
    await merged.app.directories.add(merged.origin);
    const single = await startCluster({ GROUP: 'off' });
    const prometheus = await startPrometheus(
      JSON.stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [
          {
            job_name: 'apps',
            static_configs: [{ targets: [merged.target, single.target] }],
          },
        ],
      }),
    );
    onTestFinished(() => prometheus.stop());
    await pause((RANGE + 8) * 1_000);

    // The last scrape is stored by then: otherwise increase() does not extend to the end.
    const at = Date.now() / 1_000 - 3;
    const ratioOf = async ({ target, answered }: typeof merged) => {
      const { result } = await prometheus.api('query', {
        query: `increase(tframex_calls_total{instance="${target}"}[${RANGE}s])`,
        time: String(at),
      });
      const calls = answered.filter(
        (time) => time > (at - RANGE) * 1_000 && time <= at * 1_000,
      );
      return Number(result[0].value[1]) / calls.length;
    };
    const ratios = [await ratioOf(merged), await ratioOf(single)];
    console.log({ ratios });
    expect(Math.abs(ratios[0]! - 1)).toBeLessThan(0.01);
    expect(Math.abs(ratios[1]! - 1)).toBeGreaterThan(0.5);
  },
);

import { expect, onTestFinished, test } from 'vitest';
import { freePort, waitFor } from '../../support/http.js';
import { isInstalled, startPrometheus } from '../../support/processes.js';
import { startMembers } from './rehearsal.js';
import { fetchText, pause } from './traffic.js';

const MEMBERS = 4;

/** Calls per second to each app. */
const RATE = 50;

/** Seconds of load. */
const LOAD = 20;

/** A cluster whose workers have all answered, and the calls that it has answered since. */
async function startCluster(group: Readonly<Record<string, string>>) {
  const target = `127.0.0.1:${await freePort()}`;
  const origin = `http://${target}`;
  const app = startMembers('cluster.mjs', {
    MEMBERS: String(MEMBERS),
    PORT: target.split(':')[1]!,
    ...group,
  });
  const workers = new Set<string>();
  let answered = 0;
  const call = async () => {
    workers.add(await fetchText(`${origin}/call`));
    answered++;
  };
  await waitFor(async () => {
    await call();
    return workers.size === MEMBERS;
  }, 'all workers');
  /** Calls at a steady rate, and waits for all answers. */
  const load = async (seconds: number) => {
    const calls: Promise<void>[] = [];
    const began = performance.now();
    while (calls.length < seconds * RATE) {
      const due = ((performance.now() - began) / 1_000) * RATE;
      while (calls.length < due) calls.push(call());
      await pause(10);
    }
    await Promise.all(calls);
  };
  return { app, target, origin, load, answered: () => answered };
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
    const ask = async (query: string, time = Date.now() / 1_000) => {
      const { result } = await prometheus.api('query', {
        query,
        time: String(time),
      });
      return Number(result[0].value[1]);
    };
    const counter = ({ target }: typeof merged) =>
      `tframex_calls_total{instance="${target}"}`;
    /** Waits until a sample has all calls. Returns its time. */
    const stored = (count: number) =>
      waitFor(
        () =>
          ask(
            `timestamp(${counter(merged)}) and ${counter(merged)} == ${count}`,
          ),
        `a sample of ${count} calls`,
      );

    const before = [merged, single].map(({ answered }) => answered());
    const from = await stored(before[0]!);
    await Promise.all([merged.load(LOAD), single.load(LOAD)]);
    const to = await stored(merged.answered());

    // With both samples, whether ranges are open or closed at their start.
    const range = `${Math.round((to - from) * 1_000) + 1}ms`;
    const ratioOf = async (cluster: typeof merged, earlier: number) =>
      (await ask(`increase(${counter(cluster)}[${range}])`, to)) /
      (cluster.answered() - earlier);
    const ratios = [
      await ratioOf(merged, before[0]!),
      await ratioOf(single, before[1]!),
    ];
    console.log({ ratios });
    expect(Math.abs(ratios[0]! - 1)).toBeLessThan(0.01);
    expect(Math.abs(ratios[1]! - 1)).toBeGreaterThan(0.5);
  },
);

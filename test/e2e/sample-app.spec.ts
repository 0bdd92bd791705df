import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play } from '../../sample-app/src/load/play.js';
import { freePort, waitFor } from '../support/http.js';
import {
  isInstalled,
  type Prometheus,
  type Running,
  start,
  startPrometheus,
} from '../support/processes.js';
import { quantile, type RawSample, rates } from '../support/promql.js';

const file = (name: string) =>
  readFile(new URL(`../../${name}`, import.meta.url), 'utf8');

const RANGE = 300;
const AGENTS = ['Assistant', 'Retriever', 'Writer'];

interface Series {
  metric: Record<string, string>;
  values: RawSample[];
}

describe.skipIf(!(await isInstalled('prometheus')))(
  'the sample app, started by the command of the README and scraped by Prometheus as shipped,',
  () => {
    let app: Running;
    let prometheus: Prometheus;
    let origin: string;
    /** When all was played and scraped. */
    let at: number;

    /** The samples of a metric in the range that the queries look at. */
    const raw = async (selector: string): Promise<Series[]> => {
      const parameters = { query: `${selector}[5m]`, time: String(at) };
      return (await prometheus.api('query', parameters)).result;
    };
    const query = async (text: string) => {
      const { result } = await prometheus.api('query', {
        query: text,
        time: String(at),
      });
      return result as { metric: Record<string, string>; value: RawSample }[];
    };

    beforeAll(async () => {
      const readme = await file('README.md');
      const command = /```sh\nnpm ci && (npm start)\n```/.exec(readme)![1]!;
      const [program, ...args] = command.split(' ');
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      app = start(program!, args, { PORT: String(port) });
      await waitFor(
        async () => (await fetch(`${origin}/health`)).ok,
        'the sample app to be healthy',
        90,
      ).catch((error: unknown) => {
        throw new Error(app.output(), { cause: error });
      });
      const config = await file('sample-app/prometheus.yml');
      const [target] = /localhost:\d+/.exec(config)!;
      prometheus = await startPrometheus(
        config.replace(target, `127.0.0.1:${port}`),
      );
      // The first calls make the series; those after the first scrape of them are the increase.
      expect(await play(origin, 10)).toMatchObject({ answered: 8, failed: 2 });
      at = await scraped(10);
      expect(await play(origin, 20)).toMatchObject({ answered: 16, failed: 4 });
      at = await scraped(30);
    });

    afterAll(async () => {
      await prometheus?.stop();
      await app?.stop();
    });

    /** Waits until Prometheus has seen so many calls of the Assistant; gives the time of that. */
    async function scraped(calls: number): Promise<number> {
      const text = 'sum(tframex_agent_executions_total{agent="Assistant"})';
      return waitFor(async () => {
        const { result } = await prometheus.api('query', { query: text });
        return result[0]?.value[1] === String(calls) && result[0].value[0];
      }, `Prometheus to scrape ${calls} calls`);
    }

    /** How a series went up from the first scrape to the last. */
    const increase = ({ values }: Series) =>
      Number(values.at(-1)![1]) - Number(values[0]![1]);

    /** The sum over series of what `rate()` may give. */
    const sumOfRates = (series: Series[]) =>
      series
        .map(({ values }) => rates(values, at, RANGE))
        .reduce((sum, rate) => sum.map((part, i) => part + rate[i]!), [0, 0]);

    const byAgent = (series: Series[], agent: string) =>
      series.filter(({ metric }) => metric.agent === agent);

    /** One of the expected values; Prometheus counts time in milliseconds. */
    const expectOneOf = (actual: string, expected: number[]) => {
      const near = expected.filter(
        (value) => Math.abs(Number(actual) / value - 1) < 1e-6,
      );
      expect(near, `${actual} of ${expected.join(' or ')}`).not.toHaveLength(0);
    };

    /** Each query of the README with what the played calls must give. */
    const checks: Record<
      string,
      (answer: Awaited<ReturnType<typeof query>>) => Promise<void>
    > = {
      'sum by (agent) (rate(tframex_agent_executions_total[5m]))': async (
        answer,
      ) => {
        const series = await raw('tframex_agent_executions_total');
        expect(answer.map(({ metric }) => metric.agent).sort()).toEqual(AGENTS);
        for (const { metric, value } of answer) {
          const own = byAgent(series, metric.agent!);
          const calls = own.map(increase).reduce((a, b) => a + b);
          expect(calls).toBe(metric.agent === 'Writer' ? 16 : 20);
          expectOneOf(value[1], sumOfRates(own));
        }
      },
      'sum by (agent) (rate(tframex_agent_duration_seconds_sum[5m])) / sum by (agent) (rate(tframex_agent_duration_seconds_count[5m]))':
        async (answer) => {
          const sums = await raw('tframex_agent_duration_seconds_sum');
          const counts = await raw('tframex_agent_duration_seconds_count');
          expect(answer).toHaveLength(3);
          for (const { metric, value } of answer) {
            const sum = sumOfRates(byAgent(sums, metric.agent!));
            const count = sumOfRates(byAgent(counts, metric.agent!));
            expectOneOf(value[1], [sum[0]! / count[0]!, sum[1]! / count[1]!]);
            expect(Number(value[1])).toBeGreaterThan(0);
          }
        },
      'histogram_quantile(0.95, sum by (agent, le) (rate(tframex_agent_duration_seconds_bucket[5m])))':
        async (answer) => {
          const all = await raw('tframex_agent_duration_seconds_bucket');
          expect(answer).toHaveLength(3);
          for (const { metric, value } of answer) {
            const own = byAgent(all, metric.agent!);
            const bounds = [...new Set(own.map((s) => s.metric.le!))];
            const quantiles = [0, 1].map((variant) =>
              quantile(
                0.95,
                bounds
                  .map((le) => ({
                    bound: le === '+Inf' ? Infinity : Number(le),
                    count: sumOfRates(own.filter((s) => s.metric.le === le))[
                      variant
                    ]!,
                  }))
                  .sort((a, b) => a.bound - b.bound),
              ),
            );
            expectOneOf(value[1], quantiles);
          }
        },
      tframex_active_sessions: async (answer) => {
        expect(answer.map(({ value }) => value[1])).toEqual(['3']);
      },
      'sum by (agent) (rate(tframex_agent_executions_total{status="error"}[5m])) / sum by (agent) (rate(tframex_agent_executions_total[5m]))':
        async (answer) => {
          const all = await raw('tframex_agent_executions_total');
          expect(answer.map(({ metric }) => metric.agent).sort()).toEqual([
            'Assistant',
            'Retriever',
          ]);
          for (const { metric, value } of answer) {
            const own = byAgent(all, metric.agent!);
            const failed = own.filter((s) => s.metric.status === 'error');
            expect(failed.map(increase)).toEqual([4]);
            expect(failed[0]!.metric.error_type).toBe('NoPassageFoundError');
            const [errors, calls] = [sumOfRates(failed), sumOfRates(own)];
            expectOneOf(value[1], [
              errors[0]! / calls[0]!,
              errors[1]! / calls[1]!,
            ]);
          }
        },
    };

    test('answers each query of the README with what the played calls give', async () => {
      const readme = await file('README.md');
      const queries = [...readme.matchAll(/```promql\n([^`]*)```/g)].map(
        ([, text]) => text!.trim().replace(/\s+/g, ' '),
      );
      expect(queries.sort()).toEqual(Object.keys(checks).sort());
      for (const text of queries) await checks[text]!(await query(text));
    });

    test('has nothing on its page that promtool would have otherwise', async () => {
      const page = await (await fetch(`${origin}/metrics`)).text();
      expect(page).toContain(
        'tframex_agent_executions_total{agent="Assistant",method="run",status="success"} 24',
      );
      const promtool = promisify(execFile)('promtool', ['check', 'metrics']);
      promtool.child.stdin!.end(page);
      const findings = await promtool.then(
        ({ stdout, stderr }) => stdout + stderr,
        ({ stdout, stderr }: { stdout: string; stderr: string }) =>
          stdout + stderr,
      );
      // prom-client's own names, which are not ours to change.
      const ours = findings
        .split('\n')
        .filter(
          (line) => line !== '' && !/^nodejs_active_\w+_total /.test(line),
        );
      expect(ours).toEqual([]);
    });

    test('tells in the terminal where to look', () => {
      expect(app.output()).toMatch(/\/agents\/assistant\/runs/i);
      expect(app.output()).toContain('/metrics');
      expect(app.output()).toContain('/health');
    });
  },
);

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
  untilHealthy,
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
      app = start(program!, args, {
        PORT: String(port),
        PRICES_FILE: 'sample-app/prices.json',
      });
      await untilHealthy(app, origin, 240);
      // These make the series, before the first scrape; the later calls are the increase.
      expect(await play(origin, 10)).toMatchObject({ answered: 8, failed: 2 });
      const config = await file('sample-app/prometheus.yml');
      const [target] = /localhost:\d+/.exec(config)!;
      prometheus = await startPrometheus(
        config.replace(target, `127.0.0.1:${port}`),
      );
      at = await scraped(10);
      expect(await play(origin, 20)).toMatchObject({ answered: 16, failed: 4 });
      at = await scraped(30);
    }, 360_000);

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
        (value) =>
          Number(actual) === value ||
          Math.abs(Number(actual) / value - 1) < 1e-6,
      );
      expect(near, `${actual} of ${expected.join(' or ')}`).not.toHaveLength(0);
    };

    /** Each query about decorated methods with what the played calls must give. */
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
            'Writer',
          ]);
          for (const { metric, value } of answer) {
            const own = byAgent(all, metric.agent!);
            const failed = own.filter((s) => s.metric.status === 'error');
            const named = failed.filter((s) => s.metric.error_type);
            const isFailing = metric.agent !== 'Writer';
            expect(named.map(increase)).toEqual(isFailing ? [4] : []);
            for (const one of named) {
              expect(one.metric.error_type).toBe('NoPassageFoundError');
            }
            const [errors, calls] = [sumOfRates(failed), sumOfRates(own)];
            expectOneOf(value[1], [
              errors[0]! / calls[0]!,
              errors[1]! / calls[1]!,
            ]);
          }
        },
    };

    /** The answer is one quotient for each value of a label; gives them. */
    const quotients = async (
      answer: Awaited<ReturnType<typeof query>>,
      label: string,
      above: string,
      below: string,
    ): Promise<Record<string, number>> => {
      const [dividends, divisors] = [await raw(above), await raw(below)];
      const found: Record<string, number> = {};
      for (const { metric, value } of answer) {
        const own = (series: Series[]) =>
          sumOfRates(series.filter((s) => s.metric[label] === metric[label]));
        const [top, bottom] = [own(dividends), own(divisors)];
        expectOneOf(value[1], [top[0]! / bottom[0]!, top[1]! / bottom[1]!]);
        found[metric[label]!] = Number(value[1]);
      }
      return found;
    };

    const INFERENCES = 'gen_ai_client_inference_duration_seconds';
    const OUTPUT = 'gen_ai_client_inference_operation_output_tokens';
    const USAGE = 'gen_ai_client_inference_usage';
    const TOOL_CALLS = 'gen_ai_execute_tool_duration_seconds';
    const CALLS = 'gen_ai_invoke_agent_inference_calls';
    const MODEL = 'gen_ai_request_model';
    const TOOL = 'gen_ai_tool_name';

    /** Each question of docs/reference/agents.md, by its words, with what the played calls must give. */
    const agentChecks: Record<
      string,
      (answer: Awaited<ReturnType<typeof query>>) => Promise<void>
    > = {
      'What does each agent cost per day?': async (answer) => {
        const [series, ...others] = await raw('tframex_agent_cost_total');
        expect(others).toEqual([]);
        expect(answer.map(({ metric }) => metric)).toEqual([
          { agent: 'Writer', currency: 'EUR' },
        ]);
        const day = 86_400;
        const expected = rates(series!.values, at, day).map((r) => r * day);
        expectOneOf(answer[0]!.value[1], expected);
        expect(Number(answer[0]!.value[1])).toBeGreaterThan(0);
      },
      'What does an answer cost, 95 % of the time at most?': async (answer) => {
        const agents = answer.map(({ metric }) => metric['agent']);
        expect(agents.sort()).toEqual(['Assistant', 'Writer']);
        for (const { value } of answer) {
          expect(Number(value[1])).toBeGreaterThan(0);
        }
      },
      'How long do people wait for the first word, 95 % of the time at most, by model?':
        async (answer) => {
          expect(answer.map(({ metric }) => metric[MODEL])).toEqual([
            'extractive',
          ]);
          const seconds = Number(answer[0]!.value[1]);
          expect(seconds).toBeGreaterThan(0);
          expect(seconds).toBeLessThan(10);
        },
      "Which share of a tool's calls fails?": async (answer) => {
        const shares = await quotients(
          answer,
          TOOL,
          `${TOOL_CALLS}_count{error_type!=""}`,
          `${TOOL_CALLS}_count`,
        );
        expect(shares).toEqual({ search: expect.closeTo(0.2, 1) });
      },
      'How many tokens does an answer have?': async (answer) => {
        const tokens = await quotients(
          answer,
          MODEL,
          `${OUTPUT}_sum`,
          `${OUTPUT}_count`,
        );
        expect(tokens.extractive).toBeGreaterThan(10);
        expect(tokens.extractive).toBeLessThan(1_000);
      },
      'How many inferences does a run of each agent take?': async (answer) => {
        const calls = await quotients(
          answer,
          'gen_ai_agent_name',
          `${CALLS}_sum`,
          `${CALLS}_count`,
        );
        expect(calls).toEqual({
          Assistant: 0,
          Retriever: 0,
          Writer: expect.closeTo(1, 5),
        });
      },
      'Which share of the input tokens comes from a cache?': async (answer) => {
        const shares = await quotients(
          answer,
          MODEL,
          `${USAGE}_cache_read_input_tokens_total`,
          `${USAGE}_input_tokens_total`,
        );
        // By the second scrape all passages were asked for before; the questions are new.
        expect(shares.extractive).toBeGreaterThan(0.5);
        expect(shares.extractive).toBeLessThan(1.5);
      },
      'Which tool is the slowest, by the average of its calls in seconds?':
        async (answer) => {
          const seconds = await quotients(
            answer,
            TOOL,
            `${TOOL_CALLS}_sum`,
            `${TOOL_CALLS}_count`,
          );
          expect(Object.keys(seconds)).toEqual(['search']);
          expect(seconds.search).toBeGreaterThan(0);
        },
      'How many requests per second does each model get?': async (answer) => {
        const series = await raw(`${INFERENCES}_count`);
        expect(series.map(increase)).toEqual([16]);
        expect(answer.map(({ metric }) => metric)).toEqual([
          { gen_ai_provider_name: 'sample', [MODEL]: 'extractive' },
        ]);
        expectOneOf(answer[0]!.value[1], sumOfRates(series));
      },
      'How do the requests to each model end?': async (answer) => {
        expect(answer.map(({ metric, value }) => [metric, value[1]])).toEqual([
          [{ [MODEL]: 'extractive' }, '1'],
        ]);
      },
      'How many tokens per second does each model write?': async (answer) => {
        const perSecond = await quotients(
          answer,
          MODEL,
          `${OUTPUT}_sum`,
          `${INFERENCES}_sum`,
        );
        expect(perSecond.extractive).toBeGreaterThan(1);
      },
    };

    test('the sample app answers each query about decorated methods with what the played calls give', async () => {
      const page = await file('docs/reference/decorators.md');
      const queries = [...page.matchAll(/```promql\n([^`]*)```/g)].map(
        ([, text]) => text!.trim().replace(/\s+/g, ' '),
      );
      expect(queries.sort()).toEqual(Object.keys(checks).sort());
      for (const text of queries) await checks[text]!(await query(text));
    });

    test('the sample app answers the ten questions about agents with what the played calls give', async () => {
      const text = await file('docs/reference/agents.md');
      const asked = [
        ...text.matchAll(/^(\w[^\n]*?\?)[^\n]*\n\n```promql\n([^`]*)```/gm),
      ];
      expect(text.match(/```promql/g)).toHaveLength(11);
      const questions = asked.map(([, question]) => question!);
      expect(questions).toEqual(Object.keys(agentChecks));
      for (const [, question, promql] of asked) {
        const answer = await query(promql!);
        expect(answer, question).not.toHaveLength(0);
        await agentChecks[question!]!(answer);
      }
    });

    test('promtool finds no fault in the page of the sample app', async () => {
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

    test('the sample app says in the terminal where to look', () => {
      expect(app.output()).toMatch(/\/agents\/assistant\/runs/i);
      expect(app.output()).toContain('/metrics');
      expect(app.output()).toContain('/health');
    });
  },
);

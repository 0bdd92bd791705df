import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play } from '../../sample-app/src/load/play.js';
import { freePort, waitFor } from '../support/http.js';
import {
  isInstalled,
  type Prometheus,
  type Running,
  startPrometheus,
} from '../support/processes.js';
import { startSampleApp } from '../support/sample-app.js';
import { waitForRules, waitForScrapes } from '../support/scrapes.js';
import type { RawSample } from '../support/promql.js';

const path = (name: string) =>
  fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Calls by instance; one in five of them has no answer. */
const CALLS = [5, 10, 15];

const TOTAL = 'job_agent_status:tframex_agent_executions_total:sum';
const RATE = 'job_agent:tframex_agent_executions:rate5m';

interface Instance {
  readonly name: string;
  readonly port: number;
  readonly target: string;
  app: Running;
}

describe.skipIf(!(await isInstalled('prometheus')))(
  'three instances of the sample app, scraped by Prometheus with the shipped rules,',
  () => {
    const instances: Instance[] = [];
    let prometheus: Prometheus;

    const query = async (
      text: string,
    ): Promise<{ metric: Record<string, string>; value: RawSample }[]> =>
      (await prometheus.api('query', { query: text })).result;

    /** What a query gives, by the value of one label. */
    const values = async (text: string, label: string) =>
      Object.fromEntries(
        (await query(text)).map(({ metric, value }) => [
          metric[label],
          Number(value[1]),
        ]),
      );

    /** Waits until a query gives these values. */
    const waitForValues = (
      text: string,
      label: string,
      expected: Record<string, number>,
    ) => {
      let last = {};
      return waitFor(
        async () => {
          last = await values(text, label);
          expect(last).toEqual(expected);
          return true;
        },
        `${text} to be ${JSON.stringify(expected)}`,
        60,
      );
    };

    const playOn = async (index: number, calls: number) => {
      const tallies = await play(`http://${instances[index]!.target}`, calls);
      expect(tallies).toEqual({
        runs: calls,
        answered: calls * 0.8,
        failed: calls * 0.2,
      });
    };

    beforeAll(async () => {
      for (const [i] of CALLS.entries()) {
        const port = await freePort();
        const app = await startSampleApp(port);
        const target = `127.0.0.1:${port}`;
        instances.push({ name: `app-${i}`, port, target, app });
      }
      prometheus = await startPrometheus(
        JSON.stringify({
          global: { scrape_interval: '1s', evaluation_interval: '1s' },
          rule_files: [path('rules/tframex.rules.yml')],
          scrape_configs: [
            {
              job_name: 'agents',
              // The scrape configuration sets the labels of a target.
              static_configs: instances.map(({ name, target }) => ({
                targets: [target],
                labels: { pod: name },
              })),
            },
          ],
        }),
      );
      await Promise.all(CALLS.map((calls, i) => playOn(i, calls)));
    });

    afterAll(async () => {
      await prometheus?.stop();
      await Promise.all(instances.map(({ app }) => app.stop()));
    });

    test('the sums of three instances of the sample app add up to the calls played', async () => {
      await waitForValues(`${TOTAL}{agent="Assistant"}`, 'status', {
        success: 24,
        error: 6,
      });
      await waitForValues(`sum by (agent) (${TOTAL})`, 'agent', {
        Assistant: 30,
        Retriever: 30,
        Writer: 24,
      });
      await waitForValues(
        'sum by (pod) (tframex_agent_executions_total{agent="Assistant"})',
        'pod',
        { 'app-0': 5, 'app-1': 10, 'app-2': 15 },
      );
    });

    test('three instances have sums of each of their metrics, without a fault in a rule', async () => {
      // Rates need two scrapes of each series: these are the second calls of all of them.
      await Promise.all(CALLS.map((_, i) => playOn(i, 5)));
      await waitForScrapes(prometheus, CALLS.length);
      await waitForRules(prometheus);
      const { groups } = await prometheus.api('rules');
      const rules = groups.flatMap(
        ({ rules: own, name }: { rules: any[]; name: string }) =>
          own.map((rule) => ({ ...rule, group: name })),
      );
      expect(rules.length).toBeGreaterThan(20);
      for (const { name, health, lastError } of rules) {
        expect({ name, health, lastError }).toEqual({ name, health: 'ok' });
      }
      const recorded: string[] = rules
        .filter(
          ({ group, type }: { group: string; type: string }) =>
            type === 'recording' && /^(agents|tokens|models)$/.test(group),
        )
        .map(({ name }: { name: string }) => name)
        // The model of the sample app does not think.
        .filter((name: string) => !name.includes('reasoning'));
      for (const name of recorded) {
        const series = await query(`${name} > 0`);
        expect(series, name).not.toEqual([]);
        for (const { metric } of series) {
          expect(metric).toHaveProperty('job', 'agents');
          expect(metric).not.toHaveProperty('instance');
          expect(metric).not.toHaveProperty('pod');
        }
      }
    });

    test('the sums of the others stay, and no rate is negative, when one instance is killed and restarts', async () => {
      const killed = instances[1]!;
      const ofAssistant = 'tframex_agent_executions_total{agent="Assistant"}';
      const sum = `sum by (agent) (${TOTAL}{agent="Assistant"})`;
      await waitForValues(sum, 'agent', { Assistant: 45 });
      const began = Date.now() / 1000;

      await killed.app.stop('SIGKILL');
      await waitForValues('up', 'pod', { 'app-0': 1, 'app-1': 0, 'app-2': 1 });
      await waitForValues(sum, 'agent', { Assistant: 30 });

      killed.app = await startSampleApp(killed.port);
      await playOn(1, 10);
      await waitForValues(sum, 'agent', { Assistant: 40 });
      await waitForValues(`sum by (pod) (${ofAssistant})`, 'pod', {
        'app-0': 10,
        'app-1': 10,
        'app-2': 20,
      });

      const range = async (text: string): Promise<[string, number[]][]> => {
        const { result } = await prometheus.api('query_range', {
          query: text,
          start: String(began),
          end: String(Date.now() / 1000),
          step: '1',
        });
        return result.map(
          (one: { metric: Record<string, string>; values: RawSample[] }) => [
            one.metric.pod ?? one.metric.agent,
            one.values.map(([, value]) => Number(value)),
          ],
        );
      };
      const rates = await range(`${RATE}{agent="Assistant"}`);
      expect(rates).toHaveLength(1);
      expect(rates[0]![1].length).toBeGreaterThan(2);
      expect(Math.min(...rates[0]![1])).toBeGreaterThan(0);
      const others = await range(
        `sum by (pod) (${ofAssistant.replace('}', ',pod!="app-1"}')})`,
      );
      expect(
        others.map(([pod, all]) => [pod, [...new Set(all)]]).sort(),
      ).toEqual([
        ['app-0', [10]],
        ['app-2', [20]],
      ]);
      // A rate of the sum would take the end of an instance for a reset of all.
      const [wrong] = await query(
        `increase(${TOTAL}{agent="Assistant",status="success"}[10m])`,
      );
      const [right] = await query(
        `sum(increase(${ofAssistant.replace('}', ',status="success"}')}[10m]))`,
      );
      expect(Number(wrong!.value[1])).toBeGreaterThan(
        Number(right!.value[1]) + 10,
      );
    });
  },
);

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboardsOf } from '../../src/cli/monitoring/dashboards/dashboards.js';
import { readOptions } from '../../src/cli/monitoring/monitoring.options.js';
import { rulesOf } from '../../src/cli/monitoring/rules/rules.js';
import { metricsByName, pageFaults } from '../monitoring/page-faults.js';
import { metricNamesIn } from '../monitoring/promql-names.js';
import { panelsOf, rulesIn, targetsOf } from '../monitoring/shipped.js';
import { freePort, waitFor } from '../support/http.js';
import {
  isInstalled,
  type Prometheus,
  type Running,
  startPrometheus,
} from '../support/processes.js';
import { startSampleApp } from '../support/sample-app.js';
import { waitForRules, waitForScrapes } from '../support/scrapes.js';

const path = (relative: string) =>
  fileURLToPath(new URL(`../../${relative}`, import.meta.url));

const OPTIONS = readOptions([], {});
const DASHBOARDS = [...dashboardsOf(OPTIONS)];
const RULES = [...rulesOf(OPTIONS).values()].flatMap(rulesIn);

/** What Grafana puts in place of its variables; the load is not older than the rate's window. */
const VARIABLES: readonly [variable: string, value: string][] = [
  ['$__rate_interval', '5m'],
  ['$__range', '10m'],
  ['$job', 'sample'],
  ['$instance', '.*'],
  ['$agent', '.*'],
  ['$model', '.*'],
  ['$response_model', '.*'],
  ['$route', '.*'],
];

const filled = (query: string) =>
  VARIABLES.reduce(
    (text, [name, value]) => text.replaceAll(name, value),
    query,
  );

const METRICS = metricsByName(OPTIONS);

/** Native histograms have the plain name, which a page in text never has. */
function isNative(name: string): boolean {
  const type = METRICS.get(name)?.descriptor.type;
  return type === 'timer' || type === 'histogram';
}

describe.skipIf(!(await isInstalled('prometheus')))(
  'the sample app under load, scraped by Prometheus with the shipped rules,',
  () => {
    let app: Running;
    let prometheus: Prometheus;
    let origin: string;
    let page: string;
    /** When all was played and scraped. */
    let at: string;

    const query = async (text: string): Promise<unknown[]> => {
      const parameters: Record<string, string> =
        at === undefined ? {} : { time: at };
      const data = await prometheus.api('query', {
        query: text,
        ...parameters,
      });
      return data.result;
    };

    beforeAll(async () => {
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      app = await startSampleApp(port, {
        // Nothing listens there: an exporter that fails.
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      });
      prometheus = await startPrometheus(`
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files:
  - ${path('rules/*.yml')}
scrape_configs:
  - job_name: sample
    static_configs:
      - targets: ['127.0.0.1:${port}']
  - job_name: other
    static_configs:
      - targets: ['127.0.0.1:${await freePort()}']
`);
      const played = async (runs: number, all: number) => {
        const load = [path('sample-app/dist/load.js'), origin];
        execFileSync(process.execPath, [...load, '--runs', String(runs)]);
        await waitFor(
          async () => {
            const [calls] = await query(
              'sum(job_agent_status:tframex_agent_executions_total:sum{agent="Assistant"})',
            );
            return (
              (calls as { value: string[] } | undefined)?.value[1] ===
              String(all)
            );
          },
          `Prometheus to know of ${all} calls`,
          60,
        );
      };
      // The first calls make the series; those after their first scrape are the increase.
      await played(10, 10);
      await played(20, 30);
      await waitForScrapes(prometheus, 1);
      await waitForRules(prometheus);
      page = await (await fetch(`${origin}/metrics`)).text();
      at = String(Date.now() / 1000);
    });

    afterAll(async () => {
      await prometheus?.stop();
      await app?.stop();
    });

    /** Whether the load has made series for each selector of a query. */
    async function hasInput(text: string): Promise<boolean> {
      const bare = text.replace(/\[[^\]]*\]|\boffset \w+/g, '');
      const named = metricNamesIn(bare).filter(({ name }) => !isNative(name));
      const selectors = named.flatMap(({ name }) => [
        ...bare.matchAll(
          new RegExp(`(?<![\\w:])${name}(?![\\w:])(\\{[^}]*\\})?`, 'g'),
        ),
      ]);
      expect(selectors.length, text).toBeGreaterThan(0);
      for (const [selector] of selectors) {
        if ((await query(selector)).length === 0) return false;
      }
      return true;
    }

    test.each(DASHBOARDS)(
      'each query of the dashboard %s is valid, and gives data where the load made some',
      async (_key, dashboard) => {
        const empty: string[] = [];
        let full = 0;
        for (const panel of panelsOf(dashboard)) {
          for (const { expr } of targetsOf(panel)) {
            const text = filled(expr);
            expect(text).not.toContain('$');
            const rows = await query(text);
            if (rows.length > 0) full++;
            else if (await hasInput(text))
              empty.push(`${panel.title}: ${text}`);
          }
        }
        expect(empty).toEqual([]);
        expect(full).toBeGreaterThan(10);
      },
    );

    test.each(DASHBOARDS)(
      'the variables of the dashboard %s have values',
      async (_key, { templating }) => {
        const variables = templating!.list!.filter(
          ({ type }) => type === 'query',
        );
        for (const variable of variables) {
          // The model of the sample app has one name.
          if (variable.name === 'response_model') continue;
          expect(await valuesOf(variable), variable.name).not.toEqual([]);
        }
      },
    );

    test.each(DASHBOARDS)(
      'all jobs of the dashboard %s are those with metrics of the package',
      async (_key, { templating }) => {
        const job = templating!.list!.find(({ name }) => name === 'job')!;
        expect(job).not.toHaveProperty('allValue');
        expect(await valuesOf(job)).toEqual(['sample']);
        expect(await query('up{job="other"}')).toHaveLength(1);
      },
    );

    /** What the reader of a dashboard can choose. */
    async function valuesOf({
      query: text,
    }: VariableModel): Promise<unknown[]> {
      const given = filled(text as string);
      const [, result] = /^query_result\((.*)\)$/.exec(given) ?? [];
      if (result !== undefined) return query(result);
      const [, selector = '', label] = /^label_values\((.*), (\w+)\)$/.exec(
        given,
      )!;
      return prometheus.api(`label/${label}/values`, { 'match[]': selector });
    }

    test('each rule is evaluated without an error', async () => {
      const { groups } = await prometheus.api('rules');
      const rules = groups.flatMap(
        (group: { rules: unknown[] }) => group.rules,
      );
      expect(rules).toHaveLength(RULES.length);
      for (const { name, health, lastError = '' } of rules) {
        expect({ name, health, lastError }).toEqual({
          name,
          health: 'ok',
          lastError: '',
        });
      }
    });

    test('each recording rule gives data where the load made some', async () => {
      const empty: string[] = [];
      for (const { record, expr } of RULES) {
        if (record === undefined || (await query(record)).length > 0) continue;
        if (await hasInput(expr)) empty.push(record);
      }
      expect(empty).toEqual([]);
    });

    test('each alert can be asked, and the failures of the load fire one', async () => {
      for (const { alert, expr } of RULES) {
        if (alert !== undefined) await query(expr);
      }
      const firing = await query('ALERTS{alertname="AgentCallFailed"}');
      expect(firing).not.toEqual([]);
    });

    test('metrics of the package on the page have type, help and labels of their descriptors', () => {
      const names = [...page.matchAll(/^# TYPE (\S+)/gm)].map(
        ([, name]) => name!,
      );
      const own = names.filter((name) => /^(tframex|gen_ai)_/.test(name));
      expect(own.length).toBeGreaterThan(25);
      const isForeign = /^(process|nodejs)_|^tframex_active_sessions\b/;
      expect(
        pageFaults(page, [OPTIONS]).filter((fault) => !isForeign.test(fault)),
      ).toEqual([]);
    });

    test('process metrics that dashboards show are on the page, with their help texts', () => {
      const lines = page.split('\n');
      const shown = [...METRICS.values()]
        .filter(({ name }) => /^(process|nodejs)_(?!\w+_fds$)/.test(name))
        .map(
          ({ name, descriptor }) => `# HELP ${name} ${descriptor.description}`,
        );
      expect(shown.filter((line) => !lines.includes(line))).toEqual([]);
    });
  },
);

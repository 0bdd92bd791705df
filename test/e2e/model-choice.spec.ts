import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { dashboardsOf } from '../../src/cli/monitoring/dashboards/dashboards.js';
import { readOptions } from '../../src/cli/monitoring/monitoring.options.js';
import { AgentMetrics, type PrometheusCollector } from '../../src/index.js';
import { metricNamesIn } from '../monitoring/promql-names.js';
import { panelsOf, targetsOf } from '../monitoring/shipped.js';
import { makeCollector } from '../support/collector.js';
import { isInstalled } from '../support/processes.js';
import { tempFolder } from '../support/temp.js';

const exec = promisify(execFile);

const CONVENTIONS = ['current', 'v1.41'] as const;
type Conventions = (typeof CONVENTIONS)[number];

/** Models, and the dated names by which they answer. */
const MODELS = { 'acme-1': 'acme-1-0924', 'acme-2': 'acme-2-0401' };

function record(collector: PrometheusCollector, conventions: Conventions) {
  const models = [{ model: 'acme-*', input: 1, output: 2 }];
  const agents = new AgentMetrics(collector, {
    conventions,
    prices: { currency: 'EUR', models },
  });
  const request = { provider: 'acme', model: 'acme-1', agent: 'Writer' };
  agents.recordInference({
    ...request,
    responseModel: MODELS['acme-1'],
    seconds: 1,
    usage: { inputTokens: 40, cachedInputTokens: 30, outputTokens: 20 },
  });
  agents.recordRetry({ ...request, error: new RangeError('too many') });
  return agents.startInference(request);
}

/** Queries of the dashboard for the conventions that a choice of models filters, as Grafana sends them when a reader chooses one. */
function queriesFor(model: keyof typeof MODELS, conventions: Conventions) {
  const options = { ...readOptions([], {}), conventions };
  const agents = dashboardsOf(options).get('agents')!;
  return panelsOf(agents)
    .flatMap(targetsOf)
    .map(({ expr }) => expr)
    .filter((expr) => expr.includes('$model'))
    .map((expr) =>
      expr
        .replaceAll('$__rate_interval', '5m')
        .replaceAll('$__range', '10m')
        .replaceAll('$model', model)
        .replaceAll('$response_model', MODELS[model])
        .replaceAll(/\$(job|instance|agent)/g, '.*'),
    );
}

/** The series of a page as input of promtool: they rise by one each minute. */
function seriesOf(page: string) {
  return page
    .split('\n')
    .flatMap((line) => /^(\S+\{.*\}) \S+$/.exec(line)?.[1] ?? [])
    .map((series) => ({ series, values: '0+1x10' }));
}

/** Lets promtool check which queries give data. */
async function check(
  page: string,
  cases: readonly (readonly [query: string, hasData: boolean])[],
) {
  const file = join(tempFolder(), 'choice.test.yml');
  const tests = {
    interval: '1m',
    input_series: seriesOf(page),
    promql_expr_test: cases.map(([query, hasData]) => ({
      expr: `group(${query})`,
      eval_time: '10m',
      exp_samples: hasData ? [{ value: 1, labels: '{}' }] : [],
    })),
  };
  writeFileSync(file, JSON.stringify({ rule_files: [], tests: [tests] }));
  return exec('promtool', ['test', 'rules', file]).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

describe.skipIf(!(await isInstalled('promtool')))('a choice of a model', () => {
  test.each(CONVENTIONS)(
    'a choice of a model shows what it has done by its dated name too, and nothing of other models, with the conventions %s',
    async (conventions) => {
      const { collector } = makeCollector({ namespace: 'tframex' });
      const running = record(collector, conventions);
      const page = await collector.metrics();
      running.end();
      const isOnPage = (query: string) =>
        metricNamesIn(query).some(({ name }) => page.includes(`\n${name}{`));
      const chosen = queriesFor('acme-1', conventions).filter(isOnPage);
      const others = queriesFor('acme-2', conventions);
      expect(chosen.length).toBeGreaterThan(15);
      const cases = [
        ...chosen
          .filter((query) => !query.includes('error_type!=""'))
          .map((query) => [query, true] as const),
        ...others.map((query) => [query, false] as const),
      ];
      expect(await check(page, cases)).toContain('SUCCESS');
    },
  );
});

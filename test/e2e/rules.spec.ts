import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, read } from '../docs/markdown.js';
import { isInstalled } from '../support/processes.js';
import { tempFolder } from '../support/temp.js';

const exec = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULES = join(ROOT, 'rules/tframex.rules.yml');
const TESTS = join(ROOT, 'test/rules/tframex.test.yml');
const rules = readFileSync(RULES, 'utf8');

/** Lets promtool run the unit tests on rules; gives what it says. */
async function testRules(text: string, tests = readFileSync(TESTS, 'utf8')) {
  const folder = tempFolder();
  writeFileSync(join(folder, 'rules.yml'), text);
  const file = join(folder, 'test.yml');
  writeFileSync(file, tests.replace(/^ {2}- .*rules\.yml$/m, '  - rules.yml'));
  return exec('promtool', ['test', 'rules', file]).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

/** The commands for other namespaces, as the file itself has them. */
const commands = [...rules.matchAll(/^# {3}(sed .*)$/gm)].map(
  ([, command]) => command!,
);

describe.skipIf(!(await isInstalled('promtool')))('the shipped rules', () => {
  test('promtool finds no fault in the shipped rules', async () => {
    const { stdout } = await exec('promtool', [
      'check',
      'rules',
      '--lint=all',
      '--lint-fatal',
      RULES,
    ]);
    expect(stdout).toContain('SUCCESS');
  });

  test('the rules pass their unit tests, with an instance that restarts', async () => {
    expect(await testRules(rules)).toContain('SUCCESS');
  });

  test.each([
    [
      'rates of sums',
      'expr: sum by (job, agent, status) (rate(tframex_agent_executions_total[5m]))',
      'expr: rate(job_agent_status:tframex_agent_executions_total:sum[5m])',
    ],
    [
      'averages of quantiles',
      'expr: histogram_quantile(0.95, sum by (job, agent, le) (rate(tframex_agent_duration_seconds_bucket[5m])))',
      'expr: avg by (job, agent) (histogram_quantile(0.95, rate(tframex_agent_duration_seconds_bucket[5m])))',
    ],
  ])(
    'the unit tests of the shipped rules fail with %s',
    async (_what, right, wrong) => {
      expect(rules.split(right)).toHaveLength(2);
      expect(await testRules(rules.replace(right, wrong))).toContain('FAILED');
    },
  );

  test.each([
    [commands[0], 'shop_agent_executions', 'shop_metrics_errors_total'],
    [commands[1], 'shop_api_agent_executions', 'shop_metrics_errors_total'],
  ])(
    'the shipped rules work for another namespace by `%s`',
    async (command, agents, own) => {
      const [, program] = /^sed '([^']+)' tframex\.rules\.yml$/.exec(command!)!;
      const sed = async (file: string) =>
        (await exec('sed', [program!, file])).stdout;
      const [others, tests] = [await sed(RULES), await sed(TESTS)];
      expect(others).toContain(`rate(${agents}_total[5m])`);
      expect(others).toContain(`rate(${own}[5m])`);
      expect(others.replace(/^#.*$/gm, '')).not.toContain('tframex_');
      expect(await testRules(others, tests)).toContain('SUCCESS');
    },
  );

  test('the shipped rules are about metrics that the documentation lists', () => {
    const documentation = DOCUMENTS.map(read).join();
    const expressions = rules.replace(
      /^ *(#|- record|- alert|summary).*$/gm,
      '',
    );
    const names = [
      ...expressions.matchAll(/(?<![:\w])(tframex|gen_ai)_(\w+)[[{]/g),
    ].map(([, prefix, name]) =>
      name!
        .replace(/_(bucket|sum|count)$/, '')
        .replace(/^/, prefix === 'gen_ai' ? 'gen_ai_' : ''),
    );
    expect(names.length).toBeGreaterThan(20);
    const unknown = names.filter(
      (name) =>
        !documentation.includes(`\`${name}\``) &&
        !name.startsWith('gen_ai_client_'),
    );
    expect([...new Set(unknown)]).toEqual([]);
  });

  test('the shipped rules are those that docs/scaling.md names', () => {
    const recorded = [...rules.matchAll(/- record: (\S+)/g)].map(
      ([, name]) => name,
    );
    const named = [
      ...read('docs/scaling.md').matchAll(/\bjob\w*:\w+:\w+/g),
    ].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !recorded.includes(name))).toEqual([]);
  });
});

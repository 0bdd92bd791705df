import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { read } from '../docs/markdown.js';
import { isInstalled } from '../support/processes.js';
import { tempFolder } from '../support/temp.js';

const exec = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RULES = join(ROOT, 'rules');
const TESTS = join(ROOT, 'test/rules');
const TEST_FILES = readdirSync(TESTS);
const SHIPPED = ['tframex.rules.yml', 'tframex.alerts.yml'];

const textOf = (folder: string, file: string) =>
  readFileSync(join(folder, file), 'utf8');
const rules = textOf(RULES, SHIPPED[0]!);
const alerts = textOf(RULES, SHIPPED[1]!);

/** Lets promtool run the unit tests on rules; gives what it says. */
async function testRules(
  file: string,
  texts: readonly string[],
  tests: string,
) {
  const folder = tempFolder();
  const [recording, alerting] = texts;
  writeFileSync(join(folder, 'rules.yml'), recording!);
  writeFileSync(join(folder, 'alerts.yml'), onlySummaries(alerting!));
  const path = join(folder, file);
  writeFileSync(path, tests.replace(/^( {2}- ).*\.(\w+\.yml)$/gm, '$1$2'));
  return exec('promtool', ['test', 'rules', path]).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

/** promtool compares all annotations; the long texts would stand in each test. */
function onlySummaries(text: string): string {
  return text.replace(/^ *(description|runbook_url): .*\n/gm, '');
}

/** The rules that the command makes for other names. */
function rulesFor(...args: string[]): string[] {
  const out = tempFolder();
  const cli = join(ROOT, 'dist/cli.js');
  const command = [cli, 'rules', '--out', out, ...args];
  execFileSync(process.execPath, command);
  return [/rules\.yml$/, /alerts\.yml$/].map((end) =>
    textOf(
      out,
      readdirSync(out).find((name) => end.test(name))!,
    ),
  );
}

describe.skipIf(!(await isInstalled('promtool')))('the shipped rules', () => {
  test.each(SHIPPED)('promtool finds no fault in %s', async (file) => {
    const { stdout } = await exec('promtool', [
      'check',
      'rules',
      '--lint=all',
      '--lint-fatal',
      join(RULES, file),
    ]);
    expect(stdout).toContain('SUCCESS');
  });

  test.each(TEST_FILES)('the rules pass the unit tests in %s', async (file) => {
    const tests = textOf(TESTS, file);
    expect(await testRules(file, [rules, alerts], tests)).toContain('SUCCESS');
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
      const changed = [rules.replace(right, wrong), alerts];
      const file = 'tframex.test.yml';
      const tests = textOf(TESTS, file);
      expect(await testRules(file, changed, tests)).toContain('FAILED');
    },
  );

  test.each([
    ['shop', '', 'shop_', 'shop_'],
    ['shop', 'api', 'shop_api_', 'shop_'],
  ])(
    'the rules for the namespace "%s" and the subsystem "%s" pass the unit tests with these names',
    async (namespace, subsystem, ofApp, ofSelf) => {
      const made = rulesFor('--namespace', namespace, '--subsystem', subsystem);
      expect(made.join()).not.toContain('tframex');
      for (const file of ['tframex.test.yml', 'alerts.test.yml']) {
        const tests = textOf(TESTS, file)
          .replaceAll('tframex_metrics_', `${ofSelf}metrics_`)
          .replaceAll('tframex_', ofApp);
        expect(await testRules(file, made, tests)).toContain('SUCCESS');
      }
    },
  );

  test('each alert has a test in which it fires, and one in which it does not', () => {
    const tests = TEST_FILES.map((file) => textOf(TESTS, file)).join('\n');
    const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(
      ([, name]) => name!,
    );
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) {
      const cases = tests
        .split('- alertname: ')
        .filter((one) => one.startsWith(`${name}\n`));
      const firing = cases.filter((one) => one.includes('exp_alerts'));
      expect(firing.length, name).toBeGreaterThan(0);
      expect(cases.length, name).toBeGreaterThan(firing.length);
    }
  });

  test('the shipped rules are those that docs/explanations/scaling.md names', () => {
    const recorded = [...rules.matchAll(/- record: (\S+)/g)].map(
      ([, name]) => name,
    );
    const named = [
      ...read('docs/explanations/scaling.md').matchAll(/\bjob\w*:\w+:\w+/g),
    ].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !recorded.includes(name))).toEqual([]);
  });
});

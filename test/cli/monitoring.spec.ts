import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../../src/cli/monitoring/write-files.js';
import { tempFolder } from '../support/temp.js';
import { BUILT, run } from './run-command.js';

const ACME = ['--namespace', 'acme', '--subsystem', 'api'];

const textOf = (folder: string, file: string) =>
  readFileSync(join(folder, file), 'utf8');

/** A path below a file: no folder can be made there, not even by root. */
function belowFile(): string {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  return join(file, 'monitoring');
}

describe('dashboards and rules', () => {
  test('dashboards writes four dashboards with the names of the app', async () => {
    const folder = join(tempFolder(), 'new/monitoring');
    const { code, out, error } = await run(
      'dashboards',
      ...ACME,
      '--out',
      folder,
    );
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const files = ['agents', 'fleet', 'http', 'process'].map(
      (key) => `acme_api.${key}.json`,
    );
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(out.split('\n').sort()).toEqual(
      files.map((file) => `Wrote ${join(folder, file)}`),
    );
    const texts = files.map((file) => textOf(folder, file)).join();
    expect(texts).not.toContain('tframex');
    expect(texts).toContain('rate(acme_api_agent_executions_total{');
    expect(texts).toContain('rate(acme_metrics_errors_total{');
    expect(texts).toContain('rate(gen_ai_client_inference_duration_seconds_');
  });

  test('rules writes recording rules and alerts with the names and limits of the app', async () => {
    const folder = tempFolder();
    const { code } = await run(
      'rules',
      ...ACME,
      `--out=${folder}`,
      '--objective=0.999',
      '--daily-cost=12.5',
      '--latency=7',
      '--runbooks=https://wiki.example/alerts',
    );
    expect(code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual([
      'acme_api.alerts.yml',
      'acme_api.rules.yml',
    ]);
    const alerts = textOf(folder, 'acme_api.alerts.yml');
    expect(alerts).toContain('_errors:ratio_rate1h > 0.0144 and');
    expect(alerts).toContain(
      'sum by (job, currency) (increase(acme_api_agent_cost_total[1d])) > 12.5\n',
    );
    expect(alerts).toContain(
      'job_agent:acme_api_agent_duration_seconds:p95_5m > 7\n',
    );
    expect(alerts).toContain(
      "runbook_url: 'https://wiki.example/alerts#agentslow'",
    );
  });

  test('rules --kubernetes writes one PrometheusRule', async () => {
    const folder = tempFolder();
    await run('rules', ...ACME, '--kubernetes', '--out', folder);
    const [file, ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(file).toBe('acme_api.prometheusrule.yaml');
    const text = textOf(folder, file!);
    expect(text).toContain(
      'kind: PrometheusRule\nmetadata:\n  name: acme-api-rules\n',
    );
    expect(text).toContain('      - alert: TargetDown\n');
    expect(text).toContain('  npx nestjs-agent-metrics rules --kubernetes ');
  });

  test.each([
    ['_acme', 'acme-rules'],
    [':Acme__shop', 'acme-shop-rules'],
    ['_', 'rules'],
  ])(
    'rules --kubernetes gives the namespace %s the resource name %s, which Kubernetes accepts',
    async (namespace, name) => {
      const folder = tempFolder();
      const args = ['--namespace', namespace, '--kubernetes', '--out', folder];
      expect((await run('rules', ...args)).code).toBe(0);
      const [file] = readdirSync(folder);
      expect(textOf(folder, file!)).toContain(`metadata:\n  name: ${name}\n`);
    },
  );

  test('an app without a namespace has dashboards with bare names', async () => {
    const folder = tempFolder();
    await run('dashboards', '--namespace', '', '--out', folder);
    const text = textOf(folder, 'app.agents.json');
    expect(text).toContain('rate(agent_executions_total{');
  });

  test('the conventions of v1.41 have other names and labels', async () => {
    const folder = tempFolder();
    const args = ['--conventions', 'v1.41', '--out', folder];
    await run('dashboards', ...args);
    await run('rules', ...args);
    const texts = readdirSync(folder).map((file) => textOf(folder, file));
    const all = texts.join();
    expect(all).not.toContain('gen_ai_client_inference_');
    expect(all).toContain('gen_ai_client_operation_duration_seconds_count');
    expect(all).toContain('tframex_agent_input_tokens_total{');
    expect(all).toContain('job_agent_model:tframex_agent_input_tokens:rate5m');
  });

  test.each([
    ['classic', '_bucket{', 'histogram_count('],
    ['native', 'histogram_count(', '_bucket{'],
  ])('--histograms %s makes queries of one kind', async (kind, one, other) => {
    const folder = tempFolder();
    await run('dashboards', '--histograms', kind, '--out', folder);
    const text = textOf(folder, 'tframex.agents.json');
    expect(text).toContain(one);
    expect(text).not.toContain(other);
  });
});

describe('files that exist', () => {
  test('nothing is written if one of the files exists', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'tframex.rules.yml'), 'mine');
    const { code, error } = await run('rules', '--out', folder);
    expect(code).toBe(1);
    expect(error).toMatch(
      /"\S+tframex\.rules\.yml" exists already; nothing was written\. Add --force/,
    );
    expect(readdirSync(folder)).toEqual(['tframex.rules.yml']);
    expect(textOf(folder, 'tframex.rules.yml')).toBe('mine');
  });

  test('--force replaces files that exist, and leaves others alone', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'tframex.rules.yml'), 'mine');
    writeFileSync(join(folder, 'other.yml'), 'mine');
    const { code } = await run('rules', '--out', folder, '--force');
    expect(code).toBe(0);
    expect(textOf(folder, 'tframex.rules.yml')).toContain('groups:');
    expect(readdirSync(folder).sort()).toEqual([
      'other.yml',
      'tframex.alerts.yml',
      'tframex.rules.yml',
    ]);
    expect(textOf(folder, 'other.yml')).toBe('mine');
  });

  test('a folder with the name of a file is not replaced, and nothing else is left behind', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'tframex.alerts.yml'));
    const { code, error } = await run('rules', '--out', folder, '--force');
    expect(code).toBe(1);
    expect(error).toContain('tframex.alerts.yml" is a folder; nothing was');
    expect(readdirSync(folder)).toEqual(['tframex.alerts.yml']);
  });
});

describe('files that become folders while they are written', () => {
  /** Files whose last one has the name of a folder that another program makes once the names are checked. */
  class ContestedFiles extends Map<string, string> {
    constructor(
      private readonly folder: string,
      private readonly last: string,
    ) {
      super([
        ['first', 'new'],
        ['second', 'new'],
        [last, 'new'],
      ]);
    }

    override [Symbol.iterator]() {
      mkdirSync(join(this.folder, this.last), { recursive: true });
      return super[Symbol.iterator]();
    }
  }

  test('the message names the files that were written before another could not be', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'first'), 'mine');
    const files = new ContestedFiles(folder, 'third');
    const [first, second] = ['first', 'second'].map((name) =>
      join(folder, name),
    );
    expect(() => writeFiles(folder, files, true)).toThrow(
      `; only "${first}", "${second}" were written. Remove`,
    );
    expect(readdirSync(folder).sort()).toEqual(['first', 'second', 'third']);
    expect(textOf(folder, 'first')).toBe('new');
  });

  test('nothing was written if the first file cannot be', () => {
    const folder = tempFolder();
    const files = new ContestedFiles(folder, 'first');
    expect(() => writeFiles(folder, files, true)).toThrow(
      '; nothing was written. Give a folder',
    );
    expect(readdirSync(folder)).toEqual(['first']);
  });

  test('a folder that the command has made goes, with the files in it', () => {
    const folder = join(tempFolder(), 'new');
    const files = new ContestedFiles(folder, 'third');
    expect(() => writeFiles(folder, files, true)).toThrow(
      '; nothing was written. Give a folder',
    );
    expect(existsSync(folder)).toBe(false);
  });
});

describe('targets and options that are wrong', () => {
  test('a target that is a file is refused', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, 'mine');
    const { code, error } = await run('dashboards', '--out', file);
    expect(code).toBe(1);
    expect(error).toBe(`--out is "${file}", which is a file; give a folder`);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a target that cannot be written to is named, with the reason', async () => {
    const folder = belowFile();
    const { code, error } = await run('dashboards', '--out', folder);
    expect(code).toBe(1);
    expect(error).toMatch(
      /^--out is "\S+", which cannot be written to \(.*ENOTDIR.*\); nothing was written\. Give a folder/,
    );
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    ['dashboards', ['--namespace', '1st'], '--namespace is "1st"; expected'],
    ['rules', ['--namespace', 'a b'], '--namespace is "a b"; expected'],
    ['rules', ['--subsystem', '{x}'], '--subsystem is "{x}"; expected'],
    [
      'rules',
      ['--subsystem', 'x'.repeat(101)],
      'expected up to 100 letters, digits',
    ],
    ['rules', ['--conventions', 'v1'], 'expected one of current, v1.41, both'],
    [
      'dashboards',
      ['--histograms', 'some'],
      'expected one of classic, native, both',
    ],
    ['rules', ['--objective', '99'], 'expected a number from 0.95 to 0.99999'],
    ['rules', ['--daily-cost', '-'], '--daily-cost'],
    ['rules', ['--latency', '0'], 'expected a number above 0'],
    ['rules', ['--out', ''], '--out is ""; expected a text'],
    ['rules', ['--histograms', 'classic'], "Unknown option '--histograms'"],
    ['dashboards', ['./monitoring'], 'Unexpected argument'],
  ])('%s %j is refused', async (command, args, message) => {
    const { code, error, out } = await run(command, ...args);
    expect(error).toContain(message);
    expect(error).toContain('\nSee: nestjs-agent-metrics --help');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test.each(['dashboards', 'rules'])(
    'the help of %s lists each option',
    async (command) => {
      const { code, out } = await run(command, '--help');
      expect(code).toBe(0);
      for (const option of ['namespace', 'subsystem', 'out', 'conventions']) {
        expect(out).toContain(`--${option} `);
      }
    },
  );
});

describe('the built command', () => {
  const start = (...args: string[]) =>
    spawnSync(process.execPath, [BUILT, ...args], { encoding: 'utf8' });

  test.each(['dashboards', 'rules'])(
    'the built command makes the same %s as its source',
    async (command) => {
      const [built, ours] = [tempFolder(), tempFolder()];
      const { status, stderr } = start(command, ...ACME, '--out', built);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      await run(command, ...ACME, '--out', ours);
      expect(readdirSync(built)).toEqual(readdirSync(ours));
      for (const file of readdirSync(ours)) {
        expect(textOf(built, file)).toBe(textOf(ours, file));
      }
    },
  );

  test('the built command tells by its exit code what went wrong', () => {
    expect(start('dashboards', '--out', belowFile()).status).toBe(1);
    expect(start('rules', '--nonsense').status).toBe(2);
  });
});

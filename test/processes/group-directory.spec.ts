import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseDirectory } from '../../src/processes/group-directory.js';
import { tempFolder } from '../support/temp.js';

const VARIABLES = [
  'NESTJS_AGENT_METRICS_DIRECTORY',
  'NESTJS_AGENT_METRICS_GROUP',
  'PM2_HOME',
  'pm_id',
  'namespace',
  'name',
];

/** The entry file of another process. */
function startedBy(file: string): void {
  process.argv[1] = file;
}

/** A package with an entry file. */
function packageWith(entry: string): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'package.json'), '{}');
  mkdirSync(join(folder, 'src'));
  return join(folder, 'src', entry);
}

const choose = (options = {}) =>
  chooseDirectory({ saveInterval: 1_000, ...options });

/** The directory that a process chooses which inherits nothing. */
function chooseAlone(options = {}): string {
  vi.stubEnv('NESTJS_AGENT_METRICS_GROUP', undefined);
  return choose(options);
}

describe('the directory of a group', () => {
  const [, entry] = process.argv;

  beforeEach(() => {
    for (const name of VARIABLES) vi.stubEnv(name, undefined);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    process.argv[1] = entry!;
  });

  test('the option directory comes before the environment variable', () => {
    vi.stubEnv('NESTJS_AGENT_METRICS_DIRECTORY', '/var/run/metrics');
    expect(choose({ directory: '/srv/metrics' })).toBe('/srv/metrics');
    expect(choose()).toBe('/var/run/metrics');
  });

  test('a relative directory is one of the working directory', () => {
    expect(choose({ directory: 'metrics' })).toBe(
      join(process.cwd(), 'metrics'),
    );
  });

  test('two starts of one entry file have the same directory, other entry files have others', () => {
    startedBy('/app/main.js');
    const first = chooseAlone();
    expect(chooseAlone()).toBe(first);
    startedBy('/app/other.js');
    expect(chooseAlone()).not.toBe(first);
  });

  test('the option name separates apps with one entry file', () => {
    startedBy('/app/main.js');
    const names = [{}, { name: 'a' }, { name: 'b' }].map(chooseAlone);
    expect(new Set(names).size).toBe(3);
  });

  test('a forked process of the same package has the directory of its parent', () => {
    const main = packageWith('main.js');
    startedBy(main);
    const parent = choose();
    startedBy(main.replace('main.js', 'worker.js'));
    expect(choose()).toBe(parent);
  });

  test('a process of another package does not take the directory that it inherits', () => {
    startedBy(packageWith('main.js'));
    const parent = choose();
    startedBy(packageWith('main.js'));
    expect(choose()).not.toBe(parent);
  });

  test('the instances of a PM2 app have one directory, and other PM2 apps have others', () => {
    const pm2 = (id: string, name: string, home = '/root/.pm2') => {
      vi.stubEnv('PM2_HOME', home);
      vi.stubEnv('pm_id', id);
      vi.stubEnv('namespace', 'default');
      vi.stubEnv('name', name);
      startedBy('/usr/lib/node_modules/pm2/lib/ProcessContainer.js');
      return chooseAlone();
    };
    const first = pm2('0', 'api');
    expect(pm2('1', 'api')).toBe(first);
    expect(pm2('2', 'worker')).not.toBe(first);
    expect(pm2('0', 'api', '/home/other/.pm2')).not.toBe(first);
  });
});

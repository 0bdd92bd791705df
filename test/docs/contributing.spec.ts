import { exec } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import vitest from '../../vitest.config.js';
import { plainEnvironment } from '../support/environment.js';
import { blocksOf, read, ROOT } from './markdown.js';

const DOCUMENT = 'CONTRIBUTING.md';

const COMMANDS = blocksOf(DOCUMENT)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trim().split(/\n| && /));

const SCRIPTS: Record<string, string> = JSON.parse(
  read('package.json'),
).scripts;

const PROJECTS = vitest.test!.projects!.map(
  (project) => (project as { test: { name: string } }).test.name,
);

/** Commands of npm that are no scripts. */
const NPM_COMMANDS = ['ci'];

/** The script of package.json that a command runs, if it runs one. */
function scriptOf(command: string): string | undefined {
  const [, name] = /^npm (?:run )?([\w:]+)/.exec(command) ?? [];
  return name === undefined || NPM_COMMANDS.includes(name) ? undefined : name;
}

/** The file that reads the options of a command: those of a script stand after `--`. */
function programOf(command: string): string | undefined {
  const script = scriptOf(command);
  const line = script === undefined ? command : SCRIPTS[script]!;
  return /\bnode (\S+\.mjs)/.exec(line)?.[1];
}

const isPath = (word: string) => /^\w.*\/.*\.\w+$/.test(word);

describe('the commands in CONTRIBUTING.md', () => {
  it('the commands in CONTRIBUTING.md are read from the page', () => {
    expect(COMMANDS.length).toBeGreaterThan(10);
  });

  it.each(COMMANDS)(
    'the command %s in CONTRIBUTING.md runs a script or a program that exists',
    (command) => {
      const script = scriptOf(command);
      if (script !== undefined) expect(SCRIPTS).toHaveProperty([script]);
      const [, program] = /^npx (\S+)/.exec(command) ?? [];
      if (program !== undefined) {
        expect(existsSync(`${ROOT}node_modules/.bin/${program}`)).toBe(true);
      }
      for (const path of command.split(' ').filter(isPath)) {
        expect(existsSync(ROOT + path), path).toBe(true);
      }
    },
  );

  it.each(COMMANDS)(
    'the command %s in CONTRIBUTING.md has options that the program knows',
    (command) => {
      const [, project] = / --project (\S+)/.exec(command) ?? [];
      if (project !== undefined) expect(PROJECTS).toContain(project);
      const program = programOf(command);
      if (program === undefined) return;
      for (const [, option] of command.matchAll(/ --(\w+)/g)) {
        expect(read(program)).toMatch(new RegExp(`\\b${option}: \\{ type:`));
      }
    },
  );

  it('the commands in CONTRIBUTING.md run one test file, and one test of it', async () => {
    const runs = COMMANDS.filter((command) => command.includes('.spec.ts'));
    expect(runs).toHaveLength(2);
    for (const command of runs) {
      const { stdout } = await promisify(exec)(command, {
        cwd: ROOT,
        env: plainEnvironment(),
        timeout: 110_000,
      });
      expect(stdout).toMatch(/Tests {2}\d+ passed/);
    }
  }, 240_000);
});

describe('the projects that CONTRIBUTING.md explains', () => {
  it('the projects that CONTRIBUTING.md explains are those of the configuration', () => {
    const rows = read(DOCUMENT).matchAll(/^\| `(\w+)` +\|/gm);
    expect([...rows].map(([, name]) => name)).toEqual(PROJECTS);
  });
});

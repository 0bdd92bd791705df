import { exec, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { read, stepsOf } from '../docs/markdown.js';
import { waitFor } from '../support/http.js';
import { tempFolder } from '../support/temp.js';

const built = (file: string) =>
  fileURLToPath(new URL(`../../sample-app/dist/${file}`, import.meta.url));

const env = {
  ...process.env,
  PORT: '0',
  OPENAI_BASE_URL: '',
  OPENAI_API_KEY: '',
  OPENAI_MODEL: '',
};

/** Starts the built app away from the project. Returns what it says until all its processes listen. */
async function start(
  file = 'main.js',
  {
    processes = 1,
    ...more
  }: { processes?: number; NESTJS_AGENT_METRICS_DIRECTORY?: string } = {},
): Promise<string> {
  const app = spawn(process.execPath, [built(file)], {
    cwd: tmpdir(),
    env: { ...env, ...more },
  });
  onTestFinished(async () => {
    const ended = once(app, 'exit');
    if (app.kill()) await ended;
  });
  let said = '';
  for await (const text of app.stdout) {
    said += text;
    if (said.split('prometheus --config.file').length > processes) break;
  }
  return said;
}

/** Where the app listens, by what it says. */
const originOf = (said: string) =>
  /^Health +(.*)\/health$/m.exec(said)?.[1] ?? '';

/** The runs of the Assistant that have ended like this. */
function countOf(page: string, status: string): number {
  return page
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('tframex_agent_executions_total{') &&
        line.includes('agent="Assistant"') &&
        line.includes(`status="${status}"`),
    )
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function load(...args: string[]) {
  return spawnSync(process.execPath, [built('load.js'), ...args], {
    encoding: 'utf8',
    env,
  });
}

describe('the built sample app', () => {
  test('the built sample app says where to look, and answers the questions that load plays', async () => {
    const said = await start();

    const url = originOf(said);
    expect(said).toContain(`curl -s ${url}/agents/assistant/runs -H`);
    expect(said).toContain(`${url}/metrics\n`);
    expect(said).toContain('extractive, needs no network');
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(said).toContain(`\nAsk on a page    ${url}/\n`);
    const page = await (await fetch(`${url}/`)).text();
    for (const [, file] of page.matchAll(/"(page\/[^"]+)"/g)) {
      expect((await fetch(`${url}/${file}`)).status, file).toBe(200);
    }
    const { stdout, status } = load(url, '--runs', '10');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'played 10 runs: 8 answered, 2 failed',
    );
    expect(status).toBe(0);
  });

  test('four workers of the built sample app have one page, with the questions that all of them have answered', async () => {
    const directory = tempFolder();
    const said = await start('cluster.js', {
      processes: 4,
      NESTJS_AGENT_METRICS_DIRECTORY: directory,
    });

    const url = originOf(said);
    // Each on a connection of its own, so that another worker answers.
    const get = async (path: string) =>
      (await fetch(url + path, { headers: { connection: 'close' } })).text();
    await waitFor(
      async () => JSON.parse(await get('/health')).members === 4,
      'all workers to be members',
    );
    const { stdout } = load(url, '--runs', '20');
    expect(stdout).toContain('played 20 runs: 16 answered, 4 failed');
    for (let scrape = 0; scrape < 8; scrape++) {
      expect(JSON.parse(await get('/health'))).toMatchObject({ members: 4 });
      const page = await get('/metrics');
      expect(countOf(page, 'success') + countOf(page, 'error')).toBe(20);
    }
  });

  test('the built sample app answers the commands of its README as shown there', async () => {
    const origin = originOf(await start()).replace('http://', '');
    const steps = stepsOf('sample-app/README.md').filter(({ commands }) =>
      commands.startsWith('curl '),
    );
    expect(steps).toHaveLength(2);
    for (const { commands, shown } of steps) {
      const text = commands.replaceAll('localhost:3000', origin);
      const { stdout } = await promisify(exec)(text);
      expect(stdout.trim()).toBe(shown);
    }
  });

  test('the built sample app has the scripts that its README names', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [
      ...read('sample-app/README.md').matchAll(/npm (?:run )?([\w:]+)/g),
    ].map(([, name]) => name);
    const known = [...Object.keys(scripts), 'ci'];
    expect(known).toEqual(expect.arrayContaining(named));
  });

  test('the built sample app is missed by load when it does not run', () => {
    const { stderr, status } = load('http://127.0.0.1:1');

    expect(stderr).toContain('http://127.0.0.1:1 cannot be reached');
    expect(status).toBe(1);
  });
});

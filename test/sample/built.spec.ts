import { spawn, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const built = (file: string) =>
  fileURLToPath(new URL(`../../sample-app/dist/${file}`, import.meta.url));

const env = {
  ...process.env,
  PORT: '0',
  OPENAI_BASE_URL: '',
  OPENAI_API_KEY: '',
  OPENAI_MODEL: '',
};

/** Starts the built app away from the project. Returns what it says until it listens. */
async function start(): Promise<string> {
  const app = spawn(process.execPath, [built('main.js')], {
    cwd: tmpdir(),
    env,
  });
  onTestFinished(() => void app.kill());
  let said = '';
  for await (const text of app.stdout) {
    said += text;
    if (said.includes('prometheus --config.file')) break;
  }
  return said;
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

    const url = /^Health +(.*)\/health$/m.exec(said)?.[1] ?? '';
    expect(said).toContain(`curl -s ${url}/agents/assistant/runs -H`);
    expect(said).toContain(`${url}/metrics\n`);
    expect(said).toContain('extractive, needs no network');
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const { stdout, status } = load(url, '--runs', '10');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'played 10 runs: 8 answered, 2 failed',
    );
    expect(status).toBe(0);
  });

  test('the built sample app is missed by load when it does not run', () => {
    const { stderr, status } = load('http://127.0.0.1:1');

    expect(stderr).toContain('http://127.0.0.1:1 cannot be reached');
    expect(status).toBe(1);
  });
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** In a process of its own, since a test runner takes unhandled rejections for failures. */
const SCRIPT = `
import { AgentMetrics, PrometheusCollector } from 'nestjs-agent-metrics';
import { observeOpenAI } from 'nestjs-agent-metrics/openai';
import OpenAI from 'PACKAGE';

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);
const turn = () => new Promise((resolve) => setImmediate(resolve));

async function count(use) {
  unhandled = 0;
  let answered;
  const answer = new Promise((resolve) => (answered = resolve));
  const fetch = async () => {
    setImmediate(answered);
    return Response.json({}, { status: 400 });
  };
  const client = new OpenAI({ apiKey: 'key', maxRetries: 0, fetch });
  observeOpenAI(client, new AgentMetrics(new PrometheusCollector()));
  void use(client.chat.completions, { model: 'm', messages: [] });
  await answer;
  for (let i = 0; i < 5; i++) await turn();
  return unhandled;
}

console.log(
  await count((chat, request) => chat.create(request)),
  await count((chat, request) => chat.parse(request)),
  await count((chat, request) => chat.create(request).asResponse()),
  await count((chat, request) => chat.create(request).catch(() => {})),
  await count((chat, request) => chat.parse(request).catch(() => {})),
  await count((chat, request) => chat.create(request).asResponse().catch(() => {})),
);
`;

test.each(['openai', 'openai-5'])(
  'failures without a handler are reported once, and handled ones are not (%s)',
  async (name) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', SCRIPT.replace('PACKAGE', name)],
      { cwd: ROOT, timeout: 110_000 },
    );
    expect(stdout).toBe('1 1 1 0 0 0\n');
  },
  120_000,
);

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLES } from '../docs/markdown.js';
import { redisServer, type Server } from '../persistence/servers.js';
import { waitFor } from '../support/http.js';
import { startOtlpBackend } from '../support/otlp-backend.js';
import { programPath } from '../support/programs.js';
import { ReadmeApp } from './readme-app.js';

const REDIS = programPath('redis-server');

/** Its receiver ends with a test, and therefore starts in it. */
const OTLP = 'examples/otlp-collector';

const QUEUE = 'examples/queue-worker';

const apps = new Map<string, ReadmeApp>();
let folder: string;
let redis: Server | undefined;

/** The servers that an example uses. */
function environmentOf(example: string): NodeJS.ProcessEnv {
  switch (example) {
    case QUEUE:
      return { REDIS_URL: redis?.url };
    case 'examples/cluster':
      return { NESTJS_AGENT_METRICS_DIRECTORY: folder };
    default:
      return {};
  }
}

async function start(example: string, env: NodeJS.ProcessEnv): Promise<void> {
  const app = await ReadmeApp.read(example, env);
  apps.set(example, app);
  app.start();
}

const follow = (example: string) => apps.get(`examples/${example}`)!.follow();

/** They are built and start side by side; the tests then follow their READMEs one by one. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'examples-'));
  if (REDIS !== undefined) {
    redis = await redisServer(folder);
    await redis.start();
  }
  const others = EXAMPLES.filter(
    (example) => example !== OTLP && (example !== QUEUE || redis !== undefined),
  );
  await Promise.all(
    others.map((example) => start(example, environmentOf(example))),
  );
});

afterAll(async () => {
  await Promise.all([...apps.values()].map((app) => app.stop()));
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('the examples do what their READMEs show', () => {
  test('the example otlp-collector delivers to a receiver of OTLP', async () => {
    const backend = await startOtlpBackend();
    const { origin } = new URL(backend.url);
    await start(OTLP, { OTEL_EXPORTER_OTLP_ENDPOINT: origin });
    await follow('otlp-collector');
    const point = await waitFor(
      () =>
        backend
          .points('tframex_agent_executions_total')
          .find(({ value }) => value === 1),
      'the call of the agent to arrive',
    );
    expect(point?.labels).toEqual({
      agent: 'Language',
      method: 'run',
      status: 'success',
    });
    expect(backend.requests.at(-1)?.resource).toMatchObject({
      'service.name': 'language',
    });
  });

  test('the example tests passes its tests with vitest and with Jest', () =>
    follow('tests'));

  test('the example minimal counts a call', () => follow('minimal'));

  test('the example agents-with-cost shows tokens, cost and tool calls', () =>
    follow('agents-with-cost'));

  test('the example cluster has one page for four processes', () =>
    follow('cluster'));

  test.skipIf(REDIS === undefined)(
    'the example queue-worker counts jobs on a port of its own',
    () => follow('queue-worker'),
  );
});

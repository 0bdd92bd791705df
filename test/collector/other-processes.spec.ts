import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { on, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeCollector } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';

const WARNING = 'This process is one of several that';

async function warningsOf(options: { processes?: false } = {}) {
  const { collector, warnings } = makeCollector(options);
  await collector.initialize();
  return warnings.filter((text) => text.startsWith(WARNING));
}

describe('the start of a process that is one of several', () => {
  beforeEach(() => {
    for (const name of ['exec_mode', 'NODE_APP_INSTANCE']) {
      vi.stubEnv(name, undefined);
    }
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('a process alone is not warned of others', async () => {
    expect(await warningsOf()).toEqual([]);
  });

  test.each([
    { exec_mode: 'cluster_mode', NODE_APP_INSTANCE: '0' },
    { exec_mode: 'fork_mode', NODE_APP_INSTANCE: '1' },
  ])(
    'an instance of PM2 with %j is warned once that the page shows one process',
    async (env) => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      expect(await warningsOf()).toEqual([
        expect.stringContaining('that PM2 runs'),
      ]);
      expect(await warningsOf({ processes: false })).toEqual([]);
    },
  );

  test('a worker of node:cluster is warned, and a forked process is not', async () => {
    const file = join(tempFolder(), 'app.mjs');
    const index = new URL('../../dist/index.js', import.meta.url).href;
    writeFileSync(
      file,
      `import { PrometheusCollector } from '${index}';
      const warn = (message) => process.send(message);
      const options = { port: 0, host: '127.0.0.1' };
      const collector = new PrometheusCollector(options, { logger: { warn } });
      await collector.initialize();
      process.send('started');`,
    );
    const child = fork(file, { stdio: 'ignore' });
    expect(await once(child, 'message')).toEqual(['started', undefined]);
    child.kill();
    cluster.setupPrimary({ exec: file, silent: true });
    const worker = cluster.fork();
    const exit = once(worker, 'exit');
    const messages: string[] = [];
    // Not killed before it has started: the primary fails if it answers a dead worker.
    for await (const [message] of on(worker, 'message')) {
      if (message === 'started') break;
      messages.push(message);
    }
    expect(messages).toEqual([
      expect.stringContaining('that node:cluster runs'),
    ]);
    worker.process.kill();
    await exit;
  });
});

import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import KeyvPostgres from '@keyv/postgres';
import KeyvRedis from '@keyv/redis';
import KeyvSqlite from '@keyv/sqlite';
import Keyv from 'keyv';
import { describe, expect, onTestFinished, test } from 'vitest';
import { keyvStore } from '../../src/persistence/keyv/index.js';
import { makeCollector, samples } from '../support/collector.js';
import { programPath } from '../support/programs.js';
import { tempFolder } from '../support/temp.js';
import { postgresServer, redisServer } from './servers.js';

/** An interval that no test waits for. */
const NEVER = 86_400_000;

async function startApp(keyv: Keyv, interval = NEVER) {
  const persistence = { store: keyvStore(keyv), key: 'app', interval };
  const app = makeCollector({ persistence });
  await app.collector.initialize();
  return app;
}

function closeLater(keyv: Keyv): Keyv {
  onTestFinished(async () => {
    await keyv.disconnect().catch(() => {});
  });
  return keyv;
}

/**
 * The pool of the adapter has no listener for errors of idle connections: one that its server ends
 * would end the process. `idleTimeoutMillis` makes that rare; it still happens on a busy machine.
 */
function listenToPools(): void {
  const { resolve } = createRequire(import.meta.url);
  const pg = createRequire(resolve('@keyv/postgres'))('pg') as {
    Pool: new (...args: unknown[]) => EventEmitter;
  };
  const { Pool } = pg;
  pg.Pool = class extends Pool {
    constructor(...args: unknown[]) {
      super(...args);
      this.on('error', () => {});
    }
  };
  onTestFinished(() => void (pg.Pool = Pool));
}

const SERVERS = [
  {
    name: 'Redis',
    program: 'redis-server',
    make: redisServer,
    open: (url: string) => new Keyv(new KeyvRedis(url)),
  },
  {
    name: 'PostgreSQL',
    program: 'initdb',
    make: postgresServer,
    open: (url: string) => {
      listenToPools();
      return new Keyv(new KeyvPostgres({ uri: url, idleTimeoutMillis: 1 }));
    },
  },
];

describe.each(SERVERS)('$name behind Keyv', ({ program, make, open }) => {
  test.skipIf(programPath(program) === undefined)(
    'the totals of an app go on after a restart, and after its server was killed and came back',
    async () => {
      const server = await make(tempFolder());
      await server.start();
      onTestFinished(() => server.stop());
      const keyv = () => closeLater(open(server.url));
      const { collector: first, warnings: before } = await startApp(keyv());
      first.counter('jobs_total').inc(3);
      first.counter('cost_total').inc(0.1);
      first.histogram('size', { buckets: [1] }).observe(0.2);
      await first.shutdown();
      expect(before).toEqual([]);

      const { collector: second, warnings } = await startApp(keyv(), 100);
      expect(warnings).toEqual([]);
      second.counter('jobs_total').inc(1);
      second.counter('cost_total').inc(0.2);
      second.histogram('size', { buckets: [1] }).observe(5);
      const page = await samples(second, 'size');
      expect(page).toContain('size_count 2');

      await server.kill();
      second.counter('jobs_total').inc(1);
      expect(await samples(second, 'jobs_total')).toEqual(['jobs_total 5']);
      await server.start();
      await expect
        .poll(
          () =>
            second.save().then(
              () => 'saved',
              (error: unknown) => String(error),
            ),
          { timeout: 40_000, interval: 200 },
        )
        .toBe('saved');
      await second.shutdown();

      const { collector: third } = await startApp(keyv());
      expect(await samples(third, 'jobs_total')).toEqual(['jobs_total 5']);
      expect(await samples(third, 'cost_total')).toEqual([
        `cost_total ${0.1 + 0.2}`,
      ]);
      expect(await samples(third, 'size')).toEqual(page);
    },
    120_000,
  );

  test.skipIf(programPath(program) === undefined)(
    'a server that is down when the app starts is not overwritten by zeros',
    async () => {
      const server = await make(tempFolder());
      await server.start();
      onTestFinished(() => server.stop());
      const keyv = () => closeLater(open(server.url));
      const { collector: first } = await startApp(keyv());
      first.counter('jobs_total').inc(3);
      await first.shutdown();
      await server.kill();

      const { collector: second } = await startApp(keyv(), 200);
      second.counter('jobs_total').inc(2);
      expect(await samples(second, 'jobs_total')).toEqual(['jobs_total 2']);
      await server.start();
      await expect
        .poll(() => samples(second, 'jobs_total'), {
          timeout: 50_000,
          interval: 200,
        })
        .toEqual(['jobs_total 5']);
    },
    120_000,
  );
});

test('the totals of an app go on in SQLite behind Keyv', async () => {
  const uri = `sqlite://${join(tempFolder(), 'metrics.sqlite')}`;
  for (let run = 1; run <= 3; run++) {
    const keyv = closeLater(new Keyv(new KeyvSqlite({ uri })));
    const { collector, warnings } = await startApp(keyv);
    collector.counter('jobs_total').inc();
    collector.counter('cost_total').inc(0.1);
    expect(await samples(collector, 'jobs_total')).toEqual([
      `jobs_total ${run}`,
    ]);
    await collector.shutdown();
    expect(warnings).toEqual([]);
  }
});

test('a Keyv with a default expiry keeps the totals for ever', async () => {
  const map = new Map<string, string>();
  const keyv = new Keyv({ store: map, ttl: 1 });
  const { collector } = await startApp(keyv);
  collector.counter('jobs_total').inc();
  await collector.shutdown();
  const { collector: next } = await startApp(keyv);
  expect(await samples(next, 'jobs_total')).toEqual(['jobs_total 1']);
});

test('a Keyv whose adapter swallows errors does not pass for an empty one', async () => {
  let isDown = false;
  const map = new Map<string, string>();
  const silent = {
    get: async (key: string) => (isDown ? undefined : map.get(key)),
    set: async (key: string, value: string) => void map.set(key, value),
  };
  const store = keyvStore(silent);
  await store.save('app', Buffer.from('totals'));
  expect(Buffer.from((await store.load('app'))!).toString()).toBe('totals');
  expect(await store.load('other')).toBeUndefined();
  isDown = true;
  await expect(store.load('app')).rejects.toThrow('does not give back');
});

test.each([undefined, null, {}, { get: () => {} }, 'redis://'])(
  'keyvStore() refuses %j, which is no Keyv',
  (value) => {
    expect(() => keyvStore(value as never)).toThrow('expected a Keyv');
  },
);

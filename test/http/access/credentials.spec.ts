import crypto from 'node:crypto';
import {
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fs from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AccessOptions, OptionsError } from '../../../src/index.js';
import { makeCollector, samples } from '../../support/collector.js';
import { usedHeap } from '../../support/heap.js';
import { waitFor } from '../../support/http.js';
import { tempFolder } from '../../support/temp.js';

const bearer = (token: string) => `Bearer ${token}`;
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** A collector that is protected so, and what asks it with these credentials. */
async function protectedBy(access: AccessOptions) {
  const { collector, warnings } = makeCollector({ access });
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  const ask = (authorization?: string, path = '/metrics') =>
    fetch(new URL(path, endpoint), {
      headers: authorization === undefined ? {} : { authorization },
    });
  const status = async (...request: Parameters<typeof ask>) => {
    const response = await ask(...request);
    await response.arrayBuffer();
    return response.status;
  };
  return { collector, warnings, endpoint, ask, status };
}

let variables = 0;

/** A variable of the environment for one test. */
function setVariable(value: string): string {
  const name = `METRICS_TEST_SECRET_${variables++}`;
  process.env[name] = value;
  onTestFinished(() => void delete process.env[name]);
  return name;
}

describe('a token', () => {
  test('only the right token gives access', async () => {
    const { status } = await protectedBy({ bearerToken: 's3cret' });
    expect(await status(bearer('s3cret'))).toBe(200);
    expect(await status('bearer   s3cret')).toBe(200);
    for (const wrong of [
      undefined,
      's3cret',
      bearer('s3cre'),
      bearer('s3cret2'),
      bearer('S3CRET'),
      bearer(''),
      bearer('s3cret, Bearer x'),
      `Digest s3cret`,
      basic('', 's3cret'),
      basic('s3cret', ''),
    ]) {
      expect(await status(wrong), String(wrong)).toBe(401);
    }
  });

  test('a token can be one of several, so that the next is valid before the last is not', async () => {
    const { status } = await protectedBy({ bearerToken: ['one', 'two'] });
    expect(await status(bearer('one'))).toBe(200);
    expect(await status(bearer('two'))).toBe(200);
    expect(await status(bearer('one,two'))).toBe(401);
  });

  test('a request without a token gets a challenge that reveals nothing else', async () => {
    const { ask } = await protectedBy({ bearerToken: 's3cret' });
    const refused = await ask(bearer('wrong'));
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="metrics"',
    );
    expect(await refused.text()).toBe('Unauthorized\n');
    expect(refused.headers.get('x-content-type-options')).toBe('nosniff');
    const health = await ask(undefined, '/health');
    expect(await health.text()).toBe('Unauthorized\n');
  });
});

describe('name and password', () => {
  test('only the right name and password give access', async () => {
    const { status, ask } = await protectedBy({
      basicAuth: { username: 'prom', password: 'pä:ss' },
    });
    expect(await status(basic('prom', 'pä:ss'))).toBe(200);
    for (const wrong of [
      undefined,
      basic('prom', 'pä:s'),
      basic('other', 'pä:ss'),
      basic('', ''),
      bearer(basic('prom', 'pä:ss').split(' ')[1]!),
      'Basic !',
    ]) {
      expect(await status(wrong), String(wrong)).toBe(401);
    }
    expect((await ask()).headers.get('www-authenticate')).toBe(
      'Basic realm="metrics", charset="UTF-8"',
    );
  });

  test('either the password or the token gives access', async () => {
    const { status, ask } = await protectedBy({
      bearerToken: 's3cret',
      basicAuth: { username: 'prom', password: 'pass' },
    });
    expect(await status(bearer('s3cret'))).toBe(200);
    expect(await status(basic('prom', 'pass'))).toBe(200);
    expect(await status(bearer('pass'))).toBe(401);
    expect(await status(bearer('prom:pass'))).toBe(401);
    expect(await status(`Basic ${btoa('s3cret')}`)).toBe(401);
    expect((await ask()).headers.get('www-authenticate')).toBe(
      'Bearer realm="metrics", Basic realm="metrics", charset="UTF-8"',
    );
  });
});

describe('credentials', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  test('credentials are compared with all valid ones, in constant time', async () => {
    const { status } = await protectedBy({
      bearerToken: ['one', 'two'],
      basicAuth: { username: 'prom', password: 'pass' },
    });
    const compare = vi.spyOn(crypto, 'timingSafeEqual');
    syncBuiltinESMExports();
    for (const [given, expected, compared] of [
      [bearer('one'), 200, 3],
      [basic('prom', 'pass'), 200, 3],
      [bearer('wrong'), 401, 3],
      [undefined, 401, 0],
    ] as const) {
      compare.mockClear();
      expect(await status(given)).toBe(expected);
      expect(compare).toHaveBeenCalledTimes(compared);
    }
  });

  test('credentials are needed for the page and the health of a collector, and not for its probes', async () => {
    const { status } = await protectedBy({ bearerToken: 's3cret' });
    expect(await status(undefined, '/metrics')).toBe(401);
    expect(await status(undefined, '/health')).toBe(401);
    expect(await status(bearer('s3cret'), '/health')).toBe(200);
    expect(await status(undefined, '/health/live')).toBe(200);
    expect(await status(undefined, '/health/ready')).toBe(200);
  });

  test('credentials are needed in addition to an allowed address', async () => {
    const open = await protectedBy({
      bearerToken: 's3cret',
      allow: ['127.0.0.0/8'],
    });
    expect(await open.status()).toBe(401);
    expect(await open.status(bearer('s3cret'))).toBe(200);
    const closed = await protectedBy({
      bearerToken: 's3cret',
      allow: ['10.0.0.0/8'],
    });
    const refused = await closed.ask(bearer('s3cret'));
    expect(refused.status).toBe(403);
    expect(await refused.text()).toBe('Forbidden\n');
    expect(await closed.status(undefined, '/health/live')).toBe(403);
    expect(await closed.status(undefined, '/health/ready')).toBe(403);
  });

  test('credentials never appear on the page, in the health, in warnings or in inspect()', async () => {
    const { collector, warnings, status } = await protectedBy({
      bearerToken: ['hunter2', { env: setVariable('hunter3') }],
      basicAuth: { username: 'prom', password: 'hunter4' },
    });
    await status(bearer('hunter5'));
    expect(await status(bearer('hunter2'))).toBe(200);
    for (const shown of [
      await collector.metrics(),
      JSON.stringify(await collector.healthCheck()),
      inspect(collector),
      inspect(collector, { depth: 12, showHidden: true }),
      inspect(collector, { depth: 12, showHidden: true, getters: true }),
      inspect(collector, { depth: 12, customInspect: false }),
      ...warnings,
    ]) {
      expect(shown).not.toContain('hunter');
    }
  });

  test('credentials that are wrong are counted by resource and reason, and not logged', async () => {
    const { collector, warnings, status } = await protectedBy({
      bearerToken: 's3cret',
    });
    await status(bearer('wrong'));
    await status(bearer('wrong too'));
    await status(undefined, '/health');
    await status(bearer('s3cret'));
    expect(await samples(collector, 'metrics_refusals_total')).toEqual([
      'metrics_refusals_total{reason="wrong_credentials",resource="metrics"} 2',
      'metrics_refusals_total{reason="no_credentials",resource="health"} 1',
    ]);
    const closed = await protectedBy({ allow: ['10.0.0.1'] });
    await closed.status();
    expect(await samples(closed.collector, 'metrics_refusals_total')).toEqual([
      'metrics_refusals_total{reason="address",resource="metrics"} 1',
    ]);
    expect([...warnings, ...closed.warnings]).toEqual([]);
  });

  test('ten thousand wrong credentials use no memory, log nothing, and do not lock out the right ones', async () => {
    const { collector, warnings, endpoint, status } = await protectedBy({
      bearerToken: 's3cret',
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    onTestFinished(() => agent.destroy());
    const knock = (token: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = { authorization: bearer(token) };
        get(endpoint, { agent, headers }, (res) => {
          res.resume().once('end', () => resolve(res.statusCode!));
        }).once('error', reject);
      });
    const knocks = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, i) =>
          knock(`wrong-${i}-${'x'.repeat(1_000)}`),
        ),
      );
    await knocks(1_000);
    const before = usedHeap();
    for (let i = 0; i < 9; i++) {
      expect(new Set(await knocks(1_000))).toEqual(new Set([401]));
    }
    // A trace of each, were there one, would be nine megabytes.
    expect(usedHeap() - before).toBeLessThan(4_000_000);
    expect(warnings).toEqual([]);
    expect(await samples(collector, 'metrics_refusals_total')).toEqual([
      'metrics_refusals_total{reason="wrong_credentials",resource="metrics"} 10000',
    ]);
    expect(await status(bearer('s3cret'))).toBe(200);
  }, 240_000);
});

describe('a secret in the environment', () => {
  test('a secret in the environment is read for each request', async () => {
    const env = setVariable('first');
    const { status, warnings, collector } = await protectedBy({
      bearerToken: { env },
    });
    expect(await status(bearer('first'))).toBe(200);
    process.env[env] = 'second\n';
    expect(await status(bearer('first'))).toBe(401);
    expect(await status(bearer('second'))).toBe(200);
    delete process.env[env];
    expect(await status(bearer('second'))).toBe(401);
    process.env[env] = '';
    expect(await status(bearer(''))).toBe(401);
    expect(warnings).toEqual([
      expect.stringContaining(
        `access.bearerToken.env is "${env}", which is not set`,
      ),
    ]);
    expect(await samples(collector, 'metrics_refusals_total')).toContain(
      'metrics_refusals_total{reason="secret",resource="metrics"} 1',
    );
    process.env[env] = 'third';
    expect(await status(bearer('third'))).toBe(200);
  });

  test.each([undefined, '', '\n', 'two words'])(
    'a secret in the environment that is %j keeps the collector from starting, and is not shown',
    async (value) => {
      const env = setVariable(value ?? '');
      if (value === undefined) delete process.env[env];
      const { collector } = makeCollector({
        access: {
          basicAuth: { username: 'u', password: 'p' },
          bearerToken: [{ env }],
        },
      });
      const start = collector.initialize();
      await expect(start).rejects.toThrow(OptionsError);
      await expect(start).rejects.toThrow(
        `access.bearerToken[0].env is "${env}", which`,
      );
      await expect(start).rejects.not.toThrow('two words');
      expect((await collector.healthCheck()).healthy).toBe(false);
    },
  );
});

describe('a secret in a file', () => {
  test('a secret in a file changes with the link to its folder, as in Kubernetes', async () => {
    const folder = tempFolder();
    const file = join(folder, 'token');
    const mount = (version: string, token: string) => {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'token'), token);
      symlinkSync(version, join(folder, 'new'));
      renameSync(join(folder, 'new'), join(folder, '..data'));
    };
    mount('v1', 'first\n');
    symlinkSync(join('..data', 'token'), file);
    const { status, warnings } = await protectedBy({ bearerToken: { file } });
    expect(await status(bearer('first'))).toBe(200);
    mount('v2', 'second\r\n');
    await waitFor(
      async () => (await status(bearer('second'))) === 200,
      'the second token',
    );
    expect(await status(bearer('first'))).toBe(401);
    expect(warnings).toEqual([]);
  });

  test('a secret in a file is read at most once a second, however many requests arrive', async () => {
    const file = join(tempFolder(), 'token');
    writeFileSync(file, 'first');
    const open = vi.spyOn(fs, 'open');
    syncBuiltinESMExports();
    onTestFinished(() => {
      open.mockRestore();
      syncBuiltinESMExports();
    });
    const start = performance.now();
    const { status } = await protectedBy({ bearerToken: { file } });
    await Promise.all(
      Array.from({ length: 200 }, () => status(bearer('first'))),
    );
    const seconds = (performance.now() - start) / 1_000;
    expect(open.mock.calls.length).toBeGreaterThan(0);
    expect(open.mock.calls.length).toBeLessThanOrEqual(1 + seconds);
  });

  test.each([
    ['is gone', (file: string) => rmSync(file)],
    ['is empty', (file: string) => writeFileSync(file, '\n')],
    ['is a folder', (file: string) => (rmSync(file), mkdirSync(file))],
    [
      'is too large',
      (file: string) => writeFileSync(file, 'x'.repeat(1_048_577)),
    ],
  ])(
    'a secret in a file that %s refuses all requests until it is back',
    async (_fault, spoil) => {
      const file = join(tempFolder(), 'token');
      writeFileSync(file, 'first');
      const { status, warnings } = await protectedBy({ bearerToken: { file } });
      expect(await status(bearer('first'))).toBe(200);
      spoil(file);
      await waitFor(
        async () => (await status(bearer('first'))) === 401,
        'the token to be refused',
      );
      expect(await status(bearer(''))).toBe(401);
      expect(warnings).toEqual([
        expect.stringContaining(`access.bearerToken.file is "${file}", which`),
      ]);
      rmSync(file, { recursive: true, force: true });
      writeFileSync(file, 'first');
      await waitFor(
        async () => (await status(bearer('first'))) === 200,
        'the token to be back',
      );
      expect(warnings).toHaveLength(1);
    },
  );

  test('a secret in a file that cannot be read keeps the collector from starting', async () => {
    const folder = tempFolder();
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    for (const [file, fault] of [
      [join(folder, 'none'), 'cannot be read: ENOENT'],
      [folder, 'cannot be read: it is a directory, and not a regular file'],
      ['/dev/zero', 'cannot be read: it is a device, and not a regular file'],
      [empty, 'is empty; expected a password'],
    ]) {
      const { collector } = makeCollector({
        access: { basicAuth: { username: 'u', password: { file: file! } } },
      });
      const start = collector.initialize();
      await expect(start).rejects.toThrow(OptionsError);
      await expect(start).rejects.toThrow(
        `access.basicAuth.password.file is "${file}", which ${fault}`,
      );
    }
  });
});

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  MetricsModule,
  OptionsError,
  PrometheusCollector,
} from '../../../src/index.js';
import { OtlpExporter } from '../../../src/exporters/otlp/index.js';
import { PushgatewayExporter } from '../../../src/exporters/pushgateway/index.js';
import { hangingFiles, makeFifo } from '../../support/hanging-files.js';
import { makeCollector, samples } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { tempFolder } from '../../support/temp.js';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A file with this text, and what else a secret may lie in. */
function secretFile(text = 'first'): string {
  const file = join(tempFolder(), 'token');
  writeFileSync(file, text);
  return file;
}

async function serving(access: object) {
  const { collector, warnings } = makeCollector({ access });
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  const status = async (headers = {}) => {
    const response = await fetch(endpoint, { headers });
    await response.arrayBuffer();
    return response.status;
  };
  return { collector, warnings, status };
}

/** Each option that names a file with a secret, and how the start fails by it. */
const OPTIONS: [string, (file: string) => Promise<unknown>][] = [
  [
    'access.bearerToken',
    (file) => start({ access: { bearerToken: { file } } }),
  ],
  [
    'access.bearerToken[1]',
    (file) => start({ access: { bearerToken: ['one', { file }] } }),
  ],
  [
    'access.basicAuth.password',
    (file) =>
      start({ access: { basicAuth: { username: 'u', password: { file } } } }),
  ],
  [
    'tls.cert',
    (file) => start({ tls: { cert: { file }, key: { file: secretFile() } } }),
  ],
  [
    'otlp.headers["api-key"]',
    (file) => new OtlpExporter({ headers: { 'api-key': { file } } }).start(),
  ],
  [
    'otlp.tls.ca',
    (file) =>
      new OtlpExporter({
        url: 'https://127.0.0.1/v1/metrics',
        tls: { ca: { file } },
      }).start(),
  ],
  [
    'pushgateway.basicAuth.password',
    (file) =>
      push({ basicAuth: { username: 'u', password: { file } } }).start(),
  ],
  [
    'pushgateway.headers.X-Key',
    (file) => push({ headers: { 'X-Key': { file } } }).start(),
  ],
];

function start(options: object): Promise<void> {
  return makeCollector(options).collector.initialize();
}

function push(options: object): PushgatewayExporter {
  const collector = new PrometheusCollector();
  return new PushgatewayExporter({ jobName: 'j', ...options }, collector);
}

async function makeSocket(path: string): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, () => resolve()));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return path;
}

function makeFolder(path: string): string {
  mkdirSync(path);
  return path;
}

function makeLink(target: string): string {
  const link = `${target}-link`;
  symlinkSync(target, link);
  return link;
}

/** What is no regular file, and what it is called in messages. */
const NO_FILES: [string, (path: string) => string | Promise<string>][] = [
  ['a pipe (FIFO)', makeFifo],
  ['a pipe (FIFO)', (path) => makeLink(makeFifo(path))],
  ['a socket', makeSocket],
  ['a directory', makeFolder],
  ['a device', () => '/dev/null'],
];

describe.each(OPTIONS)('the start with %s', (option, attempt) => {
  test.each(NO_FILES)(
    'a start fails at once if the file of a secret is %s, which the error names',
    async (kind, make) => {
      const file = await make(join(tempFolder(), 'secret'));
      const failed = attempt(file);
      await expect(failed).rejects.toThrow(OptionsError);
      await expect(failed).rejects.toThrow(
        `${option}.file is "${file}", which cannot be read: it is ${kind}, and not a regular file`,
      );
    },
  );
});

test('a start fails after five seconds if the file of a secret does not answer', async () => {
  const { hang, waiting } = hangingFiles();
  await Promise.all(
    OPTIONS.map(async ([option, attempt]) => {
      const file = secretFile();
      hang(file);
      const failed = attempt(file);
      await expect(failed).rejects.toThrow(OptionsError);
      await expect(failed).rejects.toThrow(
        `${option}.file is "${file}", which cannot be read: reading it took more than 5000 ms`,
      );
    }),
  );
  expect(waiting()).toBe(2);
});

test.each(NO_FILES)(
  'prices are not read from %s, so that the start does not hang',
  async (kind, make) => {
    const file = await make(join(tempFolder(), 'prices.json'));
    expect(() =>
      MetricsModule.forRoot({ agents: { prices: { file } } }),
    ).toThrow(
      `agents.prices.file is '${file}', which cannot be read: Error: it is ${kind}, and not a regular file`,
    );
  },
);

describe('a file with a secret that does not answer any more', () => {
  test('a file of a secret that hangs is opened once, and accepted when it is back', async () => {
    const files = hangingFiles();
    const file = secretFile();
    const { status, warnings, collector } = await serving({
      bearerToken: { file },
    });
    expect(await status(bearer('first'))).toBe(200);
    const before = files.opens(file);
    files.hang(file);
    await waitFor(async () => {
      void status(bearer('first'));
      return files.waiting() === 1;
    }, 'the file to hang');
    const statuses = await Promise.all(
      Array.from({ length: 50 }, () => status(bearer('first'))),
    );
    expect(new Set(statuses)).toEqual(new Set([401]));
    // The read has exceeded its limit: no request waits for it any more.
    expect(await status(bearer('first'))).toBe(401);
    expect(files.opens(file)).toBe(before + 1);
    expect(warnings).toEqual([
      expect.stringContaining(
        `access.bearerToken.file is "${file}", which cannot be read: reading it took more than 5000 ms`,
      ),
    ]);
    expect(await samples(collector, 'metrics_refusals_total')).toEqual([
      expect.stringContaining('{reason="secret",resource="metrics"}'),
    ]);
    files.release();
    await waitFor(
      async () => (await status(bearer('first'))) === 200,
      'the token to be back',
    );
    expect(warnings).toHaveLength(1);
  });

  test('a file with a secret is not opened for requests without credentials, or with an unknown scheme', async () => {
    const files = hangingFiles();
    const file = secretFile();
    const { status, collector } = await serving({ bearerToken: { file } });
    files.hang(file);
    const before = files.opens(file);
    // What was read at the start is outdated by then.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    for (const headers of [{}, { authorization: 'Digest x' }]) {
      expect(await status(headers)).toBe(401);
    }
    expect(files.opens(file)).toBe(before);
    expect(await samples(collector, 'metrics_refusals_total')).toEqual([
      'metrics_refusals_total{reason="no_credentials",resource="metrics"} 1',
      'metrics_refusals_total{reason="wrong_credentials",resource="metrics"} 1',
    ]);
  });

  test('files that hang leave threads to the app, and do not affect other tokens', async () => {
    const files = hangingFiles();
    const hung = Array.from({ length: 8 }, () => secretFile());
    const { status } = await serving({
      bearerToken: [...hung.map((file) => ({ file })), 'inline'],
    });
    hung.forEach(files.hang);
    await waitFor(async () => {
      void status(bearer('inline'));
      return files.waiting() === 2;
    }, 'two files to hang');
    // By a thread of the pool.
    expect(await readFile(secretFile('text'), 'utf8')).toBe('text');
    expect(await status(bearer('inline'))).toBe(200);
    expect(await status(bearer('first'))).toBe(401);
    expect(files.waiting()).toBe(2);
    files.release();
    await waitFor(
      async () => (await status(bearer('first'))) === 200,
      'the tokens to be back',
    );
  });
});

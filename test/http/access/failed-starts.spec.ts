import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { MetricsModule, OptionsError } from '../../../src/index.js';
import { OtlpExporter } from '../../../src/exporters/otlp/index.js';
import { PushgatewayExporter } from '../../../src/exporters/pushgateway/index.js';
import {
  type Certificate,
  makeCertificate,
} from '../../support/certificates.js';
import { makeCollector } from '../../support/collector.js';
import { tempFolder } from '../../support/temp.js';

/** In all secrets, and nowhere else. */
const MARK = 'MARK-7f3a';

let one: Certificate;
let other: Certificate;
let encrypted: Certificate;

const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  one = makeCertificate(folder, 'one');
  other = makeCertificate(folder, 'other');
  encrypted = makeCertificate(folder, 'encrypted', undefined, 'right');
});

function file(text: string) {
  const path = join(tempFolder(), 'secret');
  writeFileSync(path, text);
  return { file: path };
}

function env(text: string, name = 'METRICS_TEST_FAILED_START') {
  process.env[name] = text;
  onTestFinished(() => void delete process.env[name]);
  return { env: name };
}

const collector = async (options: object) =>
  makeCollector(options).collector.initialize();
const tls = (options: object) => collector({ tls: options });
const token = (bearerToken: unknown) => collector({ access: { bearerToken } });
const otlp = async (options: object) => new OtlpExporter(options).start();
const push = async (options: object) =>
  new PushgatewayExporter(
    { jobName: 'job', ...options },
    { metrics: async () => '' },
  ).start();
const forRoot = async (options: object) => {
  MetricsModule.forRoot(options);
};

/** PEM of a private key whose text holds the mark. */
const brokenKey = () => one.key.replace(/\n.{9}/, `\n${MARK}`);

const STARTS: [string, () => Promise<unknown>][] = [
  ['a token with a space', () => token(`${MARK} x`)],
  ['a token in a file with a space', () => token(file(`${MARK} x`))],
  ['a token in a variable with a space', () => token(env(`${MARK} x`))],
  ['a list with a wrong token', () => token(['a', `${MARK}\n`])],
  ['a token as a group of its own', () => collector({ access: MARK })],
  ['a token that is an object', () => token({ value: MARK })],
  [
    'a name with a colon',
    () =>
      collector({
        access: { basicAuth: { username: `u:${MARK}`, password: MARK } },
      }),
  ],
  [
    'a password with a control character',
    () =>
      collector({
        access: { basicAuth: { username: 'u', password: file(`${MARK}\0`) } },
      }),
  ],
  ['an invalid key', () => tls({ cert: one.cert, key: MARK })],
  ['an invalid key in a file', () => tls({ cert: one.cert, key: file(MARK) })],
  ['a broken key', () => tls({ cert: one.cert, key: brokenKey() })],
  ['the key of another', () => tls({ cert: one.cert, key: other.key })],
  [
    'a wrong passphrase',
    () => tls({ cert: encrypted.cert, key: encrypted.key, passphrase: MARK }),
  ],
  ['tls as a text', () => tls(MARK as never)],
  [
    'a header with a line feed',
    () => otlp({ headers: { authorization: `${MARK}\n` } }),
  ],
  [
    'a header in a file with a line feed',
    () => otlp({ headers: { authorization: file(`${MARK}\nx`) } }),
  ],
  [
    'headers in the environment without a name',
    () => (env(MARK, 'OTEL_EXPORTER_OTLP_HEADERS'), otlp({})),
  ],
  ['a URL with a password', () => otlp({ url: `https://u:${MARK}@host/` })],
  ['an invalid URL', () => otlp({ url: `${MARK}://u:${MARK}@` })],
  [
    'the client key of another',
    () =>
      otlp({
        url: 'https://127.0.0.1/v1/metrics',
        tls: { cert: one.cert, key: other.key },
      }),
  ],
  [
    'a broken client key',
    () =>
      otlp({
        url: 'https://127.0.0.1/v1/metrics',
        tls: { cert: one.cert, key: brokenKey() },
      }),
  ],
  ['a gateway with a query', () => push({ url: `http://u:${MARK}@h?a` })],
  ['a gateway as a text', () => forRoot({ pushgateway: `http://u:${MARK}@h` })],
  [
    'two passwords for a gateway',
    () =>
      push({
        url: `http://u:${MARK}@h`,
        basicAuth: { username: 'u', password: MARK },
      }),
  ],
  ['a header with a wrong value', () => push({ headers: { A: `${MARK}\n` } })],
  [
    'a wrong option beside secrets',
    () =>
      forRoot({
        prometheus: { access: { bearerToken: MARK } },
        otlp: { headers: { a: MARK } },
        nonsense: true,
      }),
  ],
  [
    'an unknown option with a secret',
    () => forRoot({ prometheus: { access: { token: MARK } } }),
  ],
];

test.each(STARTS)(
  'a start that fails by %s shows no secret in its error',
  async (_what, start) => {
    const error: unknown = await start().then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(OptionsError);
    const { message, stack } = error as OptionsError;
    const shown = [
      message,
      stack,
      JSON.stringify(error),
      inspect(error, { depth: 12, showHidden: true, maxStringLength: null }),
    ].join('\n');
    expect(shown).not.toContain(MARK);
    for (const { key } of [one, other, encrypted]) {
      expect(shown).not.toContain(key.split('\n')[2]);
    }
  },
);

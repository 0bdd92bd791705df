import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isSdkDisabled } from '../../../src/exporters/otlp/config/environment.js';
import {
  OTLP_OPTIONS,
  type OtlpOptions,
} from '../../../src/exporters/otlp/config/otlp.options.js';
import { resolveOtlpOptions } from '../../../src/exporters/otlp/config/otlp.config.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { OptionsError } from '../../../src/core/errors.js';
import { rulesOf } from '../../../src/core/options.js';
import { validate } from '../../../src/core/validate.js';
import { startOtlpBackend } from '../../support/otlp-backend.js';
import { gaugeOf, snapshotOf, valueSeries } from '../../support/snapshots.js';
import { tempFolder } from '../../support/temp.js';
import { withLastLine } from '../../../src/core/message-links.js';

const LEVEL = snapshotOf([gaugeOf('level', valueSeries(1))]);

const NEVER = new AbortController().signal;

/** What is found with these options and variables. The URL as a text. */
function found(options: OtlpOptions, variables: Record<string, string> = {}) {
  const { url, ...settings } = resolveOtlpOptions(options, 'otlp', variables);
  return { ...settings, url: url.href };
}

describe('without options and variables', () => {
  it("without options and variables the specification's defaults hold", () => {
    expect(found({})).toMatchObject({
      name: 'otlp',
      protocol: 'http/protobuf',
      url: 'http://localhost:4318/v1/metrics',
      headers: {},
      isCompressed: false,
      temporality: 'cumulative',
      interval: 60_000,
      timeout: 10_000,
      tls: {},
    });
    expect(found({ protocol: 'grpc' }).url).toBe('http://localhost:4317/');
  });
});

describe('the environment', () => {
  const E = 'OTEL_EXPORTER_OTLP_';
  const M = 'OTEL_EXPORTER_OTLP_METRICS_';

  it.each<[Record<string, string>, object]>([
    [{ [`${E}ENDPOINT`]: 'http://c:1' }, { url: 'http://c:1/v1/metrics' }],
    [{ [`${E}ENDPOINT`]: 'http://c:1/' }, { url: 'http://c:1/v1/metrics' }],
    [
      { [`${E}ENDPOINT`]: 'https://c/otlp/' },
      { url: 'https://c/otlp/v1/metrics' },
    ],
    [
      { [`${E}ENDPOINT`]: 'http://c/a', [`${M}ENDPOINT`]: 'http://m/own' },
      { url: 'http://m/own' },
    ],
    [{ [`${M}ENDPOINT`]: 'http://m:4318' }, { url: 'http://m:4318/' }],
    [{ [`${M}ENDPOINT`]: '' }, { url: 'http://localhost:4318/v1/metrics' }],
    [
      { [`${E}ENDPOINT`]: 'http://c:4317', [`${E}PROTOCOL`]: 'grpc' },
      { url: 'http://c:4317/' },
    ],
    [
      { [`${E}ENDPOINT`]: 'c:4317', [`${E}PROTOCOL`]: 'grpc' },
      { url: 'https://c:4317/' },
    ],
    [
      {
        [`${E}ENDPOINT`]: 'c:4317',
        [`${E}PROTOCOL`]: 'grpc',
        [`${E}INSECURE`]: 'TRUE',
      },
      { url: 'http://c:4317/' },
    ],
    [{ [`${E}PROTOCOL`]: 'HTTP/JSON' }, { protocol: 'http/json' }],
    [
      { [`${E}PROTOCOL`]: 'http/json', [`${M}PROTOCOL`]: 'http/protobuf' },
      { protocol: 'http/protobuf' },
    ],
    [{ [`${E}COMPRESSION`]: 'gzip' }, { isCompressed: true }],
    [
      { [`${E}COMPRESSION`]: 'gzip', [`${M}COMPRESSION`]: 'none' },
      { isCompressed: false },
    ],
    [{ [`${E}TIMEOUT`]: '3000' }, { timeout: 3_000 }],
    [{ [`${E}TIMEOUT`]: '3000', [`${M}TIMEOUT`]: '4000' }, { timeout: 4_000 }],
    [{ OTEL_METRIC_EXPORT_TIMEOUT: '5000' }, { timeout: 5_000 }],
    [
      { OTEL_METRIC_EXPORT_TIMEOUT: '5000', [`${E}TIMEOUT`]: '3000' },
      { timeout: 3_000 },
    ],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '15000' }, { interval: 15_000 }],
    [{ [`${M}TEMPORALITY_PREFERENCE`]: 'Delta' }, { temporality: 'delta' }],
    [{ [`${M}TEMPORALITY_PREFERENCE`]: 'lowmemory' }, { temporality: 'delta' }],
    [
      { [`${M}TEMPORALITY_PREFERENCE`]: 'cumulative' },
      { temporality: 'cumulative' },
    ],
    [
      { [`${E}HEADERS`]: 'Api-Key=a%3Db, x=1%2C2 ,' },
      { headers: { 'api-key': 'a=b', x: '1,2' } },
    ],
    [
      { [`${E}HEADERS`]: 'authorization=Basic dXNlcjpwYXNz==' },
      { headers: { authorization: 'Basic dXNlcjpwYXNz==' } },
    ],
    [
      { [`${E}HEADERS`]: 'a=1', [`${M}HEADERS`]: 'b=2' },
      { headers: { b: '2' } },
    ],
    [
      {
        [`${E}CERTIFICATE`]: '/ca.pem',
        [`${E}CLIENT_KEY`]: '/general.key',
        [`${M}CLIENT_KEY`]: '/own.key',
        [`${E}CLIENT_CERTIFICATE`]: '/own.crt',
      },
      {
        tls: {
          ca: { file: '/ca.pem' },
          key: { file: '/own.key' },
          cert: { file: '/own.crt' },
        },
      },
    ],
    [
      {
        OTEL_RESOURCE_ATTRIBUTES:
          'service.name=of-attributes,deployment.environment.name=a%2Cb',
      },
      {
        resource: {
          'service.name': 'of-attributes',
          'deployment.environment.name': 'a,b',
        },
      },
    ],
    [
      {
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=of-attributes',
        OTEL_SERVICE_NAME: 'of-name',
      },
      { resource: { 'service.name': 'of-name' } },
    ],
  ])('the environment %o gives %o', (variables, expected) => {
    expect(found({}, variables)).toMatchObject(expected);
    if ('headers' in expected) {
      expect(found({}, variables).headers).toEqual(expected.headers);
    }
  });

  it('options take precedence over the environment', () => {
    const variables = {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m/own',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2',
      OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
      OTEL_METRIC_EXPORT_INTERVAL: '15000',
      OTEL_SERVICE_NAME: 'of-name',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: '/env.key',
    };
    const tls = { cert: { file: '/own.crt' }, key: { file: '/own.key' } };
    const options: OtlpOptions = {
      url: 'https://o/',
      protocol: 'http/protobuf',
      compression: 'none',
      temporality: 'cumulative',
      headers: { B: '3' },
      timeout: 1,
      interval: false,
      resource: { 'service.name': 'of-option' },
      tls,
    };
    expect(found(options, variables)).toMatchObject({
      url: 'https://o/',
      protocol: 'http/protobuf',
      isCompressed: false,
      temporality: 'cumulative',
      headers: { a: '1', b: '3' },
      timeout: 1,
      interval: false,
      resource: { 'service.name': 'of-option' },
      tls,
    });
  });

  it.each<[Record<string, string>, RegExp]>([
    [
      { [`${E}ENDPOINT`]: 'localhost:4318' },
      /^OTEL_EXPORTER_OTLP_ENDPOINT is something else; expected an absolute URL/,
    ],
    [
      { [`${E}ENDPOINT`]: 'http://u:s3cret@c' },
      /^OTEL_EXPORTER_OTLP_ENDPOINT has a user or a password/,
    ],
    [
      { [`${E}HEADERS`]: 'a=1,s3cret' },
      /^Header 2 in OTEL_EXPORTER_OTLP_HEADERS is malformed/,
    ],
    [{ [`${E}HEADERS`]: 'a=s3cret%' }, /^Header 1 in .* is malformed/],
    [{ [`${E}HEADERS`]: 'a b=s3cret' }, /that no header can have/],
    [{ [`${E}HEADERS`]: 'a=s3cret%0d%0a' }, /"a", holds something else/],
    [{ [`${E}HEADERS`]: 'Host=s3cret' }, /sets itself/],
    [
      { [`${E}ENDPOINT`]: 'ftp://c', [`${E}PROTOCOL`]: 'grpc' },
      /^OTEL_EXPORTER_OTLP_ENDPOINT is something else; expected an absolute URL/,
    ],
  ])('the environment with %o is refused', (variables, fault) => {
    const read = () => found({}, variables);
    expect(read).toThrow(OptionsError);
    expect(read).toThrow(fault);
    expect(read).not.toThrow(/s3cret/);
  });

  it('the environment of the process is read when the exporter is constructed', async () => {
    const backend = await startOtlpBackend();
    vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', backend.url);
    vi.stubEnv('OTEL_SERVICE_NAME', 'assistant');
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'api-key=abc');
    vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', 'gzip');
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '1234');
    onTestFinished(() => void vi.unstubAllEnvs());
    const exporter = new OtlpExporter();
    expect(exporter).toMatchObject({ interval: 1_234, timeout: 10_000 });
    vi.unstubAllEnvs();
    await exporter.start();
    onTestFinished(() => exporter.shutdown());
    await exporter.export(LEVEL, NEVER);
    expect(backend.requests[0]).toMatchObject({
      resource: { 'service.name': 'assistant' },
      headers: {
        'api-key': 'abc',
        'content-encoding': 'gzip',
        'content-type': 'application/x-protobuf',
        'user-agent': expect.stringMatching(/^nestjs-agent-metrics\/\d/),
      },
    });
  });
});

describe('OTEL_SDK_DISABLED', () => {
  it.each([
    ['true', true],
    ['True', true],
    ['false', false],
    ['1', false],
    ['', false],
    [undefined, false],
  ])(
    'OTEL_SDK_DISABLED of %o switches the exporter off: %s',
    (value, isOff) => {
      expect(isSdkDisabled({ OTEL_SDK_DISABLED: value })).toBe(isOff);
    },
  );
});

describe('the resource', () => {
  it('the resource describes the app and the process', () => {
    const { resource } = found({});
    expect(resource).toMatchObject({
      'service.name': expect.stringMatching(/./),
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'telemetry.sdk.name': 'nestjs-agent-metrics',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': expect.stringMatching(/^\d/),
      'host.name': expect.stringMatching(/./),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    });
    expect(found({}).resource['service.instance.id']).not.toBe(
      resource['service.instance.id'],
    );
  });

  it("the resource has npm's name of the app, or says that the name is unknown", () => {
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('npm_package_name', 'my-app');
    expect(found({}).resource['service.name']).toBe('my-app');
    vi.stubEnv('npm_package_name', undefined);
    expect(found({}).resource['service.name']).toBe('unknown_service:node');
  });
});

describe('options', () => {
  it.each<[object, RegExp]>([
    [{ uri: 'x' }, /^otlp\.uri is not an option; known here are: name, proto/],
    [{ name: '2nd' }, /^otlp\.name is '2nd'; expected a name of letters, digi/],
    [{ protocol: 'http' }, /^otlp\.protocol is 'http'; expected 'http\/proto/],
    [{ url: 'localhost:4318' }, /^otlp\.url is something else; expected an ab/],
    [{ url: 4318 }, /^otlp\.url is 4318/],
    [{ url: '' }, /^otlp\.url is empty/],
    [{ url: 'http://u:s3cret@c' }, /^otlp\.url has a user or a password/],
    [{ headers: 's3cret' }, /^otlp\.headers is a string/],
    [{ headers: { a: '' } }, /^otlp\.headers\["a"\] is empty/],
    [{ headers: { a: 's3cret\r\n' } }, /^otlp\.headers\["a"\] holds something/],
    [{ headers: { a: 1 } }, /^otlp\.headers\["a"\] is a number/],
    [{ headers: { 'content-type': 's3cret' } }, /sets itself; leave it out/],
    [
      { protocol: 'grpc', headers: { 'Trace-Bin': 's3cret' } },
      /^otlp\.headers has "Trace-Bin", which cannot be sent by gRPC; expected/,
    ],
    [
      { protocol: 'grpc', headers: { 'a!': 's3cret' } },
      /^otlp\.headers has "a!", which cannot be sent by gRPC; expected letters/,
    ],
    [{ compression: true }, /^otlp\.compression is true; expected 'gzip' or/],
    [{ temporality: 'lowmemory' }, /^otlp\.temporality is 'lowmemory'/],
    [
      { interval: 0 },
      /^otlp\.interval is 0; .* from 1 to 2147483647, or false/,
    ],
    [{ timeout: Infinity }, /^otlp\.timeout is Infinity/],
    [{ resource: [] }, /^otlp\.resource is/],
    [{ resource: { a: null } }, /^otlp\.resource\.a is null; expected a text/],
    [{ resource: { a: NaN } }, /^otlp\.resource\.a is NaN/],
    [{ tls: {} }, /^otlp\.tls is an object with nothing in it/],
    [{ tls: { ca: 's3cret' } }, /^otlp\.tls\.ca holds something else/],
    [
      { tls: { cert: { file: '/a' } } },
      /^otlp\.tls has a cert and no key; expected both or none/,
    ],
    [
      { url: 'http://c', tls: { ca: { file: '/a' } } },
      /^otlp\.tls is for https: only; expected an otlp\.url of https:/,
    ],
  ])('the options %o are refused', (options, fault) => {
    const make = () => new OtlpExporter(options as OtlpOptions);
    expect(make).toThrow(OptionsError);
    expect(make).toThrow(fault);
    expect(make).not.toThrow(/s3cret/);
  });

  it('errors name the path of the wrong OTLP option', () => {
    expect(() =>
      validate({ timeout: 0 }, rulesOf(OTLP_OPTIONS), 'metrics.otlp'),
    ).toThrow(/^metrics\.otlp\.timeout is 0/);
    expect(() => new OtlpExporter({ timeout: 0 }, 'second')).toThrow(
      /^second\.timeout is 0/,
    );
  });
});

describe('a header that gRPC cannot send', () => {
  it('a header that gRPC cannot send is named with its variable, and HTTP sends it', () => {
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'a=1,trace-bin=s3cret' };
    expect(() => found({ protocol: 'grpc' }, headers)).toThrow(
      /^OTEL_EXPORTER_OTLP_HEADERS has "trace-bin", which cannot be sent by gRPC/,
    );
    expect(found({}, headers).headers).toEqual({
      a: '1',
      'trace-bin': 's3cret',
    });
  });
});

describe('secrets in headers', () => {
  it('secrets in headers are read again for each export', async () => {
    const backend = await startOtlpBackend();
    const file = join(tempFolder(), 'key');
    writeFileSync(file, 'first\n');
    vi.stubEnv('TEST_OTLP_TENANT', 'acme');
    onTestFinished(() => void vi.unstubAllEnvs());
    const exporter = new OtlpExporter({
      url: backend.url,
      headers: { 'Api-Key': { file }, tenant: { env: 'TEST_OTLP_TENANT' } },
    });
    await exporter.start();
    onTestFinished(() => exporter.shutdown());
    await exporter.export(LEVEL, NEVER);
    writeFileSync(file, 'second');
    await exporter.export(LEVEL, NEVER);
    expect(backend.requests.map(({ headers }) => headers)).toMatchObject([
      { 'api-key': 'first', tenant: 'acme' },
      { 'api-key': 'second', tenant: 'acme' },
    ]);
  });

  it('the app does not start if a secret in a header cannot be read', async () => {
    const file = join(tempFolder(), 'none');
    const exporter = new OtlpExporter({ headers: { 'api-key': { file } } });
    await expect(exporter.start()).rejects.toThrow(
      /^otlp\.headers\["api-key"\]\.file is ".*none", which cannot be read/,
    );
  });

  it('secrets in headers are never shown, even if a server repeats them', async () => {
    const backend = await startOtlpBackend();
    const exporter = new OtlpExporter({
      url: backend.url,
      headers: { authorization: 'Bearer s3cret' },
    });
    await exporter.start();
    onTestFinished(() => exporter.shutdown());
    backend.answer = ({ headers }) => ({
      status: 401,
      headers: { 'content-type': 'text/plain' },
      body: `${headers.authorization}: who is s3cret?`,
    });
    await expect(exporter.export(LEVEL, NEVER)).rejects.toThrow(
      /answered 401: \[hidden\]: who is \[hidden\]\?$/m,
    );
  });

  it('secrets in the query of the URL are never shown', async () => {
    const backend = await startOtlpBackend();
    const exporter = new OtlpExporter({
      url: `${backend.url}?tenant=assistants&key=s%C3%A9cret-key`,
    });
    await exporter.start();
    onTestFinished(() => exporter.shutdown());
    const said = async (body: string) => {
      const headers = { 'content-type': 'application/json' };
      backend.answer = () => ({ status: 404, headers, body });
      const error = await exporter.export(LEVEL, NEVER).then(
        () => expect.fail('It was delivered'),
        ({ message }: Error) => message,
      );
      return error.replace(backend.url, 'It');
    };
    await exporter.export(LEVEL, NEVER);
    const { path } = backend.requests[0]!;
    // As Nest's own answer has it.
    expect(await said(JSON.stringify({ message: `Cannot POST ${path}` }))).toBe(
      withLastLine(
        'It answered 404: Cannot POST /v1/metrics[hidden]',
        'export',
      ),
    );
    expect(
      await said(
        '{"message":"no key sécret-key, s%C3%A9cret-key of assistants"}',
      ),
    ).toBe(
      withLastLine(
        'It answered 404: no key [hidden], [hidden] of [hidden]',
        'export',
      ),
    );
  });
});

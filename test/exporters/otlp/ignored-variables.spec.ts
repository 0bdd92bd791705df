import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { resolveOtlpOptions } from '../../../src/exporters/otlp/config/otlp.config.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { makeCollector } from '../../support/collector.js';
import { portOf, waitFor } from '../../support/http.js';
import { startOtlpBackend } from '../../support/otlp-backend.js';
import { startGrpcBackend } from '../../support/otlp-grpc-backend.js';
import { gaugeOf, snapshotOf, valueSeries } from '../../support/snapshots.js';
import { tempFolder } from '../../support/temp.js';
import { withLink } from '../../../src/core/message-links.js';

const E = 'OTEL_EXPORTER_OTLP_';
const M = 'OTEL_EXPORTER_OTLP_METRICS_';
const PREFERENCE = `${M}TEMPORALITY_PREFERENCE`;
const INTERVAL = 'OTEL_METRIC_EXPORT_INTERVAL';
const NO_LIMIT = 2_147_483_647;
const TIMEOUT_EXPECTED =
  'an integer from 0 to 2147483647 (milliseconds; 0 is no limit)';
const INTERVAL_EXPECTED = 'a number of milliseconds from 1 to 2147483647';
const PROTOCOLS = "'http/protobuf' or 'http/json' or 'grpc'";

const LEVEL = snapshotOf([gaugeOf('level', valueSeries(1))]);

const NEVER = new AbortController().signal;

const settingsWith = (
  variables: Record<string, string>,
  options: OtlpOptions = {},
) => resolveOtlpOptions(options, 'otlp', variables);

describe('a variable whose value is not allowed', () => {
  it.each<[string, string, object, string]>([
    [`${E}PROTOCOL`, 'udp', { protocol: 'http/protobuf' }, PROTOCOLS],
    [`${M}PROTOCOL`, 'http', { protocol: 'http/protobuf' }, PROTOCOLS],
    [`${E}COMPRESSION`, 'zstd', { isCompressed: false }, "'gzip' or 'none'"],
    [`${M}COMPRESSION`, 'true', { isCompressed: false }, "'gzip' or 'none'"],
    [
      PREFERENCE,
      'both',
      { temporality: 'cumulative' },
      "'cumulative' or 'delta' or 'lowmemory'",
    ],
    ...['0', '-1', '1.5', '1e3', '15s', 'Infinity', '0x10', '2147483648'].map(
      (value): [string, string, object, string] => [
        INTERVAL,
        value,
        { interval: 60_000 },
        INTERVAL_EXPECTED,
      ],
    ),
    ...['-1', '10s', '1.5', 'NaN', 'none', '9'.repeat(30)].map(
      (value): [string, string, object, string] => [
        `${E}TIMEOUT`,
        value,
        { timeout: 10_000 },
        TIMEOUT_EXPECTED,
      ],
    ),
  ])(
    'a variable with a wrong value is ignored with one warning: %s=%s',
    (variable, value, expected, allowed) => {
      const settings = settingsWith({ [variable]: value });
      expect(settings).toMatchObject(expected);
      expect(settings.warnings).toEqual([
        `The environment has ${variable} as '${value}', which is ignored; expected ${allowed}`,
      ]);
    },
  );

  it.each<[Record<string, string>, object]>([
    [
      { [`${M}PROTOCOL`]: 'udp', [`${E}PROTOCOL`]: 'http/json' },
      { protocol: 'http/json' },
    ],
    [
      { [`${M}COMPRESSION`]: 'br', [`${E}COMPRESSION`]: 'gzip' },
      { isCompressed: true },
    ],
    [
      { [`${M}TIMEOUT`]: 'x', OTEL_METRIC_EXPORT_TIMEOUT: '5000' },
      { timeout: 5_000 },
    ],
  ])(
    'after a variable with a wrong value the next one counts: %o',
    (variables, expected) => {
      const settings = settingsWith(variables);
      expect(settings).toMatchObject(expected);
      expect(settings.warnings).toHaveLength(1);
    },
  );

  it('a variable is not read if the option is given', () => {
    const variables = {
      [`${E}PROTOCOL`]: 'udp',
      [`${E}COMPRESSION`]: 'br',
      [`${E}TIMEOUT`]: 'x',
      [PREFERENCE]: 'x',
      [INTERVAL]: 'x',
    };
    const settings = settingsWith(variables, {
      protocol: 'http/json',
      compression: 'none',
      timeout: 1,
      temporality: 'delta',
      interval: false,
    });
    expect(settings.warnings).toEqual([]);
  });

  it.each(['', '  '])('an empty variable is not set: "%s"', (empty) => {
    const names = ['PROTOCOL', 'COMPRESSION', 'TIMEOUT', 'INSECURE'];
    const variables = Object.fromEntries(
      [...names.map((name) => E + name), PREFERENCE, INTERVAL].map((name) => [
        name,
        empty,
      ]),
    );
    expect(settingsWith(variables).warnings).toEqual([]);
  });
});

describe('a time of 0', () => {
  it.each([`${E}TIMEOUT`, `${M}TIMEOUT`, 'OTEL_METRIC_EXPORT_TIMEOUT'])(
    'a time of 0 in %s means no limit',
    (variable) => {
      const settings = settingsWith({ [variable]: '0' });
      expect(settings.timeout).toBe(NO_LIMIT);
      expect(settings.warnings).toEqual([]);
    },
  );

  it('with a time of 0, exports go through by HTTP and by gRPC', async () => {
    vi.stubEnv(`${E}TIMEOUT`, '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const [http, grpc] = [await startOtlpBackend(), await startGrpcBackend()];
    for (const options of [
      { url: http.url },
      { url: grpc.url, protocol: 'grpc' },
    ] as const) {
      const exporter = new OtlpExporter(options);
      expect(exporter.timeout).toBe(NO_LIMIT);
      await exporter.start();
      onTestFinished(() => exporter.shutdown());
      await exporter.export(LEVEL, NEVER);
    }
    expect(http.requests).toHaveLength(1);
    expect(grpc.calls).toHaveLength(1);
  });
});

describe('a boolean variable', () => {
  it.each([
    ['true', false, 0],
    ['TRUE', false, 0],
    ['false', true, 0],
    ['False', true, 0],
    ['1', true, 1],
    ['yes', true, 1],
    ['0', true, 1],
  ])('INSECURE=%s means TLS: %s', (value, isSecure, warnings) => {
    const settings = settingsWith({
      [`${E}PROTOCOL`]: 'grpc',
      [`${E}ENDPOINT`]: 'collector:4317',
      [`${E}INSECURE`]: value,
    });
    expect(settings.isSecure).toBe(isSecure);
    expect(settings.warnings).toEqual(
      Array(warnings).fill(
        `The environment has OTEL_EXPORTER_OTLP_INSECURE as '${value}', which counts as false; expected 'true' or 'false'`,
      ),
    );
  });

  it('OTEL_SDK_DISABLED with a wrong value leaves the exporter on, with a warning', () => {
    expect(settingsWith({ OTEL_SDK_DISABLED: '1' }).warnings).toEqual([
      "The environment has OTEL_SDK_DISABLED as '1', which counts as false; expected 'true' or 'false'",
    ]);
  });
});

describe('resource attributes', () => {
  it.each([
    ['a=1,s3cret', 2],
    ['s3cret', 1],
    ['a=1,b=%s3cret', 2],
    ['=s3cret', 1],
  ])(
    'all resource attributes of a variable are ignored if one is malformed: %s',
    (text, place) => {
      const { resource, warnings } = settingsWith({
        OTEL_RESOURCE_ATTRIBUTES: `x=y,${text}`,
        OTEL_SERVICE_NAME: 'assistant',
      });
      expect(resource).not.toHaveProperty('x');
      expect(resource).not.toHaveProperty('a');
      expect(resource).toMatchObject({ 'service.name': 'assistant' });
      expect(warnings).toEqual([
        `Attribute ${place + 1} in OTEL_RESOURCE_ATTRIBUTES is malformed; expected name=value, percent-encoded, with "," between two of them; the whole variable is ignored`,
      ]);
    },
  );
});

describe('an endpoint of gRPC', () => {
  it.each([
    ['unix:///run/otel.sock', 'unix:///run/otel.sock', true],
    ['unix:/run/otel.sock', 'unix:/run/otel.sock', true],
    ['unix-abstract:otel', 'unix-abstract:otel', true],
    ['dns:///collector:4317', 'dns:///collector:4317', true],
    ['dns://8.8.8.8/collector:4317', 'dns://8.8.8.8/collector:4317', true],
    ['dns:collector:4317', 'dns:collector:4317', true],
    ['ipv4:10.0.0.1:4317', 'ipv4:10.0.0.1:4317', true],
    ['ipv6:[::1]:4317', 'ipv6:[::1]:4317', true],
    ['collector:4317', 'collector:4317', true],
    ['http://collector', 'collector:80', false],
    ['https://collector', 'collector:443', true],
    ['http://[::1]:4317/v1/metrics', '[::1]:4317', false],
  ])('an endpoint of gRPC may be %s', (endpoint, target, isSecure) => {
    for (const variable of [`${E}ENDPOINT`, `${M}ENDPOINT`]) {
      const settings = settingsWith({
        [`${E}PROTOCOL`]: 'grpc',
        [variable]: endpoint,
      });
      expect(settings).toMatchObject({ target, isSecure, warnings: [] });
    }
  });

  it('an endpoint of gRPC is reached by a Unix socket and by a DNS name', async () => {
    const backend = await startGrpcBackend();
    const socket = join(tempFolder(), 'otlp.sock');
    const { port } = new URL(backend.url);
    const sockets = new Set<Socket>();
    const proxy = createServer((client) => {
      sockets.add(client);
      const server = connect(Number(port), '127.0.0.1');
      sockets.add(server);
      for (const one of [client, server]) one.on('error', () => {});
      client.pipe(server).pipe(client);
    });
    await new Promise<void>((resolve) => proxy.listen(socket, resolve));
    onTestFinished(() => {
      for (const one of sockets) one.destroy();
      proxy.close();
    });
    vi.stubEnv(`${E}PROTOCOL`, 'grpc');
    vi.stubEnv(`${E}INSECURE`, 'true');
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const target of [`unix://${socket}`, `dns:///localhost:${port}`]) {
      vi.stubEnv(`${E}ENDPOINT`, target);
      const exporter = new OtlpExporter();
      await exporter.start();
      onTestFinished(() => exporter.shutdown());
      await exporter.export(LEVEL, NEVER);
    }
    expect(backend.calls).toHaveLength(2);
  });
});

describe('the option url', () => {
  it.each([
    ['http://c:4318/v1/metrics', 'grpc', 'http/protobuf'],
    ['https://c/otlp/v1/metrics', 'grpc', 'http/protobuf'],
    ['http://c:4318/v1/metrics', 'http/json', 'http/json'],
    ['http://c:4317', 'grpc', 'grpc'],
    ['http://c:4317/', 'grpc', 'grpc'],
  ])(
    'the url %s with a path means HTTP, even if the environment says %s',
    (url, variable, protocol) => {
      const variables = { [`${E}PROTOCOL`]: variable };
      expect(settingsWith(variables, { url }).protocol).toBe(protocol);
    },
  );

  it('a url with a path means gRPC if the options say so', () => {
    const url = 'http://c:4317/v1/metrics';
    const { protocol, target } = settingsWith({}, { url, protocol: 'grpc' });
    expect([protocol, target]).toEqual(['grpc', 'c:4317']);
  });
});

describe('the log of an app', () => {
  it('the app logs ignored variables once, and exports', async () => {
    vi.stubEnv(`${E}COMPRESSION`, 'zstd');
    vi.stubEnv(INTERVAL, '0');
    vi.stubEnv(`${E}PROTOCOL`, 'grpc');
    onTestFinished(() => void vi.unstubAllEnvs());
    const backend = await startOtlpBackend();
    const { collector, warnings } = makeCollector();
    await collector.addExporter(new OtlpExporter({ url: backend.url }));
    await collector.initialize();
    await collector.flush();
    await collector.shutdown();
    await collector.initialize();
    await waitFor(() => backend.requests.length > 0, 'a request');
    expect(warnings.sort()).toEqual([
      withLink(
        "Exporter \"otlp\": The environment has OTEL_EXPORTER_OTLP_COMPRESSION as 'zstd', which is ignored; expected 'gzip' or 'none'",
        'ignored_variable',
      ),
      withLink(
        `Exporter "otlp": The environment has OTEL_METRIC_EXPORT_INTERVAL as '0', which is ignored; expected ${INTERVAL_EXPECTED}`,
        'ignored_variable',
      ),
    ]);
  });
});

describe('proxies', () => {
  it.each([
    ['grpc_proxy', true],
    ['https_proxy', true],
    ['http_proxy', true],
    ['GRPC_PROXY', false],
    ['HTTPS_PROXY', false],
    ['HTTP_PROXY', false],
  ])(
    'the proxy of %s is used by gRPC: %s, and never by HTTP',
    async (variable, isUsed) => {
      const asked: string[] = [];
      const proxy = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', (data) => {
          asked.push(String(data).split('\r\n')[0]!);
          socket.destroy();
        });
      });
      await new Promise<void>((resolve) =>
        proxy.listen(0, '127.0.0.1', () => resolve()),
      );
      onTestFinished(() => void proxy.close());
      for (const name of [
        'no_proxy',
        'no_grpc_proxy',
        'grpc_proxy',
        'https_proxy',
        'http_proxy',
      ]) {
        vi.stubEnv(name, '');
      }
      vi.stubEnv(variable, `http://127.0.0.1:${portOf(proxy)}`);
      onTestFinished(() => void vi.unstubAllEnvs());
      const http = await startOtlpBackend();
      const grpc = await startGrpcBackend(ServerCredentials.createInsecure());
      for (const options of [
        { url: http.url },
        { url: grpc.url, protocol: 'grpc' },
      ] as const) {
        const exporter = new OtlpExporter(options);
        await exporter.start();
        onTestFinished(() => exporter.shutdown());
        await exporter.export(LEVEL, NEVER).catch(() => {});
      }
      expect(http.requests).toHaveLength(1);
      expect(grpc.calls).toHaveLength(isUsed ? 0 : 1);
      const connects = asked.filter((line) => line.startsWith('CONNECT '));
      expect(connects.length > 0).toBe(isUsed);
    },
  );
});

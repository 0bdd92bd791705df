import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { Metadata, ServerCredentials, status } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { MetricSnapshot } from '../../../src/exporters/snapshot.js';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { resolveOtlpOptions } from '../../../src/exporters/otlp/config/otlp.config.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { openGrpc } from '../../../src/exporters/otlp/transport/grpc-transport.js';
import { OptionsError } from '../../../src/core/errors.js';
import { PeerError } from '../../../src/core/peers.js';
import {
  type Certificate,
  makeCertificate,
} from '../../support/certificates.js';
import { freePort, waitFor } from '../../support/http.js';
import { partialSuccess } from '../../support/otlp-backend.js';
import { startGrpcBackend } from '../../support/otlp-grpc-backend.js';
import {
  counterOf,
  gaugeOf,
  snapshotOf,
  valueSeries,
} from '../../support/snapshots.js';
import { tempFolder } from '../../support/temp.js';
import { failure } from './failure.js';
import { withLastLine } from '../../../src/core/message-links.js';

const NEVER = new AbortController().signal;

const LEVEL = [gaugeOf('level', valueSeries(1, { a: 'ü' }))];

async function started(options: OtlpOptions) {
  const exporter = new OtlpExporter({ protocol: 'grpc', ...options });
  await exporter.start();
  onTestFinished(() => exporter.shutdown());
  return (metrics: readonly MetricSnapshot[], signal = NEVER) =>
    exporter.export(snapshotOf(metrics), signal);
}

async function exporting(options: OtlpOptions = {}) {
  const backend = await startGrpcBackend();
  return { backend, send: await started({ url: backend.url, ...options }) };
}

/** One that only lets in clients of an authority, by which it is certified itself. */
function startTlsBackend(folder: string, authority: Certificate) {
  const { cert, key } = makeCertificate(folder, 'server', authority);
  const own = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
  return startGrpcBackend(
    ServerCredentials.createSsl(Buffer.from(authority.cert), [own], true),
    'https',
  );
}

/** A google.rpc.Status with a RetryInfo of so many seconds and half a second. */
function retryInfo(seconds: number): Metadata {
  const part = (field: number, content: Buffer | string) => {
    const bytes = Buffer.from(content);
    return Buffer.concat([Buffer.from([field * 8 + 2, bytes.length]), bytes]);
  };
  const nanos = Buffer.from([0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]);
  const delay = part(1, Buffer.concat([Buffer.from([8, seconds]), nanos]));
  const any = Buffer.concat([
    part(1, 'type.googleapis.com/google.rpc.RetryInfo'),
    part(2, delay),
  ]);
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', part(3, any));
  return metadata;
}

describe('over gRPC', () => {
  it.each(['none', 'gzip'] as const)(
    'gRPC carries metrics, headers and the deadline, with compression %s',
    async (compression) => {
      const { backend, send } = await exporting({
        compression,
        headers: { 'Api-Key': 'abc' },
        resource: { 'service.name': 'assistant' },
        timeout: 5_000,
      });
      expect(await send(LEVEL)).toEqual({ dropped: 0 });
      const [call] = backend.calls;
      expect(call).toMatchObject({
        resource: { 'service.name': 'assistant' },
        scope: { name: 'nestjs-agent-metrics' },
        points: [{ metric: 'level', value: 1, labels: { a: 'ü' } }],
      });
      expect(call!.metadata.get('api-key')).toEqual(['abc']);
      expect(String(call!.metadata.get('user-agent'))).toMatch(
        /^nestjs-agent-metrics\/\d/,
      );
      expect(call!.timeout).toBeGreaterThan(1_000);
      expect(call!.timeout).toBeLessThanOrEqual(5_000);
    },
  );

  it('no gRPC call is too large for a server', async () => {
    const { backend, send } = await exporting();
    const series = Array.from({ length: 20_000 }, (_, i) =>
      valueSeries(i, { i: String(i), of: 'a label of usual length' }),
    );
    await send([counterOf('a_total', ...series)]);
    expect(backend.calls.length).toBeGreaterThan(1);
    const all = backend.calls.flatMap(({ points }) => points);
    expect(all).toHaveLength(series.length);
    for (const { bytes } of backend.calls) expect(bytes).toBeLessThan(280_000);
  });

  it.each([
    ['CANCELLED', true],
    ['DEADLINE_EXCEEDED', true],
    ['ABORTED', true],
    ['OUT_OF_RANGE', true],
    ['UNAVAILABLE', true],
    ['DATA_LOSS', true],
    ['RESOURCE_EXHAUSTED', false],
    ['UNKNOWN', false],
    ['INVALID_ARGUMENT', false],
    ['NOT_FOUND', false],
    ['ALREADY_EXISTS', false],
    ['PERMISSION_DENIED', false],
    ['UNAUTHENTICATED', false],
    ['FAILED_PRECONDITION', false],
    ['UNIMPLEMENTED', false],
    ['INTERNAL', false],
  ] as const)('gRPC status %s is retried: %s', async (name, retryable) => {
    const { backend, send } = await exporting();
    backend.answer = () => ({ code: status[name], details: 'not\nnow' });
    const error = await failure(send(LEVEL));
    expect(error).toMatchObject({ retryable, retryAfter: undefined });
    expect(error.message).toBe(
      withLastLine(
        `${backend.url.replace('http://', '')} failed with gRPC status ${status[name]}: not now`,
        'export',
      ),
    );
    expect(backend.calls).toHaveLength(1);
  });

  it('a gRPC server says when to retry', async () => {
    const { backend, send } = await exporting();
    for (const code of [status.RESOURCE_EXHAUSTED, status.UNAVAILABLE]) {
      backend.answer = () => ({ code, metadata: retryInfo(120) });
      expect(await failure(send(LEVEL))).toMatchObject({
        retryable: true,
        retryAfter: 120_500,
      });
    }
  });

  it('a gRPC server may reject some points', async () => {
    const { backend, send } = await exporting();
    const { body } = partialSuccess(1, 'too old');
    backend.answer = () => Buffer.from(body!);
    expect(await send(LEVEL)).toEqual({ dropped: 1, reason: 'too old' });
  });

  it('an aborted signal cancels the gRPC call', async () => {
    const { backend, send } = await exporting();
    backend.answer = () => undefined;
    const aborter = new AbortController();
    const sent = failure(send(LEVEL, aborter.signal));
    await waitFor(() => backend.calls.length === 1, 'the call');
    aborter.abort();
    const error = await sent;
    expect(error.retryable).toBe(true);
    expect(error.message).toContain('gRPC status 1: ');
    await waitFor(() => backend.cancelled === 1, 'the end of the call');
  });

  it('no gRPC call is made with an aborted signal', async () => {
    const { backend, send } = await exporting();
    const aborted = AbortSignal.abort(new Error('Its time is over'));
    await expect(send(LEVEL, aborted)).rejects.toThrow('Its time is over');
    await send(LEVEL);
    expect(backend.calls).toHaveLength(1);
  });

  it('headers sent by gRPC are never shown, even if the server repeats them', async () => {
    const { backend, send } = await exporting({
      headers: { authorization: 'Bearer s3cret' },
    });
    const details = 'who is s3cret, in Bearer s3cret?';
    backend.answer = () => ({ code: status.UNAUTHENTICATED, details });
    expect((await failure(send(LEVEL))).message).toMatch(
      / 16: who is \[hidden\], in \[hidden\]\?$/m,
    );
    const { body } = partialSuccess(1, details);
    backend.answer = () => Buffer.from(body!);
    expect(await send(LEVEL)).toMatchObject({
      reason: 'who is [hidden], in [hidden]?',
    });
  });

  it('a gRPC server that is away is retried, and reached once it is back', async () => {
    const port = await freePort();
    const send = await started({ url: `http://127.0.0.1:${port}` });
    const error = await failure(send(LEVEL));
    expect(error.retryable).toBe(true);
    expect(error.message).toContain('ECONNREFUSED');
    await failure(send(LEVEL));
    const backend = await startGrpcBackend(undefined, undefined, port);
    await send(LEVEL);
    expect(backend.calls).toHaveLength(1);
  });

  it('gRPC servers are trusted by their certificates', async () => {
    const folder = tempFolder();
    const authority = makeCertificate(folder, 'authority');
    const client = makeCertificate(folder, 'client', authority);
    const backend = await startTlsBackend(folder, authority);
    const { url } = backend;
    const ca = authority.cert;
    const { cert, key } = client;
    await (
      await started({ url, tls: { ca, cert, key } })
    )(LEVEL);
    expect(backend.calls).toHaveLength(1);
    for (const tls of [{ ca }, { cert, key }]) {
      const send = await started({ url, tls });
      expect((await failure(send(LEVEL))).retryable).toBe(true);
    }
    expect(backend.calls).toHaveLength(1);
  });

  it('gRPC takes new certificates from the same files', async () => {
    const folder = tempFolder();
    const authority = makeCertificate(folder, 'authority');
    const client = makeCertificate(folder, 'client', authority);
    const stranger = makeCertificate(folder, 'stranger');
    const { url, calls } = await startTlsBackend(folder, authority);
    const [cert, key] = [join(folder, 'used.crt'), join(folder, 'used.key')];
    const use = (one: typeof client) => {
      copyFileSync(one.certFile, cert);
      copyFileSync(one.keyFile, key);
    };
    use(client);
    const send = await started({
      url,
      tls: { ca: authority.cert, cert: { file: cert }, key: { file: key } },
    });
    await send(LEVEL);
    use(stranger);
    await failure(send(LEVEL));
    use(client);
    await send(LEVEL);
    expect(calls).toHaveLength(2);
  });

  it('the error names the package to install if gRPC is missing', async () => {
    const missing = Object.assign(new Error('Cannot find package'), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    const settings = resolveOtlpOptions({ protocol: 'grpc' }, 'otlp', {});
    const failing = (cause: Error) => () =>
      Promise.reject(new PeerError('@grpc/grpc-js', cause));
    const open = openGrpc(settings, failing(missing));
    await expect(open).rejects.toThrow(OptionsError);
    await expect(open).rejects.toThrow(
      /^otlp\.protocol 'grpc' needs the package @grpc\/grpc-js, .*; install it with `npm install @grpc\/grpc-js`$/m,
    );
    const broken = openGrpc(settings, failing(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
  });
});

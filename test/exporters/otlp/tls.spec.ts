import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { OtlpOptions } from '../../../src/exporters/otlp/config/otlp.options.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { ExportError, OptionsError } from '../../../src/core/errors.js';
import { makeCertificate } from '../../support/certificates.js';
import { startOtlpBackend } from '../../support/otlp-backend.js';
import { gaugeOf, snapshotOf, valueSeries } from '../../support/snapshots.js';
import { tempFolder } from '../../support/temp.js';

const LEVEL = snapshotOf([gaugeOf('level', valueSeries(1))]);

async function started(options: OtlpOptions) {
  const exporter = new OtlpExporter(options);
  await exporter.start();
  onTestFinished(() => exporter.shutdown());
  return () => exporter.export(LEVEL, new AbortController().signal);
}

function certificates() {
  const folder = tempFolder();
  const authority = makeCertificate(folder, 'authority');
  const server = makeCertificate(folder, 'server', authority);
  const client = makeCertificate(folder, 'client', authority);
  const stranger = makeCertificate(folder, 'stranger');
  return { folder, authority, server, client, stranger };
}

it('the exporter sends over TLS to a server that it trusts, and to no other', async () => {
  const { server, authority, stranger } = certificates();
  const { cert, key } = server;
  const { url, requests } = await startOtlpBackend({ tls: { cert, key } });
  const trusting = await started({
    url,
    tls: { ca: { file: authority.certFile } },
  });
  await trusting();
  await trusting();
  expect(requests).toHaveLength(2);
  for (const tls of [undefined, { ca: stranger.cert }]) {
    const sent = (await started({ url, ...(tls && { tls }) }))();
    await expect(sent).rejects.toThrow(ExportError);
    await expect(sent).rejects.toThrow(/was not reached: .*certificate/);
  }
  expect(requests).toHaveLength(2);
});

it('the exporter presents its certificate to a server that requires one', async () => {
  const { server, client, stranger, authority } = certificates();
  const { url, requests } = await startOtlpBackend({
    tls: {
      cert: server.cert,
      key: server.key,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    },
  });
  const ca = authority.cert;
  const { cert, key } = client;
  await (
    await started({ url, tls: { ca, cert, key } })
  )();
  expect(requests).toHaveLength(1);
  const others = [{ ca }, { ca, cert: stranger.cert, key: stranger.key }];
  for (const tls of others) {
    await expect((await started({ url, tls }))()).rejects.toThrow(ExportError);
  }
  expect(requests).toHaveLength(1);
});

it('the exporter takes new certificates from the same files', async () => {
  const { folder, server, client, authority } = certificates();
  const other = makeCertificate(folder, 'other', authority);
  const seen: string[] = [];
  const { url } = await startOtlpBackend({
    tls: {
      cert: server.cert,
      key: server.key,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    },
    secured: (socket) =>
      seen.push(String(socket.getPeerCertificate().subject.CN)),
  });
  const used = {
    certFile: join(folder, 'used.crt'),
    keyFile: join(folder, 'used.key'),
  };
  const use = (one: typeof used) => {
    copyFileSync(one.certFile, used.certFile);
    copyFileSync(one.keyFile, used.keyFile);
  };
  use(client);
  const send = await started({
    url,
    tls: {
      ca: authority.cert,
      cert: { file: used.certFile },
      key: { file: used.keyFile },
    },
  });
  await send();
  await send();
  use(other);
  await send();
  expect(seen).toEqual(['client', 'other']);
});

it.each(['http/protobuf', 'grpc'] as const)(
  'an exporter by %s that is inspected shows no key',
  async (protocol) => {
    const { client } = certificates();
    const { cert, key } = client;
    const exporter = new OtlpExporter({
      protocol,
      url: 'https://127.0.0.1:1/?key=query-secret',
      headers: { 'api-key': 'header-secret' },
      tls: { cert, key },
    });
    await exporter.start();
    onTestFinished(() => exporter.shutdown());
    const shown = inspect(exporter, { depth: Infinity, showHidden: true });
    expect(shown).toContain('OtlpSender');
    expect(shown).not.toMatch(/PRIVATE KEY|query-secret|header-secret/);
    // As a Buffer is shown: "-----BEGIN".
    expect(shown).not.toContain('2d 2d 2d 2d 2d 42 45 47 49 4e');
  },
);

it('the exporter does not start with certificates that it cannot use', async () => {
  const { client, stranger } = certificates();
  const url = 'https://127.0.0.1:1/';
  for (const [tls, fault] of [
    [
      { ca: { file: '/none.pem' } },
      /^otlp\.tls\.ca\.file is "\/none\.pem", which cannot be read/,
    ],
    [
      { cert: client.cert, key: stranger.key },
      /^otlp\.tls cannot be used: .*; expected certificates, and a key/,
    ],
  ] as const) {
    const start = new OtlpExporter({ url, tls }).start();
    await expect(start).rejects.toThrow(OptionsError);
    await expect(start).rejects.toThrow(fault);
  }
});

import { copyFileSync, writeFileSync } from 'node:fs';
import { Agent, type AgentOptions, get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OptionsError, type TlsOptions } from '../../src/index.js';
import { type Certificate, makeCertificate } from '../support/certificates.js';
import { makeCollector } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { requestText } from '../support/raw.js';
import { tempFolder } from '../support/temp.js';

/** A collector that speaks HTTPS, and what asks it. */
async function serving(tls: TlsOptions) {
  const { collector, warnings } = makeCollector({ tls });
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  return {
    collector,
    warnings,
    endpoint,
    ask: (options: AgentOptions) => ask(endpoint, options),
  };
}

/** Gives the page and the name of the server; rejects if there is no connection. */
function ask(url: string, options: AgentOptions) {
  return new Promise<{ body: string; server: string }>((resolve, reject) => {
    get(url, { agent: false, ...options }, async (res) => {
      const { subject } = (res.socket as TLSSocket).getPeerCertificate();
      const body = (await res.toArray()).join('');
      resolve({ body, server: String(subject.CN) });
    }).once('error', reject);
  });
}

const filesOf = ({ certFile, keyFile }: Certificate) => ({
  cert: { file: certFile },
  key: { file: keyFile },
});

describe('a server with a certificate', () => {
  test('a server with a certificate serves the page over TLS, and its URL begins with https', async () => {
    const server = makeCertificate(tempFolder(), 'server');
    const { collector, endpoint, ask } = await serving(filesOf(server));
    collector.counter('hits_total').inc();
    expect(endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const { body } = await ask({ ca: server.cert });
    expect(body).toContain('hits_total 1\n');
    await expect(ask({})).rejects.toThrow('self-signed certificate');
    await expect(fetch(endpoint.replace('https:', 'http:'))).rejects.toThrow();
  });

  test('a server with a certificate accepts PEM texts, and an encrypted key', async () => {
    const { cert, key } = makeCertificate(
      tempFolder(),
      'server',
      undefined,
      'open sesame',
    );
    const { ask } = await serving({ cert, key, passphrase: 'open sesame' });
    expect((await ask({ ca: cert })).server).toBe('server');
    const { collector } = makeCollector({
      tls: { cert, key, passphrase: 'wrong' },
    });
    await expect(collector.initialize()).rejects.toThrow(
      /^tls cannot be used: .*; expected a certificate and its private key$/m,
    );
  });

  test('a server with a certificate refuses versions before TLS 1.2', async () => {
    const server = makeCertificate(tempFolder(), 'server');
    const { endpoint, ask } = await serving(filesOf(server));
    const versions = {
      ca: server.cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    await expect(ask(versions)).rejects.toThrow();
    const port = Number(new URL(endpoint).port);
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      ca: server.cert,
      maxVersion: 'TLSv1.2',
    });
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.getProtocol()).toBe('TLSv1.2');
  });

  test('a server with a client authority accepts only clients with its certificates', async () => {
    const folder = tempFolder();
    const authority = makeCertificate(folder, 'authority');
    const server = makeCertificate(folder, 'server', authority);
    const client = makeCertificate(folder, 'client', authority);
    const stranger = makeCertificate(folder, 'stranger');
    const { ask } = await serving({
      ...filesOf(server),
      clientCa: { file: authority.certFile },
    });
    const ca = authority.cert;
    const { cert, key } = client;
    expect((await ask({ ca, cert, key })).server).toBe('server');
    await expect(ask({ ca })).rejects.toThrow();
    await expect(
      ask({ ca, cert: stranger.cert, key: stranger.key }),
    ).rejects.toThrow();
  });

  test('a server closes connections of clients whose authority is removed, and they cannot resume a session', async () => {
    const folder = tempFolder();
    const [removed, kept] = ['removed', 'kept'].map((name) =>
      makeCertificate(folder, name),
    ) as [Certificate, Certificate];
    const server = makeCertificate(folder, 'server', kept);
    const clientCa = join(folder, 'clients.crt');
    writeFileSync(clientCa, removed.cert + kept.cert);
    const { collector, endpoint, ask, warnings } = await serving({
      ...filesOf(server),
      clientCa: { file: clientCa },
    });
    const credentials = (authority: Certificate) => {
      const { cert, key } = makeCertificate(folder, 'client', authority);
      return { ca: kept.cert, cert, key };
    };
    const [old, current] = [credentials(removed), credentials(kept)];
    const connection = async (words: string) => {
      const { port, hostname: host } = new URL(endpoint);
      const socket = connectTls({ port: Number(port), host, ...old });
      onTestFinished(() => void socket.destroy());
      const made = { received: '', closed: false, session: Buffer.alloc(0) };
      socket
        .on('error', () => {})
        .on('data', (data) => (made.received += String(data)))
        .on('session', (session) => (made.session = session))
        .once('close', () => (made.closed = true))
        .write(words);
      return made;
    };
    let open!: (value: number) => void;
    const opened = new Promise<number>((resolve) => (open = resolve));
    let reads = 0;
    const idle = await connection(requestText('/health'));
    await waitFor(() => idle.received.includes('200 OK'), 'an answer');
    collector.gauge('slow', { collect: () => (reads++, opened) });
    const busy = await connection(requestText('/metrics'));
    await waitFor(() => reads === 1, 'a scrape to begin');
    writeFileSync(clientCa, kept.cert);
    await waitFor(() => idle.closed, 'the idle connection to be closed');
    expect(busy.closed).toBe(false);
    open(7);
    await waitFor(() => busy.closed, 'the other connection to be closed');
    expect(busy.received).toContain('slow 7\n');
    await expect(ask(old)).rejects.toThrow();
    await expect(ask({ ...old, session: idle.session })).rejects.toThrow();
    expect((await ask(current)).body).toContain('slow 7\n');
    expect(warnings).toEqual([]);
  });

  test('a server keeps open connections when only its certificate changes', async () => {
    const folder = tempFolder();
    const authority = makeCertificate(folder, 'authority');
    const server = makeCertificate(folder, 'server', authority);
    const files = {
      certFile: join(folder, 'tls.crt'),
      keyFile: join(folder, 'tls.key'),
    };
    copyFileSync(server.certFile, files.certFile);
    copyFileSync(server.keyFile, files.keyFile);
    const { ask } = await serving({
      ...filesOf(files as Certificate),
      clientCa: { file: authority.certFile },
    });
    const { cert, key } = makeCertificate(folder, 'client', authority);
    const agent = new Agent({ keepAlive: true, ca: authority.cert, cert, key });
    onTestFinished(() => agent.destroy());
    expect((await ask({ agent } as object)).server).toBe('server');
    const next = makeCertificate(folder, 'next', authority);
    copyFileSync(next.certFile, files.certFile);
    copyFileSync(next.keyFile, files.keyFile);
    await waitFor(
      async () =>
        (await ask({ ca: authority.cert, cert, key })).server === 'next',
      'the next certificate',
    );
    expect((await ask({ agent } as object)).server).toBe('server');
  });

  test('a server with a certificate follows changes of its files without a restart', async () => {
    const folder = tempFolder();
    const first = makeCertificate(folder, 'first');
    const second = makeCertificate(folder, 'second');
    const ca = [first.cert, second.cert];
    const used = {
      certFile: join(folder, 'tls.crt'),
      keyFile: join(folder, 'tls.key'),
    };
    const use = ({ certFile, keyFile }: Certificate) => {
      copyFileSync(certFile, used.certFile);
      copyFileSync(keyFile, used.keyFile);
    };
    use(first);
    const { ask, warnings } = await serving(filesOf(used as Certificate));
    expect((await ask({ ca })).server).toBe('first');
    use(second);
    await waitFor(
      async () => (await ask({ ca })).server === 'second',
      'the second certificate',
    );
    copyFileSync(first.certFile, used.certFile);
    await waitFor(() => warnings.length > 0, 'the warning of a wrong pair');
    expect((await ask({ ca })).server).toBe('second');
    writeFileSync(used.certFile, '');
    await waitFor(() => warnings.length > 1, 'the warning of an empty file');
    expect((await ask({ ca })).server).toBe('second');
    use(first);
    await waitFor(
      async () => (await ask({ ca })).server === 'first',
      'the first certificate',
    );
    expect(warnings).toEqual([
      expect.stringMatching(
        /tls cannot be used: .* values mismatch.*; the server goes on/,
      ),
      expect.stringMatching(
        /tls\.cert\.file is ".*", which is empty.*; the server goes on/,
      ),
    ]);
  });

  test('a server with a certificate stops at once, also during a handshake and with idle connections', async () => {
    const server = makeCertificate(tempFolder(), 'server');
    const { collector, endpoint } = await serving(filesOf(server));
    const port = Number(new URL(endpoint).port);
    const idle = connectTls({ port, host: '127.0.0.1', ca: server.cert });
    await new Promise((resolve) => idle.once('secureConnect', resolve));
    const halfway = connect(port, '127.0.0.1');
    await new Promise((resolve) => halfway.once('connect', resolve));
    const closed = [idle, halfway].map(
      (socket) =>
        new Promise((resolve) =>
          socket.on('error', () => {}).once('close', resolve),
        ),
    );
    const start = performance.now();
    await collector.shutdown();
    await Promise.all(closed);
    // What a handshake may take is five seconds.
    expect(performance.now() - start).toBeLessThan(4_000);
    await expect(ask(endpoint, { ca: server.cert })).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  test('a server with a certificate fails to start without valid options, and names the wrong one', async () => {
    const folder = tempFolder();
    const server = makeCertificate(folder, 'server');
    const other = makeCertificate(folder, 'other');
    const cases: [TlsOptions, RegExp][] = [
      [
        { ...filesOf(server), cert: { file: join(folder, 'none') } },
        /^tls\.cert\.file is ".*none", which cannot be read: ENOENT/,
      ],
      [
        { ...filesOf(server), key: { file: server.certFile } },
        /^tls\.key\.file is ".*server\.crt", which holds something else; expected a text in PEM with a PRIVATE KEY/,
      ],
      [
        { ...filesOf(server), key: other.key },
        /^tls cannot be used: .*mismatch/,
      ],
      [
        { ...filesOf(server), cert: server.cert.replace(/\n..../, '\n....') },
        /^tls cannot be used: /,
      ],
    ];
    for (const [tls, fault] of cases) {
      const { collector } = makeCollector({ tls });
      const start = collector.initialize();
      await expect(start).rejects.toThrow(OptionsError);
      await expect(start).rejects.toThrow(fault);
      expect(await collector.healthCheck()).toMatchObject({
        healthy: false,
        server_running: false,
      });
    }
  });
});

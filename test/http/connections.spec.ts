import { Agent as HttpAgent, get as getHttp } from 'node:http';
import { Agent, get as getHttps } from 'node:https';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { AccessPolicy } from '../../src/http/access/access-policy.js';
import { PrometheusCollector, type TlsOptions } from '../../src/index.js';
import { makeCertificate } from '../support/certificates.js';
import { makeCollector } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { RawConnection, requestText } from '../support/raw.js';
import { makeScrapeServer } from '../support/scrape-server.js';
import { tempFolder } from '../support/temp.js';

// A machine that opens 300 connections slowly must not let their requests time out.
vi.mock('../../src/http/limits.js', async (original) => {
  const limits = await original<typeof import('../../src/http/limits.js')>();
  const patience = { headersTimeout: 60_000, requestTimeout: 60_000 };
  return {
    ...limits,
    SERVER_OPTIONS: { ...limits.SERVER_OPTIONS, ...patience },
  };
});

/** More than a server keeps open. */
const FLOOD = 300;

/** The same in plain HTTP and over TLS. */
const SCHEMES: [string, () => TlsOptions | undefined][] = [
  ['http', () => undefined],
  ['https', serverTls],
];

function serverTls(): TlsOptions {
  const { cert, key } = makeCertificate(tempFolder(), 'server');
  return { cert, key };
}

async function serving(tls?: TlsOptions) {
  const pageServer = makeScrapeServer(tls);
  const { collector } = makeCollector({}, { pageServer });
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  /** Asks on a connection of its own, unless an agent keeps one. */
  const status = (path: string, agent: HttpAgent | false = false) =>
    new Promise<number>((resolve, reject) => {
      const get = tls === undefined ? getHttp : getHttps;
      const options = {
        agent,
        ca: tls?.cert as string,
        rejectUnauthorized: false,
      };
      get(new URL(path, endpoint), options, (res) => {
        res.resume();
        res.once('end', () => resolve(res.statusCode!));
      }).on('error', reject);
    });
  /** Connects, says something, and tells whether the connection was closed. */
  const open = async (
    words: string,
  ): Promise<{ closed: boolean; received: string }> => {
    if (tls === undefined) return RawConnection.open(endpoint, words);
    const { port, hostname: host } = new URL(endpoint);
    const socket = connectTls({
      port: Number(port),
      host,
      rejectUnauthorized: false,
    });
    const connection = { closed: false, received: '' };
    socket
      .on('error', () => {})
      .on('data', (data: Buffer) => (connection.received += data))
      .once('close', () => (connection.closed = true));
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) =>
      socket.once('secureConnect', resolve).once('close', resolve),
    );
    if (!socket.destroyed) socket.write(words);
    return connection;
  };
  return { endpoint, status, open, size: () => pageServer.connections.size };
}

/** What clients may send that keeps a connection open, and whether it is answered. */
const WORDS: [string, string, boolean][] = [
  ['nothing', '', false],
  ['the first bytes of a request', 'GET', false],
  ['half a header', 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ', false],
  ['a request after which they idle', requestText('/health/live'), true],
  [
    'a request and half of the next',
    `${requestText('/health/live')}GET /metrics HTTP/1.1\r\n`,
    true,
  ],
  [
    'the beginning of a body',
    `${requestText('/metrics', 'Content-Length: 1000').replace('GET', 'POST')}x`,
    true,
  ],
];

describe.each(SCHEMES)('over %s', (_scheme, tls) => {
  test.each(WORDS)(
    'scrapes and probes are answered while 300 connections send %s',
    async (_what, words, isAnswered) => {
      const { status, open, size } = await serving(tls());
      const flood = await Promise.all(
        Array.from({ length: FLOOD }, () => open(words)),
      );
      if (isAnswered) {
        await waitFor(
          () =>
            flood.every(({ closed, received }) => closed || received !== ''),
          'the answers',
        );
      }
      for (let i = 0; i < 5; i++) {
        const paths = ['/metrics', '/health', '/health/live', '/health/ready'];
        const statuses = await Promise.all(paths.map((path) => status(path)));
        expect(statuses).toEqual([200, 200, 200, 200]);
      }
      const scrapes = Array.from({ length: 25 }, () => status('/metrics'));
      expect(new Set(await Promise.all(scrapes))).toEqual(new Set([200]));
      expect(size()).toBeLessThanOrEqual(256);
    },
  );

  test('the connection of a scraper that comes back outlives a flood of half requests, whose oldest go first', async () => {
    const server = tls();
    const { open, status, size } = await serving(server);
    const agent = { keepAlive: true, maxSockets: 1 };
    const kept = server === undefined ? new HttpAgent(agent) : new Agent(agent);
    onTestFinished(() => kept.destroy());
    expect(await status('/metrics', kept)).toBe(200);
    const [socket] = Object.values(kept.freeSockets).flat();
    const flood: Awaited<ReturnType<typeof open>>[] = [];
    for (let i = 0; i < FLOOD; i++) flood.push(await open('GET /'));
    const gone = FLOOD + 1 - 256;
    await waitFor(() => flood[gone - 1]!.closed, 'the oldest to be closed');
    expect(flood.map(({ closed }) => closed)).toEqual(
      flood.map((_, i) => i < gone),
    );
    expect(size()).toBe(256);
    expect(await status('/metrics', kept)).toBe(200);
    expect(Object.values(kept.freeSockets).flat()).toEqual([socket]);
  });

  test('connections that were closed to make room, and by their clients, are forgotten', async () => {
    const { open, size, endpoint } = await serving(tls());
    const { port, hostname } = new URL(endpoint);
    const clients = Array.from({ length: FLOOD }, () =>
      connect(Number(port), hostname).on('error', () => {}),
    );
    await waitFor(() => size() === 256, 'as many connections as may be');
    await open(requestText('/health/live'));
    for (const client of clients) client.destroy();
    await waitFor(() => size() === 1, 'the connections to be forgotten');
  });
});

test('over https, scrapes and probes are answered while 300 handshakes are not finished', async () => {
  const { status, endpoint, size } = await serving(serverTls());
  // A handshake record that announces more than what comes (RFC 8446, section 5.1).
  const half = '\x16\x03\x01\x02\x00\x01\x00';
  const flood = await Promise.all(
    Array.from({ length: FLOOD }, () => RawConnection.open(endpoint, half)),
  );
  for (const path of ['/metrics', '/health', '/health/live', '/health/ready']) {
    expect(await status(path)).toBe(200);
  }
  expect(flood.filter(({ closed }) => !closed).length).toBeLessThan(256);
  expect(size()).toBeLessThanOrEqual(256);
});

test('a connection that is being answered is not closed for a new one', async () => {
  let letIn!: (refusal: undefined) => void;
  const decision = new Promise<undefined>((resolve) => (letIn = resolve));
  let asked = 0;
  const access: AccessPolicy = { check: () => (asked++, decision) };
  const collector = new PrometheusCollector(
    { port: 0, host: '127.0.0.1', maxScrapes: 256 },
    { access, logger: { warn: () => {} } },
  );
  onTestFinished(() => collector.shutdown());
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  const words = requestText('/health/live');
  const busy = await Promise.all(
    Array.from({ length: 256 }, () => RawConnection.open(endpoint, words)),
  );
  await waitFor(() => asked === 256, 'the requests to be read');
  await (await RawConnection.open(endpoint)).untilClosed();
  letIn(undefined);
  await waitFor(
    () => busy.every(({ statuses }) => statuses[0] === 200),
    'the answers',
  );
});

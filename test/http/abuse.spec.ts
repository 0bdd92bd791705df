import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { makeCollector } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { RawConnection, requestText } from '../support/raw.js';
import { makeScrapeServer } from '../support/scrape-server.js';

/** A collector that is serving on a port of its own, and where. */
async function serving() {
  const pageServer = makeScrapeServer();
  const { collector, warnings } = makeCollector({}, { pageServer });
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  const { origin } = new URL(endpoint);
  return { collector, warnings, pageServer, endpoint, origin };
}

/** Says something on a connection of its own, and gives what came back until it was closed. */
async function answerTo(url: string, words: string): Promise<RawConnection> {
  return (await RawConnection.open(url, words)).untilClosed();
}

const close = 'Connection: close';

describe('the metrics server', () => {
  test('the metrics server answers other requests while half-open ones trickle in, and closes those', async () => {
    const { endpoint } = await serving();
    const slow: RawConnection[] = [];
    for (let i = 0; i < 100; i++) {
      slow.push(
        await RawConnection.open(endpoint, 'GET /metrics HTTP/1.1\r\n'),
      );
    }
    await waitFor(async () => {
      for (const connection of slow) connection.say(`X-Slow: 1\r\n`);
      expect((await fetch(endpoint)).status).toBe(200);
      return slow.every(({ closed }) => closed);
    }, 'the half-open requests to be closed');
    for (const { statuses } of slow) expect(statuses).toEqual([408]);
  });

  test('the metrics server closes connections that never send anything', async () => {
    const { endpoint } = await serving();
    await (await RawConnection.open(endpoint)).untilClosed();
  });

  test('the metrics server refuses headers beyond 8 KiB with 431', async () => {
    const { endpoint } = await serving();
    const big = `X-Big: ${'x'.repeat(9 * 1024)}`;
    const { statuses } = await answerTo(endpoint, requestText('/metrics', big));
    expect(statuses).toEqual([431]);
  });

  test('the metrics server refuses a URL beyond 2 KiB with 414', async () => {
    const { endpoint } = await serving();
    expect((await fetch(`${endpoint}?x=${'y'.repeat(2000)}`)).status).toBe(200);
    expect((await fetch(`${endpoint}?x=${'y'.repeat(2048)}`)).status).toBe(414);
  });

  test.each([
    'garbage\r\n\r\n',
    '\0\x01\x02\x03\r\n\r\n',
    'GET /metrics HTTP/9.9\r\n\r\n',
    'GET /metrics HTTP/1.1\r\n\r\n',
    'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'GET /metrics HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n',
  ])(
    'the metrics server refuses %j with 400 and closes the connection',
    async (words) => {
      const { endpoint } = await serving();
      const { statuses } = await answerTo(endpoint, words);
      expect(statuses).toEqual([400]);
      expect((await fetch(endpoint)).status).toBe(200);
    },
  );

  test('the metrics server survives random bytes', async () => {
    const { endpoint } = await serving();
    for (let i = 0; i < 50; i++) {
      const { statuses } = await answerTo(
        endpoint,
        `${randomBytes(64).toString('latin1')}\r\n\r\n`,
      );
      expect(statuses.filter((status) => status !== 400)).toEqual([]);
    }
    expect((await fetch(endpoint)).status).toBe(200);
  });

  test.each([
    '/../metrics',
    '/metrics/..',
    '/metrics/../metrics',
    '/./metrics',
    '//metrics',
    '/metrics/',
    '/METRICS',
    '/metrics%2f',
    '/metrics%2e',
    '/%6detrics',
    '/metrics;x',
    '*',
    'http://host',
    'http://host//metrics',
  ])('the metrics server answers 404 at %s', async (target) => {
    const { endpoint } = await serving();
    const { statuses } = await answerTo(endpoint, requestText(target, close));
    expect(statuses).toEqual([404]);
  });

  test.each([
    '/metrics?',
    '/metrics?a=b&c',
    'http://host/metrics',
    'HTTP://host:9090/metrics?a',
  ])('the metrics server has the page at %s', async (target) => {
    const { endpoint } = await serving();
    const { statuses } = await answerTo(endpoint, requestText(target, close));
    expect(statuses).toEqual([200]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PURGE'])(
    'the metrics server refuses %s with 405',
    async (method) => {
      const { endpoint } = await serving();
      const words = requestText('/metrics', close).replace('GET', method);
      const { statuses, received } = await answerTo(endpoint, words);
      expect(statuses).toEqual([405]);
      expect(received).toContain('\r\nAllow: GET, HEAD\r\n');
    },
  );

  test('the metrics server opens no tunnels, and answers a request for an upgrade in HTTP', async () => {
    const { endpoint } = await serving();
    const tunnel = await answerTo(endpoint, 'CONNECT x:1 HTTP/1.1\r\n\r\n');
    expect(tunnel.statuses.filter((status) => status < 400)).toEqual([]);
    const upgrade = requestText(
      '/metrics',
      'Upgrade: h2c',
      'Connection: Upgrade, close',
    );
    expect((await answerTo(endpoint, upgrade)).statuses).toEqual([200]);
  });

  test('the metrics server does not read the body of a request: it answers, and closes the connection', async () => {
    const { endpoint } = await serving();
    const head = requestText('/metrics', 'Content-Length: 1000000000');
    expect((await answerTo(endpoint, `${head}body`)).statuses).toEqual([200]);
    const waiting = requestText(
      '/metrics',
      'Content-Length: 5',
      'Expect: 100-continue',
    );
    expect((await answerTo(endpoint, waiting)).statuses).toEqual([200]);
  });

  test('the metrics server keeps a connection for the next request', async () => {
    const { endpoint } = await serving();
    const connection = await RawConnection.open(
      endpoint,
      requestText('/metrics'),
    );
    await waitFor(() => connection.statuses.length === 1, 'the first answer');
    connection.say(requestText('/metrics', close));
    await connection.untilClosed();
    expect(connection.statuses).toEqual([200, 200]);
  });

  test('the metrics server closes a connection on which more than 16 requests wait for their answers', async () => {
    const { collector, endpoint } = await serving();
    let reads = 0;
    let open!: (value: number) => void;
    const opened = new Promise<number>((resolve) => (open = resolve));
    collector.gauge('slow', { collect: () => (reads++, opened) });
    const few = await RawConnection.open(
      endpoint,
      requestText('/metrics').repeat(16),
    );
    const many = await RawConnection.open(
      endpoint,
      requestText('/metrics').repeat(17),
    );
    await many.untilClosed();
    expect(many.statuses).toEqual([]);
    open(1);
    await waitFor(() => few.statuses.length === 16, '16 answers');
    expect(reads).toBe(1);
  });

  test('the metrics server accepts 3,000 short connections, and keeps none of them', async () => {
    const { pageServer, endpoint } = await serving();
    for (let i = 0; i < 60; i++) {
      const batch = await Promise.all(
        Array.from({ length: 50 }, (_, k) =>
          RawConnection.open(endpoint, k % 2 ? requestText('/metrics') : 'GE'),
        ),
      );
      for (const { socket } of batch) socket.destroy();
    }
    expect((await fetch(endpoint)).status).toBe(200);
    const { connections } = pageServer;
    await waitFor(() => connections.size <= 1, 'the connections to be gone');
  });

  test('the metrics server makes room for a scraper when 256 connections are idle', async () => {
    const { endpoint } = await serving();
    const idle = await Promise.all(
      Array.from({ length: 256 }, () =>
        RawConnection.open(endpoint, requestText('/health')),
      ),
    );
    await waitFor(
      () => idle.every(({ statuses }) => statuses.length === 1),
      'the answers',
    );
    const scrape = () =>
      new Promise<number>((resolve, reject) => {
        request(endpoint, { agent: false }, (res) => {
          res.resume();
          resolve(res.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    expect(await scrape()).toBe(200);
  });
});

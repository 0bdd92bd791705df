import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MetricsServerError } from '../../src/index.js';
import { breakRegistry, makeCollector } from '../support/collector.js';
import { freePort, occupyPort, waitFor } from '../support/http.js';

/** A collector that is serving, and where. */
async function serving(options = {}) {
  const { collector, warnings } = makeCollector(options);
  await collector.initialize();
  const { endpoint } = await collector.healthCheck();
  return { collector, warnings, endpoint, origin: new URL(endpoint).origin };
}

describe('the server of a collector', () => {
  test('the server of a collector answers with the page and its content type', async () => {
    const { collector, endpoint } = await serving();
    collector.counter('hits_total', { description: 'Hits' }).inc({ a: 'ü' });
    const response = await fetch(`${endpoint}?name=x`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(
      'text/plain; version=0.0.4; charset=utf-8',
    );
    expect(response.headers.get('etag')).toBeNull();
    expect(await response.text()).toBe(
      '# HELP hits_total Hits\n# TYPE hits_total counter\nhits_total{a="ü"} 1\n',
    );
  });

  test.each([
    ['gzip', 'gzip'],
    ['deflate, GZIP;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['br', null],
    ['', null],
  ])(
    'the server of a collector compresses a page if the scraper accepts it: %j',
    async (accepted, coding) => {
      const { collector, endpoint } = await serving();
      const counter = collector.counter('hits_total');
      for (let i = 0; i < 100; i++) counter.inc({ i });
      const response = await fetch(endpoint, {
        headers: { 'accept-encoding': accepted },
      });
      expect(response.headers.get('content-encoding')).toBe(coding);
      expect(response.headers.get('vary')).toBe('Accept, Accept-Encoding');
      expect(await response.text()).toContain('hits_total{i="99"} 1\n');
    },
  );

  test('the server of a collector answers HEAD without a body, and other methods with 405', async () => {
    const { endpoint } = await serving();
    const head = await fetch(endpoint, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    const post = await fetch(endpoint, { method: 'POST', body: 'x' });
    expect(post.status).toBe(405);
    expect(post.headers.get('allow')).toBe('GET, HEAD');
  });

  test('the server of a collector answers other paths with 404', async () => {
    const { origin } = await serving({ path: '/internal/metrics' });
    expect((await fetch(`${origin}/internal/metrics`)).status).toBe(200);
    expect((await fetch(`${origin}/metrics`)).status).toBe(404);
    expect((await fetch(`${origin}/`)).status).toBe(404);
  });

  test('the server of a collector answers 500 and a whole page later when the registry fails', async () => {
    const { collector, endpoint, warnings } = await serving();
    const repair = breakRegistry(collector.registry, new Error('broken'));
    expect((await fetch(endpoint)).status).toBe(500);
    expect(warnings).toContainEqual(expect.stringContaining('broken'));
    repair();
    expect((await fetch(endpoint)).status).toBe(200);
  });

  test('the server of a collector fails to start on a port in use, and starts once it is free', async () => {
    const port = await occupyPort();
    const { collector } = makeCollector({ port });
    await expect(collector.initialize()).rejects.toThrow(
      new MetricsServerError(
        `The metrics server cannot listen on 127.0.0.1:${port}: port ${port} is already in use; stop what listens there, or choose another port`,
      ),
    );
    expect(await collector.healthCheck()).toMatchObject({
      healthy: false,
      server_running: false,
    });
    const other = makeCollector({ port: await freePort() }).collector;
    await other.initialize();
    expect((await other.healthCheck()).healthy).toBe(true);
  });

  test('the server of a collector fails to start on an address of another machine with an error', async () => {
    const { collector } = makeCollector({ host: '192.0.2.1' });
    await expect(collector.initialize()).rejects.toThrow(MetricsServerError);
  });

  test('the server of a collector can be started and stopped twice, at once and again', async () => {
    const { collector } = makeCollector({ port: await freePort() });
    await Promise.all([collector.initialize(), collector.initialize()]);
    const { endpoint } = await collector.healthCheck();
    expect((await fetch(endpoint)).status).toBe(200);
    await Promise.all([collector.shutdown(), collector.shutdown()]);
    await expect(fetch(endpoint)).rejects.toThrow();
    await collector.initialize();
    expect((await fetch(endpoint)).status).toBe(200);
    await Promise.all([collector.shutdown(), collector.initialize()]);
    expect((await fetch(endpoint)).status).toBe(200);
  });

  test('the server of a collector lets a running scrape finish at shutdown and then closes the port', async () => {
    const { collector, endpoint } = await serving();
    let release!: (value: number) => void;
    let scraping = false;
    collector.gauge('slow', {
      collect: () => {
        scraping = true;
        return new Promise<number>((resolve) => (release = resolve));
      },
    });
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const scrape = new Promise<string>((resolve, reject) => {
      get(endpoint, { agent }, (res) => {
        let body = '';
        res.on('data', (chunk: Buffer) => (body += chunk.toString()));
        res.on('end', () => resolve(body));
      }).on('error', reject);
    });
    await waitFor(() => scraping, 'the scrape to begin');
    const stopped = collector.shutdown();
    await waitFor(
      async () => !(await collector.healthCheck()).server_running,
      'the server to stop listening',
    );
    release(42);
    expect(await scrape).toContain('slow 42');
    await stopped;
    await expect(fetch(endpoint)).rejects.toThrow();
  });

  test('the server of a collector closes though a connection has sent nothing', async () => {
    const { collector, endpoint } = await serving();
    const { hostname, port } = new URL(endpoint);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await collector.shutdown();
    await closed;
  });
});

describe('the health of a collector', () => {
  test('the health of a collector is answered with 200 and JSON while it runs', async () => {
    const { collector, endpoint, origin } = await serving();
    collector.counter('a');
    const response = await fetch(`${origin}/health`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({
      healthy: true,
      server_running: true,
      metrics_count: 1,
      endpoint,
    });
  });

  test('the health of a collector is not healthy before the start and after the end', async () => {
    const { collector } = makeCollector({ port: 9_090 });
    const down = {
      healthy: false,
      server_running: false,
      metrics_count: 0,
      endpoint: 'http://127.0.0.1:9090/metrics',
    };
    expect(await collector.healthCheck()).toMatchObject(down);
    const other = await serving();
    await other.collector.shutdown();
    expect(await other.collector.healthCheck()).toMatchObject({
      healthy: false,
      server_running: false,
    });
  });
});

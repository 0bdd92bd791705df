import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type HealthCheckDefinition,
  type HealthStatus,
  PrometheusCollector,
} from '../../src/index.js';
import type { HealthContext } from '../../src/health/health.js';
import { samplesOf } from '../support/collector.js';
import { listen } from '../support/http.js';

const SECRET = 'postgres://app:hunter2@db.internal/app';

const DOWN = () => Promise.reject(new Error(`cannot reach ${SECRET}`));

const jsonOf = async (response: Promise<Response>): Promise<any> =>
  (await response).json();

/** A collector with checks that serves, and what asks it. */
async function serving(
  checks: HealthCheckDefinition[] = [],
  health: HealthContext = {},
) {
  const collector = new PrometheusCollector(
    { namespace: 'app', subsystem: 'api', port: 0, host: '127.0.0.1' },
    { health: { version: '1.2.3', ...health }, logger: { warn: () => {} } },
  );
  onTestFinished(() => collector.shutdown());
  const removes = checks.map((check) => collector.addHealthCheck(check));
  await collector.initialize();
  const { origin } = new URL((await collector.healthCheck()).endpoint);
  const get = (path: string, accept?: string, method = 'GET') =>
    fetch(origin + path, { method, headers: accept ? { accept } : {} });
  return { collector, get, removes };
}

describe('/health', () => {
  test('/health has the checks, the version and the age of the process', async () => {
    const { get, collector } = await serving([
      { name: 'up', check: () => {} },
      { name: 'optional', check: () => false, critical: false },
    ]);
    const response = await get('/health');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(
      'application/json; charset=utf-8',
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('vary')).toMatch(/^Accept(,|$)/);
    const body = (await response.json()) as HealthStatus;
    expect(body).toEqual({
      healthy: true,
      server_running: true,
      metrics_count: 2,
      endpoint: expect.stringMatching(/\/metrics$/),
      checks: { up: { status: 'up' }, optional: { status: 'down' } },
      version: '1.2.3',
      uptime_seconds: expect.any(Number),
    });
    const { uptime_seconds: _uptime, ...rest } = body;
    expect(await collector.healthCheck()).toMatchObject(rest);
  });

  test('/health is 503 while a critical check is down, and does not say why', async () => {
    const { get } = await serving([{ name: 'database', check: DOWN }]);
    const response = await get('/health');
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      healthy: false,
      checks: { database: { status: 'down' } },
    });
    expect(text).not.toMatch(/reach|db\.internal|hunter2/);
  });

  test('/health says why a check is down if details are switched on, without credentials', async () => {
    const before = Date.now();
    const { get } = await serving(
      [
        { name: 'database', check: DOWN },
        { name: 'queue', check: () => ({ length: 3 }), critical: false },
      ],
      { details: true },
    );
    const { checks } = await jsonOf(get('/health'));
    expect(checks).toEqual({
      database: {
        status: 'down',
        critical: true,
        time: expect.any(String),
        since: expect.any(String),
        duration_seconds: expect.any(Number),
        error: 'Error: cannot reach postgres://***@db.internal/app',
      },
      queue: {
        status: 'up',
        critical: false,
        time: expect.any(String),
        since: expect.any(String),
        duration_seconds: expect.any(Number),
        details: { length: 3 },
      },
    });
    const since = Date.parse(checks.database.since);
    expect(since).toBeGreaterThanOrEqual(before);
    expect(since).toBeLessThanOrEqual(Date.now());
  });

  test('/health is answered to HEAD without a body', async () => {
    const { get } = await serving([{ name: 'a', check: () => false }]);
    const head = await get('/health', undefined, 'HEAD');
    expect(head.status).toBe(503);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await head.text()).toBe('');
  });

  test('/health takes its version from npm unless it is given, and has none without', async () => {
    const { npm_package_version: before } = process.env;
    onTestFinished(() => {
      if (before === undefined) delete process.env['npm_package_version'];
      else process.env['npm_package_version'] = before;
    });
    const { collector } = await serving([], { version: undefined });
    process.env['npm_package_version'] = '9.8.7';
    expect((await collector.healthCheck()).version).toBe('9.8.7');
    delete process.env['npm_package_version'];
    expect(await collector.healthCheck()).not.toHaveProperty('version');
  });

  test("/health works with names of checks that are names of Object's members", async () => {
    const { get } = await serving([
      { name: '__proto__', check: () => false, critical: false },
      { name: 'constructor', check: () => true },
    ]);
    expect(await (await get('/health')).text()).toContain(
      '"checks":{"__proto__":{"status":"down"},"constructor":{"status":"up"}}',
    );
  });
});

describe('health+json', () => {
  const TYPE = 'application/health+json';

  test.each([
    [TYPE, TYPE],
    [`text/html, ${TYPE};q=0.5, */*;q=0.1`, TYPE],
    [`application/json;q=0.5, Application/Health+JSON; q=0.9`, TYPE],
    [`application/json, ${TYPE};q=0.9`, 'application/json; charset=utf-8'],
    [`${TYPE};q=0`, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html', 'application/json; charset=utf-8'],
  ])(
    'the media type of the health depends on the header "Accept: %s"',
    async (accept, type) => {
      const { get } = await serving();
      const response = await get('/health', accept);
      expect(response.headers.get('content-type')).toBe(type);
      expect(response.headers.get('vary')).toMatch(/^Accept(,|$)/);
    },
  );

  test('health+json has the status pass, warn for checks that are not critical, or fail', async () => {
    const results = { a: true, b: true };
    const { get } = await serving([
      { name: 'a', check: () => results.a, cacheFor: 0 },
      { name: 'b', check: () => results.b, cacheFor: 0, critical: false },
    ]);
    const ask = async () => {
      const response = await get('/health', TYPE);
      return [response.status, await response.json()];
    };
    expect(await ask()).toEqual([
      200,
      {
        status: 'pass',
        version: '1.2.3',
        checks: { a: [{ status: 'pass' }], b: [{ status: 'pass' }] },
      },
    ]);
    results.b = false;
    expect(await ask()).toMatchObject([
      200,
      { status: 'warn', checks: { b: [{ status: 'fail' }] } },
    ]);
    results.a = false;
    expect(await ask()).toMatchObject([503, { status: 'fail' }]);
  });

  test('health+json has measurements and errors of checks with details', async () => {
    const { get } = await serving([{ name: 'database', check: DOWN }], {
      details: true,
    });
    const { checks } = await jsonOf(get('/health', TYPE));
    expect(checks.database).toEqual([
      {
        status: 'fail',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        observedValue: expect.any(Number),
        observedUnit: 's',
        output: 'Error: cannot reach postgres://***@db.internal/app',
      },
    ]);
  });
});

describe('the probes of a collector', () => {
  test('the probes of a collector are up once it is initialized', async () => {
    const { get, collector } = await serving();
    for (const path of ['/health/live', '/health/ready']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).toBe('{"status":"up"}');
    }
    const head = await get('/health/ready', undefined, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await collector.healthCheck()).healthy).toBe(true);
  });

  test('a collector is live, but not ready, while a critical check is down', async () => {
    let isUp = false;
    const { get } = await serving([
      { name: 'a', check: () => isUp, cacheFor: 0 },
    ]);
    const ready = await get('/health/ready');
    expect([ready.status, await ready.text()]).toEqual([
      503,
      '{"status":"down"}',
    ]);
    expect((await get('/health/live')).status).toBe(200);
    isUp = true;
    expect((await get('/health/ready')).status).toBe(200);
  });

  test('a probe runs only the checks that it depends on', async () => {
    const asked: string[] = [];
    const record = (name: string, critical: boolean) => ({
      name,
      critical,
      cacheFor: 0,
      check: () => void asked.push(name),
    });
    const { get } = await serving([
      record('critical', true),
      record('other', false),
    ]);
    asked.length = 0;
    await get('/health/live');
    expect(asked).toEqual([]);
    await get('/health/ready');
    expect(asked).toEqual(['critical']);
    await get('/health');
    expect(asked).toEqual(['critical', 'critical', 'other']);
  });

  test("the probes of a collector can be served by the user's server", async () => {
    const collector = new PrometheusCollector();
    const server = createServer((req, res) =>
      req.url === '/live'
        ? void collector.serveProbe('live', req, res)
        : void collector.serveProbe('ready', req, res),
    );
    const url = `http://${await listen(server)}`;
    expect((await fetch(`${url}/live`)).status).toBe(200);
    expect((await fetch(`${url}/ready`)).status).toBe(503);
  });
});

describe('the metrics of health checks', () => {
  const page = async (collector: PrometheusCollector, metric: string) =>
    samplesOf(await collector.metrics(), `app_api_health_check_${metric}`);

  test('the gauges of health checks are gauges of the status and the duration, run at scrape time', async () => {
    const { collector } = await serving([
      { name: 'database', check: DOWN },
      { name: 'queue', check: () => ({ length: 3 }) },
    ]);
    expect(await page(collector, 'status')).toEqual([
      'app_api_health_check_status{check="database"} 0',
      'app_api_health_check_status{check="queue"} 1',
    ]);
    expect(await page(collector, 'duration_seconds')).toEqual([
      expect.stringMatching(/\{check="database"\} \d\S*$/),
      expect.stringMatching(/\{check="queue"\} \d\S*$/),
    ]);
  });

  test('the gauges of health checks do not exist without checks', async () => {
    const { collector } = await serving();
    expect(await collector.metrics()).not.toContain('health_check');
    expect(collector.getMetricCount()).toBe(0);
  });

  test('the gauges of health checks run a check once for both gauges and the health', async () => {
    let runs = 0;
    const { collector } = await serving();
    collector.addHealthCheck({ name: 'a', check: () => void runs++ });
    await Promise.all([collector.metrics(), collector.healthCheck()]);
    await collector.metrics();
    expect(runs).toBe(1);
  });

  test('the gauges of a health check are removed with it, and return with another of the same name', async () => {
    const { collector, removes, get } = await serving([
      { name: 'a', check: () => true },
      { name: 'b', check: () => true },
    ]);
    await collector.metrics();
    removes[0]!();
    expect(await page(collector, 'status')).toEqual([
      'app_api_health_check_status{check="b"} 1',
    ]);
    expect(await page(collector, 'duration_seconds')).toHaveLength(1);
    expect(await (await get('/health')).json()).toMatchObject({
      checks: { b: { status: 'up' } },
    });
    collector.addHealthCheck({ name: 'a', check: () => false });
    removes[0]!();
    expect(await page(collector, 'status')).toEqual([
      'app_api_health_check_status{check="b"} 1',
      'app_api_health_check_status{check="a"} 0',
    ]);
  });

  test('the gauges of health checks remain after clearMetrics()', async () => {
    const { collector } = await serving([{ name: 'a', check: () => true }]);
    await collector.metrics();
    collector.clearMetrics();
    expect(await page(collector, 'status')).toHaveLength(1);
  });

  test('the gauges of health checks delay a scrape by the timeout of a check that hangs, once', async () => {
    const { collector } = await serving();
    const hangs = () => new Promise<void>(() => {});
    collector.addHealthCheck({
      name: 'hangs',
      check: hangs,
      timeout: 1,
      cacheFor: 0,
    });
    for (const _ of [1, 2]) {
      expect(await page(collector, 'status')).toEqual([
        'app_api_health_check_status{check="hangs"} 0',
      ]);
    }
  });

  test('the gauges of health checks leave their name to a metric of the user', async () => {
    const { collector } = await serving();
    collector.counter('health_check_status').inc();
    collector.addHealthCheck({ name: 'a', check: () => true });
    expect(await page(collector, 'status')).toEqual([
      'app_api_health_check_status 1',
    ]);
    expect((await collector.healthCheck()).checks).toEqual({
      a: { status: 'up' },
    });
  });
});

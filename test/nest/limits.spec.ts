import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import {
  MetricsModule,
  PrometheusCollector,
  type PrometheusOptions,
} from '../../src/index.js';
import { breakRegistry } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { RawConnection, requestText } from '../support/raw.js';
import { ADAPTERS, type MakeAdapter, startApp } from './support/app.js';
import { HttpClient } from './support/http-client.js';

@Controller('hello')
class HelloController {
  @Get()
  hello() {
    return 'hello';
  }
}

const OWN_SERVER: PrometheusOptions = { port: 0, host: '127.0.0.1' };

/** Where scrapes come in, on each adapter. */
const PLACES = ADAPTERS.flatMap(([name, adapter]) => [
  [`${name}, on the app`, adapter, {}] as const,
  [`${name}, on a server of their own`, adapter, OWN_SERVER] as const,
]);

/** An app with limits, and where its page is. */
async function limited(
  adapter: MakeAdapter,
  prometheus: PrometheusOptions,
  configure?: (app: INestApplication) => void,
) {
  const { app, url } = await startApp(
    {
      imports: [
        MetricsModule.forRoot({
          namespace: '',
          maxSeriesPerMetric: 20_000,
          prometheus: { defaultMetrics: false, ...prometheus },
        }),
      ],
      controllers: [HelloController],
    },
    adapter,
    configure,
  );
  const collector = app.get(PrometheusCollector);
  const { endpoint } = await collector.healthCheck();
  return { app, url, collector, endpoint };
}

/** More names than a scraper may ask for, which gets a 400 at once if a scrape may run. */
const TOO_MANY_NAMES = Array.from(
  { length: 101 },
  (_, i) => `name[]=${i}`,
).join('&');

/** Tells how many of the scrapes that `maxScrapes` allows run, from the answers alone. */
class ScrapeSlots {
  private open!: () => void;
  private opened!: Promise<number>;

  constructor(
    collector: PrometheusCollector,
    private readonly endpoint: string,
    private readonly maxScrapes: number,
  ) {
    collector.gauge('door', { collect: () => this.opened });
  }

  async areTaken(): Promise<boolean> {
    return (await this.statusOf(TOO_MANY_NAMES)) === 503;
  }

  /** Whether as many scrapes as are allowed can run at the same time. */
  async areFree(): Promise<boolean> {
    this.opened = new Promise((resolve) => (this.open = () => resolve(1)));
    let isRefused = false;
    const scrapes = Array.from({ length: this.maxScrapes }, async () => {
      const status = await this.statusOf('name[]=door');
      isRefused ||= status === 503;
      return status;
    });
    await waitFor(
      async () => isRefused || (await this.areTaken()),
      'all scrapes to run or to be refused',
    );
    this.open();
    const statuses = await Promise.all(scrapes);
    return statuses.every((status) => status === 200);
  }

  private async statusOf(query: string): Promise<number> {
    const headers = { connection: 'close' };
    const answer = await fetch(`${this.endpoint}?${query}`, { headers });
    await answer.text();
    return answer.status;
  }
}

/** 20,000 series, far more than the buffers of sockets take. */
function fill(collector: PrometheusCollector): void {
  const counter = collector.counter('hits_total');
  const text = 'x'.repeat(500);
  for (let i = 0; i < 20_000; i++) counter.inc({ i, text });
}

/** A gauge whose callback ends when the test opens it. */
function gate(collector: PrometheusCollector) {
  let open!: (value: number) => void;
  const opened = new Promise<number>((resolve) => (open = resolve));
  let reads = 0;
  collector.gauge('slow', { collect: () => (reads++, opened) });
  const reading = () => waitFor(() => reads > 0, 'the page to be rendered');
  return { open: () => open(1), reading };
}

describe.each(PLACES)('on %s, a scraper', (_name, adapter, place) => {
  test('a scraper that never reads its page is dropped, and leaves nothing', async () => {
    const { collector, endpoint } = await limited(adapter, {
      ...place,
      scrapeTimeout: 2_000,
      maxScrapes: 10,
    });
    const slots = new ScrapeSlots(collector, endpoint, 10);
    fill(collector);
    const { open } = gate(collector);
    const slow = await Promise.all(
      Array.from({ length: 10 }, () =>
        RawConnection.unread(endpoint, requestText('/metrics')),
      ),
    );
    await waitFor(() => slots.areTaken(), 'ten slow readers');
    open();
    await waitFor(() => slots.areFree(), 'the slow readers to be dropped');
    for (const connection of slow) {
      connection.socket.resume();
      await connection.untilClosed();
    }
    expect(await (await fetch(endpoint)).text()).toContain('i="19999"');
  });

  test('a scraper that takes its page slowly, but in time, is not dropped', async () => {
    const { collector, endpoint } = await limited(adapter, place);
    fill(collector);
    const connection = await RawConnection.unread(
      endpoint,
      requestText('/metrics', 'Connection: close'),
    );
    let received = 0;
    let length = Infinity;
    connection.socket.on('data', (data: Buffer) => {
      received += data.length;
      const head = /content-length: (\d+)[^]*?\r\n\r\n/i.exec(String(data));
      if (head !== null) length = head.index + head[0].length + Number(head[1]);
      connection.socket.pause();
      setTimeout(() => connection.socket.resume(), 1);
    });
    await connection.untilClosed();
    expect(received).toBeGreaterThan(10_000_000);
    expect(received).toBeGreaterThanOrEqual(length);
  });

  test('a scraper that leaves while its page is rendered, or sent, leaves nothing', async () => {
    const { collector, endpoint } = await limited(adapter, {
      ...place,
      maxScrapes: 10,
    });
    const slots = new ScrapeSlots(collector, endpoint, 10);
    fill(collector);
    const client = new HttpClient(new URL(endpoint).origin);
    await Promise.all(
      Array.from({ length: 10 }, () => client.abort('/metrics')),
    );
    await waitFor(() => slots.areFree(), 'the scrapes to be over');
    const { open, reading } = gate(collector);
    const left = reading();
    const aborted = client.abort('/metrics', left);
    await aborted;
    open();
    await waitFor(() => slots.areFree(), 'the scrape to be over');
    expect(await (await fetch(endpoint)).text()).toContain('slow 1\n');
  });

  test('a scraper that pipelines its requests and leaves does not hold pages for long', async () => {
    const { collector, endpoint } = await limited(adapter, {
      ...place,
      scrapeTimeout: 2_000,
      maxScrapes: 5,
    });
    const slots = new ScrapeSlots(collector, endpoint, 5);
    fill(collector);
    const connection = await RawConnection.unread(
      endpoint,
      requestText('/metrics').repeat(5),
    );
    await waitFor(() => slots.areTaken(), 'the requests to be read');
    connection.socket.destroy();
    await waitFor(() => slots.areFree(), 'the scrapes to be over');
  });

  test('a scraper that is refused with a 503 gets its page later', async () => {
    const { collector, endpoint } = await limited(adapter, {
      ...place,
      maxScrapes: 2,
    });
    const slots = new ScrapeSlots(collector, endpoint, 2);
    const { open, reading } = gate(collector);
    const first = fetch(endpoint);
    await reading();
    const headers = { 'x-prometheus-scrape-timeout-seconds': '0.1' };
    const hasty = await fetch(endpoint, { headers });
    expect([hasty.status, await hasty.text()]).toEqual([
      503,
      'Not ready in time\n',
    ]);
    const third = await fetch(endpoint);
    expect([third.status, await third.text()]).toEqual([
      503,
      'Too many scrapes at once\n',
    ]);
    open();
    expect(await (await first).text()).toContain('slow 1\n');
    await waitFor(() => slots.areFree(), 'the scrapes to be over');
    expect((await fetch(endpoint)).status).toBe(200);
  });

  test('a scraper gets a 500 when the page cannot be rendered, which is counted', async () => {
    const { collector, endpoint } = await limited(adapter, place);
    const repair = breakRegistry(collector.registry, new Error('broken'));
    expect((await fetch(endpoint)).status).toBe(500);
    repair();
    expect(await (await fetch(endpoint)).text()).toContain(
      'metrics_errors_total{cause="scrape"} 1\n',
    );
  });

  test('a scraper gets its whole page while the app closes; a later one gets an error', async () => {
    const { app, collector, endpoint } = await limited(adapter, {
      ...place,
      maxScrapes: 2,
    });
    const slots = new ScrapeSlots(collector, endpoint, 2);
    fill(collector);
    const { open, reading } = gate(collector);
    // An app waits for connections that are kept, as for any other request.
    const client = new HttpClient(new URL(endpoint).origin);
    const headers = { connection: 'close' };
    const running = client.send('/metrics', { headers });
    await reading();
    const killed = await RawConnection.unread(
      endpoint,
      requestText('/metrics'),
    );
    await waitFor(() => slots.areTaken(), 'two scrapes');
    killed.socket.destroy();
    const closed = app.close();
    await waitFor(
      async () => !(await collector.healthCheck()).server_running,
      'the port to be closed',
    );
    const late = await fetch(endpoint, { headers }).then(
      async (answer) => [answer.status, await answer.text()],
      () => ['refused'],
    );
    expect([503, 'refused']).toContain(late[0]);
    expect(late).not.toContain('Too many scrapes at once\n');
    open();
    const { body: page } = await running;
    expect(page.match(/^hits_total\{/gm)).toHaveLength(20_000);
    expect(page).toContain('slow 1\n');
    await closed;
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'a scraper gets an error that %s is not allowed',
    async (method) => {
      const { endpoint } = await limited(adapter, place);
      for (const url of [endpoint, endpoint.replace('/metrics', '/health')]) {
        const answer = await fetch(url, { method });
        expect(answer.status).toBe(405);
        expect(answer.headers.get('allow')).toBe('GET, HEAD');
      }
    },
  );
});

describe.each(ADAPTERS)('on %s', (_name, adapter) => {
  test("an app's own POST at the path of the page is a clear error at start", async () => {
    @Controller('metrics')
    class OwnMetrics {
      @Post()
      post() {
        return 'posted';
      }
    }
    await expect(
      startApp(
        { imports: [MetricsModule.forRoot()], controllers: [OwnMetrics] },
        adapter,
      ),
    ).rejects.toThrow(/\/metrics/);
  });

  test("preflight requests are answered by the app's CORS", async () => {
    const { endpoint } = await limited(adapter, {}, (app) => app.enableCors());
    const preflight = await fetch(endpoint, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://grafana.example',
        'access-control-request-method': 'GET',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('the page is where its path says, whatever the query', async () => {
    const { url } = await limited(adapter, {});
    const statusOf = async (path: string) => (await fetch(url + path)).status;
    expect(await statusOf('/metrics?a=b')).toBe(200);
    for (const path of ['//metrics', '/metrics%2f', '/metrics/x']) {
      expect(await statusOf(path), path).toBe(404);
    }
    // Clients would resolve it themselves.
    const traversal = await RawConnection.open(
      url,
      requestText('/../metrics', 'Connection: close'),
    );
    expect((await traversal.untilClosed()).statuses).toEqual([404]);
    // What Express and Fastify do by default with a slash at the end and with capitals.
    const lenient = _name === 'Express' ? 200 : 404;
    expect(await statusOf('/metrics/')).toBe(lenient);
    expect(await statusOf('/METRICS')).toBe(lenient);
  });
});

import {
  BadGatewayException,
  Controller,
  Get,
  Injectable,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import { MetricsModule } from '../../src/index.js';
import { ADAPTERS } from './support/app.js';
import { answerByPath, sendByFetch, serve } from './support/clients.js';
import { startLiveApp } from './support/live-app.js';

const live = { interval: 1_000 };

/** Calls and failures of what some labels name. */
interface Outcome {
  calls: number;
  failed: number;
}

/** Reads the calls and failures of a histogram from a page, by what its labels name. */
function outcomesOn(
  page: string,
  metric: string,
  nameOf: (labels: Readonly<Record<string, string>>) => string,
  hasFailed: (labels: Readonly<Record<string, string>>) => boolean,
): Record<string, Outcome> {
  const outcomes: Record<string, Outcome> = {};
  for (const line of page.split('\n')) {
    if (!line.startsWith(`${metric}_count{`)) continue;
    const labels = Object.fromEntries(
      [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [
        key!,
        value!,
      ]),
    );
    const count = Number(line.split(' ').at(-1));
    if (count === 0) continue;
    const outcome = (outcomes[nameOf(labels)] ??= { calls: 0, failed: 0 });
    outcome.calls += count;
    if (hasFailed(labels)) outcome.failed += count;
  }
  return outcomes;
}

/** The same of rows of the live page. */
function outcomesOf<R extends Outcome>(
  rows: readonly R[],
  nameOf: (row: R) => string,
): Record<string, Outcome> {
  return Object.fromEntries(
    rows
      .filter(({ calls }) => calls > 0)
      .map((row) => [nameOf(row), { calls: row.calls, failed: row.failed }]),
  );
}

const sumOf = (rows: readonly Outcome[]) =>
  rows.reduce((sum, { calls }) => sum + calls, 0);

@Injectable()
@Controller('orders')
class OrdersController {
  @Get(':id')
  find(@Param('id') id: string): string {
    if (id === '0') throw new NotFoundException();
    return id;
  }

  @Post()
  create(): never {
    throw new BadGatewayException();
  }
}

describe.each(ADAPTERS)('on %s', (_name, adapter) => {
  test('calls and failures of routes and handlers are those of the metrics page', async () => {
    const { get, answerWhen, text } = await startLiveApp(
      {
        imports: [
          MetricsModule.forRoot({
            live,
            http: true,
            interceptor: true,
            namespace: 'shop',
          }),
        ],
        controllers: [OrdersController],
      },
      adapter,
    );
    for (const id of [0, 1, 2, 3, 0]) await get(`/orders/${id}`);
    for (let i = 0; i < 3; i++) await get('/orders', { method: 'POST' });
    for (let i = 0; i < 2; i++) await get(`/nowhere/${i}`);
    const { routes, handlers } = await answerWhen(
      'http',
      (one) => sumOf(one.routes) >= 10 && sumOf(one.handlers) >= 8,
    );
    const page = await text('/metrics');
    const ofRoutes = outcomesOf(routes, (row) => `${row.method} ${row.name}`);
    expect(ofRoutes).toEqual(
      outcomesOn(
        page,
        'shop_http_server_request_duration_seconds',
        ({ method, route }) => `${method} ${route}`,
        ({ status_code = '' }) => status_code.startsWith('5'),
      ),
    );
    expect(ofRoutes['GET /orders/:id']).toEqual({ calls: 5, failed: 0 });
    expect(ofRoutes['POST /orders']).toEqual({ calls: 3, failed: 3 });
    const statuses = routes.map((row) => [row.method, row.name, row.statuses]);
    expect(statuses).toContainEqual([
      'GET',
      '/orders/:id',
      { '2xx': 3, '4xx': 2 },
    ]);
    expect(statuses).toContainEqual(['POST', '/orders', { '5xx': 3 }]);
    const ofHandlers = outcomesOf(
      handlers,
      (row) => `${row.transport} ${row.name}`,
    );
    expect(ofHandlers).toEqual(
      outcomesOn(
        page,
        'shop_handler_duration_seconds',
        ({ transport, handler, method }) => `${transport} ${handler}.${method}`,
        ({ status }) => status === 'error',
      ),
    );
    expect(sumOf(Object.values(ofHandlers))).toBe(8);
  });
});

test('calls and failures of outgoing hosts are those of the metrics page', async () => {
  const { answerWhen, text } = await startLiveApp({
    imports: [MetricsModule.forRoot({ live, httpClient: true })],
  });
  const one = await serve(answerByPath);
  const other = await serve(answerByPath);
  for (const path of ['/200', '/204', '/404', '/503', '/500']) {
    await sendByFetch(one.url + path);
  }
  for (const path of ['/200', '/resets']) {
    await sendByFetch(other.url + path).catch(() => {});
  }
  const hosts = [one.host, other.host];
  // The requests of this test to the app are outgoing requests too.
  const { hosts: rows } = await answerWhen(
    'http',
    (found) =>
      sumOf(found.hosts.filter(({ name }) => hosts.includes(name))) === 7,
  );
  const ofHosts = outcomesOf(
    rows.filter(({ name }) => hosts.includes(name)),
    (row) => `${row.method} ${row.name}`,
  );
  expect(ofHosts).toEqual({
    [`GET ${one.host}`]: { calls: 5, failed: 2 },
    [`GET ${other.host}`]: { calls: 2, failed: 1 },
  });
  const onPage = outcomesOn(
    await text('/metrics'),
    'tframex_http_client_request_duration_seconds',
    ({ method, host }) => `${method} ${host}`,
    ({ error_type = '', status_code = '' }) =>
      error_type !== '' || status_code.startsWith('5'),
  );
  expect(onPage).toMatchObject(ofHosts);
});

import {
  All,
  Controller,
  Get,
  InternalServerErrorException,
  Post,
  VersioningType,
} from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  MetricsModule,
  type MetricsModuleOptions,
  NoMetrics,
} from '../../src/index.js';
import { samplesOf } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

@Controller('orders')
class OrdersController {
  @Get(':id')
  one() {
    throw new InternalServerErrorException();
  }

  @Post()
  create() {
    return {};
  }

  @Get('hidden/page')
  @NoMetrics()
  hidden() {
    return {};
  }

  @All('any/method')
  any() {
    return {};
  }
}

@Controller({ path: 'plain', version: '2' })
class PlainController {
  @Get()
  page() {
    return {};
  }
}

const COUNT = 'http_server_request_duration_seconds_count';

const countsOf = (page: string) =>
  samplesOf(page, 'http_server_request_duration_seconds')
    .filter((line) => line.startsWith(COUNT))
    .map((line) => line.slice(COUNT.length))
    .sort();

const line = (method: string, route: string, code: number, count: number) =>
  `{method="${method}",route="${route}",status_code="${code}"} ${count}`;

describe.each(ADAPTERS)('initial statuses on %s', (_name, adapter) => {
  const start = (
    http: MetricsModuleOptions['http'],
    others: MetricsModuleOptions = {},
  ) =>
    startApp(
      {
        imports: [
          MetricsModule.forRoot({
            namespace: '',
            http: http!,
            prometheus: { defaultMetrics: false },
            ...others,
          }),
        ],
        controllers: [OrdersController, PlainController],
      },
      adapter,
      (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI });
      },
    );

  it('each route starts with the series of its initial statuses, and requests count in them', async () => {
    const { text, get } = await start({ initialStatuses: [500, 503] });
    const atStart = [
      ['GET', '/api/orders/:id'],
      ['GET', '/api/v2/plain'],
      ['POST', '/api/orders'],
    ].flatMap(([method, route]) =>
      [500, 503].map((code) => line(method!, route!, code, 0)),
    );
    expect(countsOf(await text('/metrics'))).toEqual(atStart.sort());
    expect((await get('/api/orders/7')).status).toBe(500);
    expect((await get('/api/v2/plain')).status).toBe(200);
    expect(countsOf(await text('/metrics'))).toEqual(
      [
        ...atStart.filter(
          (one) => one !== line('GET', '/api/orders/:id', 500, 0),
        ),
        line('GET', '/api/orders/:id', 500, 1),
        line('GET', '/api/v2/plain', 200, 1),
      ].sort(),
    );
  });

  it('routes that are ignored have no initial series', async () => {
    const { text } = await start({
      initialStatuses: [500],
      ignore: [/orders/],
    });
    expect(countsOf(await text('/metrics'))).toContain(
      line('GET', '/api/v2/plain', 500, 0),
    );
    expect(await text('/metrics')).not.toContain('route="/api/orders');
  });

  it.each<[MetricsModuleOptions['http']]>([
    [true],
    [{ initialStatuses: [] }],
    [{ initialStatuses: [500], labels: () => ({ tenant: 'acme' }) }],
  ])('no route has an initial series with the options %o', async (http) => {
    const { text } = await start(http);
    expect(countsOf(await text('/metrics'))).toEqual([]);
  });
});

it.each([[500], [['500']], [[99]], [[600]], [[500.5]]])(
  'initial statuses that are none are refused: %o',
  (initialStatuses) => {
    const http = { initialStatuses } as { initialStatuses: number[] };
    expect(() => MetricsModule.forRoot({ http })).toThrow(
      /^http\.initialStatuses is .*; expected an array of status codes from 100 to 599$/,
    );
  },
);

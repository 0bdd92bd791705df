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
  PrometheusCollector,
} from '../../src/index.js';
import { ADAPTERS, startApp } from './support/app.js';
import { countsOf } from './support/http-series.js';

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

describe.each(ADAPTERS)('initial statuses on %s', (_name, adapter) => {
  const start = async (http: MetricsModuleOptions['http']) => {
    const { app, get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            namespace: '',
            http: http!,
            prometheus: { defaultMetrics: false },
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
    const counts = (requests = 0) =>
      countsOf(app.get(PrometheusCollector), requests);
    return { get, counts };
  };

  it('each route starts with the series of its initial statuses, and requests count in them', async () => {
    const { counts, get } = await start({ initialStatuses: [500, 503] });
    const atStart = {
      'GET /api/orders/:id 500': 0,
      'GET /api/orders/:id 503': 0,
      'GET /api/v2/plain 500': 0,
      'GET /api/v2/plain 503': 0,
      'POST /api/orders 500': 0,
      'POST /api/orders 503': 0,
    };
    expect(await counts()).toEqual(atStart);
    expect((await get('/api/orders/7')).status).toBe(500);
    expect((await get('/api/v2/plain')).status).toBe(200);
    expect(await counts(2)).toEqual({
      ...atStart,
      'GET /api/orders/:id 500': 1,
      'GET /api/v2/plain 200': 1,
    });
  });

  it('routes that are ignored have no initial series', async () => {
    const { counts } = await start({
      initialStatuses: [500],
      ignore: [/orders/],
    });
    expect(await counts()).toEqual({ 'GET /api/v2/plain 500': 0 });
  });

  it.each<[MetricsModuleOptions['http']]>([
    [true],
    [{ initialStatuses: [] }],
    [{ initialStatuses: [500], labels: () => ({ tenant: 'acme' }) }],
  ])('no route has an initial series with the options %o', async (http) => {
    const { counts } = await start(http);
    expect(await counts()).toEqual({});
  });
});

it.each([[500], [['500']], [[99]], [[600]], [[500.5]]])(
  'initial statuses that are none are refused: %o',
  (initialStatuses) => {
    const http = { initialStatuses } as { initialStatuses: number[] };
    expect(() => MetricsModule.forRoot({ http })).toThrow(
      /^http\.initialStatuses is .*; expected an array of status codes from 100 to 599$/m,
    );
  },
);

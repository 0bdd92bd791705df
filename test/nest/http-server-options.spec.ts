import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Post,
  StreamableFile,
} from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import {
  type HttpOptions,
  MetricsModule,
  type MetricsModuleOptions,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { samples } from '../support/collector.js';
import { ADAPTERS, type MakeAdapter, startApp } from './support/app.js';
import { HttpClient } from './support/http-client.js';
import { activeRequests, countsOf } from './support/http-series.js';

@Controller()
class PlainController {
  @Get('ping')
  ping() {
    return 'pong';
  }

  @Get('internal/:what')
  internal() {
    return 'internal';
  }

  @Header('x-model', 'small')
  @Get('models/:id')
  model() {
    return 'a model';
  }

  @Post('echo')
  echo(@Body() body: unknown) {
    return body;
  }

  @HttpCode(204)
  @Get('nothing')
  nothing() {}

  @Get('text')
  text() {
    return new StreamableFile(Buffer.from('grüße'));
  }
}

@Controller('health')
class OwnHealthController {
  @Get()
  health() {
    return 'mine';
  }
}

async function start(
  adapter: MakeAdapter,
  http: HttpOptions | boolean,
  options: MetricsModuleOptions = {},
) {
  const { app, url } = await startApp(
    {
      imports: [MetricsModule.forRoot({ namespace: '', http, ...options })],
      controllers: [PlainController],
    },
    adapter,
  );
  const collector = app.get(PrometheusCollector);
  return { app, client: new HttpClient(url), collector };
}

const DURATION = 'http_server_request_duration_seconds';

describe.each(ADAPTERS)('HTTP metrics on %s', (_name, adapter) => {
  test('HTTP metrics leave out the metrics page and the health', async () => {
    const { client, collector } = await start(adapter, true);
    const page = await client.send('/metrics');
    await client.send('/health');
    await client.send('/ping');
    expect(await countsOf(collector, 1)).toEqual({ 'GET /ping 200': 1 });
    expect(page.body).not.toContain('http_server_active_requests{');
  });

  test('HTTP metrics leave out the routes that are ignored instead, also among the active ones', async () => {
    const { client, collector } = await start(adapter, {
      ignore: ['/ping', /^\/internal\//g],
    });
    for (const path of ['/ping', '/internal/a', '/internal/b', '/ping/no']) {
      await client.send(path);
    }
    const page = await client.send('/metrics');
    expect(await countsOf(collector, 2)).toEqual({
      'GET unmatched 404': 1,
      'GET /metrics 200': 1,
    });
    expect(page.body).toContain('http_server_active_requests{method="GET"} 1');
  });

  test("HTTP metrics count the app's own health where the module's is on another port", async () => {
    const { app, url } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            namespace: '',
            http: true,
            prometheus: { port: 0, host: '127.0.0.1' },
          }),
        ],
        controllers: [OwnHealthController],
      },
      adapter,
    );
    await new HttpClient(url).send('/health');
    expect(await countsOf(app.get(PrometheusCollector), 1)).toEqual({
      'GET /health 200': 1,
    });
  });

  test('HTTP metrics carry own labels, made of what handlers see as request and response', async () => {
    const { client, collector } = await start(adapter, {
      labels: (request, response) => ({
        tenant: request.headers['x-tenant'],
        model: response.getHeader('x-model'),
        id: typeof request.params?.id,
      }),
    });
    await client.send('/models/7', { headers: { 'x-tenant': 'acme' } });
    await client.send('/nowhere');
    await countsOf(collector, 2);
    const metrics = metricsOf(collector);
    const own = { model: 'small', tenant: 'acme', id: 'string' };
    expect(metrics).toHaveMetric(DURATION, own, 1);
    expect(metrics).toHaveMetric(DURATION, { route: 'unmatched' }, 1);
  });

  test('HTTP metrics do without own labels that fail, and report it', async () => {
    for (const labels of [
      () => {
        throw new TypeError('no tenant');
      },
      () => ({ le: 'reserved' }),
      (async () => ({ a: 1 })) as unknown as () => { a: number },
    ]) {
      const { client, collector } = await start(adapter, { labels });
      expect((await client.send('/ping')).body).toBe('pong');
      expect(await countsOf(collector, 1)).toEqual({ 'GET /ping 200': 1 });
      expect(metricsOf(collector).value('metrics_errors_total')).toBe(1);
    }
  });

  test("HTTP metrics have the buckets of OpenTelemetry, one's own, or those of the name", async () => {
    const byName = { buckets: { [DURATION]: [3, 4] } };
    for (const [http, options, bounds] of [
      [
        true,
        {},
        [
          0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5,
          10,
        ],
      ],
      [{ buckets: [1, 2] }, byName, [1, 2]],
      [true, byName, [3, 4]],
    ] as const) {
      const { client, collector } = await start(adapter, http, options);
      await client.send('/ping');
      await countsOf(collector, 1);
      const { buckets } = metricsOf(collector).histogram(DURATION);
      expect(buckets.map(({ le }) => le)).toEqual([...bounds, Infinity]);
    }
  });

  test('HTTP metrics measure the sizes of bodies if asked to', async () => {
    const { client, collector } = await start(adapter, {
      requestSize: true,
      responseSize: true,
    });
    const body = '{"word":"grüße"}';
    const headers = { 'content-type': 'application/json' };
    await client.send('/echo', { method: 'POST', body, headers });
    await client.send('/text');
    await client.send('/text', { method: 'HEAD' });
    await client.send('/nothing');
    await countsOf(collector, 4);
    const sum = (metric: string, route: string, method: string) =>
      metricsOf(collector).histogram(`http_server_${metric}_body_size_bytes`, {
        route,
        method,
      }).sum;
    const bytes = Buffer.byteLength(body);
    expect(sum('request', '/echo', 'POST')).toBe(bytes);
    expect(sum('response', '/echo', 'POST')).toBe(bytes);
    expect(sum('request', '/text', 'GET')).toBe(0);
    expect(sum('response', '/text', 'GET')).toBe(7);
    expect(sum('response', '/text', 'HEAD')).toBe(0);
    expect(sum('response', '/nothing', 'GET')).toBe(0);
  });

  test('HTTP metrics do not record the size of an upload that does not tell it', async () => {
    const { client, collector } = await start(adapter, { requestSize: true });
    const headers = {
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    };
    await client.send('/echo', { method: 'POST', body: '[1]', headers });
    expect(await countsOf(collector, 1)).toEqual({ 'POST /echo 201': 1 });
    const sizes = 'http_server_request_body_size_bytes';
    expect(metricsOf(collector).histogram(sizes).count).toBe(0);
  });

  test('HTTP metrics come back after they were cleared, with what is active then', async () => {
    const { client, collector } = await start(adapter, { ignore: [] });
    await client.send('/ping');
    await countsOf(collector, 1);
    collector.clearMetrics();
    expect((await client.send('/metrics')).body).toContain(
      'http_server_active_requests{method="GET"} 1',
    );
    expect(await countsOf(collector, 1)).toEqual({ 'GET /metrics 200': 1 });
    expect(await activeRequests(collector)).toBe(0);
  });

  test('there are no HTTP metrics, nor hooks on the adapter, unless they are requested', async () => {
    for (const options of [{}, { enabled: false, http: true }]) {
      const { app, client, collector } = await start(adapter, false, options);
      const { app: without } = await startApp(
        { controllers: [PlainController] },
        adapter,
      );
      await client.send('/ping');
      expect(await samples(collector, DURATION)).toEqual([]);
      const listeners = (one: typeof app) =>
        one.getHttpServer().listenerCount('request');
      expect(listeners(app)).toBe(listeners(without));
    }
  });
});

describe('the option http', () => {
  test.each([
    [1, 'http is 1; expected true, false or an object with any of: ignore,'],
    [
      { ignore: '/ping' },
      "http.ignore is '/ping'; expected an array of routes",
    ],
    [{ ignore: [7] }, 'http.ignore is [ 7 ]; expected an array of routes'],
    [{ labels: {} }, 'http.labels is {}; expected a function'],
    [{ buckets: [2, 1] }, 'http.buckets is [ 2, 1 ]; expected finite numbers'],
    [{ requestSize: 1 }, 'http.requestSize is 1; expected true or false'],
    [{ size: true }, 'http.size is not an option; known here are: ignore,'],
  ])('the option http is refused as %j', (http, message) => {
    const forRoot = () =>
      MetricsModule.forRoot({ http } as MetricsModuleOptions);
    expect(forRoot).toThrow(OptionsError);
    expect(forRoot).toThrow(message);
  });
});

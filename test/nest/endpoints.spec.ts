import {
  Controller,
  Get,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { describe, expect, test } from 'vitest';
import {
  HealthController,
  MetricsController,
  MetricsModule,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { freePort, occupyPort } from '../support/http.js';
import { ADAPTERS, RejectAll, startApp } from './support/app.js';

@Controller('hello')
class HelloController {
  @Get()
  hello() {
    return 'hello';
  }
}

describe.each(ADAPTERS)('on %s, the endpoints', (_name, adapter) => {
  test('the endpoints answer on the app itself', async () => {
    const { app, text, get, url } = await startApp(
      { imports: [MetricsModule.forRoot()], controllers: [HelloController] },
      adapter,
    );
    app.get(PrometheusCollector).counter('hits_total').inc();
    const page = await get('/metrics');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe(
      'text/plain; version=0.0.4; charset=utf-8',
    );
    expect(page.headers.get('etag')).toBeNull();
    const body = await page.text();
    expect(body).toContain('\ntframex_hits_total 1\n');
    expect(body).toContain('process_cpu_user_seconds_total');
    const health = await get('/health');
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      healthy: true,
      server_running: true,
      metrics_count: 1,
      endpoint: `${url}/metrics`,
    });
    expect(await text('/hello')).toBe('hello');
  });

  test('the endpoints answer HEAD, and leave other paths to the app', async () => {
    const { url, get } = await startApp(
      { imports: [MetricsModule.forRoot()] },
      adapter,
    );
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    expect((await get('/metrics/more')).status).toBe(404);
  });

  test('the endpoints stay where they are under a global prefix and versioning', async () => {
    @Controller({ path: 'metrics', version: '1' })
    class OtherMetrics {
      @Get()
      other() {
        return 'other';
      }
    }
    const { get, text } = await startApp(
      { imports: [MetricsModule.forRoot()], controllers: [OtherMetrics] },
      adapter,
      (app) =>
        app
          .setGlobalPrefix('api')
          .enableVersioning({ type: VersioningType.URI }),
    );
    expect(await text('/metrics')).toContain('process_cpu');
    expect((await get('/health')).status).toBe(200);
    expect(await text('/api/v1/metrics')).toBe('other');
  });

  test('the endpoints come before a route that catches all', async () => {
    @Controller()
    class CatchAll {
      @Get(':any')
      all() {
        return 'caught';
      }
    }
    const { text } = await startApp(
      { imports: [MetricsModule.forRoot()], controllers: [CatchAll] },
      adapter,
    );
    expect(await text('/other')).toBe('caught');
    expect(await text('/metrics')).toContain('process_cpu');
    expect(await text('/health')).toContain('"healthy":true');
  });

  test('the endpoints stay reachable behind a global guard that turns everything away', async () => {
    const { get } = await startApp(
      {
        imports: [MetricsModule.forRoot()],
        controllers: [HelloController],
        providers: [{ provide: APP_GUARD, useClass: RejectAll }],
      },
      adapter,
    );
    expect((await get('/hello')).status).toBe(403);
    expect((await get('/metrics')).status).toBe(200);
    expect((await get('/health')).status).toBe(200);
  });

  test("the endpoints can be the user's own controllers, with guards, prefix and version", async () => {
    @Controller({ path: 'internal/metrics', version: '2' })
    class OpenMetrics extends MetricsController {}
    @Controller('internal/health')
    @UseGuards(RejectAll)
    class GuardedHealth extends HealthController {}
    const { app, get, text } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { path: false },
            health: { path: false },
          }),
        ],
        controllers: [OpenMetrics, GuardedHealth],
      },
      adapter,
      (app) =>
        app
          .setGlobalPrefix('api')
          .enableVersioning({ type: VersioningType.URI }),
    );
    app.get(PrometheusCollector).counter('hits_total').inc();
    expect(await text('/api/v2/internal/metrics')).toContain(
      'tframex_hits_total 1',
    );
    expect((await get('/api/internal/health')).status).toBe(403);
    expect((await get('/metrics')).status).toBe(404);
    expect((await get('/health')).status).toBe(404);
  });

  test('the endpoints are behind what the app was made to use before it listens', async () => {
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot()] },
      adapter,
      (app: INestApplication) => {
        const guard = (_req: any, res: any) => {
          res.statusCode = 401;
          res.end();
        };
        app.use('/metrics', guard);
      },
    );
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/health')).status).toBe(200);
  });

  test('the endpoints can be elsewhere, or not at all', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { path: '/internal/prom' },
            health: { path: false },
          }),
        ],
      },
      adapter,
    );
    expect((await get('/internal/prom')).status).toBe(200);
    expect((await get('/metrics')).status).toBe(404);
    expect((await get('/health')).status).toBe(404);
  });

  test('the endpoints do not hide a route of the app: it does not start, and says why', async () => {
    @Controller('health')
    class OwnHealth {
      @Get()
      health() {
        return 'fine';
      }
    }
    await expect(
      startApp(
        { imports: [MetricsModule.forRoot()], controllers: [OwnHealth] },
        adapter,
      ),
    ).rejects.toThrow(/health/);
    const { text } = await startApp(
      {
        imports: [MetricsModule.forRoot({ health: { path: false } })],
        controllers: [OwnHealth],
      },
      adapter,
    );
    expect(await text('/health')).toBe('fine');
  });

  test('the endpoints have a server of their own when a port is given', async () => {
    const port = await freePort();
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({ prometheus: { port, host: '127.0.0.1' } }),
        ],
        controllers: [HelloController],
        providers: [{ provide: APP_GUARD, useClass: RejectAll }],
      },
      adapter,
    );
    const own = `http://127.0.0.1:${port}`;
    expect((await get('/metrics')).status).toBe(404);
    expect(await (await fetch(`${own}/metrics`)).text()).toContain('process_');
    expect(await (await fetch(`${own}/health`)).json()).toMatchObject({
      healthy: true,
      server_running: true,
      endpoint: `${own}/metrics`,
    });
  });

  test('the endpoints of two apps in one process never meet', async () => {
    const parts = { imports: [MetricsModule.forRoot()] };
    const first = await startApp(parts, adapter);
    const second = await startApp(
      { imports: [MetricsModule.forRoot({ prometheus: { path: '/prom' } })] },
      adapter,
    );
    first.app.get(PrometheusCollector).counter('first_total').inc();
    second.app.get(PrometheusCollector).counter('second_total').inc();
    expect(await first.text('/metrics')).not.toContain('second_total');
    expect(await second.text('/prom')).not.toContain('first_total');
    await first.app.close();
    expect(await second.text('/prom')).toContain('tframex_second_total 1');
  });

  test('the endpoints keep the headers that plugins and middleware have set', async () => {
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot()] },
      adapter,
      (app) =>
        app.use((_req: unknown, res: any, next: () => void) => {
          res.setHeader('x-frame-options', 'DENY');
          next();
        }),
    );
    const page = await get('/metrics');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
  });
});

test('a port in use is a clear error at start', async () => {
  const port = await occupyPort();
  await expect(
    startApp({
      imports: [
        MetricsModule.forRoot({ prometheus: { port, host: '127.0.0.1' } }),
      ],
    }),
  ).rejects.toThrow(`port ${port} is already in use`);
});

test('a second metrics module in the same app is refused', async () => {
  @Module({ imports: [MetricsModule.forRoot({ namespace: 'other' })] })
  class Feature {}
  await expect(
    startApp({ imports: [MetricsModule.forRoot(), Feature] }),
  ).rejects.toThrow(OptionsError);
});

test('an app without HTTP has a collector and no endpoint', async () => {
  @Module({ imports: [MetricsModule.forRoot()] })
  class JobModule {}
  const context = await NestFactory.createApplicationContext(JobModule, {
    logger: false,
  });
  const collector = context.get(PrometheusCollector);
  collector.counter('jobs_total').inc();
  expect(await collector.healthCheck()).toMatchObject({
    healthy: true,
    server_running: false,
    metrics_count: 1,
    endpoint: '',
  });
  expect(await collector.metrics()).toContain('tframex_jobs_total 1');
  await context.close();
  expect((await collector.healthCheck()).healthy).toBe(false);
});

test("Nest middleware of the app's modules leaves the endpoints alone", async () => {
  @Module({
    imports: [MetricsModule.forRoot()],
    controllers: [HelloController],
  })
  class WithMiddleware {
    configure(consumer: MiddlewareConsumer) {
      consumer
        .apply((_req: unknown, res: any) => res.writeHead(418).end())
        .forRoutes('*path');
    }
  }
  const { get } = await startApp({ imports: [WithMiddleware] });
  expect((await get('/hello')).status).toBe(418);
  expect((await get('/metrics')).status).toBe(200);
});

import {
  All,
  Controller,
  Get,
  type INestApplication,
  type LoggerService,
  Module,
  Post,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  MetricsModule,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { startApp } from './support/app.js';
import { HttpClient } from './support/http-client.js';
import { countsOf } from './support/http-series.js';
import { IS_NEST_12 } from './support/nest-major.js';
import { withLink } from '../../src/core/message-links.js';

/** A controller with one route. */
function controllerAt(path: string, decorate = Get): Type {
  @Controller()
  class OneController {
    @decorate(path)
    one() {
      return 'the app';
    }
  }
  return OneController;
}

interface Started {
  app: INestApplication;
  warnings: string[];
}

/** An Express app with the module and this route. */
async function start(
  controllers: Type[],
  {
    instance,
    configure = () => {},
    imports = [MetricsModule.forRoot()],
  }: {
    instance?: express.Express;
    configure?: (app: INestApplication) => void;
    imports?: any[];
  } = {},
): Promise<Started> {
  @Module({ imports, controllers })
  class AppModule {}
  const warnings: string[] = [];
  const logger: LoggerService = {
    log() {},
    error() {},
    warn: (message: string) => void warnings.push(message),
  };
  const app = await NestFactory.create(
    AppModule,
    new ExpressAdapter(instance),
    { logger, abortOnError: false },
  );
  onTestFinished(() => app.close());
  configure(app);
  await app.listen(0, '127.0.0.1');
  return { app, warnings };
}

const caseSensitive = () => express().enable('case sensitive routing');

const strict = () => express().enable('strict routing');

const bodyOf = async (app: INestApplication, path: string) =>
  (await fetch((await app.getUrl()) + path)).text();

describe('On Express, a route of the app', () => {
  test.each([
    ['/metrics', ''],
    ['/Metrics', ' ("/Metrics", which Express does not tell apart)'],
    ['/METRICS/', ''],
    ['/metrics{.txt}', ''],
    ['{/v1}/metrics', ''],
  ])(
    'a route of the app at the path of the page, as %s, prevents the start',
    async (path, spelling) => {
      const error: unknown = await start([controllerAt(path)]).catch(
        (one: unknown) => one,
      );
      expect(error).toBeInstanceOf(OptionsError);
      expect(String(error)).toContain(
        `prometheus.path puts the module's metrics at "/metrics", where the app has a route of its own${spelling}`,
      );
      expect(String(error)).toContain(
        'expected another path, or false for none',
      );
    },
  );

  test.each(['/Health', '/health/LIVE', '/health/ready/'])(
    'a route of the app at a path of the health, as %s, prevents the start',
    async (path) => {
      await expect(start([controllerAt(path, Post)])).rejects.toThrow(
        /^health.path puts the module's \w+ at "\/health/,
      );
    },
  );

  test('a route of the app in another spelling differs where Express tells them apart', async () => {
    const { app, warnings } = await start(
      [controllerAt('/Metrics'), controllerAt('/HEALTH')],
      { instance: caseSensitive() },
    );
    expect(await bodyOf(app, '/Metrics')).toBe('the app');
    expect(await bodyOf(app, '/metrics')).toContain('process_');
    expect(warnings).toEqual([]);
    const slashes = await start([], {
      instance: strict(),
      configure: (one) =>
        one
          .getHttpAdapter()
          .get('/metrics/', (_req: any, res: any) => res.send('the app')),
    });
    expect(await bodyOf(slashes.app, '/metrics/')).toBe('the app');
    expect(await bodyOf(slashes.app, '/metrics')).toContain('process_');
  });

  test('a route with a parameter that matches the page gives one warning, and keeps other requests', async () => {
    const { app, warnings } = await start([
      controllerAt('/:page'),
      controllerAt('/:page', Post),
      controllerAt('/health/:part'),
      controllerAt('/:a/:b/:c'),
    ]);
    expect(await bodyOf(app, '/about')).toBe('the app');
    expect(await bodyOf(app, '/metrics')).toContain('process_');
    expect(warnings).toEqual([
      withLink(
        `The app's route "/:page" matches "/metrics", "/health" too, and does not get these requests: the module answers them. Set prometheus.path and health.path to paths that it does not match, or to false`,
        'route_pattern',
      ),
      withLink(
        `The app's route "/health/:part" matches "/health/live", "/health/ready" too, and does not get these requests: the module answers them. Set prometheus.path and health.path to paths that it does not match, or to false`,
        'route_pattern',
      ),
    ]);
  });

  test('a route with a pattern that comes before the module gives a warning', async () => {
    const { app, warnings } = await start([], {
      configure: (one) =>
        one
          .getHttpAdapter()
          .getInstance()
          .get(/^\/m\w+$/, (_req: any, res: any) => res.send('the app')),
    });
    expect(await bodyOf(app, '/metrics')).toBe('the app');
    expect(warnings).toEqual([
      withLink(
        String.raw`The app's route "/^\/m\w+$/" matches "/metrics" too, and comes before the module, which answers only what the route passes on. Set prometheus.path and health.path to paths that it does not match, or to false`,
        'route_pattern',
      ),
    ]);
  });

  test.each(['*', '/*splat', '{*any}', '/{*any}'])(
    'a route for all paths, as %s, stays possible, and the module comes first',
    async (path) => {
      const { app, warnings } = await start([controllerAt(path, All)]);
      expect(await bodyOf(app, '/some/page')).toBe('the app');
      expect(await bodyOf(app, '/metrics')).toContain('process_');
      expect(await bodyOf(app, '/health/live')).not.toBe('the app');
      // Nest itself warns of patterns of Express 4.
      expect(warnings.filter((one) => one.includes('module'))).toEqual([]);
    },
  );

  test("a route of Nest's own is no conflict where a global prefix excludes the module's paths", async () => {
    const { app } = await start([controllerAt('/hello')], {
      configure: (one) =>
        one.setGlobalPrefix('api', { exclude: ['metrics', 'health', '/'] }),
    });
    expect(await bodyOf(app, '/metrics')).toContain('process_');
    expect(await bodyOf(app, '/api/hello')).toBe('the app');
  });

  test('a route of the app is no conflict on Fastify, which finds plain paths first', async () => {
    const { text } = await startApp(
      {
        imports: [MetricsModule.forRoot()],
        controllers: [controllerAt('/:page'), controllerAt('/Metrics')],
      },
      () => new FastifyAdapter(),
    );
    expect(await text('/Metrics')).toBe('the app');
    expect(await text('/about')).toBe('the app');
    expect(await text('/metrics')).toContain('process_');
  });
});

describe('Two Nest apps on one Express application', () => {
  const hello = () => [controllerAt('hello')];
  const under = (prefix: string) => (app: INestApplication) =>
    void app.setGlobalPrefix(prefix);

  test('two apps on one Express application with the same paths do not both start', async () => {
    const instance = express();
    await start(hello(), { instance, configure: under('first') });
    const second = start(hello(), { instance, configure: under('second') });
    await expect(second).rejects.toThrow(OptionsError);
    await expect(second).rejects.toThrow(
      `prometheus.path puts the module's metrics at "/metrics", where another MetricsModule has its own: in this app, or in another Nest app on the same Express application; expected another path, or false for none`,
    );
  });

  // On NestJS 11, the first app answers everything that it has no route for.
  test.runIf(IS_NEST_12)(
    'two apps on one Express application each see the requests that come to them',
    async () => {
      const instance = express();
      const first = await start(hello(), {
        instance,
        configure: (app) => {
          under('first')(app);
          app.use('/static', (_req: any, res: any) => res.send('static'));
        },
        imports: [MetricsModule.forRoot({ namespace: '', http: true })],
      });
      const second = await start(hello(), {
        instance,
        configure: (app) => {
          under('second')(app);
          app.use('/late', (_req: any, res: any) => res.send('late'));
        },
        imports: [
          MetricsModule.forRoot({
            namespace: '',
            http: true,
            prometheus: { path: '/second/metrics' },
            health: { path: '/second/health' },
          }),
        ],
      });
      const client = new HttpClient(await first.app.getUrl());
      for (const path of [
        '/first/hello',
        '/first/nowhere',
        '/static/a',
        '/second/hello',
        '/second/nowhere',
        '/late/a',
        '/nowhere',
      ]) {
        await client.send(path);
      }
      const seen = { 'GET /second/hello 200': 1, 'GET /late 200': 1 };
      expect(await countsOf(first.app.get(PrometheusCollector), 7)).toEqual({
        ...seen,
        'GET /first/hello 200': 1,
        'GET /static 200': 1,
        'GET unmatched 404': 3,
      });
      expect(await countsOf(second.app.get(PrometheusCollector), 4)).toEqual({
        ...seen,
        'GET unmatched 404': 2,
      });
    },
  );
});

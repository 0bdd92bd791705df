import { EventEmitter, once } from 'node:events';
import { connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { getActiveResourcesInfo } from 'node:process';
import { Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  MetricsModule,
  type MetricsModuleOptions,
  PrometheusCollector,
} from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { samples } from '../support/collector.js';
import { portOf, waitFor } from '../support/http.js';
import { ADAPTERS, type MakeAdapter, startApp } from './support/app.js';
import { HttpClient } from './support/http-client.js';
import { countsOf } from './support/http-series.js';

const hangs = new EventEmitter();

@Controller()
class HelloController {
  @Get('hello/:name')
  hello() {
    return 'hello';
  }

  @Post('upload')
  upload() {
    return 'taken';
  }

  @Get('hangs')
  hangs(): Promise<never> {
    hangs.emit('begun');
    return new Promise(() => {});
  }
}

const parts = (
  registry?: Registry,
  http: MetricsModuleOptions['http'] = true,
) => ({
  imports: [
    MetricsModule.forRoot({
      namespace: '',
      http,
      prometheus: { defaultMetrics: false, ...(registry && { registry }) },
    }),
  ],
  controllers: [HelloController],
});

type Middleware = (req: any, res: any, next: () => void) => void;

const refuse: Middleware = (req, res, next) => {
  if (req.headers.authorization !== undefined) return next();
  res.statusCode = 401;
  res.end();
};

describe.each(ADAPTERS)('HTTP metrics on %s', (_name, adapter) => {
  test('HTTP metrics of two apps in one process do not mix', async () => {
    const first = await startApp(parts(), adapter);
    const second = await startApp(parts(), adapter);
    await new HttpClient(first.url).send('/hello/a');
    await new HttpClient(second.url).send('/nowhere');
    await new HttpClient(second.url).send('/nowhere');
    expect(await countsOf(first.app.get(PrometheusCollector), 1)).toEqual({
      'GET /hello/:name 200': 1,
    });
    expect(await countsOf(second.app.get(PrometheusCollector), 2)).toEqual({
      'GET unmatched 404': 2,
    });
  });

  test('HTTP metrics leave nothing behind when an app is started and closed 50 times', async () => {
    const registry = new Registry();
    const processListeners = () =>
      process.eventNames().map((name) => process.listenerCount(name));
    const sockets = () =>
      getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    const seen = new Set<string>();
    const before = processListeners();
    const socketsBefore = sockets();
    for (let i = 0; i < 50; i++) {
      const { app, url } = await startApp(parts(registry), adapter);
      const collector = app.get(PrometheusCollector);
      const client = new HttpClient(url);
      await client.send('/hello/a');
      await client.send('/nowhere');
      await countsOf(collector, 2);
      const lines = (await registry.metrics()).split('\n').length;
      const listeners = app.getHttpServer().listenerCount('request');
      seen.add(`${lines} lines, ${listeners} listeners`);
      client.close();
      await app.close();
      expect(registry.getMetricsAsArray()).toEqual([]);
    }
    expect(seen.size).toBe(1);
    expect(processListeners()).toEqual(before);
    await waitFor(() => sockets() <= socketsBefore, 'all sockets to be closed');
  });

  test('HTTP metrics end when the app is closed', async () => {
    const { app } = await startApp(parts(), adapter);
    const server = app.getHttpServer();
    const { app: without } = await startApp({}, adapter);
    await app.close();
    const listeners = (one: INestApplication) =>
      one.getHttpServer().listenerCount('request');
    expect(server.listenerCount('request')).toBe(listeners(without));
  });

  test('HTTP metrics see what middleware answers that the user adds before the app listens', async () => {
    const { app, url } = await startApp(parts(), adapter, (one) =>
      one.use(refuse),
    );
    const client = new HttpClient(url);
    expect((await client.send('/hello/a')).status).toBe(401);
    await client.send('/hello/a', { headers: { authorization: 'me' } });
    expect(await countsOf(app.get(PrometheusCollector), 2)).toEqual({
      'GET unmatched 401': 1,
      'GET /hello/:name 200': 1,
    });
  });

  test('HTTP metrics see the preflights of cross-origin requests', async () => {
    const { app, url } = await startApp(parts(), adapter, (one) =>
      one.enableCors(),
    );
    const { status } = await new HttpClient(url).send('/hello/a', {
      method: 'OPTIONS',
      headers: {
        origin: 'http://elsewhere.test',
        'access-control-request-method': 'GET',
      },
    });
    expect(status).toBe(204);
    const counts = await countsOf(app.get(PrometheusCollector), 1);
    // Some versions of @fastify/cors answer by a route of their own, `*`.
    expect(Object.keys(counts)).toEqual([
      expect.stringMatching(/^OPTIONS (unmatched|\*) 204$/),
    ]);
  });

  test('HTTP metrics are there in an app made by the testing module', async () => {
    const module = await Test.createTestingModule(parts()).compile();
    const app = module.createNestApplication(adapter() as ExpressAdapter, {
      logger: false,
    });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${portOf(app.getHttpServer())}`;
    await new HttpClient(url).send('/hello/a');
    expect(await countsOf(app.get(PrometheusCollector), 1)).toEqual({
      'GET /hello/:name 200': 1,
    });
  });

  test('HTTP metrics know the routes also where an APM agent observes each call', async () => {
    const watched = adapter();
    const called: string[] = [];
    watched.setOnRouteTriggered((_method, path) => void called.push(path));
    const { app, url } = await startApp(
      parts(),
      (() => watched) as MakeAdapter,
    );
    await new HttpClient(url).send('/hello/a');
    expect(called).toEqual(['/hello/:name']);
    expect(await countsOf(app.get(PrometheusCollector), 1)).toEqual({
      'GET /hello/:name 200': 1,
    });
  });

  test('HTTP metrics are not possible on another adapter, which is reported and harms nothing', async () => {
    const other = adapter();
    other.getType = () => 'other';
    const { app, text } = await startApp(parts(), (() => other) as MakeAdapter);
    expect(await text('/hello/a')).toBe('hello');
    const collector = app.get(PrometheusCollector);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="invalid_option"} 1',
    ]);
  });
});

describe('HTTP metrics', () => {
  test('HTTP metrics count what is injected into Fastify', async () => {
    const { app } = await startApp(parts(), () => new FastifyAdapter());
    const answer = await (app as NestFastifyApplication).inject('/hello/a');
    expect(answer.statusCode).toBe(200);
    expect(await countsOf(app.get(PrometheusCollector), 1)).toEqual({
      'GET /hello/:name 200': 1,
    });
  });

  test('HTTP metrics count HTTP/2 requests to Fastify, also those that the client cancels', async () => {
    const { app, url } = await startApp(
      parts(),
      () => new FastifyAdapter({ http2: true } as object),
    );
    const session = connect(url);
    onTestFinished(() => session.destroy());
    await once(session.request({ ':path': '/hello/a' }).resume(), 'close');
    const begun = once(hangs, 'begun');
    const hanging = session.request({ ':path': '/hangs' });
    await begun;
    hanging.close(constants.NGHTTP2_CANCEL);
    expect(await countsOf(app.get(PrometheusCollector), 2)).toEqual({
      'GET /hello/:name 200': 1,
      'GET /hangs 499': 1,
    });
  });

  test('HTTP metrics record the size of an HTTP/2 request where it is known', async () => {
    const { app, url } = await startApp(
      parts(undefined, { requestSize: true }),
      () => new FastifyAdapter({ http2: true } as object),
    );
    const session = connect(url);
    onTestFinished(() => session.destroy());
    const sent = (headers: OutgoingHttpHeaders, body?: string) =>
      once(session.request(headers).end(body).resume(), 'close');
    await sent({ ':path': '/hello/a' });
    const upload = { ':path': '/upload', ':method': 'POST' };
    const type = { 'content-type': 'application/json' };
    await sent({ ...upload, ...type, 'content-length': '3' }, '[1]');
    await sent({ ...upload, ...type }, '[1]');

    const collector = app.get(PrometheusCollector);
    expect(await countsOf(collector, 3)).toEqual({
      'GET /hello/:name 200': 1,
      'POST /upload 201': 2,
    });
    const sizes = 'http_server_request_body_size_bytes';
    const sizesOf = (route: string) =>
      metricsOf(collector).histogram(sizes, { route });
    expect(sizesOf('/hello/:name')).toMatchObject({ count: 1, sum: 0 });
    expect(sizesOf('/upload')).toMatchObject({ count: 1, sum: 3 });
  });

  test('there are no HTTP metrics in an application without an HTTP server', async () => {
    const module = await Test.createTestingModule(parts()).compile();
    await module.init();
    onTestFinished(() => module.close());
    expect(metricsOf(module)).not.toHaveMetric(
      'http_server_request_duration_seconds',
    );
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  Get,
  Inject,
  type INestApplication,
  type MiddlewareConsumer,
  Module,
  type ModuleMetadata,
  type OnModuleInit,
  Post,
  RequestMethod,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { startApp } from './support/app.js';
import { HttpClient, type Sending } from './support/http-client.js';
import { countsOf, type RequestCounts } from './support/http-series.js';

@Controller()
class HomeController {
  @Get()
  home() {
    return 'home';
  }

  @Get('hello/:name')
  hello() {
    return 'hello';
  }

  @Post('only/post')
  post() {}
}

type Configure = (app: INestApplication) => unknown;

/** The series after requests to an Express app that is configured so. */
async function seriesOf(
  configure: Configure,
  requests: (string | [path: string, sending: Sending])[],
  { imports = [], ...metadata }: ModuleMetadata = {},
): Promise<RequestCounts> {
  const { app, url } = await startApp(
    {
      imports: [
        MetricsModule.forRoot({ namespace: '', http: true }),
        ...imports,
      ],
      controllers: [HomeController],
      ...metadata,
    },
    () => new ExpressAdapter(),
    configure,
  );
  await new HttpClient(url).sendAll(requests);
  return countsOf(app.get(PrometheusCollector), requests.length);
}

const answer = (status: number) => (_req: IncomingMessage, res: any) => {
  res.status(status).send('mounted');
};

const pass = (_req: unknown, _res: unknown, next: () => void) => next();

/** A router with routes, and with another router. */
function itemsRouter() {
  const inner = express.Router();
  inner.get('/:part', answer(200));
  const router = express.Router();
  router.get('/', answer(200));
  router.get('/items/:id', answer(200));
  router.get('/fails', () => {
    throw new Error('failed');
  });
  router.get('/items/:id/passes', pass);
  router.use('/items/:id/parts', inner);
  return router;
}

/** Removes what Express' router keeps of its layers from version 2.3 on. */
function forgetPaths(app: INestApplication): void {
  const forget = (stack: any[]) => {
    for (const layer of stack ?? []) {
      delete layer.rawPath;
      forget(layer.handle?.stack);
    }
  };
  forget(app.getHttpAdapter().getInstance().router.stack);
}

/** A folder with one file; removed when the test ends. */
function folderWith(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mounts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, file), 'content');
  return folder;
}

/** A module that adds something to the app when it is initialised, as ServeStaticModule and GraphQLModule do. */
function lateModule(add: (app: express.Express) => void) {
  @Module({})
  class LateModule implements OnModuleInit {
    constructor(@Inject(HttpAdapterHost) readonly host: HttpAdapterHost) {}

    onModuleInit() {
      add(this.host.httpAdapter.getInstance());
    }
  }
  return LateModule;
}

describe('On Express, the route of a request', () => {
  test('the route of a mounted router is its mount path and the path of its route', async () => {
    const configure: Configure = (app) => app.use('/legacy', itemsRouter());
    const requests = ['', '/items/1', '/items/2?a=1', '/items/3/parts/4'];
    expect(
      await seriesOf(
        configure,
        requests.map((path) => `/legacy${path}`),
      ),
    ).toEqual({
      'GET /legacy 200': 1,
      'GET /legacy/items/:id 200': 2,
      'GET /legacy/items/:id/parts/:part 200': 1,
    });
  });

  test('the route of an older mounted router is as much as that router tells', async () => {
    const configure: Configure = (app) => {
      app.use('/legacy', itemsRouter());
      forgetPaths(app);
    };
    const requests = ['/legacy/items/1', '/legacy/items/3/parts/4'];
    expect(await seriesOf(configure, requests)).toEqual({
      'GET /legacy/items/:id 200': 1,
      'GET /legacy 200': 1,
    });
  });

  test('the route of a mounted function is its mount path, whatever the URL and answer', async () => {
    const requests = ['/echo/a', '/ECHO/b?c=d', '/refuses/a', '/breaks/%FF'];
    const configure: Configure = (app) => {
      app.use('/echo', answer(200));
      app.use('/refuses/', answer(401));
      app.use(['/fails', '/breaks'], answer(500));
    };
    expect(await seriesOf(configure, requests)).toEqual({
      'GET /echo 200': 2,
      'GET /refuses 401': 1,
      'GET /breaks 500': 1,
    });
  });

  test('the route of what is mounted at a pattern is the pattern', async () => {
    const configure: Configure = (app) => {
      app.use('/:tenant', (req: any, res: any, next: () => void) =>
        req.params.tenant === 'graphql' ? next() : answer(200)(req, res),
      );
      app.use(/^\/v\d+/, answer(200));
      app.use('/graphql', answer(200));
    };
    const requests = Array.from({ length: 50 }, (_, i) => `/tenant-${i}/x`);
    expect(await seriesOf(configure, [...requests, '/graphql'])).toEqual({
      'GET /:tenant 200': 50,
      'GET /graphql 200': 1,
    });
    const versions: Configure = (app) => app.use(/^\/v\d+/, answer(200));
    expect(await seriesOf(versions, ['/v1/a', '/v23/b'])).toEqual({
      [String.raw`GET /^\/v\d+/ 200`]: 2,
    });
  });

  test('the route of a mounted application, or a router without a path, is its place', async () => {
    const configure: Configure = (app) => {
      const inner = express();
      inner.get('/:name', answer(200));
      app.use('/inner/:tenant', inner);
      const outer = express.Router();
      outer.use('/api', itemsRouter());
      outer.get('/plain/:id', answer(200));
      app.use(outer);
    };
    const requests = ['/inner/a/b', '/api/items/7', '/plain/8', '/inner/a/b/c'];
    expect(await seriesOf(configure, requests)).toEqual({
      'GET /inner/:tenant/:name 200': 1,
      'GET /api/items/:id 200': 1,
      'GET /plain/:id 200': 1,
      'GET unmatched 404': 1,
    });
  });

  test("the route of a failure in a mounted router is the router's, though Nest answers", async () => {
    const configure: Configure = (app) => app.use('/legacy', itemsRouter());
    expect(await seriesOf(configure, ['/legacy/fails'])).toEqual({
      'GET /legacy/fails 500': 1,
    });
  });

  test('the route of a request that everything passes on is unmatched', async () => {
    const configure: Configure = (app) => {
      app.use('/legacy', pass, itemsRouter());
      app.use('/hello', pass);
    };
    const requests = [
      '/legacy/items/1/passes',
      '/legacy/nowhere',
      '/hello',
      '/nowhere',
    ];
    expect(await seriesOf(configure, requests)).toEqual({
      'GET unmatched 404': 4,
    });
  });

  test('the route behind a mounted function is that of the request that passed it', async () => {
    const configure: Configure = (app) => app.use('/hello', pass);
    expect(await seriesOf(configure, ['/hello/a', '/'])).toEqual({
      'GET /hello/:name 200': 1,
      'GET / 200': 1,
    });
  });

  test('the route below a global prefix is unmatched where nothing answers', async () => {
    const configure: Configure = (app) => {
      app.use('/api', pass);
      app.setGlobalPrefix('api', { exclude: ['only/post'] });
    };
    const requests = ['/api/nowhere', '/api/hello/a', '/only/post', '/x'];
    expect(await seriesOf(configure, requests)).toEqual({
      'GET unmatched 404': 3,
      'GET /api/hello/:name 200': 1,
    });
  });

  test('the route of a file is the mount path, and unmatched where it is missing', async () => {
    const folder = folderWith('style.css');
    const configure: Configure = (app) => {
      app.use('/static', express.static(folder));
      app.use(express.static(folder));
    };
    const requests = ['/static/style.css', '/static/no', '/style.css', '/no'];
    expect(await seriesOf(configure, requests)).toEqual({
      'GET /static 200': 1,
      'GET / 200': 1,
      'GET unmatched 404': 2,
    });
  });

  test('the route is known behind what a module adds when it is initialised', async () => {
    const folder = folderWith('index.html');
    const late = lateModule((app) => {
      app.use('/graphql', answer(200));
      app.use('/app', express.static(folder));
      app.get('/late/:id', answer(200));
      app.use(express.static(folder));
    });
    const requests = [
      '/graphql',
      '/app/index.html',
      '/late/1',
      '/index.html',
      '/hello/a',
      '/nowhere',
    ];
    expect(
      await seriesOf(() => {}, requests, {
        imports: [late],
      }),
    ).toEqual({
      'GET /graphql 200': 1,
      'GET /app 200': 1,
      'GET /late/:id 200': 1,
      'GET / 200': 1,
      'GET /hello/:name 200': 1,
      'GET unmatched 404': 1,
    });
  });

  test.each(['{*any}', '/*splat', '/{*splat}', '*path'])(
    'a page for all paths, added as %s at initialisation, is unmatched where it finds nothing',
    async (path) => {
      const late = lateModule((app) =>
        app.get(path, (req: any, res: any, next: () => void) => {
          if (req.path.startsWith('/api')) return next();
          answer(req.path === '/page' ? 200 : 404)(req, res);
        }),
      );
      const requests = ['/page', '/api/nowhere', '/missing', '/hello/a'];
      expect(await seriesOf(() => {}, requests, { imports: [late] })).toEqual({
        [`GET ${path} 200`]: 1,
        'GET unmatched 404': 2,
        'GET /hello/:name 200': 1,
      });
    },
  );

  test('the route of what Nest middleware answers is where it is bound', async () => {
    @Module({})
    class Middleware {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(answer(200)).forRoutes('proxy');
        consumer.apply(answer(403)).forRoutes('refused');
        const paths = { path: 'every/*path', method: RequestMethod.ALL };
        consumer.apply(answer(200)).forRoutes(paths);
        const get = { path: 'hello/:name', method: RequestMethod.GET };
        consumer.apply(answer(401)).forRoutes(get);
      }
    }
    const requests = ['/proxy/a', '/refused/a', '/every/a', '/hello/a'];
    expect(
      await seriesOf(() => {}, requests, { imports: [Middleware] }),
    ).toEqual({
      'GET /proxy 200': 1,
      'GET unmatched 403': 1,
      'GET /every/*path 200': 1,
      'GET unmatched 401': 1,
    });
  });

  test('the route in an app that is mounted on another is as the app has it', async () => {
    const { app, url } = await startApp(
      {
        imports: [MetricsModule.forRoot({ namespace: '', http: true })],
        controllers: [HomeController],
      },
      () => new ExpressAdapter(),
      (one) => one.use('/legacy', itemsRouter()),
    );
    const outer = express();
    outer.use('/:tenant', app.getHttpAdapter().getInstance());
    const server = outer.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const client = new HttpClient(`http://127.0.0.1:${port}`);
    for (const path of ['/hello/b', '/legacy/items/1', '/nowhere']) {
      await client.send(`/acme${path}`);
    }
    client.close();
    expect(url).toBeTruthy();
    expect(await countsOf(app.get(PrometheusCollector), 3)).toEqual({
      'GET /hello/:name 200': 1,
      'GET /legacy/items/:id 200': 1,
      'GET unmatched 404': 1,
    });
  });

  test('the routes are of a bounded number, whatever clients ask for', async () => {
    const configure: Configure = (app) => {
      app.use('/legacy', itemsRouter());
      app.use('/files/:volume', answer(200));
    };
    const requests = Array.from({ length: 40 }, (_, i) => [
      `/legacy/items/${i}`,
      `/files/volume-${i}/a`,
      `/Files/%FF${i}`,
      `/LEGACY/items/%E0%A4${i}`,
    ]).flat();
    const routes = Object.keys(await seriesOf(configure, requests)).map(
      (key) => key.split(' ')[1],
    );
    expect(new Set(routes)).toEqual(
      new Set(['/legacy/items/:id', '/files/:volume', 'unmatched']),
    );
  });
});

test('a handler sees the same response object and URL behind the metrics as without', async () => {
  const seen: string[] = [];
  const note = (req: any, res: ServerResponse) => {
    seen.push(`${req.baseUrl} ${req.url} ${req.originalUrl}`);
    res.end();
  };
  await seriesOf((app) => app.use('/legacy', note), ['/legacy/a?b=1']);
  expect(seen).toEqual(['/legacy /a?b=1 /legacy/a?b=1']);
});

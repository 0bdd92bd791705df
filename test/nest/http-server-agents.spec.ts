import {
  Body,
  Controller,
  Get,
  type MiddlewareConsumer,
  Module,
  Post,
  RequestMethod,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
} from '../../src/index.js';
import { RejectAll, startApp } from './support/app.js';
import { HttpClient } from './support/http-client.js';
import { countsOf } from './support/http-series.js';

type Handler = (...args: any[]) => unknown;

/** What agents change: the classes behind all Express applications, or the layers of one that is there. */
interface Express {
  routerPrototype: any;
  routePrototype: any;
  stack: any[];
}

/** The Express that this NestJS uses. */
function expressOf(adapter = new ExpressAdapter()): Express {
  const { router } = adapter.getInstance();
  const { stack } = router;
  return {
    routerPrototype: Object.getPrototypeOf(router),
    routePrototype: Object.getPrototypeOf(
      new ExpressAdapter().getInstance().route('/any'),
    ),
    stack,
  };
}

/** A function of the agent's in place of a handler. What was on the handler is not on it. */
function traced(handler: Handler): Handler {
  if (handler.length === 4) return handler;
  return function trace(this: unknown, req: any, res: any, next: any) {
    return handler.call(this, req, res, next);
  };
}

/** Replaces a method of a prototype until the test ends. */
function patch(
  prototype: any,
  method: string,
  make: (original: Handler) => Handler,
) {
  const original = prototype[method];
  prototype[method] = make(original);
  onTestFinished(() => void (prototype[method] = original));
}

function tracedArguments(args: unknown[]): unknown[] {
  return args.map((arg) => {
    if (Array.isArray(arg)) return tracedArguments(arg);
    return typeof arg === 'function' ? traced(arg as Handler) : arg;
  });
}

const METHODS = ['get', 'post', 'put', 'delete', 'all', 'head', 'options'];

/** As the agents of New Relic and Instana do. */
function wrapHandlers({ routePrototype }: Express) {
  for (const method of METHODS) {
    patch(
      routePrototype,
      method,
      (add) =>
        function (this: unknown, ...handlers) {
          return add.apply(this, tracedArguments(handlers));
        },
    );
  }
}

/** As New Relic's does, too. */
function wrapMounts({ routerPrototype }: Express) {
  patch(
    routerPrototype,
    'use',
    (use) =>
      function (this: unknown, ...args) {
        return use.apply(this, tracedArguments(args));
      },
  );
}

/** As the instrumentation of OpenTelemetry does. */
function wrapLayers({ routerPrototype }: Express) {
  for (const method of ['route', 'use']) {
    patch(
      routerPrototype,
      method,
      (add) =>
        function (this: any, ...args) {
          const before = this.stack.length;
          const result = add.apply(this, args);
          for (const layer of this.stack.slice(before)) {
            layer.handle = traced(layer.handle);
          }
          return result;
        },
    );
  }
}

/** As a tool does that is started in a running app. */
function wrapStack({ stack }: Express) {
  for (const layer of stack) {
    for (const inner of layer.route?.stack ?? []) {
      inner.handle = traced(inner.handle);
    }
    layer.handle = traced(layer.handle);
  }
}

@Controller('orders')
class OrdersController {
  @Post()
  order(@Body() body: unknown) {
    return body;
  }

  @Get(':id')
  find() {
    return 'an order';
  }

  @UseGuards(RejectAll)
  @Get(':id/secret')
  secret() {}

  @NoMetrics()
  @Get(':id/hidden')
  hidden() {
    return 'hidden';
  }
}

@NoMetrics()
@Controller('internal')
class InternalController {
  @Get(':what')
  what() {
    return 'internal';
  }
}

@Module({ controllers: [OrdersController, InternalController] })
class OrdersModule {
  configure(consumer: MiddlewareConsumer) {
    const pass = (_req: unknown, _res: unknown, next: () => void) => next();
    consumer
      .apply(pass)
      .forRoutes({ path: '*path', method: RequestMethod.ALL });
    consumer
      .apply(pass)
      .forRoutes({ path: 'nowhere', method: RequestMethod.GET });
  }
}

const AGENTS: Record<
  string,
  { before: ((express: Express) => void)[]; after?: (express: Express) => void }
> = {
  'no agent': { before: [] },
  'an agent that replaces the handlers of routes': { before: [wrapHandlers] },
  'an agent that replaces handlers and mounted functions': {
    before: [wrapHandlers, wrapMounts],
  },
  'an agent that replaces the functions of layers': { before: [wrapLayers] },
  'two agents': { before: [wrapHandlers, wrapMounts, wrapLayers] },
  'a tool that is started in a running app': { before: [], after: wrapStack },
};

describe('On Express, HTTP metrics', () => {
  test.each(Object.entries(AGENTS))(
    'HTTP metrics know the routes and @NoMetrics() beside %s',
    async (_name, { before, after }) => {
      for (const wrap of before) wrap(expressOf());
      const adapter = new ExpressAdapter();
      const { app, url } = await startApp(
        {
          imports: [
            MetricsModule.forRoot({ namespace: '', http: true }),
            OrdersModule,
          ],
        },
        () => adapter,
        (one) => {
          one.enableVersioning({ type: VersioningType.HEADER, header: 'v' });
          const legacy = new ExpressAdapter().getInstance();
          legacy.get('/items/:id', (_req: any, res: any) => res.send('item'));
          one.use('/legacy', legacy);
        },
      );
      after?.(expressOf(adapter));
      const client = new HttpClient(url);
      const body = '{"a":1}';
      const headers = { 'content-type': 'application/json' };
      const posted = await client.send('/orders', {
        method: 'POST',
        body,
        headers,
      });
      expect(posted.body).toBe(body);
      for (const path of [
        '/orders/7',
        '/orders/7/secret',
        '/orders/7/hidden',
        '/internal/a',
        '/nowhere',
        '/legacy/items/7',
        '/metrics',
      ]) {
        await client.send(path);
      }
      expect(await countsOf(app.get(PrometheusCollector), 5)).toEqual({
        'POST /orders 201': 1,
        'GET /orders/:id 200': 1,
        'GET /orders/:id/secret 403': 1,
        'GET unmatched 404': 1,
        'GET /legacy/items/:id 200': 1,
      });
    },
  );
});

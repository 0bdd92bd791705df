import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  BadRequestException,
  type CanActivate,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Global,
  HttpException,
  Inject,
  Injectable,
  Module,
  Scope,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  HealthController,
  MetricsController,
  type MetricsOptions,
  MetricsModule,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { freePort } from '../support/http.js';
import { tempFolder } from '../support/temp.js';
import { ADAPTERS, RejectAll, startApp } from './support/app.js';
import { rawConnection } from './support/http-client.js';

/** Lets in who has the key that the app says. */
@Injectable()
class KeyGuard implements CanActivate {
  constructor(@Inject('KEY') private readonly key: string) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest();
    return headers['x-key'] === this.key;
  }
}

@Global()
@Module({ providers: [{ provide: 'KEY', useValue: 'k' }], exports: ['KEY'] })
class KeyModule {}

const Public = () => SetMetadata('public', true);

/** As apps have it: everything is closed that is not said to be open. */
@Injectable()
class ClosedByDefault implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride('public', targets) === true;
  }
}

const CLOSED = { provide: APP_GUARD, useClass: ClosedByDefault };

const KEY = { headers: { 'x-key': 'k' } };

/** The same options, given at once and later. */
const WAYS = {
  forRoot: (options: MetricsOptions) => MetricsModule.forRoot(options),
  forRootAsync: (options: MetricsOptions) =>
    MetricsModule.forRootAsync({ useFactory: async () => options }),
};

describe.each(ADAPTERS)('on %s, guards by option', (name, adapter) => {
  test.each(Object.entries(WAYS))(
    'guards by option keep out of the page by %s, with what they depend on',
    async (_way, configure) => {
      const { get, app } = await startApp(
        {
          imports: [
            KeyModule,
            configure({ prometheus: { guards: [KeyGuard] } }),
          ],
        },
        adapter,
      );
      const refused = await get('/metrics');
      expect(refused.status).toBe(403);
      expect(await refused.text()).toBe('Forbidden\n');
      expect((await get('/metrics', KEY)).status).toBe(200);
      expect((await get('/health')).status).toBe(200);
      expect(
        await samples(
          app.get(PrometheusCollector),
          'tframex_metrics_refusals_total',
        ),
      ).toEqual([
        'tframex_metrics_refusals_total{reason="guard",resource="metrics"} 1',
      ]);
    },
  );

  test.each([100, 101, 103, 200, 204, 299, 600, NaN, '401' as never])(
    'guards that refuse with the status %s, which is no refusal, are answered with 403',
    async (status) => {
      class StrangeGuard implements CanActivate {
        canActivate(): boolean {
          throw new HttpException('strange', status);
        }
      }
      const { get, text } = await startApp(
        {
          imports: [
            MetricsModule.forRoot({ prometheus: { guards: [StrangeGuard] } }),
          ],
        },
        adapter,
      );
      expect((await get('/metrics')).status).toBe(403);
      expect(await text('/metrics')).toBe('Forbidden\n');
    },
  );

  test('guards of the health keep out of it, and leave page and probes open', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({ health: { guards: [new RejectAll()] } }),
        ],
      },
      adapter,
    );
    expect((await get('/health')).status).toBe(403);
    expect((await get('/metrics')).status).toBe(200);
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
  });

  test('guards by option are those of the app, if a module provides them', async () => {
    @Module({
      providers: [KeyGuard, { provide: 'KEY', useValue: 'k' }],
    })
    class Feature {}
    const { get } = await startApp(
      {
        imports: [
          Feature,
          MetricsModule.forRoot({ prometheus: { guards: [KeyGuard] } }),
        ],
      },
      adapter,
    );
    expect((await get('/metrics')).status).toBe(403);
    expect((await get('/metrics', KEY)).status).toBe(200);
  });

  test("guards by option get the framework's request and response, and the name of the page", async () => {
    const seen: ExecutionContext[] = [];
    const guard: CanActivate = {
      canActivate: (context) => seen.push(context) > 0,
    };
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { guards: [guard] },
            health: { guards: [guard] },
          }),
        ],
      },
      adapter,
    );
    await get('/metrics?x=1');
    await get('/health?x=2');
    expect(seen.map((context) => context.getClass().name)).toEqual([
      'MetricsEndpoint',
      'HealthEndpoint',
    ]);
    expect(seen.map((context) => context.getType())).toEqual(['http', 'http']);
    for (const [i, context] of seen.entries()) {
      const http = context.switchToHttp();
      expect(http.getRequest().query).toEqual({ x: String(i + 1) });
      expect(http.getRequest().ip).toBe('127.0.0.1');
      const header = { Express: 'header', Fastify: 'hijack' }[name];
      expect(http.getResponse()[header]).toBeTypeOf('function');
    }
  });

  test.each([
    [new UnauthorizedException('the key is k'), 401, 'Unauthorized\n'],
    [new BadRequestException(['a', 'b']), 400, 'Bad Request\n'],
    [new HttpException({ secret: 'k' }, 429), 429, 'Too Many Requests\n'],
    [new HttpException('x', 499), 499, 'Refused\n'],
  ])(
    'guards by option answer with the status of what they throw alone: %s',
    async (thrown, status, text) => {
      const guard: CanActivate = {
        canActivate: () => {
          throw thrown;
        },
      };
      const { get } = await startApp(
        {
          imports: [MetricsModule.forRoot({ prometheus: { guards: [guard] } })],
        },
        adapter,
      );
      const refused = await get('/metrics');
      expect(refused.status).toBe(status);
      expect(await refused.text()).toBe(text);
      expect(refused.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  test('guards by option keep controllers closed while metrics are switched off', async () => {
    @Controller('own/metrics')
    class OwnMetrics extends MetricsController {}
    @Controller('own/health')
    class OwnHealth extends HealthController {}
    const protection = { guards: [new RejectAll()] };
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            enabled: false,
            prometheus: protection,
            health: protection,
          }),
        ],
        controllers: [OwnMetrics, OwnHealth],
      },
      adapter,
    );
    expect((await get('/own/metrics')).status).toBe(403);
    expect((await get('/own/health')).status).toBe(403);
    expect((await get('/own/health/live')).status).toBe(200);
  });

  test('guards and tokens keep controllers closed while metrics are off, without reading the token', async () => {
    @Controller('own/metrics')
    class OwnMetrics extends MetricsController {}
    const bearerToken = { file: join(tempFolder(), 'none') };
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            enabled: false,
            prometheus: { access: { bearerToken } },
          }),
        ],
        controllers: [OwnMetrics],
      },
      adapter,
    );
    const headers = { authorization: 'Bearer x' };
    expect((await get('/own/metrics', { headers })).status).toBe(403);
    expect((await get('/health')).status).toBe(200);
  });

  test('guards that fail reject every request, and are counted as errors', async () => {
    const guard: CanActivate = {
      canActivate: () => Promise.reject(new Error('the key is k')),
    };
    const { get, app } = await startApp(
      { imports: [MetricsModule.forRoot({ prometheus: { guards: [guard] } })] },
      adapter,
    );
    const failed = await get('/metrics');
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('key');
    expect(
      await samples(
        app.get(PrometheusCollector),
        'tframex_metrics_errors_total',
      ),
    ).toEqual(['tframex_metrics_errors_total{cause="scrape"} 1']);
  });

  test('guards by option run after address and token, which cost less', async () => {
    let runs = 0;
    const guard: CanActivate = { canActivate: () => ++runs > 0 };
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { guards: [guard], access: { bearerToken: 's3cret' } },
          }),
        ],
      },
      adapter,
    );
    expect((await get('/metrics')).status).toBe(401);
    expect(runs).toBe(0);
    const headers = { authorization: 'Bearer s3cret' };
    expect((await get('/metrics', { headers })).status).toBe(200);
    expect(runs).toBe(1);
  });

  test('guards by option bring the global guards along, and leave decorators what those read', async () => {
    const closed = await startApp(
      {
        imports: [MetricsModule.forRoot({ prometheus: { guards: [] } })],
        providers: [CLOSED],
      },
      adapter,
    );
    expect((await closed.get('/metrics')).status).toBe(403);
    expect((await closed.get('/health')).status).toBe(200);
    const open = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { decorators: [Public()] },
            health: { guards: [] },
          }),
        ],
        providers: [CLOSED],
      },
      adapter,
    );
    expect((await open.get('/metrics')).status).toBe(200);
    expect((await open.get('/health')).status).toBe(403);
  });

  test('guards by option may be global by `useGlobalGuards()`', async () => {
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot({ prometheus: { guards: [] } })] },
      adapter,
      (app) => app.useGlobalGuards(new RejectAll()),
    );
    expect((await get('/metrics')).status).toBe(403);
    expect((await get('/health')).status).toBe(200);
  });

  test('guards by option may be bound by decorators, classes and objects alike', async () => {
    const { get } = await startApp(
      {
        imports: [
          KeyModule,
          MetricsModule.forRoot({
            prometheus: { decorators: [UseGuards(KeyGuard)] },
            health: { decorators: [UseGuards(new RejectAll())] },
          }),
        ],
      },
      adapter,
    );
    expect((await get('/metrics')).status).toBe(403);
    expect((await get('/metrics', KEY)).status).toBe(200);
    expect((await get('/health', KEY)).status).toBe(403);
  });

  test('guards by option may set headers on the response', async () => {
    const guard: CanActivate = {
      canActivate: (context) => {
        const response = context.switchToHttp().getResponse();
        response.header('x-guard', 'on duty');
        return context.switchToHttp().getRequest().query.open !== undefined;
      },
    };
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot({ prometheus: { guards: [guard] } })] },
      adapter,
    );
    for (const [path, status] of [
      ['/metrics', 403],
      ['/metrics?open', 200],
    ] as const) {
      const response = await get(path);
      expect(response.status).toBe(status);
      expect(response.headers.get('x-guard')).toBe('on duty');
    }
  });

  test('guards by option of two apps never meet', async () => {
    const guarded = await startApp(
      {
        imports: [
          MetricsModule.forRoot({ prometheus: { guards: [RejectAll] } }),
        ],
      },
      adapter,
    );
    const open = await startApp(
      { imports: [MetricsModule.forRoot({ prometheus: { guards: [] } })] },
      adapter,
    );
    expect((await guarded.get('/metrics')).status).toBe(403);
    expect((await open.get('/metrics')).status).toBe(200);
  });
});

test('guards on a server of their own get the request and response of Node', async () => {
  const port = await freePort();
  const seen: ExecutionContext[] = [];
  @Injectable()
  class PathGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      seen.push(context);
      const http = context.switchToHttp();
      http.getResponse().setHeader('x-guarded', 'yes');
      return http.getRequest().url.includes('open');
    }
  }
  @Module({
    imports: [
      MetricsModule.forRoot({
        prometheus: { port, host: '127.0.0.1', guards: [PathGuard] },
      }),
    ],
  })
  class JobModule {}
  const context = await NestFactory.createApplicationContext(JobModule, {
    logger: false,
  });
  onTestFinished(() => context.close());
  const closed = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(closed.status).toBe(403);
  const open = await fetch(`http://127.0.0.1:${port}/metrics?open`);
  expect(open.status).toBe(200);
  expect(open.headers.get('x-guarded')).toBe('yes');
  expect(seen).toHaveLength(2);
});

describe('guards that cannot be run keep the app from starting', () => {
  @Injectable({ scope: Scope.REQUEST })
  class RequestScoped extends RejectAll {}

  test.each<[string, object, object[], RegExp]>([
    [
      'one that is request-scoped',
      { guards: [RequestScoped] },
      [RequestScoped],
      /prometheus\.guards has RequestScoped, which is request-scoped/,
    ],
    [
      'a global one that is request-scoped',
      { decorators: [Public()] },
      [{ provide: APP_GUARD, useClass: RequestScoped }],
      /global guards run, one of which is request-scoped/,
    ],
    [
      'one whose dependencies are nowhere',
      { guards: [KeyGuard] },
      [],
      /prometheus\.guards has KeyGuard, which Nest cannot make: .*KEY/s,
    ],
  ])(
    'an app does not start with a guard that cannot be run: %s',
    async (_what, prometheus, providers, fault) => {
      const start = startApp({
        imports: [MetricsModule.forRoot({ prometheus })],
        providers: providers as [],
      });
      await expect(start).rejects.toThrow(OptionsError);
      await expect(start).rejects.toThrow(fault);
    },
  );
});

describe.each(ADAPTERS)('on %s, a guard of the app', (_name, adapter) => {
  test('a guard of the app that throws a status of 101 is answered as without the module', async () => {
    class SwitchingGuard implements CanActivate {
      canActivate(): boolean {
        throw new HttpException('switching', 101);
      }
    }
    @Controller('guarded')
    class GuardedController {
      @UseGuards(SwitchingGuard)
      @Get()
      guarded() {}

      @Get('open')
      open() {
        return 'open';
      }
    }
    const answerOf = async (imports: DynamicModule[]) => {
      const { url } = await startApp(
        { imports, controllers: [GuardedController] },
        adapter,
      );
      const host = 'HTTP/1.1\r\nHost: x\r\n';
      const socket = await rawConnection(
        url,
        `GET /guarded ${host}\r\nGET /guarded/open ${host}Connection: close\r\n\r\n`,
      );
      return (await text(socket)).replaceAll(/Date: .*/g, '');
    };
    const without = await answerOf([]);
    expect(without).toMatch(/^HTTP\/1\.1 101 [^]*\r\n\r\nopen$/);
    const module = { http: true, interceptor: true };
    expect(await answerOf([MetricsModule.forRoot(module)])).toBe(without);
  });
});

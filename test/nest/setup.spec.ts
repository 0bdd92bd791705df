import {
  Controller,
  type INestApplication,
  Injectable,
  Logger,
  Module,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import {
  afterEach,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import {
  Agent,
  AgentMetrics,
  Counted,
  MetricsCollector,
  MetricsModule,
  type MetricsOptions,
  MetricType,
  OptionsError,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { freePort, occupyPort, portOf } from '../support/http.js';
import { tempFolder } from '../support/temp.js';
import { ADAPTERS, startApp } from './support/app.js';
import { withLink } from '../../src/core/message-links.js';

@Agent('Assistant')
@Injectable()
class Assistant {
  @Counted()
  @Timed()
  run(): string {
    return 'done';
  }
}

const CALLS =
  'tframex_agent_executions_total{agent="Assistant",method="run",status="success"} 1\n';

/** What the module logs, by level. */
let logged: Record<'log' | 'warn', string[]>;

beforeEach(() => {
  logged = { log: [], warn: [] };
  for (const level of ['log', 'warn'] as const) {
    vi.spyOn(Logger.prototype, level).mockImplementation(function (
      this: { context?: string },
      message: string,
    ) {
      if (this.context === 'MetricsModule') logged[level].push(message);
    });
  }
});

afterEach(() => void vi.restoreAllMocks());

const compile = (imports: any[], providers: any[] = []) =>
  Test.createTestingModule({ imports, providers }).compile();

describe('a mistake in the imports', () => {
  test('a mistake in the imports is named if the module is imported by its class alone', async () => {
    const compiled = compile([MetricsModule]);
    await expect(compiled).rejects.toThrow(OptionsError);
    await expect(compiled).rejects.toThrow(
      'import MetricsModule.forRoot() once, in the root module',
    );
  });

  test.each([
    ['of the same place', {}],
    ['of another port', { prometheus: { port: 0, host: '127.0.0.1' } }],
  ])(
    'a mistake in the imports is named, with the importing modules, for a second import %s',
    async (_, options) => {
      @Module({ imports: [MetricsModule.forRoot(options)] })
      class Feature {}
      @Module({ imports: [MetricsModule.forRoot(), Feature] })
      class App {}
      const compiled = compile([App]);
      await expect(compiled).rejects.toThrow(OptionsError);
      await expect(compiled).rejects.toThrow(
        'MetricsModule.forRoot() is imported 2 times, by App, Feature; import it once',
      );
    },
  );

  test('a dynamic module that is imported in two places is no mistake', async () => {
    const metrics = MetricsModule.forRoot();
    @Module({ imports: [metrics] })
    class Feature {}
    const module = await compile([metrics, Feature]);
    await module.init();
    await module.close();
  });

  test.each([MetricsCollector, PrometheusCollector, AgentMetrics])(
    'a mistake in the imports is named if the factory of the options injects %o',
    (token) => {
      const inject = [{ token, optional: true }];
      expect(() =>
        MetricsModule.forRootAsync({ inject, useFactory: () => ({}) }),
      ).toThrow(
        `forRootAsync() injects ${token.name}, which is made from these options`,
      );
    },
  );

  test('a mistake in the imports is named if the options class injects the collector', () => {
    @Injectable()
    class Options {
      constructor(readonly collector: MetricsCollector) {}
      createMetricsOptions(): MetricsOptions {
        return {};
      }
    }
    expect(() => MetricsModule.forRootAsync({ useClass: Options })).toThrow(
      'forRootAsync() injects MetricsCollector',
    );
  });

  test('the start names the app that was not closed and still holds the registry', async () => {
    const prometheus = { registry: new Registry() };
    const first = await compile([MetricsModule.forRoot({ prometheus })]);
    await first.init();
    onTestFinished(() => first.close());
    first.get(MetricsCollector).counter('a').inc();
    const second = await compile([MetricsModule.forRoot({ prometheus })]);
    await second.init().catch(() => {});
    onTestFinished(() => second.close());
    expect(() => second.get(MetricsCollector).counter('a')).toThrow(
      'close the app or collector that has registered it',
    );
  });
});

describe('a collector that a test replaces', () => {
  test('a replaced collector may have a method or two only, and is named in a warning', async () => {
    const record = vi.fn();
    @Injectable()
    class Billing {
      constructor(private readonly metrics: MetricsCollector) {}
      charge() {
        this.metrics.record({
          name: 'charges',
          type: MetricType.COUNTER,
          value: 1,
        });
      }
    }
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot()],
      providers: [Assistant, Billing],
    })
      .overrideProvider(MetricsCollector)
      .useValue({ record })
      .compile();
    await module.init();
    expect(module.get(Assistant).run()).toBe('done');
    module.get(Billing).charge();
    expect(record).toHaveBeenCalledTimes(1);
    expect(logged.warn).toContain(
      withLink(
        'The collector that replaces MetricsCollector has no counter(), gauge(), histogram(), timer(): what is recorded through them is lost. Extend the class MetricsCollector if it matters',
        'replaced_collector',
      ),
    );
    await module.close();
  });
});

describe.each(ADAPTERS)('on %s', (_name, adapter) => {
  test('metrics that are switched off leave the health and the probes where they are', async () => {
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot({ enabled: false })] },
      adapter,
    );
    expect((await get('/metrics')).status).toBe(404);
    for (const path of ['/health', '/health/live', '/health/ready']) {
      expect((await get(path)).status, path).toBe(200);
    }
  });

  test('metrics that are switched off leave the probes on their own port', async () => {
    const port = await freePort();
    await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            enabled: false,
            prometheus: { port, host: '127.0.0.1' },
          }),
        ],
      },
      adapter,
    );
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect((await get('/health/ready')).status).toBe(200);
    expect((await get('/metrics')).status).toBe(404);
  });

  test('one line at start says where the pages are', async () => {
    const { url } = await startApp(
      { imports: [MetricsModule.forRoot()] },
      adapter,
    );
    expect(logged.log).toEqual([
      `Serves metrics at ${url}/metrics, health at ${url}/health`,
    ]);
  });

  test('one line at start says that an app stands by for the port of the pages', async () => {
    const port = await occupyPort();
    await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            processes: { directory: tempFolder() },
            prometheus: { port, host: '127.0.0.1' },
          }),
        ],
      },
      adapter,
    );
    const origin = `http://127.0.0.1:${port}`;
    expect(logged.log).toEqual([
      `Another process listens on the port for metrics at ${origin}/metrics, health at ${origin}/health; this one takes over when that ends`,
    ]);
  });

  test('everything works again in the second app of one testing module builder', async () => {
    const builder = Test.createTestingModule({
      imports: [MetricsModule.forRoot({ http: true })],
      providers: [Assistant],
    });
    for (let i = 1; i <= 3; i++) {
      const module = await builder.compile();
      const app: INestApplication = module.createNestApplication(
        adapter() as never,
      );
      await app.listen(0, '127.0.0.1');
      const url = `http://127.0.0.1:${portOf(app.getHttpServer())}`;
      const text = async (path: string) => (await fetch(url + path)).text();
      app.get(Assistant).run();
      await text('/nowhere');
      expect(JSON.parse(await text('/health/ready'))).toEqual({ status: 'up' });
      const page = await text('/metrics');
      expect(page).toMatch(/agent_executions_total\{[^}]*\} [1-3]\n/);
      expect(page).toMatch(
        /http_server_request_duration_seconds_count\{[^}]*status_code="404"[^}]*\} [1-3]\n/,
      );
      await app.close();
    }
  });
});

describe('an application without an HTTP server', () => {
  const NOWHERE = withLink(
    'The metrics are neither served nor exported: this application has no HTTP server. Set prometheus.port, or an exporter such as otlp, statsd or pushgateway',
    'not_served',
  );

  const start = async (options: MetricsOptions) => {
    @Module({ imports: [MetricsModule.forRoot(options)] })
    class App {}
    const context = await NestFactory.createApplicationContext(App, {
      logger: false,
    });
    onTestFinished(() => context.close());
  };

  test('an application without an HTTP server is warned if nothing serves or exports its metrics', async () => {
    await start({});
    expect(logged.warn).toEqual([NOWHERE]);
  });

  test.each<[string, MetricsOptions]>([
    ['a port', { prometheus: { port: 0, host: '127.0.0.1' } }],
    ['an exporter', { exporters: [{ name: 'mine', export: async () => {} }] }],
    ['no metrics', { enabled: false }],
  ])(
    'an application without an HTTP server is not warned with %s',
    async (_, options) => {
      await start(options);
      expect(logged.warn).toEqual([]);
    },
  );

  test('an application without an HTTP server is not warned where another process shows its metrics', async () => {
    await start({ processes: { directory: tempFolder() } });
    expect(logged.warn).toEqual([]);
  });

  test('an application without an HTTP server is warned as a microservice too', async () => {
    @Module({ imports: [MetricsModule.forRoot()] })
    class App {}
    const service = await NestFactory.createMicroservice(App as Type, {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: await freePort() },
      logger: false,
    });
    await service.listen();
    await service.close();
    expect(logged.warn).toEqual([NOWHERE]);
  });
});

describe('a hybrid application', () => {
  @Controller()
  class Sums {
    @MessagePattern('sum')
    sum(): number {
      return 1;
    }
  }

  const start = async (inheritAppConfig: boolean) => {
    const port = await freePort();
    const { app } = await startApp(
      {
        imports: [MetricsModule.forRoot({ interceptor: true })],
        controllers: [Sums],
      },
      ADAPTERS[0][1],
      (hybrid) => {
        hybrid.connectMicroservice(
          { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
          { inheritAppConfig },
        );
      },
    );
    await app.startAllMicroservices();
  };

  test('a hybrid application is warned once if the messages of its microservice are not measured', async () => {
    await start(false);
    expect(logged.warn).toEqual([
      withLink(
        'The messages of a microservice are not measured: it does not have the global interceptors of the application. Connect it with connectMicroservice(options, { inheritAppConfig: true })',
        'unmeasured_messages',
      ),
    ]);
  });

  test('a hybrid application is not warned if its microservice inherits the configuration', async () => {
    await start(true);
    expect(logged.warn).toEqual([]);
  });
});

test('a call that was made before the app closed is on its last page', async () => {
  const module = await compile([MetricsModule.forRoot()], [Assistant]);
  await module.init();
  module.get(Assistant).run();
  expect(await module.get(PrometheusCollector).metrics()).toContain(CALLS);
  await module.close();
});

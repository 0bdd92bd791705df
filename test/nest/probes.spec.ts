import {
  Controller,
  Get,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  HealthController,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import { freePort, waitFor } from '../support/http.js';
import { ADAPTERS, RejectAll, startApp } from './support/app.js';

vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

/** Something that is waited for until it is let go. */
class Gate {
  open!: () => void;
  isReached = false;
  private readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });

  pass(): Promise<void> {
    this.isReached = true;
    return this.opened;
  }
}

/** Expects an app whose timers stand still to be no longer ready after some answers. */
async function expectNotReady(
  get: (path: string) => Promise<{ status: number }>,
): Promise<void> {
  const ready = async () => (await get('/health/ready')).status;
  for (let i = 0; i < 100 && (await ready()) === 200; i++);
  expect(await ready()).toBe(503);
}

/** What answers the probes of a server of its own. */
const probesAt = (port: number, path = '/health') => {
  const status = async (probe: string) =>
    (await fetch(`http://127.0.0.1:${port}${path}${probe}`)).status;
  return {
    live: () => status('/live'),
    ready: () => status('/ready'),
    health: () => status(''),
  };
};

const onPort = (port: number, health = {}) =>
  MetricsModule.forRoot({ prometheus: { port, host: '127.0.0.1' }, health });

@Controller('hello')
class HelloController {
  @Get()
  hello() {
    return 'hello';
  }
}

/** Modules that start slowly, in each of the hooks, and the gates that they wait at. */
function slowModules() {
  const init = new Gate();
  const bootstrap = new Gate();
  @Injectable()
  class SlowInit implements OnModuleInit {
    onModuleInit = () => init.pass();
  }
  @Module({ providers: [SlowInit] })
  class SlowModule implements OnApplicationBootstrap {
    onApplicationBootstrap = () => bootstrap.pass();
  }
  return { imports: [SlowModule], init, bootstrap };
}

afterEach(() => void vi.useRealTimers());

describe.each(ADAPTERS)('on %s, the probes', (_name, adapter) => {
  test('the probes say that the app lives and is ready, in few words', async () => {
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot()] },
      adapter,
    );
    for (const path of ['/health/live', '/health/ready']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(
        'application/json; charset=utf-8',
      );
      expect(await response.text()).toBe('{"status":"up"}');
    }
  });

  test('the probes move with the health, and go with it', async () => {
    const moved = await startApp(
      { imports: [MetricsModule.forRoot({ health: { path: '/status' } })] },
      adapter,
    );
    expect((await moved.get('/status/live')).status).toBe(200);
    expect((await moved.get('/status/ready')).status).toBe(200);
    expect((await moved.get('/health/live')).status).toBe(404);
    const none = await startApp(
      { imports: [MetricsModule.forRoot({ health: { path: false } })] },
      adapter,
    );
    expect((await none.get('/health/ready')).status).toBe(404);
  });

  test("the probes can be the user's own, with guards and prefix", async () => {
    @Controller('internal/health')
    class OpenHealth extends HealthController {}
    @Controller('guarded/health')
    @UseGuards(RejectAll)
    class GuardedHealth extends HealthController {}
    const { get, text } = await startApp(
      {
        imports: [MetricsModule.forRoot({ health: { path: false } })],
        controllers: [OpenHealth, GuardedHealth],
      },
      adapter,
      (app) => app.setGlobalPrefix('api'),
    );
    expect(await text('/api/internal/health/live')).toBe('{"status":"up"}');
    expect(await text('/api/internal/health/ready')).toBe('{"status":"up"}');
    expect(await text('/api/internal/health')).toContain('"healthy":true');
    for (const path of ['', '/live', '/ready']) {
      expect((await get(`/api/guarded/health${path}`)).status).toBe(403);
    }
  });

  test('probes on their own port live at once, and are ready once the app listens', async () => {
    const port = await freePort();
    const { imports, init, bootstrap } = slowModules();
    @Module({ imports: [onPort(port), ...imports] })
    class AppModule {}
    const app = await NestFactory.create(AppModule, adapter() as never, {
      logger: false,
    });
    onTestFinished(() => app.close());
    const { live, ready, health } = probesAt(port);
    const starting = app.init();
    await waitFor(() => init.isReached, 'the slow onModuleInit()');
    expect(await Promise.all([live(), ready(), health()])).toEqual([
      200, 503, 503,
    ]);
    init.open();
    await waitFor(() => bootstrap.isReached, 'onApplicationBootstrap()');
    expect(await Promise.all([live(), ready()])).toEqual([200, 503]);
    bootstrap.open();
    await starting;
    expect(await Promise.all([live(), ready()])).toEqual([200, 503]);
    await app.listen(0, '127.0.0.1');
    expect(await Promise.all([live(), ready(), health()])).toEqual([
      200, 200, 200,
    ]);
  });

  test('the probes are not ready from the start of the shutdown, while the app still answers', async () => {
    const destroyed = new Gate();
    @Injectable()
    class Database implements OnModuleDestroy {
      onModuleDestroy = () => {
        destroyed.open();
        return destroyed.pass();
      };
    }
    const { app, get } = await startApp(
      {
        imports: [MetricsModule.forRoot({ health: { shutdownGrace: 5_000 } })],
        providers: [Database],
        controllers: [HelloController],
      },
      adapter,
    );
    expect((await get('/health/ready')).status).toBe(200);
    // Only this one: the clients of these tests need timers too.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const closing = app.close();
    await expectNotReady(get);
    expect((await get('/health')).status).toBe(503);
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/hello')).status).toBe(200);
    await vi.advanceTimersByTimeAsync(4_999);
    expect((await get('/hello')).status).toBe(200);
    expect(destroyed.isReached).toBe(false);
    vi.advanceTimersByTime(1);
    vi.useRealTimers();
    await closing;
    expect(destroyed.isReached).toBe(true);
    await expect(get('/hello')).rejects.toThrow();
  });
});

describe('an app without HTTP', () => {
  /** Starts it, looks at its probes on the way, and closes it when the test ends. */
  async function startSlowly(
    start: (
      metadata: ModuleMetadata,
    ) => Promise<{ close(): Promise<unknown>; get(token: any): any }>,
  ) {
    const port = await freePort();
    const { imports, init, bootstrap } = slowModules();
    const starting = start({ imports: [onPort(port), ...imports] });
    const probes = probesAt(port);
    await waitFor(() => init.isReached, 'the slow onModuleInit()');
    expect([await probes.live(), await probes.ready()]).toEqual([200, 503]);
    init.open();
    await waitFor(() => bootstrap.isReached, 'onApplicationBootstrap()');
    expect([await probes.live(), await probes.ready()]).toEqual([200, 503]);
    bootstrap.open();
    const app = await starting;
    onTestFinished(async () => void (await app.close()));
    return { app, probes };
  }

  test('a standalone app is ready when all of it has started', async () => {
    const { app, probes } = await startSlowly((metadata) => {
      @Module(metadata)
      class JobModule {}
      return NestFactory.createApplicationContext(JobModule, { logger: false });
    });
    expect([await probes.live(), await probes.ready()]).toEqual([200, 200]);
    expect(await app.get(PrometheusCollector).healthCheck()).toMatchObject({
      healthy: true,
      server_running: true,
    });
  });

  test('a microservice without HTTP is ready when all of it has started', async () => {
    const { probes } = await startSlowly(async (metadata) => {
      @Module(metadata)
      class ServiceModule {}
      const service = await NestFactory.createMicroservice<MicroserviceOptions>(
        ServiceModule,
        {
          transport: Transport.TCP,
          options: { host: '127.0.0.1', port: await freePort() },
          logger: false,
        },
      );
      await service.listen();
      return service;
    });
    expect([await probes.live(), await probes.ready()]).toEqual([200, 200]);
  });
});

test('an app that has never been ready ends without the grace', async () => {
  @Module({
    imports: [
      MetricsModule.forRoot({
        prometheus: { port: 0, host: '127.0.0.1' },
        health: { shutdownGrace: 2_147_483_647 },
      }),
    ],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  await app.close();
});

test('the app is not ready during its grace where metrics are switched off', async () => {
  const { app, get } = await startApp({
    imports: [
      MetricsModule.forRoot({
        enabled: false,
        health: { shutdownGrace: 5_000 },
      }),
    ],
  });
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const closing = app.close();
  await expectNotReady(get);
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  await closing;
});

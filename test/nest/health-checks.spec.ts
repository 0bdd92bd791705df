import {
  Controller,
  Get,
  Injectable,
  Module,
  type ModuleMetadata,
  Scope,
} from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import {
  DecoratorError,
  HealthCheck,
  MetricsModule,
  OptionsError,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { samplesOf } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

@Injectable()
class VectorStore {
  isUp = true;

  @HealthCheck('vector-store', { cacheFor: 0 })
  ping(): boolean {
    return this.isUp;
  }
}

@Controller('models')
class ModelsController {
  readonly models = ['small', 'large'];

  @HealthCheck('models', { critical: false })
  count() {
    return { models: this.models.length };
  }

  @Get()
  all() {
    return this.models;
  }
}

/** The checks of an app of these parts, by name. */
async function checksOf(metadata: ModuleMetadata) {
  const { imports = [], ...rest } = metadata;
  const { app } = await startApp({
    imports: [MetricsModule.forRoot(), ...imports],
    ...rest,
  });
  const { checks } = await app.get(PrometheusCollector).healthCheck();
  return checks;
}

describe.each(ADAPTERS)('on %s, the health', (_name, adapter) => {
  test('the health has the checks of providers, controllers and options, and can be alerted on', async () => {
    const { app, get, text } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            health: { checks: [{ name: 'disk', check: () => true }] },
          }),
        ],
        providers: [VectorStore],
        controllers: [ModelsController],
      },
      adapter,
    );
    expect(await (await get('/health')).json()).toMatchObject({
      healthy: true,
      checks: {
        disk: { status: 'up' },
        'vector-store': { status: 'up' },
        models: { status: 'up' },
      },
    });
    app.get(VectorStore).isUp = false;
    const health = await get('/health');
    expect(health.status).toBe(503);
    expect((await get('/health/ready')).status).toBe(503);
    expect((await get('/health/live')).status).toBe(200);
    const page = await text('/metrics');
    expect(samplesOf(page, 'tframex_health_check_status').sort()).toEqual([
      'tframex_health_check_status{check="disk"} 1',
      'tframex_health_check_status{check="models"} 1',
      'tframex_health_check_status{check="vector-store"} 0',
    ]);
    expect(page).toContain(
      'tframex_health_check_duration_seconds{check="models"}',
    );
  });

  test('the health has details if they are switched on', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            health: { details: true, version: '2.0.0' },
          }),
        ],
        controllers: [ModelsController],
      },
      adapter,
    );
    expect(await (await get('/health')).json()).toMatchObject({
      version: '2.0.0',
      checks: { models: { status: 'up', details: { models: 2 } } },
    });
  });
});

describe('@HealthCheck()', () => {
  test('@HealthCheck() is found on inherited methods, overridden ones and in all modules', async () => {
    abstract class Pinged {
      abstract readonly url: string;

      @HealthCheck('inherited')
      ping() {
        return this.url === 'mine';
      }

      @HealthCheck('overridden')
      other() {
        return false;
      }

      @HealthCheck('base name')
      renamed() {
        return false;
      }
    }
    @Injectable()
    class Mine extends Pinged {
      readonly url = 'mine';

      override other() {
        return true;
      }

      @HealthCheck('own name')
      override renamed() {
        return true;
      }
    }
    @Module({ providers: [Mine] })
    class Feature {}
    expect(
      await checksOf({ imports: [Feature], providers: [VectorStore] }),
    ).toEqual({
      inherited: { status: 'up' },
      overridden: { status: 'up' },
      'own name': { status: 'up' },
      'vector-store': { status: 'up' },
    });
  });

  test('@HealthCheck() is found on instances of factories and values, once for all their names', async () => {
    const ALIAS = Symbol('alias');
    const checks = await checksOf({
      providers: [
        { provide: 'store', useFactory: () => new VectorStore() },
        { provide: ALIAS, useExisting: 'store' },
        { provide: 'models', useValue: new ModelsController() },
      ],
    });
    expect(Object.keys(checks).sort()).toEqual(['models', 'vector-store']);
  });

  test('@HealthCheck() gets along with other decorators, symbols as names and private fields', async () => {
    const PING = Symbol('ping');
    @Injectable()
    class Store {
      readonly #isUp = true;

      @Timed('ping_seconds')
      @HealthCheck('below')
      below() {
        return this.#isUp;
      }

      @HealthCheck('above')
      @Timed('ping_seconds')
      above() {
        return this.#isUp;
      }

      @HealthCheck('symbol')
      [PING](signal: AbortSignal) {
        return this.#isUp && !signal.aborted;
      }
    }
    const checks = await checksOf({ providers: [Store] });
    expect(checks).toEqual({
      below: { status: 'up' },
      above: { status: 'up' },
      symbol: { status: 'up' },
    });
  });

  test('@HealthCheck() leaves alone what cannot be inspected', async () => {
    const hostile = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('no');
        },
      },
    );
    const checks = await checksOf({
      providers: [
        VectorStore,
        { provide: 'hostile', useFactory: () => hostile },
      ],
    });
    expect(Object.keys(checks)).toEqual(['vector-store']);
  });

  test.each([
    ['request-scoped', Scope.REQUEST, 'which is request-scoped, or depends'],
    ['transient', Scope.TRANSIENT, 'which is transient'],
  ])(
    '@HealthCheck() is refused on a %s provider',
    async (_what, scope, message) => {
      @Injectable({ scope })
      class Scoped {
        @HealthCheck('scoped')
        ping() {}
      }
      const start = checksOf({ providers: [Scoped] });
      await expect(start).rejects.toThrow(DecoratorError);
      await expect(start).rejects.toThrow(
        `@HealthCheck("scoped") stands on Scoped.ping() of AppModule, ${message}`,
      );
    },
  );

  test('@HealthCheck() is refused on a provider that depends on a request-scoped one', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {}
    @Injectable()
    class Store {
      constructor(readonly tenant: Tenant) {}

      @HealthCheck('store')
      ping() {}
    }
    await expect(checksOf({ providers: [Tenant, Store] })).rejects.toThrow(
      /stands on Store\.ping\(\) of AppModule, which is request-scoped/,
    );
  });

  test('@HealthCheck() is refused with a name that is taken, and both are named', async () => {
    class Other {
      @HealthCheck('vector-store')
      look() {}
    }
    const start = checksOf({ providers: [VectorStore, Other] });
    await expect(start).rejects.toThrow(OptionsError);
    await expect(start).rejects.toThrow(
      'Health check "vector-store" comes from VectorStore.ping() of AppModule and from Other.look() of AppModule; give one of them another name',
    );
    await expect(
      startApp({
        imports: [
          MetricsModule.forRoot({
            health: { checks: [{ name: 'vector-store', check: () => true }] },
          }),
        ],
        providers: [VectorStore],
      }),
    ).rejects.toThrow('from health.checks[0] and from VectorStore.ping()');
  });

  test('@HealthCheck() is refused with bad options, and anywhere but on a method of instances', () => {
    expect(() => HealthCheck('a', { timeout: -1 })).toThrow(
      '@HealthCheck().timeout is -1; expected a number of milliseconds',
    );
    expect(() => HealthCheck('')).toThrow("@HealthCheck().name is ''");
    expect(() => HealthCheck('a', { cached: 1 } as object)).toThrow(
      '@HealthCheck().cached is not an option; known here are: timeout, cacheFor, critical',
    );
    class Store {
      static ping() {}
    }
    const decorate = HealthCheck('a');
    const descriptor = { value: Store.ping };
    expect(() => decorate(Store, 'ping', descriptor)).toThrow(DecoratorError);
    expect(() => decorate(Store.prototype, 'ping', undefined as never)).toThrow(
      '@HealthCheck("a") stands on the property Store.ping; expected a method of instances',
    );
  });
});

describe('the options of the health', () => {
  const check = () => true;

  test.each([
    [{ checks: {} }, 'health.checks is {}; expected an array'],
    [
      { checks: [{ name: 'a', check }, { name: 'b' }] },
      'health.checks[1].check is undefined; expected a function',
    ],
    [
      { checks: [{ name: 'a', check, timeout: '1s' }] },
      "health.checks[0].timeout is '1s'; expected a number of milliseconds from 1 to 5000",
    ],
    [{ details: 'all' }, "health.details is 'all'; expected true or false"],
    [{ version: 2 }, 'health.version is 2; expected a version'],
    [
      { shutdownGrace: '5s' },
      "health.shutdownGrace is '5s'; expected a number of milliseconds from 0",
    ],
    [{ probes: true }, 'health.probes is not an option; known here are:'],
  ])('the options of the health are checked: %j', (health, message) => {
    const configure = () => MetricsModule.forRoot({ health: health as never });
    expect(configure).toThrow(OptionsError);
    expect(configure).toThrow(message);
  });

  test.each(['/health', '/health/live', '/health/ready'])(
    'the options of the health leave %s to the health, and not to the page',
    (path) => {
      expect(() => MetricsModule.forRoot({ prometheus: { path } })).toThrow(
        `"${path}", which is the path of the metrics page`,
      );
      expect(() => new PrometheusCollector({ path })).toThrow(OptionsError);
    },
  );
});

test('the health and the probes answer, and run their checks, if metrics are switched off', async () => {
  let runs = 0;
  @Injectable()
  class Counting {
    @HealthCheck('decorated')
    check() {
      runs++;
    }
  }
  const check = () => void runs++;
  const { app, get } = await startApp({
    imports: [
      MetricsModule.forRoot({
        enabled: false,
        health: { checks: [{ name: 'configured', check }] },
      }),
    ],
    providers: [Counting],
  });
  const collector = app.get(PrometheusCollector);
  const remove = collector.addHealthCheck({ name: 'added', check });
  const { checks } = await collector.healthCheck();
  expect(Object.keys(checks)).toEqual(['configured', 'decorated', 'added']);
  expect(runs).toBe(3);
  expect((await get('/metrics')).status).toBe(404);
  for (const path of ['/health', '/health/live', '/health/ready']) {
    expect((await get(path)).status).toBe(200);
  }
  remove();
});

test('checks of an app that is closed do not run any more', async () => {
  const { app } = await startApp({
    imports: [MetricsModule.forRoot()],
    providers: [VectorStore],
  });
  const collector = app.get(PrometheusCollector);
  await app.close();
  const { healthy, checks } = await collector.healthCheck();
  expect({ healthy, checks }).toEqual({ healthy: false, checks: {} });
});

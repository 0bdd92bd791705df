import { Injectable, Module, Scope } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { describe, expect, test } from 'vitest';
import {
  Counted,
  HealthCheck,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

const OPTIONS = {
  namespace: '',
  initialSeries: false,
  prometheus: { defaultMetrics: false },
};

@Injectable()
class VectorStore {
  isUp = true;

  @HealthCheck('vector-store', { cacheFor: 0 })
  ping() {
    return this.isUp;
  }
}

describe.each(ADAPTERS)(
  'on %s, a health check of a module that is loaded lazily',
  (_name, adapter) => {
    test('a health check of a lazy module joins the health until the app is closed', async () => {
      @Module({ providers: [VectorStore] })
      class Lazy {}
      const { app, get, text } = await startApp(
        { imports: [MetricsModule.forRoot(OPTIONS)] },
        adapter,
      );
      expect((await get('/health')).status).toBe(200);
      const loader = app.get(LazyModuleLoader);
      const lazy = await loader.load(() => Lazy);
      const store = lazy.get(VectorStore);
      store.isUp = false;
      const health = await get('/health');
      expect(health.status).toBe(503);
      expect(await health.json()).toMatchObject({
        checks: { 'vector-store': { status: 'down' } },
      });
      expect(await text('/metrics')).toContain(
        'health_check_status{check="vector-store"} 0',
      );
      const collector = app.get(PrometheusCollector);
      await app.close();
      expect((await collector.healthCheck()).checks).toEqual({});
    });
  },
);

async function appWithLoader() {
  const { app } = await startApp({
    imports: [MetricsModule.forRoot(OPTIONS)],
    providers: [VectorStore],
  });
  const collector = app.get(PrometheusCollector);
  const checks = async () =>
    Object.keys((await collector.healthCheck()).checks).sort();
  return { app, collector, loader: app.get(LazyModuleLoader), checks };
}

describe('modules that are loaded lazily', () => {
  test('lazy modules add their checks once, however often they are loaded', async () => {
    class Check {
      @HealthCheck('shared')
      ping() {}
    }
    class Own {
      @HealthCheck('own')
      ping() {}
    }
    @Module({ providers: [Check], exports: [Check] })
    class Shared {}
    @Module({ imports: [Shared] })
    class First {}
    @Module({ imports: [Shared], providers: [Own] })
    class Second {}
    const { collector, loader, checks } = await appWithLoader();
    await Promise.all([
      loader.load(() => First),
      loader.load(async () => Second),
      loader.load(() => First),
    ]);
    await loader.load(() => Second);
    expect(await checks()).toEqual(['own', 'shared', 'vector-store']);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([]);
  });

  test('lazy modules load in spite of bad or doubled checks, which are reported', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      @HealthCheck('scoped')
      ping() {}
    }
    class Twice {
      @HealthCheck('vector-store')
      ping() {}
    }
    class Fine {
      @HealthCheck('fine')
      ping() {}
    }
    @Module({
      providers: [Scoped, Twice, Fine, { provide: 'a', useExisting: Fine }],
    })
    class Lazy {}
    const { collector, loader, checks } = await appWithLoader();
    await loader.load(() => Lazy);
    expect(await checks()).toEqual(['fine', 'vector-store']);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="invalid_decorator"} 1',
      'metrics_errors_total{cause="invalid_option"} 1',
    ]);
  });

  test('modules that are loaded lazily have the instances of their factories measured', async () => {
    class Made {
      @Counted()
      run() {}
    }
    @Module({ providers: [{ provide: Made, useFactory: () => new Made() }] })
    class Lazy {}
    const { collector, loader } = await appWithLoader();
    const lazy = await loader.load(() => Lazy);
    lazy.get(Made).run();
    expect(await samples(collector, 'agent_executions_total')).toEqual([
      'agent_executions_total{agent="Made",method="run",status="success"} 1',
    ]);
  });

  test('modules that fail to load lazily fail as before, and can be loaded again', async () => {
    let isBroken = true;
    class Made {
      @HealthCheck('made')
      ping() {}
    }
    @Module({
      providers: [
        {
          provide: Made,
          useFactory: () => {
            if (isBroken) throw new Error('broken');
            return new Made();
          },
        },
      ],
    })
    class Lazy {}
    const { loader, checks } = await appWithLoader();
    await expect(loader.load(() => Lazy)).rejects.toThrow('broken');
    isBroken = false;
    await loader.load(() => Lazy).catch(() => {});
    expect(await checks()).toContain('vector-store');
  });
});

test('a module loads lazily where metrics are switched off', async () => {
  @Module({ providers: [VectorStore] })
  class Lazy {}
  const { app } = await startApp({
    imports: [MetricsModule.forRoot({ ...OPTIONS, enabled: false })],
  });
  const lazy = await app.get(LazyModuleLoader).load(() => Lazy);
  expect(lazy.get(VectorStore).ping()).toBe(true);
});

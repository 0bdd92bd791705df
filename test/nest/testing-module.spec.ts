import { createServer } from 'node:http';
import { join } from 'node:path';
import { getActiveResourcesInfo } from 'node:process';
import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { install } from '@sinonjs/fake-timers';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Agent,
  Counted,
  MetricsCollector,
  MetricsModule,
  type MetricsModuleOptions,
  OptionsError,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { metricsOf, MetricsTestingModule } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { listen } from '../support/http.js';
import { tempFolder } from '../support/temp.js';
import { ADAPTERS } from './support/app.js';

@Agent('Assistant')
@Injectable()
class Assistant {
  @Timed()
  @Counted()
  async run(input: string): Promise<string> {
    if (input === '') throw new RangeError('no input');
    return input;
  }
}

const RUN = { agent: 'Assistant', method: 'run', status: 'success' };

async function compiled(options?: MetricsModuleOptions) {
  const module = await Test.createTestingModule({
    imports: [MetricsTestingModule.forRoot(options)],
    providers: [Assistant],
  }).compile();
  onTestFinished(() => module.close());
  return module;
}

describe('MetricsTestingModule in the imports of a test', () => {
  test('an app with MetricsTestingModule records without init()', async () => {
    const module = await compiled();
    await module.get(Assistant).run('Hello');
    expect(metricsOf(module)).toHaveMetric('agent_executions_total', RUN, 1);
    expect(metricsOf(module)).toHaveMetric('agent_duration_seconds', RUN, 1);
  });

  test.each(ADAPTERS)(
    'an app with MetricsTestingModule has no endpoint on %s',
    async (_name, makeAdapter) => {
      const access = { bearerToken: { env: 'NO_SUCH_VARIABLE' } };
      const module = await compiled({ live: { access } });
      const app = module.createNestApplication(makeAdapter() as never);
      await app.listen(0, '127.0.0.1');
      const url = await app.getUrl();
      for (const path of [
        '/metrics',
        '/metrics/live',
        '/health',
        '/health/live',
      ]) {
        expect((await fetch(url + path)).status).toBe(404);
      }
      await app.close();
    },
  );

  test('an app with MetricsTestingModule starts no timers, and has no metrics of the process', async () => {
    const before = getActiveResourcesInfo().toSorted();
    const module = await compiled({
      prometheus: { defaultMetrics: true, port: 0 },
      live: true,
      otlp: { interval: 10 },
      statsd: true,
      processes: true,
      persistence: { file: join(tempFolder(), 'state') },
    });
    await module.init();
    expect(getActiveResourcesInfo().toSorted()).toEqual(before);
    const page = await module.get(PrometheusCollector).metrics();
    expect(page).not.toMatch(/process_cpu|metrics_export/);
  });

  test('MetricsTestingModule keeps names, labels, buckets, filters and checks of its options', async () => {
    const module = await compiled({
      namespace: 'shop',
      subsystem: 'api',
      defaultLabels: { region: 'eu' },
      buckets: { agent_duration_seconds: [1] },
      filters: [{ metrics: 'noise', deny: true }],
      health: { checks: [{ name: 'queue', check: () => true }] },
    });
    await module.init();
    await module.get(Assistant).run('Hello');
    const metrics = metricsOf(module);
    expect(metrics.series('shop_api_agent_executions_total')).toContainEqual({
      labels: { ...RUN, region: 'eu' },
      value: 1,
    });
    const { buckets } = metrics.histogram('agent_duration_seconds', RUN);
    expect(buckets).toEqual([
      { le: 1, count: 1 },
      { le: Infinity, count: 1 },
    ]);
    const { checks } = await module.get(MetricsCollector).healthCheck();
    expect(checks).toMatchObject({ queue: { status: 'up' } });
  });

  test('MetricsTestingModule refuses wrong options as MetricsModule does', () => {
    expect(() =>
      MetricsTestingModule.forRoot({ prometheus: { port: -1 } }),
    ).toThrow(OptionsError);
    expect(() =>
      MetricsTestingModule.forRoot({ namepsace: '' } as never),
    ).toThrow('did you mean "namespace"');
  });

  test('apps with MetricsTestingModule in one process share nothing', async () => {
    const modules = await Promise.all([1, 2, 3].map(() => compiled()));
    await Promise.all(
      modules.map(async (module, i) => {
        for (let run = 0; run <= i; run++) {
          await module.get(Assistant).run('Hello');
        }
      }),
    );
    expect(
      modules.map((one) => metricsOf(one).value('agent_executions_total', RUN)),
    ).toEqual([1, 2, 3]);
  });
});

describe('overrideModule(MetricsModule)', () => {
  const SETTINGS = Symbol('settings');

  @Module({
    providers: [{ provide: SETTINGS, useValue: { namespace: 'shop' } }],
    exports: [SETTINGS],
  })
  class SettingsModule {}

  @Module({ providers: [Assistant], exports: [Assistant] })
  class FeatureModule {}

  @Injectable()
  class Audit {
    constructor(@Inject(MetricsCollector) metrics: MetricsCollector) {
      metrics.counter('audits_total').inc();
    }
  }

  /** What an app has in production, and what would fail or be left behind in a test. */
  const production = (url: string): MetricsModuleOptions => ({
    namespace: 'shop',
    prometheus: {
      port: 1,
      access: { bearerToken: { env: 'NOT_SET_ANYWHERE' } },
    },
    otlp: { url, interval: 20 },
    statsd: { port: 1 },
    persistence: { file: '/proc/not-writable' },
    processes: true,
  });

  const WAYS: [string, (options: MetricsModuleOptions) => unknown][] = [
    ['forRoot()', (options) => MetricsModule.forRoot(options)],
    [
      'forRootAsync()',
      (options) =>
        MetricsModule.forRootAsync({
          imports: [SettingsModule],
          inject: [SETTINGS],
          useFactory: (settings: object) => ({ ...options, ...settings }),
        }),
    ],
  ];

  test.each(WAYS)(
    'overrideModule(MetricsModule) replaces what %s serves and sends in a whole app, and keeps its names',
    async (_name, metricsModule) => {
      let requests = 0;
      const server = createServer((_request, response) => {
        requests++;
        response.end();
      });
      const url = `http://${await listen(server)}/v1/metrics`;
      @Module({
        imports: [metricsModule(production(url)) as never, FeatureModule],
        providers: [Audit],
      })
      class AppModule {}
      const module = await Test.createTestingModule({ imports: [AppModule] })
        .overrideModule(MetricsModule)
        .useModule(MetricsTestingModule.forRoot({ subsystem: 'test' }))
        .compile();
      await module.init();
      await module.get(Assistant, { strict: false }).run('Hello');
      const metrics = metricsOf(module);
      expect(metrics).toHaveMetric('audits_total', 1);
      expect(metrics).toHaveMetric('shop_test_agent_executions_total', RUN, 1);
      await module.get(MetricsCollector).flush();
      await module.close();
      expect(requests).toBe(0);
    },
  );

  test('an override of another module leaves the options of MetricsModule alone', async () => {
    @Module({})
    class Other {}
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot({ namespace: 'kept' }), Other],
    })
      .overrideModule(Other)
      .useModule(class Empty {})
      .compile();
    expect(module.get(MetricsCollector).counter('a').name).toBe('kept_a');
    await module.close();
  });
});

describe('MetricsTestingModule under fake timers', () => {
  let restore = () => {};
  afterEach(() => restore());

  const FAKES: [string, () => void][] = [
    [
      'vitest',
      () => {
        vi.useFakeTimers();
        restore = () => void vi.useRealTimers();
      },
    ],
    [
      'Jest and sinon',
      () => {
        // The test runner itself needs the two that are left out.
        const clock = install({ toNotFake: ['nextTick', 'queueMicrotask'] });
        restore = () => clock.uninstall();
      },
    ],
  ];

  test.each(FAKES)(
    'an app with MetricsTestingModule starts, records and is read under the fake timers of %s',
    async (_name, fake) => {
      fake();
      const module = await compiled();
      await module.init();
      module
        .get(MetricsCollector)
        .gauge('queue_length', { collect: async () => 3 });
      const metrics = metricsOf(module);
      const changes = await metrics.changes(() =>
        module.get(Assistant).run('Hello'),
      );
      expect(changes).toHaveIncremented('agent_executions_total', RUN);
      await metrics.refresh();
      expect(metrics).toHaveMetric('queue_length', 3);
      await module.close();
    },
  );
});

test('metricsOf() reads the registry that the app shares with prom-client', async () => {
  const registry = new Registry();
  const module = await compiled({ prometheus: { registry } });
  await module.init();
  await module.get(Assistant).run('Hello');
  expect(metricsOf(module)).toHaveMetric('agent_executions_total', RUN, 1);
});

test('metricsOf() refuses an app without metrics', async () => {
  const module = await Test.createTestingModule({}).compile();
  expect(() => metricsOf(module)).toThrow(OptionsError);
  expect(() => metricsOf(module)).toThrow(
    'an app that imports MetricsModule or MetricsTestingModule',
  );
  expect(() => metricsOf(undefined as never)).toThrow(OptionsError);
});

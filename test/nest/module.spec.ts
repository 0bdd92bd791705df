import { PerformanceObserver } from 'node:perf_hooks';
import { getActiveResourcesInfo } from 'node:process';
import {
  Injectable,
  Module,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Counted,
  type Gauge,
  type HealthStatus,
  MetricsCollector,
  type MetricsModuleAsyncOptions,
  type MetricsModuleOptions,
  MetricsModule,
  type MetricsOptions,
  type MetricsOptionsFactory,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';

async function moduleOf(imports: any[], providers: Provider[] = []) {
  const module = await Test.createTestingModule({
    imports,
    providers,
  }).compile();
  await module.init();
  onTestFinished(() => module.close());
  return module;
}

describe('forRoot()', () => {
  test('forRoot() works without options', async () => {
    const module = await moduleOf([MetricsModule.forRoot()]);
    const collector = module.get(MetricsCollector);
    expect(collector).toBe(module.get(PrometheusCollector));
    expect(collector.counter('a').name).toBe('tframex_a');
  });

  test('forRoot() passes the options on to the collector, and leaves the object alone', async () => {
    const registry = new Registry();
    const options: MetricsModuleOptions = Object.freeze({
      namespace: 'ns',
      subsystem: 'sub',
      defaultLabels: Object.freeze({ app: 'docs' }),
      maxSeriesPerMetric: 1,
      buckets: { took_seconds: [1] },
      prometheus: Object.freeze({ registry, defaultMetrics: false }),
    });
    const module = await moduleOf([MetricsModule.forRoot(options)]);
    const collector = module.get(PrometheusCollector);
    collector.timer('took_seconds').observe(2);
    collector.timer('took_seconds').observe({ a: 1 }, 2);
    const page = await registry.metrics();
    expect(page).toContain('ns_sub_took_seconds_bucket{le="1",app="docs"} 0');
    expect(page).toContain('otel_metric_overflow="true"');
    expect(page).not.toContain('process_cpu');
  });

  test.each([
    [
      { prometheus: { port: 70_000 } },
      'prometheus.port is 70000; expected an integer from 0 to 65535',
    ],
    [
      { prometheus: { path: 'metrics' } },
      'prometheus.path is \'metrics\'; expected a URL path such as "/metrics", or false',
    ],
    [
      { prometheus: { path: '/health' } },
      'health.path is "/health", which is the path of the metrics page',
    ],
    [
      { prometheus: { prot: 1 } },
      'prometheus.prot is not an option; known here are: port, host, path, registry, defaultMetrics',
    ],
    [
      { prometheus: true },
      'prometheus is true; expected an object with any of: port',
    ],
    [{ health: { path: true } }, 'health.path is true; expected'],
    [{ enabled: 'yes' }, "enabled is 'yes'; expected true or false"],
    [
      { namepsace: 'x' },
      'namepsace is not an option; known here are: namespace',
    ],
  ])(
    'forRoot() refuses %j at once, with the path of the option',
    (options, message) => {
      expect(() => MetricsModule.forRoot(options as never)).toThrow(
        OptionsError,
      );
      expect(() => MetricsModule.forRoot(options as never)).toThrow(message);
    },
  );
});

describe('forRootAsync()', () => {
  const SETTINGS = 'settings';
  @Module({
    providers: [{ provide: SETTINGS, useValue: { namespace: 'async' } }],
    exports: [SETTINGS],
  })
  class SettingsModule {}
  @Injectable()
  class Factory implements MetricsOptionsFactory {
    async createMetricsOptions(): Promise<MetricsOptions> {
      return { namespace: 'async' };
    }
  }
  @Module({ providers: [Factory], exports: [Factory] })
  class FactoryModule {}

  test.each<[string, MetricsModuleAsyncOptions]>([
    [
      'a factory',
      {
        imports: [SettingsModule],
        inject: [SETTINGS],
        useFactory: (settings: MetricsOptions) => settings,
      },
    ],
    ['a class', { useClass: Factory }],
    [
      'an existing provider',
      { imports: [FactoryModule], useExisting: Factory },
    ],
  ])('forRootAsync() takes options from %s', async (_what, options) => {
    const module = await moduleOf([MetricsModule.forRootAsync(options)]);
    expect(module.get(PrometheusCollector).counter('a').name).toBe('async_a');
  });

  test.each([
    [{}],
    [undefined],
    [{ useFactory: () => ({}), useClass: Factory }],
  ])(
    'forRootAsync() refuses %j, which is not one source of options',
    (options) => {
      expect(() => MetricsModule.forRootAsync(options as never)).toThrow(
        /expected exactly one/,
      );
    },
  );

  test('forRootAsync() refuses bad options when the app starts', async () => {
    const useFactory = () => ({ prometheus: { port: -1 } });
    await expect(
      moduleOf([MetricsModule.forRootAsync({ useFactory })]),
    ).rejects.toThrow('prometheus.port is -1');
  });

  test('forRootAsync() can switch the metrics off at run time, and the health stays', async () => {
    const prometheus = { port: 0, host: '127.0.0.1' };
    const useFactory = () => ({ enabled: false, prometheus });
    const module = await moduleOf([MetricsModule.forRootAsync({ useFactory })]);
    const collector = module.get(PrometheusCollector);
    collector.counter('a').inc();
    expect(await collector.healthCheck()).toMatchObject({
      healthy: true,
      server_running: true,
    });
  });
});

describe('in an app', () => {
  test('a provider makes its own gauge with the collector that is injected', async () => {
    @Injectable()
    class SessionGauge {
      readonly active: Gauge;
      constructor(metrics: PrometheusCollector) {
        this.active = metrics.gauge('active_sessions', {
          description: 'Number of active sessions',
        });
      }
    }
    const module = await moduleOf([MetricsModule.forRoot()], [SessionGauge]);
    module.get(SessionGauge).active.set(5);
    expect(
      await samples(module.get(PrometheusCollector), 'tframex_active_sessions'),
    ).toEqual(['tframex_active_sessions 5']);
  });

  test('the collector can be replaced, and decorated methods record to the other one', async () => {
    class OtherCollector extends PrometheusCollector {
      override async healthCheck(): Promise<HealthStatus> {
        return {
          healthy: true,
          server_running: false,
          metrics_count: 0,
          endpoint: 'other',
          checks: {},
          uptime_seconds: 1,
        };
      }
    }
    @Injectable()
    class Agent {
      @Counted()
      run() {}
    }
    const other = new OtherCollector({
      port: 0,
      host: '127.0.0.1',
      namespace: '',
    });
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot()],
      providers: [Agent],
    })
      .overrideProvider(MetricsCollector)
      .useValue(other)
      .compile();
    await module.init();
    module.get(Agent).run();
    const [success] = await samples(other, 'agent_executions_total');
    expect(success).toMatch(/status="success"} 1$/);
    await module.close();
  });

  test('providers can still record while the app closes', async () => {
    @Injectable()
    class Last implements OnModuleDestroy {
      constructor(private readonly metrics: MetricsCollector) {}
      onModuleDestroy() {
        this.metrics.counter('closed_total').inc();
      }
    }
    const module = await moduleOf([MetricsModule.forRoot()], [Last]);
    const collector = module.get(PrometheusCollector);
    await module.close();
    expect(collector.getMetricCount()).toBe(1);
  });

  test('closing ends its server and what observes the process, however often', async () => {
    const ended = vi.spyOn(PerformanceObserver.prototype, 'disconnect');
    onTestFinished(() => ended.mockRestore());
    const servers = () =>
      getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap')
        .length;
    const before = servers();
    for (let i = 0; i < 20; i++) {
      const module = await moduleOf([
        MetricsModule.forRoot({ prometheus: { port: 0, host: '127.0.0.1' } }),
      ]);
      await module.close();
    }
    expect(ended).toHaveBeenCalledTimes(20);
    await vi.waitFor(() => expect(servers()).toBeLessThanOrEqual(before));
  });
});

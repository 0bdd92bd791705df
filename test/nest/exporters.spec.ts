import { Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  Agent,
  Counted,
  type MetricEvent,
  MetricsCollector,
  MetricsExporters,
  MetricsModule,
  type MetricsModuleOptions,
  PrometheusCollector,
} from '../../src/index.js';
import type {
  MetricsExporter,
  MetricsSnapshot,
} from '../../src/exporters/index.js';
import { ADAPTERS, startApp } from './support/app.js';

@Injectable()
class Warehouse {
  readonly rows: [string, number][] = [];
}

@Module({ providers: [Warehouse], exports: [Warehouse] })
class WarehouseModule {}

/** Keeps the counters of the last snapshot in the warehouse. */
@Injectable()
class WarehouseExporter implements MetricsExporter {
  readonly name = 'warehouse';
  readonly interval = false;
  ended = 0;

  constructor(readonly warehouse: Warehouse) {}

  export({ metrics }: MetricsSnapshot): void {
    for (const metric of metrics) {
      if (metric.type !== 'counter') continue;
      for (const { value } of metric.series) {
        this.warehouse.rows.push([metric.name, value]);
      }
    }
  }

  shutdown(): void {
    this.ended++;
  }
}

@Agent('Assistant')
@Injectable()
class AssistantAgent {
  @Counted()
  async run(): Promise<string> {
    return 'done';
  }
}

const row = ['tframex_agent_executions_total', 1];

describe.each(ADAPTERS)('an exporter of an app on %s', (_name, adapter) => {
  it('an exporter given by class is the provider of that class', async () => {
    const { app } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            initialSeries: false,
            exporters: [WarehouseExporter],
          }),
          WarehouseModule,
        ],
        providers: [AssistantAgent, WarehouseExporter],
      },
      adapter,
    );
    await app.get(AssistantAgent).run();
    await app.get(MetricsCollector).flush();
    expect(app.get(Warehouse).rows).toContainEqual(row);
    await app.close();
    expect(app.get(WarehouseExporter).ended).toBe(1);
    const count = app.get(Warehouse).rows.filter(([name]) => name === row[0]);
    expect(count).toHaveLength(2);
  });

  it('an exporter is in the health, and does not affect liveness and readiness', async () => {
    const exporter: MetricsExporter = {
      name: 'away',
      interval: 50,
      export: () => Promise.reject(new Error('away')),
    };
    const { get, app } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({ exporters: [exporter], flushTimeout: 100 }),
        ],
      },
      adapter,
    );
    await app
      .get(MetricsCollector)
      .flush()
      .catch(() => {});
    const health = await get('/health');
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      healthy: true,
      checks: { 'exporter:away': { status: 'down' } },
    });
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
  });
});

describe('an exporter', () => {
  it('an exporter class that no module provides is constructed with global providers', async () => {
    @Injectable()
    class Made implements MetricsExporter {
      static last: Made | undefined;
      readonly name = 'made';
      constructor(readonly collector: PrometheusCollector) {
        Made.last = this;
      }
      export(): void {}
    }
    const { app } = await startApp({
      imports: [MetricsModule.forRoot({ exporters: [Made] })],
    });
    expect(Made.last?.collector).toBe(app.get(PrometheusCollector));
  });

  it('an exporter can come from a factory of options', async () => {
    const exporter = { name: 'x', interval: false, export() {} } as const;
    const { app } = await startApp({
      imports: [
        MetricsModule.forRootAsync({
          useFactory: () => ({ exporters: [exporter] }),
        }),
      ],
    });
    const { checks } = await app.get(MetricsCollector).healthCheck();
    expect(Object.keys(checks)).toEqual(['exporter:x']);
  });

  it('an exporter can be added and removed while the app runs, by class or instance', async () => {
    const { app } = await startApp({
      imports: [MetricsModule.forRoot(), WarehouseModule],
      providers: [AssistantAgent, WarehouseExporter],
    });
    const heard: MetricEvent[] = [];
    const exporters = app.get(MetricsExporters);
    const removeClass = await exporters.add(WarehouseExporter);
    const removeInstance = await exporters.add({
      name: 'ears',
      receive: (events) => void heard.push(...events),
    });
    await app.get(AssistantAgent).run();
    await Promise.all([removeClass(), removeInstance()]);
    expect(app.get(Warehouse).rows).toContainEqual(row);
    expect(heard.map(({ name }) => name)).toContain(row[0]);
    const { checks } = await app.get(MetricsCollector).healthCheck();
    expect(checks).toEqual({});
  });

  it('an app with enabled: false starts no exporter and constructs no class of one', async () => {
    let made = 0;
    class Unmade implements MetricsExporter {
      readonly name = 'unmade';
      constructor() {
        made++;
      }
      export(): void {}
    }
    const { app } = await startApp({
      imports: [MetricsModule.forRoot({ enabled: false, exporters: [Unmade] })],
    });
    const remove = await app.get(MetricsExporters).add(Unmade);
    await remove();
    await app.get(MetricsCollector).flush();
    expect(made).toBe(0);
  });

  it('an exporter of one app receives nothing of another', async () => {
    const start = async () => {
      const heard: MetricEvent[] = [];
      const exporter: MetricsExporter = {
        name: 'ears',
        receive: (events) => void heard.push(...events),
      };
      const { app } = await startApp({
        imports: [MetricsModule.forRoot({ exporters: [exporter] })],
        providers: [AssistantAgent],
      });
      return { app, heard };
    };
    const [one, two] = [await start(), await start()];
    await one.app.get(AssistantAgent).run();
    await Promise.all([one.app.close(), two.app.close()]);
    expect(one.heard.map(({ value }) => value)).toEqual([1]);
    expect(two.heard).toEqual([]);
  });
});

@Injectable({ scope: Scope.REQUEST })
class RequestScoped implements MetricsExporter {
  readonly name = 'scoped';
  export(): void {}
}

@Injectable()
class Unmakeable implements MetricsExporter {
  readonly name = 'unmakeable';
  constructor(readonly warehouse: Warehouse) {}
  export(): void {}
}

describe('a wrong exporter', () => {
  const started = async (options: MetricsModuleOptions) =>
    startApp({
      imports: [MetricsModule.forRoot(options)],
      providers: [RequestScoped],
    });

  it.each([
    [
      'that is request-scoped',
      RequestScoped,
      /^exporters\[0\] has RequestScoped, which is request-scoped; expected/,
    ],
    [
      'that cannot be made',
      Unmakeable,
      /^exporters\[0\] has Unmakeable, which Nest cannot make: .*Warehouse/s,
    ],
    [
      'without export() and receive()',
      { name: 'x' },
      /^exporters\[0\] is .*expected a Metrics/,
    ],
    [
      'that is a class without them',
      class Nothing {},
      /^exporters\[0\] is Nothing {}; expected a MetricsExporter/,
    ],
  ])(
    'an app does not start with a wrong exporter: %s',
    async (_what, exporter, message) => {
      await expect(
        Promise.resolve().then(() =>
          started({ exporters: [exporter as never] }),
        ),
      ).rejects.toThrow(message);
    },
  );

  it('forRoot() refuses a wrong exporter that it can see', () => {
    const exporters = [{ name: 'x' }] as never;
    expect(() => MetricsModule.forRoot({ exporters })).toThrow(
      /exporters\[0\]/,
    );
    const none = 'otlp' as never;
    expect(() => MetricsModule.forRoot({ exporters: none })).toThrow(
      "exporters is 'otlp'; expected an array of exporters and their classes",
    );
  });
});

describe('a job without a server', () => {
  it('a job without a server delivers by one call of flush()', async () => {
    const delivered: MetricsSnapshot[] = [];
    const exporter: MetricsExporter = {
      name: 'backend',
      interval: false,
      export: (snapshot) => void delivered.push(snapshot),
    };
    @Module({
      imports: [MetricsModule.forRoot({ exporters: [exporter] })],
      providers: [AssistantAgent],
    })
    class JobModule {}
    const app = await NestFactory.createApplicationContext(JobModule, {
      logger: false,
    });
    onTestFinished(() => app.close());
    await app.get(AssistantAgent).run();
    await app.get(MetricsCollector).flush();
    const [{ metrics }] = delivered as [MetricsSnapshot];
    expect(metrics).toContainEqual(
      expect.objectContaining({
        name: row[0],
        series: [
          expect.objectContaining({ value: 1 }),
          expect.objectContaining({ value: 0 }),
        ],
      }),
    );
  });
});

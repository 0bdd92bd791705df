import 'reflect-metadata';
import {
  Controller,
  Get,
  Injectable,
  type LoggerService,
  UseInterceptors,
} from '@nestjs/common';
import { LazyModuleLoader, type ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { lastValueFrom, of } from 'rxjs';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { samples } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

type Copy = typeof import('../../src/index.js');

/** Another copy of the package, as a module registry makes one that has been reset. */
async function anotherCopy(): Promise<Copy> {
  vi.resetModules();
  return import('../../src/index.js');
}

const OPTIONS = {
  namespace: '',
  initialSeries: false,
  prometheus: { defaultMetrics: false },
};

afterEach(() => vi.resetModules());

function loggerTo(warnings: string[]): LoggerService {
  const warn = (message: string) => void warnings.push(message);
  return { log() {}, error() {}, warn };
}

/** A library's class with everything that a decorator of its copy can leave. */
function libraryClass(copy: Copy) {
  const { Agent, AgentRun, Counted, InFlight, MetricLabel } = copy;
  const { NoMetrics, Streamed, Timed, Tool } = copy;

  @Agent('Library')
  @Injectable()
  class LibraryAgent {
    @Timed()
    @Counted()
    @InFlight()
    async run(@MetricLabel('model') model: string): Promise<string> {
      return model;
    }

    @Streamed()
    stream() {
      return of(1, 2, 3);
    }

    @AgentRun()
    async answer(): Promise<string> {
      return this.search();
    }

    @Tool('search')
    async search(): Promise<string> {
      return 'found';
    }

    @NoMetrics()
    @Counted()
    hidden(): void {}
  }
  return LibraryAgent;
}

describe('an app and a library with two copies of the package', () => {
  test("two copies of the package record the library's decorated calls in the app's collector", async () => {
    const library = await anotherCopy();
    const LibraryAgent = libraryClass(library);
    const { MetricsModule, PrometheusCollector } = await anotherCopy();
    const app = await Test.createTestingModule({
      imports: [MetricsModule.forRoot(OPTIONS)],
      providers: [
        LibraryAgent,
        { provide: 'made', useFactory: () => new LibraryAgent() },
      ],
    }).compile();
    await app.init();
    onTestFinished(() => app.close());
    const agent = app.get(LibraryAgent);
    expect(await agent.run('small')).toBe('small');
    expect(await app.get('made').run('large')).toBe('large');
    expect(await lastValueFrom(agent.stream())).toBe(3);
    expect(await agent.answer()).toBe('found');
    agent.hidden();
    const collector = app.get(PrometheusCollector);
    expect(await samples(collector, 'agent_executions_total')).toEqual([
      'agent_executions_total{agent="Library",method="run",model="small",status="success"} 1',
      'agent_executions_total{agent="Library",method="run",model="large",status="success"} 1',
    ]);
    const page = await collector.metrics();
    for (const line of [
      'agent_duration_seconds_count{agent="Library",method="run",model="small",status="success"} 1',
      'agent_in_flight{agent="Library",method="run"} 0',
      'agent_items_total{agent="Library",method="stream",status="success"} 3',
      'gen_ai_invoke_agent_duration_seconds_count{gen_ai_agent_name="Library",gen_ai_operation_name="invoke_agent"} 1',
      'gen_ai_execute_tool_duration_seconds_count{gen_ai_agent_name="Library",gen_ai_operation_name="execute_tool",gen_ai_tool_name="search"} 1',
    ]) {
      expect(page.split('\n')).toContain(line);
    }
  });

  test('two copies of the package count a method that both decorate once per decorator', async () => {
    const library = await anotherCopy();
    const { Counted, MetricsModule, PrometheusCollector, Timed } =
      await anotherCopy();
    class Both {
      @Counted('first_total')
      @library.Timed('second_seconds')
      @Timed('third_seconds')
      @library.Counted('fourth_total')
      async run(): Promise<void> {}
    }
    const app = await Test.createTestingModule({
      imports: [MetricsModule.forRoot(OPTIONS)],
      providers: [Both],
    }).compile();
    onTestFinished(() => app.close());
    await app.get(Both).run();
    const collector = app.get(PrometheusCollector);
    const page = await collector.metrics();
    expect(page.match(/^.*(total|_count)\{.*$/gm)).toEqual([
      'fourth_total{agent="Both",method="run",status="success"} 1',
      'third_seconds_count{agent="Both",method="run",status="success"} 1',
      'second_seconds_count{agent="Both",method="run",status="success"} 1',
      'first_total{agent="Both",method="run",status="success"} 1',
    ]);
  });

  test("two copies of the package inject the app's instances for the library's classes", async () => {
    const library = await anotherCopy();
    @Injectable()
    class Service {
      constructor(
        readonly collector: InstanceType<Copy['PrometheusCollector']>,
      ) {}
    }
    Reflect.defineMetadata(
      'design:paramtypes',
      [library.PrometheusCollector],
      Service,
    );
    const app = await anotherCopy();
    const module = await Test.createTestingModule({
      imports: [app.MetricsModule.forRootAsync({ useFactory: () => OPTIONS })],
      providers: [Service],
    }).compile();
    onTestFinished(() => module.close());
    const collector = module.get(app.PrometheusCollector);
    expect(module.get(Service).collector).toBe(collector);
    for (const name of [
      'MetricsCollector',
      'PrometheusCollector',
      'AgentMetrics',
      'MetricsExporters',
      'MetricsHealthIndicator',
    ] as const) {
      const theirs = module.get(library[name] as never);
      expect(theirs, name).toBe(module.get(app[name] as never));
    }
  });

  test.each(ADAPTERS)(
    'two copies measure handlers, exclude them and check health on %s, whichever decorates them',
    async (_name, makeAdapter) => {
      const library = await anotherCopy();
      @Controller('library')
      @UseInterceptors(library.MetricsInterceptor)
      class LibraryController {
        @Get()
        @library.Counted('handler_executions_total')
        list(): string[] {
          return [];
        }

        @Get('hidden')
        @library.NoMetrics()
        hidden(): string[] {
          return [];
        }

        @library.HealthCheck('library')
        check(): void {}
      }
      const { MetricsModule } = await anotherCopy();
      const { text, get } = await startApp(
        {
          imports: [MetricsModule.forRoot({ ...OPTIONS, http: true })],
          controllers: [LibraryController],
        },
        makeAdapter,
      );
      await get('/library');
      await get('/library/hidden');
      const page = await text('/metrics');
      expect(page.match(/^.*(total|handler.*_count)\{.*$/gm)).toEqual([
        'handler_executions_total{agent="LibraryController",method="list",status="success"} 1',
        'handler_duration_seconds_count{handler="LibraryController",method="list",status="success",transport="http"} 1',
      ]);
      expect(page).toContain('route="/library"');
      expect(page).not.toContain('hidden');
      expect(page).toContain('health_check_status{check="library"} 1');
    },
  );

  test('two copies of the package work together when one comes with a lazy module', async () => {
    const { MetricsModule, PrometheusCollector } = await anotherCopy();
    const app = await Test.createTestingModule({
      imports: [MetricsModule.forRoot(OPTIONS)],
    }).compile();
    await app.init();
    onTestFinished(() => app.close());
    let library!: Copy;
    class Service {
      constructor(
        readonly collector: InstanceType<Copy['MetricsCollector']>,
        readonly agents: InstanceType<Copy['AgentMetrics']>,
      ) {}
    }
    const loaded: ModuleRef = await app.get(LazyModuleLoader).load(async () => {
      library = await anotherCopy();
      Reflect.defineMetadata(
        'design:paramtypes',
        [library.MetricsCollector, library.AgentMetrics],
        Service,
      );
      const Library = libraryClass(library);
      return {
        module: class LazyModule {},
        providers: [Service, { provide: 'agent', useClass: Library }],
      };
    });
    await loaded.get('agent').run('lazy');
    const collector = app.get(PrometheusCollector);
    expect(loaded.get(Service).collector).toBe(collector);
    expect(await samples(collector, 'agent_executions_total')).toEqual([
      'agent_executions_total{agent="Library",method="run",model="lazy",status="success"} 1',
    ]);
  });

  test('two copies are named in one warning when the app imports both modules', async () => {
    const library = await anotherCopy();
    const { MetricsModule } = await anotherCopy();
    const warnings: string[] = [];
    const start = async () => {
      const module = await Test.createTestingModule({
        imports: [
          MetricsModule.forRoot(OPTIONS),
          library.MetricsModule.forRoot({
            ...OPTIONS,
            prometheus: { port: 0, host: '127.0.0.1' },
          }),
        ],
      })
        .setLogger(loggerTo(warnings))
        .compile();
      const app = module.createNestApplication();
      await app.init();
      onTestFinished(() => app.close());
    };
    await start();
    await start();
    const path = expect.stringMatching(
      /^The app imports MetricsModule from two copies of nestjs-agent-metrics: [\d.]+ in \S+other-copies.ts and [\d.]+ in \S+other-copies.ts\. Each records a part of the calls\. Import it once, in the root module\. See .*#two-copies$/,
    );
    expect(warnings).toEqual([path]);
  });
});

describe('a copy of another protocol', () => {
  /** As copies of every version write themselves into the record that they share. */
  function loadVersion2(path: string): void {
    const copy = {
      protocol: 2,
      version: '9.9.9',
      path,
      classes: new Map(),
    };
    const record = (globalThis as Record<symbol, any>)[
      Symbol.for('nestjs-agent-metrics:copies')
    ];
    record.copies.add(copy);
    onTestFinished(() => record.copies.delete(copy));
    for (const listener of record.listeners) {
      listener.deref()?.copyLoaded(copy);
    }
  }

  /** An app, with what it warned of. */
  async function appOf({ MetricsModule }: Copy, enabled = true) {
    const warnings: string[] = [];
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot({ ...OPTIONS, enabled })],
    })
      .setLogger(loggerTo(warnings))
      .compile();
    const app = module.createNestApplication();
    await app.init();
    onTestFinished(() => app.close());
    return { app, warnings };
  }

  test('a copy of another protocol is named in one warning, however many apps start', async () => {
    const copy = await anotherCopy();
    loadVersion2('/library/first.js');
    const first = await appOf(copy);
    const second = await appOf(copy);
    expect(second.warnings).toEqual([]);
    expect(first.warnings).toEqual([
      expect.stringMatching(
        /^Two versions of nestjs-agent-metrics are loaded that cannot work together: [\d.]+ in \S+other-copies.ts and 9\.9\.9 in \/library\/first.js\. /,
      ),
    ]);
  });

  test('a copy of another protocol that is loaded after the start is named, unless the app is closed', async () => {
    const { app, warnings } = await appOf(await anotherCopy());
    loadVersion2('/library/second.js');
    expect(warnings).toEqual([expect.stringContaining('/library/second.js')]);
    await app.close();
    loadVersion2('/library/third.js');
    expect(warnings).toHaveLength(1);
  });

  test('a copy of another protocol is not named where metrics are switched off', async () => {
    const { warnings } = await appOf(await anotherCopy(), false);
    loadVersion2('/library/fourth.js');
    expect(warnings).toEqual([]);
  });
});

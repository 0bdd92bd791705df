import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type Provider,
  Scope,
  type Type,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { LazyModuleLoader, ModuleRef, NestFactory } from '@nestjs/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  AgentRun,
  Counted,
  InFlight,
  MetricConflictError,
  MetricLabel,
  MetricsCollector,
  MetricsInterceptor,
  MetricsModule,
  type MetricsModuleOptions,
  NoMetrics,
  PrometheusCollector,
  Streamed,
  Timed,
  Tool,
} from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import { samples } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';
import { withLink } from '../../src/core/message-links.js';

const OPTIONS: MetricsModuleOptions = {
  namespace: '',
  initialSeries: false,
  prometheus: { defaultMetrics: false, createdSamples: false },
};

/** A started app of these parts, without HTTP, and its collector. */
async function appOf(
  metadata: ModuleMetadata,
  options: MetricsModuleOptions = {},
  warnings: string[] = [],
) {
  const ignore = () => {};
  const warn = (message: string) => void warnings.push(message);
  @Module({
    ...metadata,
    imports: [
      MetricsModule.forRoot({ ...OPTIONS, ...options }),
      ...(metadata.imports ?? []),
    ],
  })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: { log: ignore, error: ignore, warn },
    abortOnError: false,
  });
  onTestFinished(() => app.close());
  return { app, collector: app.get(PrometheusCollector) };
}

/** The upper bounds of a histogram. */
function boundsOf(
  collector: PrometheusCollector,
  metric = 'agent_duration_seconds',
): number[] {
  const { buckets } = metricsOf(collector).histogram(metric);
  return buckets.map(({ le }) => le);
}

/** How often a histogram was recorded in, by agent. */
function countsOf(collector: PrometheusCollector): Record<string, number> {
  const series = metricsOf(collector).series('agent_duration_seconds');
  return Object.fromEntries(
    series.map(({ labels, value }) => [labels.agent, value]),
  );
}

@Injectable()
class Default {
  @Timed()
  run() {}
}
@Injectable()
class Explicit {
  @Timed({ buckets: [2] })
  run() {}
}
@Injectable()
class Other {
  @Timed({ buckets: [5] })
  run() {}
}

const CONFLICT =
  'Metric "agent_duration_seconds" is declared with buckets 2 by @Timed() on Explicit.run() and with 5 by @Timed() on Other.run(); use the same buckets, or give one of them another name';

describe.each([
  ['imported first', [Explicit, Default]],
  ['imported last', [Default, Explicit]],
] as const)('buckets that one decorator gives, %s,', (_order, providers) => {
  test.each([
    ['first', [Explicit, Default]],
    ['last', [Default, Explicit]],
  ] as const)(
    'buckets of one decorator hold for all decorators of the metric when it is called %s',
    async (_name, calls) => {
      const { app, collector } = await appOf({ providers: [...providers] });
      for (const agent of calls) app.get<Default>(agent).run();
      expect(boundsOf(collector)).toEqual([2, Infinity]);
      expect(countsOf(collector)).toEqual({ Default: 1, Explicit: 1 });
      expect(await samples(collector, 'metrics_errors_total')).toEqual([]);
    },
  );
});

describe('buckets that one decorator gives', () => {
  test.each<[string, Provider[]]>([
    [
      'a request-scoped provider',
      [{ provide: Explicit, useClass: Explicit, scope: Scope.REQUEST }],
    ],
    [
      'a transient provider',
      [{ provide: Explicit, useClass: Explicit, scope: Scope.TRANSIENT }],
    ],
    ['a class under another token', [{ provide: 'x', useClass: Explicit }]],
    ['a value', [{ provide: 'x', useValue: new Explicit() }]],
    ['a factory', [{ provide: 'x', useFactory: () => new Explicit() }]],
    [
      'an instance in an array of a factory',
      [{ provide: 'x', useFactory: async () => [new Explicit()] }],
    ],
  ])(
    'buckets that one decorator gives are known before it is called: %s',
    async (_what, providers) => {
      const { app, collector } = await appOf({
        providers: [Default, ...providers],
      });
      app.get(Default).run();
      expect(boundsOf(collector)).toEqual([2, Infinity]);
    },
  );

  test('buckets that one decorator gives are known from any module, guard or controller', async () => {
    @Injectable()
    class Guard {
      @Timed({ buckets: [3] })
      canActivate() {
        return true;
      }
    }
    @Controller()
    @UseGuards(Guard)
    class Routes {
      @Get('/')
      @Timed()
      all() {
        return 'all';
      }

      @Streamed({ buckets: [4] })
      *stream() {
        yield 1;
      }
    }
    @Module({ controllers: [Routes] })
    class Feature {}
    const { app, collector } = await appOf({
      imports: [Feature],
      providers: [Default],
    });
    app.get(Default).run();
    expect(boundsOf(collector)).toEqual([3, Infinity]);
    expect([...app.get(Routes).stream()]).toEqual([1]);
    const first = 'agent_time_to_first_item_seconds';
    expect(boundsOf(collector, first)).toEqual([4, Infinity]);
  });

  test('buckets that one decorator gives are inherited with the method, and stand behind wrappers of others', async () => {
    const Logged = (_on: object, _key: string, to: PropertyDescriptor) => {
      const original = to.value;
      to.value = function (this: unknown) {
        return original.call(this);
      };
    };
    abstract class Base {
      @Logged
      @Timed({ buckets: [7] })
      run() {}
    }
    @Injectable()
    class Heir extends Base {}
    const { app, collector } = await appOf({ providers: [Default, Heir] });
    app.get(Default).run();
    expect(boundsOf(collector)).toEqual([7, Infinity]);
  });

  test('buckets that one decorator gives hold for an instrument that the app asks for before, without buckets', async () => {
    @Injectable()
    class Eager {
      constructor(collector: MetricsCollector) {
        collector.histogram('agent_duration_seconds').observe(1);
      }
    }
    const { collector } = await appOf({ providers: [Eager, Explicit] });
    expect(boundsOf(collector)).toEqual([2, Infinity]);
  });

  test('buckets that one decorator gives hold after the metrics are cleared', async () => {
    const { app, collector } = await appOf({ providers: [Default, Explicit] });
    app.get(Explicit).run();
    collector.clearMetrics();
    app.get(Default).run();
    expect(boundsOf(collector)).toEqual([2, Infinity]);
  });

  test('buckets that one decorator gives come before those of the option buckets, and after those of a filter', async () => {
    const options = { buckets: { agent_duration_seconds: [8] } };
    const providers = [Default, Explicit];
    const first = await appOf({ providers }, options);
    first.app.get(Default).run();
    expect(boundsOf(first.collector)).toEqual([2, Infinity]);
    const second = await appOf({ providers: [Default] }, options);
    second.app.get(Default).run();
    expect(boundsOf(second.collector)).toEqual([8, Infinity]);
    const filters = [{ metrics: 'agent_*', buckets: [9] }];
    const third = await appOf(
      { providers: [...providers, Other] },
      { filters },
    );
    third.app.get(Default).run();
    expect(boundsOf(third.collector)).toEqual([9, Infinity]);
  });

  test('buckets that one decorator gives hold in the apps that have its class, and in no other', async () => {
    const [first, second, third] = await Promise.all([
      appOf({ providers: [Default, Explicit] }),
      appOf({ providers: [Default, Other] }),
      appOf({ providers: [Default] }),
    ]);
    for (const { app } of [first, second, third]) app.get(Default).run();
    expect(boundsOf(first.collector)).toEqual([2, Infinity]);
    expect(boundsOf(second.collector)).toEqual([5, Infinity]);
    expect(boundsOf(third.collector).length).toBeGreaterThan(10);
  });

  test('buckets that one decorator gives hold where the app replaces the collector', async () => {
    const own = new PrometheusCollector({ namespace: '', port: 0 });
    const { Test } = await import('@nestjs/testing');
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot(OPTIONS)],
      providers: [Default, Explicit],
    })
      .overrideProvider(MetricsCollector)
      .useValue(own)
      .compile();
    onTestFinished(() => module.close());
    await module.init();
    module.get(Default).run();
    expect(boundsOf(own)).toEqual([2, Infinity]);
  });

  test('buckets that one decorator gives are ignored where its class is excluded', async () => {
    @NoMetrics()
    @Injectable()
    class Silent extends Explicit {}
    @Injectable()
    class Partly {
      @NoMetrics()
      @Timed({ buckets: [6] })
      run() {}
    }
    const { app, collector } = await appOf({
      providers: [Silent, Partly, Other],
    });
    app.get(Other).run();
    expect(boundsOf(collector)).toEqual([5, Infinity]);
  });
});

/** Two decorators that cannot share the metric, and what the start says. */
function conflicts(): [string, Type[], string][] {
  class TimedX {
    @Timed('x')
    a() {}
  }
  class CountedX {
    @Counted('x')
    b() {}
  }
  class InFlightX {
    @InFlight('x')
    c() {}
  }
  class CountedSample {
    @Counted('x_count')
    d() {}
  }
  class TimedFirstItem {
    @Timed({ name: 'chat_time_to_first_item_seconds', buckets: [1] })
    e() {}
  }
  class StreamedChat {
    @Streamed({ name: 'chat', buckets: [2] })
    f() {}
  }
  class CountedRuns {
    @Counted('gen_ai_invoke_agent_duration_seconds')
    g() {}
  }
  class Runs {
    @AgentRun()
    h() {}
  }
  class TimedTool {
    @Timed({ name: 'gen_ai_execute_tool_duration_seconds', buckets: [1] })
    i() {}
  }
  class Tools {
    @Tool()
    j() {}
  }
  class OldestGauge {
    @Counted('x_oldest_seconds')
    k() {}
  }
  class Both {
    @Counted('same')
    @Timed('same')
    l() {}
  }
  class Sanitised {
    @Counted('a-b')
    m() {}
    @Timed('a.b')
    n() {}
  }
  return [
    ['two sets of buckets', [Other, Explicit], CONFLICT],
    [
      'a counter and a timer',
      [TimedX, CountedX],
      'Metric "x" is declared as a counter by @Counted() on CountedX.b() and as a timer by @Timed() on TimedX.a(); give one of them another name',
    ],
    [
      'a gauge and a timer',
      [TimedX, InFlightX],
      'Metric "x" is declared as a gauge by @InFlight() on InFlightX.c() and as a timer by @Timed() on TimedX.a(); give one of them another name',
    ],
    [
      'the second gauge of @InFlight() and a counter',
      [OldestGauge, InFlightX],
      'Metric "x_oldest_seconds" is declared as a counter by @Counted() on OldestGauge.k() and as a gauge by @InFlight() on InFlightX.c(); give one of them another name',
    ],
    [
      'a histogram and the name of one of its samples',
      [TimedX, CountedSample],
      'Metric "x_count", declared by @Counted() on CountedSample.d(), would have the name of a sample of histogram "x", declared by @Timed() on TimedX.a(); give one of them another name',
    ],
    [
      'the buckets of @Streamed() and of @Timed()',
      [TimedFirstItem, StreamedChat],
      'Metric "chat_time_to_first_item_seconds" is declared with buckets 2 by @Streamed() on StreamedChat.f() and with 1 by @Timed() on TimedFirstItem.e(); use the same buckets, or give one of them another name',
    ],
    [
      'a metric of agent runs and a counter',
      [CountedRuns, Runs],
      'Metric "gen_ai_invoke_agent_duration_seconds" is declared as a timer by @AgentRun() on Runs.h() and as a counter by @Counted() on CountedRuns.g(); give one of them another name',
    ],
    [
      'the buckets of tool calls and of @Timed()',
      [TimedTool, Tools],
      'Metric "gen_ai_execute_tool_duration_seconds" is declared with buckets 1 by @Timed() on TimedTool.i() and with 0.01, 0.02,',
    ],
    [
      'two decorators of one method',
      [Both],
      'Metric "same" is declared as a counter by @Counted() on Both.l() and as a timer by @Timed() on Both.l(); give one of them another name',
    ],
    [
      'two names that are exposed as one',
      [Sanitised],
      'Metric "a_b" is declared as a counter by @Counted() on Sanitised.m() and as a timer by @Timed() on Sanitised.n(); give one of them another name',
    ],
  ];
}

describe('a start with decorators that do not agree', () => {
  test.each(conflicts())(
    'a start with conflicting decorators fails and names both places in any order: %s',
    async (_what, providers, message) => {
      for (const order of [providers, providers.toReversed()]) {
        const start = appOf({ providers: order });
        await expect(start).rejects.toThrow(MetricConflictError);
        await expect(start).rejects.toThrow(message);
      }
    },
  );

  test('a start fails where an instance of a factory has a conflicting decorator', async () => {
    const start = appOf({
      providers: [
        Explicit,
        { provide: 'other', useFactory: () => new Map([['a', new Other()]]) },
      ],
    });
    await expect(start).rejects.toThrow(CONFLICT);
  });

  test('a start does not fail where a filter separates conflicting decorators or denies one', async () => {
    @Injectable()
    class Counting {
      @Counted('agent_duration_seconds')
      run() {}
    }
    const filters = [
      { metrics: 'agent_duration_seconds', deny: true as const },
    ];
    const { app, collector } = await appOf(
      { providers: [Explicit, Other, Counting] },
      { filters },
    );
    for (const one of [Explicit, Other, Counting]) app.get(one).run();
    expect(collector.getMetricCount()).toBe(0);
  });

  test('a start with conflicting decorators does not fail where metrics are switched off', async () => {
    const { app } = await appOf(
      { providers: [Explicit, Other] },
      { enabled: false },
    );
    expect(app.get(Explicit).run()).toBeUndefined();
  });

  test('a start fails for a decorator that takes a name of the interceptor', async () => {
    @Injectable()
    class Counting {
      @Counted('handler_duration_seconds')
      run() {}
    }
    @Controller()
    @UseInterceptors(MetricsInterceptor)
    class Routes {}
    const message =
      'Metric "handler_duration_seconds" is declared as a counter by @Counted() on Counting.run() and as a timer by MetricsInterceptor; give one of them another name';
    const providers = [Counting];
    await expect(appOf({ providers }, { interceptor: true })).rejects.toThrow(
      message,
    );
    await expect(appOf({ providers, controllers: [Routes] })).rejects.toThrow(
      message,
    );
    const { app } = await appOf({ providers });
    expect(app.get(Counting).run()).toBeUndefined();
  });

  test('a start fails for an instrument requested with other buckets or as another type', async () => {
    @Injectable()
    class Eager {
      constructor(@Inject('ask') ask: (c: MetricsCollector) => void) {
        void ask;
      }
    }
    const start = (ask: (collector: MetricsCollector) => void) =>
      appOf({
        providers: [
          {
            provide: Eager,
            inject: [MetricsCollector],
            useFactory: (collector: MetricsCollector) => ask(collector) ?? {},
          },
          Explicit,
        ],
      });
    await expect(
      start((c) => void c.timer('agent_duration_seconds', { buckets: [4] })),
    ).rejects.toThrow(
      'Metric "agent_duration_seconds" is declared with buckets 2 by @Timed() on Explicit.run() and was asked for with 4; use the same buckets, or give one of them another name',
    );
    await expect(
      start((c) => void c.gauge('agent_duration_seconds')),
    ).rejects.toThrow(
      'Metric "agent_duration_seconds" is declared as a timer by @Timed() on Explicit.run() and was asked for as a gauge; give one of them another name',
    );
  });

  test('a start fails for a label of an argument that no metric has', async () => {
    @Injectable()
    class Stray {
      @InFlight()
      run(@MetricLabel('model') model: string) {
        return model;
      }
    }
    await expect(appOf({ providers: [Stray] })).rejects.toThrow(
      '@MetricLabel("model") stands on a parameter of Stray.run(), whose calls no metric records. Put @Timed(), @Counted() or @Streamed() on the method',
    );
  });
});

describe('the help text of a metric', () => {
  class First {
    @Counted({ name: 'x_total', description: 'By the first.' })
    run() {}
  }
  class Second {
    @Counted({ name: 'x_total', description: 'By the second.' })
    run() {}
  }
  class Silent {
    @Counted('x_total')
    run() {}
  }

  test("the help text of a metric is a decorator's, whichever method is called first", async () => {
    for (const providers of [
      [Silent, Second, First],
      [First, Second, Silent],
    ]) {
      const { app, collector } = await appOf({ providers });
      for (const one of providers) app.get<First>(one).run();
      expect(await collector.metrics()).toContain(
        '# HELP x_total By the first.\n',
      );
    }
  });
});

describe.each(ADAPTERS)('on %s, HTTP metrics', (_name, adapter) => {
  test('HTTP metrics have the buckets that a decorator gives for them, or the start fails', async () => {
    @Controller()
    class Routes {
      @Get('/')
      @Timed({ name: 'http_server_request_duration_seconds', buckets: [2] })
      all() {
        return 'all';
      }
    }
    const start = (http: MetricsModuleOptions['http']) =>
      startApp(
        {
          imports: [MetricsModule.forRoot({ ...OPTIONS, http })],
          controllers: [Routes],
        },
        adapter,
      );
    const { app, get } = await start(true);
    await get('/');
    expect(
      boundsOf(
        app.get(PrometheusCollector),
        'http_server_request_duration_seconds',
      ),
    ).toEqual([2, Infinity]);
    await expect(start({ buckets: [3] })).rejects.toThrow(
      'Metric "http_server_request_duration_seconds" is declared with buckets 2 by @Timed() on Routes.all() and with 3 by the option http; use the same buckets, or give one of them another name',
    );
  });
});

describe('a class that is not in the app at its start', () => {
  test('a class that ModuleRef makes is recorded in the existing buckets, with one warning', async () => {
    const warnings: string[] = [];
    const { app, collector } = await appOf(
      { providers: [Explicit] },
      {},
      warnings,
    );
    const other = await app.get(ModuleRef).create(Other);
    for (let i = 0; i < 3; i++) other.run();
    app.get(Explicit).run();
    expect(boundsOf(collector)).toEqual([2, Infinity]);
    expect(countsOf(collector)).toEqual({ Explicit: 1, Other: 3 });
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="conflict"} 1',
    ]);
    const ofMetrics = warnings.filter((text) => text.includes('counted]'));
    expect(ofMetrics).toEqual([
      withLink(
        'agent_duration_seconds Other.run: MetricConflictError: Metric "agent_duration_seconds" is registered with buckets 2 and was asked for with 5; use the same buckets or another name. Values are recorded in the buckets that are there [conflict; logged once, counted]',
        'conflict',
      ),
    ]);
  });

  test('a class of a lazy module is recorded in the existing buckets', async () => {
    @Module({ providers: [Other] })
    class Lazy {}
    const { app, collector } = await appOf({ providers: [Default] });
    const loader = app.get(LazyModuleLoader);
    const lazy = await loader.load(() => Lazy);
    const other = lazy.get(Other);
    other.run();
    other.run();
    expect(boundsOf(collector).length).toBeGreaterThan(10);
    expect(countsOf(collector)).toEqual({ Other: 2 });
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="conflict"} 1',
    ]);
  });

  test('a late class decides the buckets if no other does', async () => {
    @Module({ providers: [Default, Explicit] })
    class Lazy {}
    const { app, collector } = await appOf({});
    const lazy = await app.get(LazyModuleLoader).load(() => Lazy);
    lazy.get(Default).run();
    lazy.get(Explicit).run();
    expect(boundsOf(collector)).toEqual([2, Infinity]);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([]);
  });
});

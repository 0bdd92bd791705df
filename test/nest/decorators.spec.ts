import {
  Controller,
  createParamDecorator,
  Get,
  Inject,
  Injectable,
  Module,
  type Provider,
  Query,
  Scope,
  SetMetadata,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { lastValueFrom, of, throwError } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Agent,
  AgentMetrics,
  AgentRun,
  Counted,
  DecoratorError,
  InFlight,
  MetricLabel,
  MetricsCollector,
  type MetricsModuleOptions,
  MetricsModule,
  PrometheusCollector,
  Streamed,
  Timed,
  Tool,
} from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import { samples } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

/** An application of these providers with the module, and its collector. */
async function appOf(
  providers: Provider[],
  options: MetricsModuleOptions = {},
) {
  const app = await Test.createTestingModule({
    imports: [
      MetricsModule.forRoot({
        namespace: '',
        initialSeries: false,
        prometheus: { defaultMetrics: false },
        ...options,
      }),
    ],
    providers,
  }).compile();
  await app.init();
  onTestFinished(() => app.close());
  const collector = app.get(PrometheusCollector);
  return {
    app,
    collector,
    executions: () => samples(collector, 'agent_executions_total'),
  };
}

class NoPassageError extends Error {}

@Agent('Assistant')
@Injectable()
class AssistantAgent {
  readonly greeting = 'hello';

  @Timed()
  @Counted()
  async run(name: string): Promise<string> {
    if (name === '') throw new NoPassageError('nobody');
    return `${this.greeting} ${name}`;
  }

  @Counted()
  plain(fail: boolean) {
    if (fail) throw new TypeError('plain');
    return 1;
  }

  @Counted()
  observable(fail: boolean) {
    return fail ? throwError(() => new RangeError('stream')) : of(1, 2);
  }

  @Counted()
  *generator() {
    yield 1;
    yield 2;
  }

  @Counted()
  async *stream(fail: boolean) {
    yield 'a';
    // eslint-disable-next-line no-throw-literal
    if (fail) throw 'text';
  }
}

describe('a decorated method', () => {
  test('a decorated method is counted and timed by agent, method and outcome, and does what it did', async () => {
    const { app } = await appOf([AssistantAgent]);
    const agent = app.get(AssistantAgent);
    expect(await agent.run('Ada')).toBe('hello Ada');
    await expect(agent.run('')).rejects.toThrow(NoPassageError);
    const labels = { agent: 'Assistant', method: 'run' };
    const failure = { error_type: 'NoPassageError', status: 'error' };
    for (const metric of ['agent_executions_total', 'agent_duration_seconds']) {
      expect(metricsOf(app).series(metric)).toEqual([
        { labels: { ...labels, status: 'success' }, value: 1 },
        { labels: { ...labels, ...failure }, value: 1 },
      ]);
    }
  });

  test('a decorated method may return plain values, Observables and generators', async () => {
    const { app, executions } = await appOf([AssistantAgent]);
    const agent = app.get(AssistantAgent);
    expect(agent.plain(false)).toBe(1);
    expect(() => agent.plain(true)).toThrow(TypeError);
    expect(await lastValueFrom(agent.observable(false))).toBe(2);
    await expect(lastValueFrom(agent.observable(true))).rejects.toThrow(
      'stream',
    );
    expect([...agent.generator()]).toEqual([1, 2]);
    for await (const word of agent.stream(false)) expect(word).toBe('a');
    await expect(
      (async () => {
        for await (const word of agent.stream(true)) void word;
      })(),
    ).rejects.toBe('text');
    const of = (method: string, outcome: string) =>
      `agent_executions_total{agent="Assistant",${outcome.replace('METHOD', `method="${method}"`)}} 1`;
    const success = 'METHOD,status="success"';
    expect(await executions()).toEqual([
      of('plain', success),
      of('plain', 'error_type="TypeError",METHOD,status="error"'),
      of('observable', success),
      of('observable', 'error_type="RangeError",METHOD,status="error"'),
      of('generator', success),
      of('stream', success),
      of('stream', 'error_type="string",METHOD,status="error"'),
    ]);
  });

  test('a decorated method just runs where there is no module, or where it is switched off', async () => {
    expect(await new AssistantAgent().run('Ada')).toBe('hello Ada');
    const bare = await Test.createTestingModule({
      providers: [AssistantAgent],
    }).compile();
    expect(await bare.get(AssistantAgent).run('Ada')).toBe('hello Ada');
    const { app, collector } = await appOf([AssistantAgent], {
      enabled: false,
    });
    expect(await app.get(AssistantAgent).run('Ada')).toBe('hello Ada');
    expect(collector.getMetricCount()).toBe(0);
  });

  test('a decorated method just runs where the test container mocks whatever is missing', async () => {
    const module = await Test.createTestingModule({
      providers: [AssistantAgent],
    })
      .useMocker(() => ({ scopeOf: () => ({}) }))
      .compile();
    expect(await module.get(AssistantAgent).run('Ada')).toBe('hello Ada');
  });

  test('a decorated method just runs where an odd provider makes it and metrics are off', async () => {
    class Made {
      @Counted()
      run() {
        return 'made';
      }
    }
    const strange = new Proxy(
      {},
      {
        has: () => {
          throw new Error('do not look');
        },
      },
    );
    for (const enabled of [false, true]) {
      const { app } = await appOf(
        [
          { provide: Made, useFactory: () => new Made() },
          { provide: 'strange', useValue: strange },
          {
            provide: 'odd',
            useValue: { constructor: 'odd', made: new Made() },
          },
        ],
        { enabled },
      );
      expect(app.get(Made).run()).toBe('made');
    }
  });

  test('a decorated method just runs where the collector was replaced by one that can do nothing', async () => {
    const module = await Test.createTestingModule({
      imports: [MetricsModule.forRoot()],
      providers: [AssistantAgent],
    })
      .overrideProvider(MetricsCollector)
      .useValue({ initialize: () => {}, shutdown: () => {} })
      .compile();
    await module.init();
    onTestFinished(() => module.close());
    expect(await module.get(AssistantAgent).run('Ada')).toBe('hello Ada');
  });

  test('a decorated method throws the same error, of any kind', async () => {
    const odd = Object.assign(new RangeError('odd'), { name: Symbol('odd') });
    class Throwing {
      @Counted()
      run() {
        throw odd;
      }
    }
    const { app, executions } = await appOf([
      { provide: Throwing, useFactory: () => new Throwing() },
    ]);
    expect(() => app.get(Throwing).run()).toThrow(odd);
    expect(await executions()).toEqual([
      'agent_executions_total{agent="Throwing",error_type="RangeError",method="run",status="error"} 1',
    ]);
  });

  test('a decorated method just runs without its object, or when its object is frozen', async () => {
    @Injectable()
    class Frozen {
      constructor() {
        Object.freeze(this);
      }
      @Counted()
      run() {
        return 'frozen';
      }
    }
    const { app } = await appOf([Frozen, AssistantAgent]);
    expect(app.get(Frozen).run()).toBe('frozen');
    const { plain } = app.get(AssistantAgent);
    expect(plain(false)).toBe(1);
  });

  test('a decorated method has the same name, length and identity as before', async () => {
    const { app } = await appOf([AssistantAgent]);
    const agent = app.get(AssistantAgent);
    expect(agent.run.name).toBe('run');
    expect(agent.run.length).toBe(1);
    expect(agent).toEqual(new AssistantAgent());
    expect(Object.keys(agent)).toEqual(['greeting']);
    expect(Object.getOwnPropertySymbols({ ...agent })).toEqual([]);
    expect(JSON.stringify(agent)).toBe('{"greeting":"hello"}');
  });
});

describe('a decorated method that calls itself', () => {
  @Injectable()
  class Walker {
    private deepest = 0;

    @Timed()
    timed(depth: number): number {
      this.deepest = depth;
      return this.timed(depth + 1);
    }

    @Timed()
    @Counted()
    @Streamed()
    @InFlight()
    @Tool()
    measured(depth: number): number {
      this.deepest = depth;
      return this.measured(depth + 1);
    }

    @AgentRun()
    agent(depth: number): number {
      this.deepest = depth;
      return this.agent(depth + 1);
    }

    walk(method: 'timed' | 'measured' | 'agent'): number {
      expect(() => this[method](0)).toThrow(RangeError);
      return this.deepest;
    }
  }

  test.each(['timed', 'measured', 'agent'] as const)(
    'a decorated method that calls itself gets as deep with the module as without: %s',
    async (method) => {
      const { app } = await appOf([Walker]);
      const walker = app.get(Walker);
      // What is done once takes room on the stack too.
      walker.walk(method);
      const ratio = walker.walk(method) / new Walker().walk(method);
      expect(ratio).toBeGreaterThan(0.9);
    },
  );

  test('a decorated method that calls itself leaves no agent run behind for its caller when the stack ends', async () => {
    const { app, collector } = await appOf([Walker]);
    app.get(Walker).walk('agent');
    const inference = { provider: 'acme', model: 'acme-1', seconds: 1 };
    app.get(AgentMetrics).recordInference(inference);
    const name = 'gen_ai_client_inference_duration_seconds';
    const counts = (await samples(collector, name)).filter((line) =>
      line.includes('_count'),
    );
    expect(counts).toEqual([
      `${name}_count{gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="acme-1"} 1`,
    ]);
  });
});

describe("someone else's decorator between two of ours", () => {
  const Retry = (_on: object, _key: string, descriptor: PropertyDescriptor) => {
    const original = descriptor.value;
    descriptor.value = function (this: unknown, ...args: unknown[]) {
      for (let i = 0; ; i++) {
        try {
          return original.apply(this, args);
        } catch (error) {
          if (i === 2) throw error;
        }
      }
    };
    for (const key of Reflect.getOwnMetadataKeys(original)) {
      const value = Reflect.getOwnMetadata(key, original);
      Reflect.defineMetadata(key, value, descriptor.value);
    }
  };

  class Flaky {
    attempts = 0;

    @Counted()
    @Retry
    @Counted('attempts_total')
    run() {
      if (++this.attempts < 3) throw new Error('flaky');
      return 'done';
    }
  }

  test('with another decorator between two of ours, each of ours counts what it sees', async () => {
    const { app, collector, executions } = await appOf([
      { provide: Flaky, useFactory: () => new Flaky() },
    ]);
    expect(app.get(Flaky).run()).toBe('done');
    expect(await executions()).toEqual([
      'agent_executions_total{agent="Flaky",method="run",status="success"} 1',
    ]);
    expect(await samples(collector, 'attempts_total')).toEqual([
      'attempts_total{agent="Flaky",error_type="Error",method="run",status="error"} 2',
      'attempts_total{agent="Flaky",method="run",status="success"} 1',
    ]);
  });
});

describe('the agent label', () => {
  @Injectable()
  class Base {
    @Counted()
    run() {
      return 1;
    }
  }
  @Agent('Named')
  @Injectable()
  class Named extends Base {}
  @Injectable()
  class Heir extends Named {}
  @Agent()
  @Injectable()
  class Unnamed extends Named {}
  @Injectable()
  class Overriding extends Base {
    @Counted({ name: 'other_total' })
    override run() {
      return super.run() + 1;
    }
  }

  test('the agent label is the nearest name up the class chain, else the name of the class', async () => {
    const { app, collector, executions } = await appOf([
      Base,
      Named,
      Heir,
      Unnamed,
      Overriding,
    ]);
    for (const agent of [Base, Named, Heir, Unnamed]) app.get(agent).run();
    expect(app.get(Overriding).run()).toBe(2);
    expect(await executions()).toEqual([
      'agent_executions_total{agent="Base",method="run",status="success"} 1',
      'agent_executions_total{agent="Named",method="run",status="success"} 2',
      'agent_executions_total{agent="Unnamed",method="run",status="success"} 1',
      'agent_executions_total{agent="Overriding",method="run",status="success"} 1',
    ]);
    expect(await samples(collector, 'other_total')).toEqual([
      'other_total{agent="Overriding",method="run",status="success"} 1',
    ]);
  });
});

describe('a decorated class', () => {
  const total = (name: string, count: number) =>
    `agent_executions_total{agent="${name}",method="run",status="success"} ${count}`;

  test('a decorated class is measured in every scope', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @Counted()
      run() {}
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class PerUser {
      @Counted()
      run() {}
    }
    @Injectable()
    class User {
      constructor(readonly own: PerUser) {}
    }
    const { app, executions } = await appOf([PerRequest, PerUser, User]);
    (await app.resolve(PerRequest)).run();
    (await app.resolve(PerRequest)).run();
    app.get(User).own.run();
    expect(await executions()).toEqual([
      total('PerRequest', 2),
      total('PerUser', 1),
    ]);
  });

  test('a decorated class is measured when a factory, a value, an alias or ModuleRef provides it', async () => {
    class Made {
      @Counted()
      run() {}
    }
    class Given {
      @Counted()
      run() {}
    }
    @Injectable()
    class Created {
      @Counted()
      run() {}
    }
    const { app, executions } = await appOf([
      { provide: Made, useFactory: async () => new Made() },
      { provide: Given, useValue: new Given() },
      { provide: 'alias', useExisting: Given },
    ]);
    app.get(Made).run();
    app.get(Given).run();
    app.get<Given>('alias').run();
    (await app.get(ModuleRef).create(Created)).run();
    expect(await executions()).toEqual([
      total('Made', 1),
      total('Given', 2),
      total('Created', 1),
    ]);
  });

  test('a decorated class is measured by each of two apps for itself', async () => {
    const first = await appOf([AssistantAgent]);
    const second = await appOf([AssistantAgent]);
    await first.app.get(AssistantAgent).run('a');
    await first.app.get(AssistantAgent).run('b');
    await second.app.get(AssistantAgent).run('c');
    expect(await first.executions()).toEqual([expect.stringContaining('} 2')]);
    expect(await second.executions()).toEqual([expect.stringContaining('} 1')]);
  });

  test('a decorated class is measured where the module is not global but imported', async () => {
    @Module({
      imports: [
        MetricsModule.forRoot({
          isGlobal: false,
          namespace: '',
          initialSeries: false,
        }),
      ],
      providers: [AssistantAgent],
    })
    class Inside {}
    @Injectable()
    class Outsider {
      @Counted()
      run() {
        return 'fine';
      }
    }
    const app = await Test.createTestingModule({
      imports: [Inside],
      providers: [Outsider],
    }).compile();
    onTestFinished(() => app.close());
    await app.get(AssistantAgent).run('Ada');
    expect(app.get(Outsider).run()).toBe('fine');
    expect(
      await samples(app.get(PrometheusCollector), 'agent_executions_total'),
    ).toHaveLength(1);
  });
});

describe('the options of the decorators', () => {
  class Labelled {
    @Timed({
      name: 'lookup_duration_seconds',
      buckets: [1, 2],
      description: 'Lookups.',
    })
    @Counted({
      name: 'lookups_total',
      labels: ({ args, result, error }) => ({
        size: args[0].length,
        found: result?.found,
        message: (error as Error | undefined)?.message,
      }),
    })
    async lookup(key: string) {
      if (key === 'bad') throw new Error('broken');
      return { found: key !== 'none' };
    }

    @Counted({ labels: { tier: 'gold', attempt: 1 } })
    @Counted('short_total')
    fixed() {}

    @Counted({ name: 'failures_total', recordFailuresOnly: true })
    risky(fail: boolean) {
      if (fail) throw new Error('risky');
    }

    @Counted()
    ask(
      @MetricLabel('model') _model: string | undefined,
      @MetricLabel('stream') _stream: boolean,
    ) {}

    @Counted()
    unusable(@MetricLabel('request') request: object) {
      return request;
    }

    @Counted({ labels: () => Promise.reject(new Error('late')) as never })
    late() {
      return 'fine';
    }

    @Counted({
      labels: () => {
        throw new Error('labels broke');
      },
    })
    broken() {
      return 'fine';
    }
  }
  const labelled = () =>
    appOf([{ provide: Labelled, useFactory: () => new Labelled() }]);

  test('the options of the decorators name the metric, its description and its buckets', async () => {
    const { app, collector } = await labelled();
    await app.get(Labelled).lookup('key');
    expect(await collector.metrics()).toContain(
      '# HELP lookup_duration_seconds Lookups.\n',
    );
    expect(await samples(collector, 'lookup_duration_seconds')).toHaveLength(5);
  });

  test('the options of the decorators compute labels from arguments, result and error', async () => {
    const { app, collector } = await labelled();
    const agent = app.get(Labelled);
    await agent.lookup('key');
    await agent.lookup('none');
    await expect(agent.lookup('bad')).rejects.toThrow('broken');
    expect(await samples(collector, 'lookups_total')).toEqual([
      'lookups_total{agent="Labelled",found="true",method="lookup",size="3",status="success"} 1',
      'lookups_total{agent="Labelled",found="false",method="lookup",size="4",status="success"} 1',
      'lookups_total{agent="Labelled",error_type="Error",message="broken",method="lookup",size="3",status="error"} 1',
    ]);
  });

  test('the options of the decorators add fixed labels, and let a method bear several of a kind', async () => {
    const { app, collector, executions } = await labelled();
    app.get(Labelled).fixed();
    expect(await executions()).toEqual([
      'agent_executions_total{agent="Labelled",attempt="1",method="fixed",status="success",tier="gold"} 1',
    ]);
    expect(await samples(collector, 'short_total')).toHaveLength(1);
  });

  test('the options of the decorators can have failures counted only', async () => {
    const { app, collector } = await labelled();
    app.get(Labelled).risky(false);
    expect(() => app.get(Labelled).risky(true)).toThrow('risky');
    expect(await samples(collector, 'failures_total')).toEqual([
      'failures_total{agent="Labelled",error_type="Error",method="risky",status="error"} 1',
    ]);
  });

  test('the options of the decorators make labels of parameters', async () => {
    const { app, executions } = await labelled();
    app.get(Labelled).ask('small', true);
    app.get(Labelled).ask(undefined, false);
    expect(await executions()).toEqual([
      'agent_executions_total{agent="Labelled",method="ask",model="small",status="success",stream="true"} 1',
      'agent_executions_total{agent="Labelled",method="ask",status="success",stream="false"} 1',
    ]);
  });

  test('the options of the decorators record again once the metric that took their name is gone', async () => {
    class Late {
      @Counted({ name: 'late_count' })
      run(): void {}
    }
    const { app, collector } = await appOf([Late]);
    const late = app.get(Late);
    collector.histogram('late').observe(1);
    late.run();
    late.run();
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="conflict"} 2',
    ]);
    collector.clearMetrics();
    late.run();
    expect(await samples(collector, 'late_count')).toEqual([
      'late_count{agent="Late",method="run",status="success"} 1',
    ]);
  });

  test('the options of the decorators report what a function of labels gives that is no object of labels', async () => {
    const odd = [
      new Map([['region', 'eu']]),
      ['eu'],
      new Date(0),
      Object.create({ region: 'eu' }),
      JSON.parse('{"__proto__": "eu"}'),
      'eu',
      5,
    ];
    class Odd {
      @Counted({ labels: ({ args }) => odd[args[0] as number] as never })
      computed(_index: number): void {}
    }
    const { app, collector, executions } = await appOf([Odd]);
    odd.forEach((_, i) => app.get(Odd).computed(i));
    expect(await executions()).toEqual([
      `agent_executions_total{agent="Odd",method="computed",status="success"} ${odd.length}`,
    ]);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      `metrics_errors_total{cause="invalid_label"} ${odd.length}`,
    ]);
  });

  test('the options of the decorators that cannot be used cost their labels, never the call', async () => {
    const { app, collector, executions } = await labelled();
    const agent = app.get(Labelled);
    const request = { huge: true };
    expect(agent.unusable(request)).toBe(request);
    for (let i = 0; i < 3; i++) expect(agent.broken()).toBe('fine');
    expect(agent.late()).toBe('fine');
    expect(await executions()).toEqual([
      'agent_executions_total{agent="Labelled",method="unusable",status="success"} 1',
      'agent_executions_total{agent="Labelled",method="broken",status="success"} 3',
      'agent_executions_total{agent="Labelled",method="late",status="success"} 1',
    ]);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="invalid_label"} 2',
      'metrics_errors_total{cause="labels"} 3',
    ]);
  });
});

describe.each(ADAPTERS)(
  'beside the decorators of Nest, on %s',
  (_name, adapter) => {
    const Roles = (...roles: string[]) => SetMetadata('roles', roles);
    const Name = createParamDecorator(() => 'decorated');

    @Controller()
    class AboveController {
      @Counted()
      @Timed()
      @Roles('admin')
      @Get('above')
      above(@Query('q') q: string, @Name() name: string) {
        return `${q} ${name}`;
      }
    }
    @Controller()
    class BelowController {
      @Inject(Reflector)
      readonly reflector!: Reflector;

      @Get('below')
      @Roles('admin')
      @Timed()
      @Counted()
      below(@Query('q') q: string, @Name() name: string) {
        return `${q} ${name}`;
      }
    }

    test('routes, parameters and metadata are kept beside our decorators in any order', async () => {
      const { app, text } = await startApp(
        {
          imports: [
            MetricsModule.forRoot({ namespace: '', initialSeries: false }),
          ],
          controllers: [AboveController, BelowController],
        },
        adapter,
      );
      expect(await text('/above?q=1')).toBe('1 decorated');
      expect(await text('/below?q=2')).toBe('2 decorated');
      const { reflector } = app.get(BelowController);
      for (const handler of [
        app.get(AboveController).above,
        app.get(BelowController).below,
      ]) {
        expect(reflector.get('roles', handler)).toEqual(['admin']);
      }
      expect(
        await samples(app.get(PrometheusCollector), 'agent_executions_total'),
      ).toEqual([
        'agent_executions_total{agent="AboveController",method="above",status="success"} 1',
        'agent_executions_total{agent="BelowController",method="below",status="success"} 1',
      ]);
    });
  },
);

test('a decorator on a property is a type error too', () => {
  expect(() => {
    class Typed {
      // @ts-expect-error a property is not a method
      @Timed() readonly property = 1;
    }
    return Typed;
  }).toThrow(DecoratorError);
});

import {
  Controller,
  Get,
  Injectable,
  Module,
  type ModuleMetadata,
  Scope,
  type Type,
} from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { expect, test } from 'vitest';
import {
  Agent,
  AgentRun,
  Counted,
  DecoratorError,
  MetricLabel,
  MetricsCollector,
  MetricsModule,
  type MetricsModuleOptions,
  NoMetrics,
  PrometheusCollector,
  Streamed,
  Timed,
  Tool,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

const OPTIONS: MetricsModuleOptions = {
  namespace: '',
  prometheus: { defaultMetrics: false, createdSamples: false },
};

async function appOf(
  metadata: ModuleMetadata,
  options: MetricsModuleOptions = {},
) {
  const { app } = await startApp({
    ...metadata,
    imports: [
      MetricsModule.forRoot({ ...OPTIONS, ...options }),
      ...(metadata.imports ?? []),
    ],
  });
  return { app, collector: app.get(PrometheusCollector) };
}

const EXECUTIONS = 'agent_executions_total';

/** The lines of the default counter of these classes, before any call. */
async function executionsOf(
  providers: ModuleMetadata['providers'],
  options: MetricsModuleOptions = {},
) {
  const { collector } = await appOf({ providers: providers! }, options);
  return samples(collector, EXECUTIONS);
}

/** The line of an outcome. */
const line = (agent: string, method: string, status: string, more = '') =>
  `${EXECUTIONS}{agent="${agent}",method="${method}",${more}status="${status}"} 0`;

const both = (agent: string, method: string) => [
  line(agent, method, 'success'),
  line(agent, method, 'error'),
];

@Agent('Assistant')
@Injectable()
class Assistant {
  @Timed()
  @Counted()
  run(failure?: Error) {
    if (failure !== undefined) throw failure;
  }
}

test.each(ADAPTERS)(
  'the outcomes of a decorated method are 0 from the start of an app on %s, and a failure leaves that without error_type at 0',
  async (_name, adapter) => {
    const { app, text } = await startApp(
      { imports: [MetricsModule.forRoot(OPTIONS)], providers: [Assistant] },
      adapter,
    );
    const start = await text('/metrics');
    for (const expected of [
      ...both('Assistant', 'run'),
      'agent_duration_seconds_count{agent="Assistant",method="run",status="success"} 0',
      'agent_duration_seconds_count{agent="Assistant",method="run",status="error"} 0',
      'agent_duration_seconds_bucket{agent="Assistant",method="run",status="error",le="+Inf"} 0',
    ]) {
      expect(start).toContain(`${expected}\n`);
    }
    const assistant = app.get(Assistant);
    assistant.run();
    expect(() => assistant.run(new RangeError('no'))).toThrow('no');
    expect(await samples(app.get(PrometheusCollector), EXECUTIONS)).toEqual([
      line('Assistant', 'run', 'success').replace(/0$/, '1'),
      line('Assistant', 'run', 'error'),
      `${EXECUTIONS}{agent="Assistant",error_type="RangeError",method="run",status="error"} 1`,
    ]);
  },
);

test('a decorated method starts no series where initialSeries is off, or the module is disabled', async () => {
  for (const options of [{ initialSeries: false }, { enabled: false }]) {
    const { collector } = await appOf({ providers: [Assistant] }, options);
    expect((await collector.metrics()).trim()).toBe('');
  }
});

test('a decorator that counts failures only starts the series of failures only', async () => {
  @Injectable()
  class Guard {
    @Counted({ recordFailuresOnly: true, labels: { area: 'input' } })
    check() {}
  }
  expect(await executionsOf([Guard])).toEqual([
    `${EXECUTIONS}{agent="Guard",area="input",method="check",status="error"} 0`,
  ]);
});

test('labels that calls give start no series, unless initialLabels names their values', async () => {
  @Injectable()
  class Model {
    @Counted()
    argument(@MetricLabel('model') model: string) {
      return model;
    }

    @Counted({ labels: ({ args }) => ({ model: String(args[0]) }) })
    computed(model: string) {
      return model;
    }

    @Counted({ initialLabels: [{ model: 'a' }, { model: 'b' }] })
    named(@MetricLabel('model') model: string) {
      return model;
    }

    @Counted({
      labels: () => ({ model: 'a' }),
      initialLabels: [{ model: 'a' }],
    })
    computedNamed() {}

    @Counted({ initialLabels: [] })
    none() {}
  }
  const { app, collector } = await appOf({ providers: [Model] });
  const start = [
    line('Model', 'named', 'success', 'model="a",'),
    line('Model', 'named', 'error', 'model="a",'),
    line('Model', 'named', 'success', 'model="b",'),
    line('Model', 'named', 'error', 'model="b",'),
    line('Model', 'computedNamed', 'success', 'model="a",'),
    line('Model', 'computedNamed', 'error', 'model="a",'),
  ];
  const byModel = (one: string) =>
    one.replace(/(method="\w+"),(model="\w")/, '$1,$2');
  expect(await samples(collector, EXECUTIONS)).toEqual(start.map(byModel));
  app.get(Model).named('b');
  expect(await samples(collector, EXECUTIONS)).toContain(
    line('Model', 'named', 'success', 'model="b",').replace(/0$/, '1'),
  );
});

test('a stream, an agent run and a tool start their series too', async () => {
  @Agent('Writer')
  @Injectable()
  class Writer {
    @AgentRun()
    @Streamed()
    *write() {
      yield 'a';
    }

    @Tool('search')
    search() {}
  }
  const { collector } = await appOf({ providers: [Writer] });
  expect(await samples(collector, 'agent_items_total')).toEqual([
    'agent_items_total{agent="Writer",method="write",status="success"} 0',
    'agent_items_total{agent="Writer",method="write",status="error"} 0',
  ]);
  const page = await collector.metrics();
  for (const series of [
    'agent_time_to_first_item_seconds_count{agent="Writer",method="write",status="success"}',
    'agent_time_to_first_item_seconds_count{agent="Writer",method="write",status="error"}',
    'gen_ai_invoke_agent_duration_seconds_count{gen_ai_agent_name="Writer",gen_ai_operation_name="invoke_agent"}',
    'gen_ai_execute_tool_duration_seconds_count{gen_ai_operation_name="execute_tool",gen_ai_tool_name="search"}',
  ]) {
    expect(page).toContain(`${series} 0\n`);
  }
});

test('excluded classes and methods start no series', async () => {
  @NoMetrics()
  @Injectable()
  class Excluded extends Assistant {}

  @Injectable()
  class Partly {
    @NoMetrics()
    @Counted()
    hidden() {}

    @Counted()
    shown() {}
  }
  expect(await executionsOf([Excluded, Partly])).toEqual(
    both('Partly', 'shown'),
  );
});

test('a denied metric starts no series, and a limit of series counts those that decorators start', async () => {
  const denied = { filters: [{ metrics: EXECUTIONS, deny: true as const }] };
  expect(await executionsOf([Assistant], denied)).toEqual([]);
  const limited = await executionsOf([Assistant], { maxSeriesPerMetric: 1 });
  expect(limited).toEqual([
    line('Assistant', 'run', 'success'),
    `${EXECUTIONS}{otel_metric_overflow="true"} 0`,
  ]);
});

test('classes of all scopes, controllers, subclasses and what factories provide start their series', async () => {
  class Base {
    @Counted()
    run() {}
  }
  @Injectable({ scope: Scope.REQUEST })
  class PerRequest extends Base {}
  @Injectable({ scope: Scope.TRANSIENT })
  class Transient extends Base {}
  @Controller('handled')
  class Handling extends Base {
    @Get()
    handle() {}
  }
  class Made extends Base {}
  const made = { provide: 'MADE', useFactory: () => ({ one: new Made() }) };
  const { collector } = await appOf({
    controllers: [Handling],
    providers: [PerRequest, Transient, made],
  });
  expect((await samples(collector, EXECUTIONS)).toSorted()).toEqual(
    ['PerRequest', 'Transient', 'Handling', 'Made']
      .flatMap((agent) => both(agent, 'run'))
      .toSorted(),
  );
});

test('a lazy module starts its series when it is loaded, and a class that Nest creates later with its first call', async () => {
  class Base {
    @Counted()
    run() {}
  }
  @Injectable()
  class Late extends Base {}
  class Created extends Base {}
  @Module({ providers: [Late] })
  class LateModule {}
  const { app, collector } = await appOf({});
  expect(await samples(collector, EXECUTIONS)).toEqual([]);
  await app.get(LazyModuleLoader).load(() => LateModule);
  expect(await samples(collector, EXECUTIONS)).toEqual(both('Late', 'run'));
  const created = await app.get(ModuleRef).create(Created as Type<Created>);
  created.run();
  expect(await samples(collector, EXECUTIONS)).toEqual([
    ...both('Late', 'run'),
    line('Created', 'run', 'success').replace(/0$/, '1'),
    line('Created', 'run', 'error'),
  ]);
});

test("the app's own counter with the name of a decorator's has no series without labels", async () => {
  @Injectable()
  class Reader {
    constructor(collector: MetricsCollector) {
      collector.counter(EXECUTIONS);
    }
  }
  Reflect.defineMetadata('design:paramtypes', [MetricsCollector], Reader);
  @Injectable()
  class Unlabelled {
    @Counted({ labels: () => ({}) })
    run() {}
  }
  expect(await executionsOf([Reader, Unlabelled])).toEqual([]);
});

test('series of decorators start again at 0 after clearMetrics() with the next call, and after a reset', async () => {
  const { app, collector } = await appOf({ providers: [Assistant] });
  app.get(Assistant).run();
  collector.registry.resetMetrics();
  expect(await samples(collector, EXECUTIONS)).toEqual(
    both('Assistant', 'run'),
  );
  collector.clearMetrics();
  expect(await samples(collector, EXECUTIONS)).toEqual([]);
  app.get(Assistant).run();
  expect(await samples(collector, EXECUTIONS)).toEqual([
    line('Assistant', 'run', 'success').replace(/0$/, '1'),
    line('Assistant', 'run', 'error'),
  ]);
});

test('initialLabels that are no labels are refused with an error that names the decorator, the place and the value', () => {
  const decorate = (initialLabels: unknown) => () => {
    class Wrong {
      @Timed({ initialLabels: initialLabels as [] })
      run() {}
    }
    return Wrong;
  };
  expect(decorate({ model: 'a' })).toThrow(
    new DecoratorError(
      "@Timed() on Wrong.run(): initialLabels is { model: 'a' }; expected an array of objects of label names and values",
    ),
  );
  expect(decorate([{}, { le: 'a' }])).toThrow(
    new DecoratorError(
      '@Timed() on Wrong.run(): initialLabels[1] is { le: \'a\' }; expected an object of label names (letters, digits and "_"; not le, quantile or __x) and text values',
    ),
  );
});

import 'reflect-metadata';
import {
  Controller,
  Get,
  Injectable,
  type LoggerService,
  Module,
  type ModuleMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Agent,
  Counted,
  MetricName,
  MetricsInterceptor,
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';
import { withLink } from '../../src/core/message-links.js';

const OPTIONS = {
  namespace: '',
  initialSeries: false,
  prometheus: { defaultMetrics: false },
};

/** A class with the name that a minifier gives it. */
function minified<C extends Function>(name: string, constructor: C): C {
  return Object.defineProperty(constructor, 'name', { value: name });
}

describe.each(ADAPTERS)('names that are given on %s', (_name, makeAdapter) => {
  @MetricName('PaymentError')
  class PaymentError extends Error {}
  minified('u', PaymentError);

  @Agent('Tools')
  @Controller('tools')
  class ToolsController {
    @Get()
    @Counted()
    list(): void {
      throw new PaymentError('no');
    }
  }

  @MetricName('shop')
  @Controller('shop')
  class ShopController {
    @Get()
    @Counted()
    list(): string[] {
      return [];
    }
  }

  class SaleController extends ShopController {}
  Controller('sale')(SaleController);

  test('names that are given are those of agents, handlers and errors alike', async () => {
    const { app, get } = await startApp(
      {
        imports: [MetricsModule.forRoot({ ...OPTIONS, interceptor: true })],
        controllers: [ToolsController, ShopController, SaleController],
      },
      makeAdapter,
    );
    for (const path of ['/tools', '/shop', '/sale']) await get(path);
    const collector = app.get(PrometheusCollector);
    expect(await samples(collector, 'agent_executions_total')).toEqual([
      'agent_executions_total{agent="Tools",error_type="PaymentError",method="list",status="error"} 1',
      'agent_executions_total{agent="shop",method="list",status="success"} 2',
    ]);
    expect(await samples(collector, 'handler_executions_total')).toEqual([
      'handler_executions_total{error_type="PaymentError",handler="Tools",method="list",status="error",transport="http"} 1',
      'handler_executions_total{handler="shop",method="list",status="success",transport="http"} 2',
    ]);
  });
});

describe('@MetricName()', () => {
  test.each(['', undefined, 7])(
    '@MetricName() refuses %j as a name',
    (name) => {
      expect(() => MetricName(name as string)(class Shop {})).toThrow(
        /^@MetricName\(\) on Shop: The name is .+; expected a text that is not empty$/m,
      );
    },
  );

  test('@MetricName() stands on classes only, with parentheses', () => {
    class Shop {
      list(): void {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Shop.prototype, 'list');
    const onMember = MetricName('list') as unknown as MethodDecorator;
    expect(() => onMember(Shop.prototype, 'list', descriptor!)).toThrow(
      '@MetricName() stands on the member Shop.list; expected a class. Put it on the class: methods go by their own names',
    );
    const bare = MetricName as unknown as ClassDecorator;
    expect(() => bare(Shop)).toThrow(
      "@MetricName stands on Shop without parentheses; write @MetricName('name')",
    );
  });
});

/** Starts an app with a module of this name; gives its warnings. */
async function warningsOf(
  moduleName: string,
  metadata: ModuleMetadata,
  options: { interceptor?: boolean; enabled?: boolean } = {},
): Promise<string[]> {
  const warnings: string[] = [];
  const logger: LoggerService = {
    log() {},
    error() {},
    warn: (message: string) => void warnings.push(message),
  };
  const Part = minified(moduleName, class {});
  Module(metadata)(Part);
  const module = await Test.createTestingModule({
    imports: [MetricsModule.forRoot({ ...OPTIONS, ...options }), Part],
  })
    .setLogger(logger)
    .compile();
  const app = module.createNestApplication();
  await app.init();
  onTestFinished(() => app.close());
  return warnings;
}

/** A class as it is in a minified app. */
function agent(name: string, ...decorators: ClassDecorator[]) {
  class Measured {
    @Counted()
    run(): void {}
  }
  Injectable()(Measured);
  minified(name, Measured);
  for (const decorate of decorators) decorate(Measured);
  return Measured;
}

function controller(name: string, ...decorators: ClassDecorator[]) {
  const Made = minified(name, class {});
  Controller(name)(Made);
  for (const decorate of decorators) decorate(Made);
  return Made;
}

describe('names that look minified', () => {
  test('names that look minified are named in one warning at start, which says what to do', async () => {
    const Factory = agent('$');
    const warnings = await warningsOf(
      'e',
      {
        providers: [
          agent('X2'),
          { provide: 'made', useFactory: () => new Factory() },
        ],
        controllers: [controller('p'), controller('p')],
      },
      { interceptor: true },
    );
    expect(warnings).toEqual([
      withLink(
        'Class names look minified: "X2", "p", "$". They are values of the labels "agent" and "handler", and change with each build, as "error_type" does. Have the bundler keep the names of classes (esbuild: keepNames; terser and swc: keep_classnames), or name the classes by @Agent("name") or @MetricName("name")',
        'minified_names',
      ),
    ]);
  });

  test('names that look minified are listed up to ten', async () => {
    const providers = [...'abcdefghijkl'].map((name) => agent(name));
    const [warning] = await warningsOf('e', { providers });
    expect(warning).toContain('"j" and others. They');
    expect(warning).not.toContain('"k"');
  });

  test('the warning of minified names lists classes without any name', async () => {
    const warnings = await warningsOf('', { providers: [agent('')] });
    expect(warnings).toEqual([expect.stringContaining('"anonymous"')]);
  });

  test('the warning of minified names lists gateways, resolvers and classes with the interceptor', async () => {
    const mark =
      (key: string): ClassDecorator =>
      (target) =>
        Reflect.defineMetadata(key, true, target);
    const Gateway = minified('g', class {});
    mark('websockets:gateway_options')(Gateway);
    const Resolver = minified('r', class {});
    mark('__entryProvider__')(Resolver);
    const [every] = await warningsOf(
      'e',
      { providers: [Gateway, Resolver, minified('s', class {})] },
      { interceptor: true },
    );
    expect(every).toContain('minified: "g", "r". They');
    const [bound] = await warningsOf('e', {
      controllers: [
        controller('i', UseInterceptors(MetricsInterceptor)),
        controller('n'),
      ],
    });
    expect(bound).toContain('minified: "i". They');
  });

  test.each([
    ['the module has a whole name', 'AgentsModule', [agent('X2')]],
    ['the classes have whole names', 'e', [agent('SummaryAgent')]],
    ['@Agent names the class', 'e', [agent('X2', Agent('Summary'))]],
    ['@MetricName names the class', 'e', [agent('X2', MetricName('AI'))]],
    ['nothing is measured of the class', 'e', [minified('X2', class {})]],
    ['@NoMetrics excludes the class', 'e', [agent('X2', NoMetrics())]],
  ])(
    'the warning of minified names does not appear where %s',
    async (_, moduleName, providers) => {
      expect(await warningsOf(moduleName, { providers })).toEqual([]);
    },
  );

  test('there is no warning of minified names where metrics are switched off, or handlers are not measured', async () => {
    const providers = [agent('X2')];
    expect(await warningsOf('e', { providers }, { enabled: false })).toEqual(
      [],
    );
    const controllers = [controller('p')];
    expect(await warningsOf('e', { controllers })).toEqual([]);
  });
});

import { Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it, onTestFinished } from 'vitest';
import {
  type Counter,
  counter,
  type Gauge,
  gauge,
  type Histogram,
  histogram,
  InjectCounter,
  InjectGauge,
  InjectHistogram,
  type MetricDefinition,
  MetricsModule,
  metricToken,
  timer,
} from '../../src/index.js';
import { samplesOf } from '../support/collector.js';
import { startApp } from './support/app.js';

const root = () =>
  MetricsModule.forRoot({
    namespace: '',
    prometheus: { defaultMetrics: false },
  });

@Injectable()
class Orders {
  constructor(
    @InjectCounter('orders_total') readonly orders: Counter,
    @InjectGauge('stock_items') readonly stock: Gauge,
    @InjectHistogram('order_bytes') readonly bytes: Histogram,
    @InjectHistogram('order_duration_seconds') readonly duration: Histogram,
  ) {}

  order(): void {
    this.orders.inc({ kind: 'book' });
    this.stock.set(4);
    this.bytes.observe(7);
    this.duration.observe(0.5);
  }
}

const DEFINITIONS = [
  counter('orders_total', { description: 'Orders' }),
  gauge('stock_items'),
  histogram('order_bytes', { buckets: [10] }),
  timer('order_duration_seconds', { buckets: [1] }),
];

@Module({
  imports: [MetricsModule.forFeature(DEFINITIONS)],
  providers: [Orders],
})
class OrdersModule {}

it('metrics that a module defines are injected by name, and are on the page', async () => {
  const { app, text } = await startApp({ imports: [root(), OrdersModule] });
  app.get(Orders).order();
  const page = await text('/metrics');
  expect(page).toContain('# HELP orders_total Orders\n');
  expect(samplesOf(page, 'orders_total')).toContain(
    'orders_total{kind="book"} 1',
  );
  expect(samplesOf(page, 'stock_items')).toEqual(['stock_items 4']);
  expect(samplesOf(page, 'order_bytes')[0]).toBe(
    'order_bytes_bucket{le="10"} 1',
  );
  expect(samplesOf(page, 'order_duration_seconds')[0]).toBe(
    'order_duration_seconds_bucket{le="1"} 1',
  );
});

it('each of two apps records in its own metrics', async () => {
  const one = await startApp({ imports: [root(), OrdersModule] });
  const other = await startApp({ imports: [root(), OrdersModule] });
  one.app.get(Orders).order();
  one.app.get(Orders).order();
  other.app.get(Orders).order();
  for (const [{ text }, count] of [
    [one, 2],
    [other, 1],
  ] as const) {
    expect(samplesOf(await text('/metrics'), 'orders_total')).toContain(
      `orders_total{kind="book"} ${count}`,
    );
  }
});

/** An app with one feature module for each definition. */
const withFeatures = (...definitions: MetricDefinition[]): ModuleMetadata => {
  const modules = definitions.map((definition) => {
    @Module({ imports: [MetricsModule.forFeature([definition])] })
    class FeatureModule {}
    return FeatureModule;
  });
  return { imports: [root(), ...modules] };
};

it('two modules that define a metric in the same way share it', async () => {
  const options = { description: 'Jobs', labelNames: ['queue'] };
  const { app } = await startApp(
    withFeatures(
      counter('jobs_total', options),
      counter('jobs_total', { ...options, labelNames: ['queue'] }),
    ),
  );
  const instruments = app.get(metricToken('jobs_total'), {
    strict: false,
    each: true,
  });
  expect(instruments).toHaveLength(2);
  expect(instruments[0]).toBe(instruments[1]);
});

it.each([
  [counter('a_total'), gauge('a_total'), 'as a COUNTER and as a GAUGE'],
  [histogram('a'), timer('a'), 'as a HISTOGRAM and as a TIMER'],
  [
    counter('a_total', { description: 'one' }),
    counter('a_total', { description: 'two' }),
    'with different description',
  ],
  [
    counter('a_total'),
    counter('a_total', { labelNames: ['x'], prefixed: false }),
    'with different labelNames, prefixed',
  ],
  [
    histogram('a', { buckets: [1] }),
    histogram('a', { buckets: [2] }),
    'with different buckets',
  ],
  [
    gauge('a', { collect: () => {} }),
    gauge('a', { collect: () => {} }),
    'with different collect',
  ],
])(
  'an app does not start if two modules define a metric in two ways: %o, %o',
  async (one, other, difference) => {
    await expect(startApp(withFeatures(one, other))).rejects.toThrow(
      expect.objectContaining({
        name: 'MetricConflictError',
        message: expect.stringMatching(
          new RegExp(
            `forFeature\\(\\) defines metric "${one.name}" twice, ${difference}; `,
            'i',
          ),
        ) as string,
      }) as Error,
    );
  },
);

it.each([
  [undefined, 'was given undefined'],
  ['orders_total', "was given 'orders_total'"],
  [['orders_total'], "[0] is 'orders_total'"],
  [[counter('a_total'), { name: 'b' }], '[1] is '],
  [[null], '[0] is null'],
])('what is no definition is refused: %o', (given, message) => {
  const feature = MetricsModule.forFeature as (given: unknown) => unknown;
  expect(() => feature(given)).toThrow(
    expect.objectContaining({
      name: 'OptionsError',
      message: expect.stringContaining(
        `MetricsModule.forFeature()${message.startsWith('[') ? '' : ' '}${message}`,
      ) as string,
    }) as Error,
  );
});

it.each([
  [counter(''), 'MetricNameError'],
  [histogram('a', { buckets: [2, 1] }), 'BucketsError'],
  [counter('a_total', { buckets: [1] } as object), 'OptionsError'],
])(
  'an app does not start with a definition that the collector refuses: %o',
  async (definition, name) => {
    await expect(startApp(withFeatures(definition))).rejects.toThrow(
      expect.objectContaining({ name }) as Error,
    );
  },
);

it('an app does not start if an injected metric is defined nowhere, and the error names it', async () => {
  await expect(
    startApp({ imports: [root()], providers: [Orders] }),
  ).rejects.toThrow(/metric:orders_total/);
});

it.each([[undefined], [''], [7]])(
  'a decorator that injects a metric needs a name, and not %o',
  (name) => {
    const inject = InjectCounter as (name: unknown) => unknown;
    expect(() => inject(name)).toThrow(
      /^@InjectCounter\(\) was given .*; expected the name of a metric$/m,
    );
  },
);

it('a test replaces an injected metric by its token', async () => {
  const module = await Test.createTestingModule({
    imports: [root(), OrdersModule],
  })
    .overrideProvider(metricToken('orders_total'))
    .useValue('replaced')
    .compile();
  onTestFinished(() => module.close());
  expect(module.get(Orders).orders).toBe('replaced');
});

it('metrics that are defined are injected with metrics switched off, and record nothing', async () => {
  const { app, get } = await startApp({
    imports: [MetricsModule.forRoot({ enabled: false }), OrdersModule],
  });
  app.get(Orders).order();
  expect((await get('/metrics')).status).toBe(404);
});

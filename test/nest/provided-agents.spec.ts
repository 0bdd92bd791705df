import { Injectable, type Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Counted,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';

class Worker {
  @Counted()
  run() {
    return 'done';
  }
}

/** A pool as people write it: agents in a property. */
class Pool {
  readonly #secret = new Worker();
  constructor(readonly workers: readonly Worker[]) {}
  run() {
    this.#secret.run();
    for (const worker of this.workers) worker.run();
  }
}

class Supervisor extends Worker {
  constructor(readonly worker: Worker) {
    super();
  }
}

/** An app of these providers, and how many calls were counted in it. */
async function appOf(...providers: Provider[]) {
  const app = await Test.createTestingModule({
    imports: [
      MetricsModule.forRoot({
        namespace: '',
        prometheus: { defaultMetrics: false },
      }),
    ],
    providers,
  }).compile();
  await app.init();
  onTestFinished(() => app.close());
  const collector = app.get(PrometheusCollector);
  const count = async () => {
    const lines = await samples(collector, 'agent_executions_total');
    const values = lines.map((line) => Number(line.split(' ').at(-1)));
    return values.reduce((sum, value) => sum + value, 0);
  };
  return { app, collector, count };
}

/** Where agents are put, and how they are got out again. */
const places: [string, (a: Worker, b: Worker) => unknown][] = [
  ['an array', (a, b) => [a, b]],
  [
    'a Map',
    (a, b) =>
      new Map([
        ['a', a],
        ['b', b],
      ]),
  ],
  ['a Set', (a, b) => new Set([a, b])],
  ['a plain object', (a, b) => ({ a, b })],
  [
    'an object without prototype',
    (a, b) => Object.assign(Object.create(null), { a, b }),
  ],
  ['an object with a symbol as key', (a, b) => ({ [Symbol('a')]: a, b })],
  [
    'an object with hidden properties',
    (a, b) => Object.defineProperties({}, { a: { value: a }, b: { value: b } }),
  ],
  ['a frozen array', (a, b) => Object.freeze([a, b])],
  [
    'containers in containers',
    (a, b) => ({ all: [new Map([[1, { a }]]), new Set([[b]])] }),
  ],
  [
    'a subclass of Map',
    (a, b) =>
      new (class extends Map<number, Worker> {})([
        [1, a],
        [2, b],
      ]),
  ],
  ['a property of an object of a class', (a, b) => new Pool([a, b])],
  ['an array and twice in it', (a, b) => [a, b, a, b]],
];

describe('agents that a factory or a value provides in', () => {
  test.each(places)(
    'agents that a factory or a value provides in %s are measured',
    async (_what, put) => {
      const [a, b] = [new Worker(), new Worker()];
      const [c, d] = [new Worker(), new Worker()];
      const { count } = await appOf(
        { provide: 'made', useFactory: async () => put(a, b) },
        { provide: 'given', useValue: put(c, d) },
      );
      for (const worker of [a, b, c, d]) worker.run();
      expect(await count()).toBe(4);
    },
  );

  test('agents in the properties of a provided agent are measured, and so is that agent', async () => {
    const supervisor = new Supervisor(new Worker());
    const { count } = await appOf({ provide: 'all', useValue: [supervisor] });
    supervisor.run();
    supervisor.worker.run();
    expect(await count()).toBe(2);
  });

  test('an agent in a structure that contains itself is measured', async () => {
    const worker = new Worker();
    const knot: unknown[] = [];
    knot.push({ knot: new Map([[knot, knot]]) }, knot, worker);
    const { count } = await appOf({ provide: 'knot', useValue: knot });
    worker.run();
    expect(await count()).toBe(1);
  });

  test('agents in a very long array are measured as far as it is searched', async () => {
    const workers = Array.from({ length: 20_000 }, () => new Worker());
    const { count, collector } = await appOf(
      { provide: 'WORKERS', useValue: workers },
      { provide: 'NUMBERS', useValue: Array.from({ length: 200_000 }, Number) },
    );
    for (const worker of workers) worker.run();
    const counted = await count();
    expect(counted).toBeGreaterThan(9_000);
    expect(counted).toBeLessThan(20_000);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="unmeasured"} 1',
    ]);
  });
});

describe('a frozen instance', () => {
  class Frozen {
    #calls = 0;
    constructor() {
      Object.freeze(this);
    }
    @Counted()
    run() {
      return ++this.#calls;
    }
  }

  test.each<[string, Provider]>([
    ['Nest makes', Frozen],
    ['a factory makes', { provide: Frozen, useFactory: () => new Frozen() }],
    ['is a value', { provide: Frozen, useValue: new Frozen() }],
    [
      'takes no more properties',
      {
        provide: Frozen,
        useValue: Object.preventExtensions(new Frozen()),
      },
    ],
  ])(
    'a frozen instance that %s is measured and stays as it is',
    async (_what, provider) => {
      const { app, count } = await appOf(provider);
      const frozen = app.get(Frozen);
      expect([frozen.run(), frozen.run()]).toEqual([1, 2]);
      expect(await count()).toBe(2);
      expect(Object.isFrozen(frozen)).toBe(true);
      expect(Reflect.ownKeys(frozen)).toEqual([]);
    },
  );

  test('a frozen instance that two apps share is measured by the one that was started last', async () => {
    const frozen = new Frozen();
    const first = await appOf({ provide: Frozen, useValue: frozen });
    const second = await appOf({ provide: Frozen, useValue: frozen });
    frozen.run();
    expect([await first.count(), await second.count()]).toEqual([0, 1]);
  });
});

describe('the search for agents', () => {
  test('the search for agents calls no getter, trap or iterator of users', async () => {
    const touched: string[] = [];
    const worker = new Worker();
    const value = {
      get lazy() {
        touched.push('getter');
        return new Worker();
      },
      proxy: new Proxy(
        {},
        {
          get: () => void touched.push('get'),
          has: () => (touched.push('has'), false),
          ownKeys: () => (touched.push('ownKeys'), []),
          getPrototypeOf: () => (touched.push('getPrototypeOf'), null),
        },
      ),
      list: Object.assign([worker], {
        *[Symbol.iterator]() {
          touched.push('iterator');
          yield 1;
        },
      }),
    };
    const { count } = await appOf({ provide: 'value', useValue: value });
    worker.run();
    expect(touched).toEqual([]);
    expect(await count()).toBe(1);
  });

  test('the search for agents goes on after values that throw when they are inspected', async () => {
    const hostile = new Proxy(class {}, {
      get: () => {
        throw new Error('do not look');
      },
      getPrototypeOf: () => {
        throw new Error('do not look');
      },
    });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const worker = new Worker();
    const { count } = await appOf(
      { provide: 'hostile', useValue: [hostile, proxy, worker] },
      { provide: 'buffer', useValue: Buffer.alloc(1_000_000) },
      { provide: 'nothing', useValue: null },
      { provide: 'class', useValue: Worker },
    );
    worker.run();
    expect(await count()).toBe(1);
  });

  test('the search for agents does not enter objects of classes within containers', async () => {
    const worker = new Worker();
    @Injectable()
    class Holder {
      readonly worker = worker;
    }
    const { count } = await appOf({ provide: 'x', useValue: [new Holder()] });
    worker.run();
    expect(await count()).toBe(0);
  });
});

import 'reflect-metadata';
import { inspect } from 'node:util';
import { SetMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  concat,
  defer,
  from,
  isObservable,
  NEVER,
  Observable,
  of,
  throwError,
} from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Counted,
  InFlight,
  MetricsModule,
  PrometheusCollector,
  Timed,
} from '../../../src/index.js';
import { samples } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { outcomeOf } from '../support/compared-app.js';

/** What methods return and throw: compared by identity. */
const VALUES: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  zero: 0,
  minusZero: -0,
  notANumber: NaN,
  text: 'text',
  bigint: 10n,
  symbol: Symbol('value'),
  object: { a: 1 },
  frozen: Object.freeze({ a: 1 }),
  sealedArray: Object.seal([1, 2]),
  withoutPrototype: Object.create(null),
  function: () => 'called',
  class: class Returned {},
  date: new Date(0),
  map: new Map([[1, 2]]),
  buffer: Buffer.from('buffer'),
  proxy: new Proxy({ a: 1 }, {}),
  revoked: (() => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  })(),
  hostile: new Proxy(
    {},
    {
      get: () => {
        throw new Error('Do not touch');
      },
      getPrototypeOf: () => {
        throw new Error('Do not touch');
      },
    },
  ),
  error: new Error('an error'),
  errorWithGetters: Object.defineProperty(new Error('strange'), 'name', {
    get: () => {
      throw new Error('no name');
    },
  }),
  frozenError: Object.freeze(new RangeError('frozen')),
  regExp: /x/,
  weakMap: new WeakMap(),
  iterable: new Set([1]),
  thenIsNoFunction: { then: 5 },
};

type Method = (this: any, ...args: any[]) => any;

interface Shape {
  /** Ways to write a method that comes to an end with `value`. */
  readonly make: (value: any) => Method;
  /** Whether awaiting `value` would change it. */
  readonly awaits?: boolean;
}

/** A promise of some library's own. */
class Lazy<T> {
  then: PromiseLike<T>['then'];
  constructor(
    value: T,
    readonly extra = 'extra',
  ) {
    this.then = (...handlers) => Promise.resolve(value).then(...handlers);
  }
}

class OwnPromise<T> extends Promise<T> {
  readonly extra = 'extra';
}

const SHAPES: Record<string, Shape> = {
  returns: { make: (value) => ({ run: () => value }).run },
  throws: {
    make: (value) =>
      function () {
        throw value;
      },
  },
  asyncReturns: {
    make: (value) =>
      async function () {
        await Promise.resolve();
        return value;
      },
    awaits: true,
  },
  asyncThrows: {
    make: (value) =>
      async function () {
        await Promise.resolve();
        throw value;
      },
  },
  resolves: {
    make: (value) =>
      function () {
        return Promise.resolve(value);
      },
    awaits: true,
  },
  rejects: {
    make: (value) =>
      function () {
        return new Promise((_, reject) => setImmediate(reject, value));
      },
  },
  resolvesOwnPromise: {
    make: (value) => () => OwnPromise.resolve(value),
    awaits: true,
  },
  thenable: { make: (value) => () => new Lazy(value), awaits: true },
  generates: {
    make: (value) =>
      function* () {
        const sent: unknown = yield value;
        yield sent;
        return value;
      },
  },
  generatorThrows: {
    make: (value) =>
      function* () {
        yield 1;
        throw value;
      },
  },
  asyncGenerates: {
    make: (value) =>
      async function* () {
        yield 'first';
        yield value;
      },
    awaits: true,
  },
  asyncGeneratorThrows: {
    make: (value) =>
      async function* () {
        yield 'first';
        throw value;
      },
  },
  iterator: {
    make: (value) => () => [value, value][Symbol.iterator](),
  },
  observes: { make: (value) => () => from([value, value]) },
  observesLater: { make: (value) => () => from([1]).pipe(() => from([value])) },
  observableThrows: {
    make: (value) => () =>
      concat(
        of(1),
        throwError(() => value),
      ),
  },
  observableSubclass: {
    make: (value) =>
      function () {
        return new (class Own extends Observable<unknown> {})((subscriber) => {
          subscriber.next(value);
          subscriber.complete();
        });
      },
  },
  promisesObservable: {
    make: (value) =>
      async function () {
        return defer(() => from([value]));
      },
  },
};

interface Case {
  readonly name: string;
  readonly method: Method;
}

const CASES: Case[] = Object.entries(SHAPES).flatMap(
  ([shape, { make, awaits = false }]) =>
    Object.keys(VALUES)
      // To await those reads their `then`, which throws.
      .filter((name) => !awaits || !['revoked', 'hostile'].includes(name))
      .map((name) => ({
        name: `${shape}_${name}`,
        method: make(VALUES[name]),
      })),
);

/** Everything that a caller can do with a result, as steps. Errors and values stay themselves. */
async function consume(call: () => unknown): Promise<unknown[]> {
  try {
    const result = call();
    return await stepsOf(result);
  } catch (error) {
    return ['threw', error];
  }
}

async function stepsOf(result: any): Promise<unknown[]> {
  if (Object.values(VALUES).includes(result)) return ['returned', result];
  if (isObservable(result)) {
    return [
      'observable',
      Object.getPrototypeOf(result).constructor.name,
      ...(await subscribed(result)),
    ];
  }
  if (typeof result.then === 'function') {
    return [result.constructor.name, result.extra, ...(await settled(result))];
  }
  return [
    Object.prototype.toString.call(result),
    Symbol.asyncIterator in result,
    Symbol.iterator in result,
    ...(await iterated(result)),
  ];
}

const subscribed = (observable: Observable<unknown>) =>
  new Promise<unknown[]>((resolve) => {
    const steps: unknown[] = [];
    observable.subscribe({
      next: (value) => steps.push('next', value),
      error: (error: unknown) => resolve([...steps, 'failed', error]),
      complete: () => resolve([...steps, 'completed']),
    });
  });

async function settled(promise: PromiseLike<unknown>): Promise<unknown[]> {
  try {
    const value = await promise;
    if (isObservable(value))
      return ['observable', ...(await subscribed(value))];
    return ['fulfilled', value];
  } catch (error) {
    return ['rejected', error];
  }
}

async function iterated(iterator: any): Promise<unknown[]> {
  const steps: unknown[] = [];
  try {
    for (let i = 0; i < 5; i++) {
      const { value, done } = await iterator.next(`sent ${i}`);
      steps.push(value, done);
    }
  } catch (error) {
    steps.push('threw', error);
  }
  return steps;
}

/** Puts all decorators on a method; `false` leaves it as it is. */
function measure(prototype: object, key: string | symbol, isMeasured: boolean) {
  if (!isMeasured) return;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
  for (const decorate of [Timed(), Counted(), InFlight()]) {
    decorate(prototype, key, descriptor);
  }
  Object.defineProperty(prototype, key, descriptor);
}

/** A class with a method for each case. */
function classOf(isMeasured: boolean) {
  class Subject {}
  for (const { name, method } of CASES) {
    Object.defineProperty(Subject.prototype, name, {
      value: method,
      writable: true,
      configurable: true,
    });
    measure(Subject.prototype, name, isMeasured);
  }
  return Subject;
}

async function start(providers: Function[]) {
  const app = await Test.createTestingModule({
    imports: [
      MetricsModule.forRoot({
        namespace: '',
        initialSeries: false,
        prometheus: { defaultMetrics: false },
      }),
    ],
    providers: providers as never[],
  }).compile();
  onTestFinished(() => app.close());
  return app;
}

type Methods = Record<string | symbol, Method>;

/** Same values, kept apart where `toEqual` sees no difference. */
function expectSame(actual: unknown[], expected: unknown[], where: string) {
  const differences = expected
    .map((value, i) => (Object.is(value, actual[i]) ? undefined : i))
    .filter((i) => i !== undefined);
  expect({ where, differences, length: actual.length }).toEqual({
    where,
    differences: [],
    length: expected.length,
  });
}

test('methods of every shape give the same values and errors with decorators as without', async () => {
  const Measured = classOf(true);
  const plain = new (classOf(false))() as Methods;
  const app = await start([Measured]);
  const measured = app.get<Methods>(Measured);
  expect(CASES.length).toBeGreaterThan(400);
  for (const { name } of CASES) {
    const expected = await consume(() => plain[name]!());
    const actual = await consume(() => measured[name]!());
    expectSame(actual, expected, name);
  }
  const collector = app.get(PrometheusCollector);
  const executions = () => samples(collector, 'agent_executions_total');
  await waitFor(
    async () => (await executions()).length === CASES.length,
    'all calls to be recorded',
  );
  const wrong = (await executions()).filter(
    (line) => !line.endsWith(' 1') || hasWrongStatus(line),
  );
  expect(wrong).toEqual([]);
  const inFlight = await samples(collector, 'agent_in_flight');
  expect(inFlight.filter((line) => !line.endsWith(' 0'))).toEqual([]);
  expect(await samples(collector, 'metrics_errors_total')).toEqual([]);
});

/** Failed calls are those whose method throws, rejects or fails. */
function hasWrongStatus(line: string): boolean {
  const isFailure = /method="\w*(throws|rejects)_/i.test(line);
  return isFailure !== line.includes('status="error"');
}

test('methods of every shape do the same with decorators where there is no module', async () => {
  const [plain, decorated] = [classOf(false), classOf(true)].map(
    (one) => new one() as Methods,
  );
  for (const { name } of CASES) {
    const expected = await consume(() => plain![name]!());
    expectSame(await consume(() => decorated![name]!()), expected, name);
  }
});

test('an Observable that never ends is unsubscribed from with decorators as without', async () => {
  const log: string[] = [];
  class Endless {
    run() {
      return new Observable<number>((subscriber) => {
        subscriber.next(1);
        const never = NEVER.subscribe();
        return () => {
          log.push('left');
          never.unsubscribe();
        };
      });
    }
  }
  measure(Endless.prototype, 'run', true);
  const app = await start([Endless]);
  const values: number[] = [];
  const subscription = app
    .get(Endless)
    .run()
    .subscribe((value) => void values.push(value));
  expect(log).toEqual([]);
  subscription.unsubscribe();
  expect([values, log]).toEqual([[1], ['left']]);
});

/** Classes with members of every kind: made twice, as decorators change them. */
function membersOf(isMeasured: boolean) {
  const own = Symbol('own');
  const Role = SetMetadata('role', 'admin');
  abstract class Base {
    protected readonly greeting: string = 'base';
    abstract name(): string;
    inherited() {
      return `${this.greeting} ${this.name()}`;
    }
    overridden(a: number, b = 2) {
      return [a, b, this.greeting];
    }
    chained() {
      return this;
    }
  }
  class Members extends Base {
    static made = 0;
    static make() {
      return ++Members.made;
    }
    #secret = 'secret';
    protected override readonly greeting: string = 'heir';
    get accessor() {
      return this.#secret;
    }
    set accessor(value: string) {
      this.#secret = value;
    }
    readonly arrow = () => this.greeting;
    name() {
      return 'Members';
    }
    override overridden(a: number, b = 3) {
      return [...super.overridden(a, b), 'overridden'];
    }
    defaults(a: number, b = 2, ...rest: number[]) {
      return [a, b, rest, arguments.length];
    }
    destructured(
      { a = 1, b }: { a?: number; b?: number } = {},
      [c]: number[] = [],
    ) {
      return [a, b, c];
    }
    overloaded(...args: unknown[]) {
      return args.map((arg) => typeof arg);
    }
    callback(done: (value: unknown, self: unknown) => void) {
      done(this.#secret, this);
    }
    private() {
      return this.#secret;
    }
    [own](value: string) {
      return `${value} ${this.greeting}`;
    }
    ['with space'](value: string) {
      return value;
    }
    7() {
      return 7;
    }
    async self() {
      return this;
    }
    *generator() {
      yield this.greeting;
    }
    async *asyncGenerator() {
      yield this.greeting;
    }
  }
  Role(Members.prototype.defaults);
  Reflect.defineMetadata('on property', 'value', Members.prototype, 'defaults');
  Object.assign(Members.prototype.defaults, { extra: { own: true } });
  for (const prototype of [Base.prototype, Members.prototype]) {
    for (const key of Reflect.ownKeys(prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(prototype, key)!;
      if (key !== 'constructor' && typeof value === 'function') {
        measure(prototype, key, isMeasured);
      }
    }
  }
  return { Members, own };
}

/** Calls of the members, by name. Each gives what is compared. */
function membersCalls({ Members, own }: ReturnType<typeof membersOf>) {
  type Instance = InstanceType<typeof Members>;
  const calls: Record<string, (one: Instance & Methods) => unknown> = {
    inherited: (one) => one.inherited(),
    overridden: (one) => [one.overridden(1), one.overridden(1, undefined)],
    chained: (one) => one.chained().chained() === one,
    static: () => [Members.make(), Members.made],
    accessor: (one) => {
      one.accessor = 'changed';
      return one.accessor;
    },
    arrow: (one) => one.arrow(),
    defaults: (one) => [one.defaults(1), one.defaults(1, undefined, 3, 4)],
    destructured: (one) => [
      one.destructured(),
      one.destructured({ b: 2 }, [3]),
    ],
    overloaded: (one) => [one.overloaded(), one.overloaded(1, '', () => {})],
    callback: (one) => {
      const seen: unknown[] = [];
      one.callback((value, self) => seen.push(value, self === one));
      return seen;
    },
    private: (one) => one.private(),
    symbol: (one) => one[own]!('value'),
    space: (one) => one['with space']('value'),
    number: (one) => one[7](),
    self: async (one) => (await one.self()) === one,
    generator: (one) => [
      [...one.generator()],
      one.generator() instanceof (one.generator as never),
      one.asyncGenerator() instanceof (one.asyncGenerator as never),
    ],
    constructed: (one) => outcomeOf(() => new (one.name as any)()),
    called: (one) => one.name.call({ greeting: 'other' } as never),
    bound: (one) => [one.inherited.bind(one)(), one.defaults.bind(one, 9)()],
    detached: (one) => {
      const { overloaded } = one;
      return overloaded!(1);
    },
    reflected: (one) => Reflect.apply(one.defaults, one, [1, 2]),
    borrowed: (one) =>
      Members.prototype.overloaded.apply(Object.create(one), [1]),
  };
  return calls;
}

/** What tools see of a method. */
function looksOf(prototype: object, key: string | symbol) {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(prototype, key)!;
  const method = value as Function & { extra?: unknown };
  return {
    flags,
    kind: typeof method,
    name: method.name,
    length: method.length,
    keys: Reflect.ownKeys(method),
    extra: method.extra,
    metadata: metadataOf(
      () => Reflect.getMetadataKeys(method),
      (metadataKey) => Reflect.getMetadata(metadataKey, method),
    ),
    ofProperty: metadataOf(
      () => Reflect.getMetadataKeys(prototype, key),
      (metadataKey) => Reflect.getMetadata(metadataKey, prototype, key),
    ),
  };
}

/** Without the module's own metadata, whose keys are symbols. */
function metadataOf(keys: () => unknown[], valueOf: (key: unknown) => unknown) {
  return keys()
    .filter((key) => typeof key === 'string')
    .map((key) => [key, valueOf(key)]);
}

describe('a member of a class', () => {
  const plain = membersOf(false);
  const names = Object.keys(membersCalls(plain));

  test.each(names)(
    'a member of a class does the same with decorators as without: %s',
    async (name) => {
      const measured = membersOf(true);
      const app = await start([measured.Members]);
      const one = app.get<never>(measured.Members);
      const other = new plain.Members() as never;
      expect(await membersCalls(measured)[name]!(one)).toEqual(
        await membersCalls(plain)[name]!(other),
      );
    },
  );

  test('a member of a class looks the same with decorators as without', () => {
    const measured = membersOf(true);
    const pairs = [
      [plain.Members.prototype, measured.Members.prototype],
      [plain.Members.prototype, measured.Members.prototype].map(
        (prototype) => Object.getPrototypeOf(prototype) as object,
      ),
    ] as [object, object][];
    for (const [expected, actual] of pairs) {
      const isMethod = (key: string | symbol) =>
        typeof Object.getOwnPropertyDescriptor(expected, key)!.value ===
        'function';
      const keys = Reflect.ownKeys(expected).filter(isMethod);
      const actualKeys = Reflect.ownKeys(actual).map(String);
      for (const key of keys) expect(actualKeys).toContain(String(key));
      for (const key of keys.filter((one) => one !== 'constructor')) {
        const own = typeof key === 'symbol' ? measured.own : key;
        expect(looksOf(actual, own)).toEqual(looksOf(expected, key));
      }
    }
  });

  test('an instance has the same own keys, JSON and prototype chain with decorators as without', async () => {
    const measured = membersOf(true);
    const app = await start([measured.Members]);
    const [one, other] = [
      app.get<object>(measured.Members),
      new plain.Members(),
    ];
    expect(Object.keys(one)).toEqual(Object.keys(other));
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect({ ...one }.constructor).toBe(Object);
    expect(inspect(one)).toBe(inspect(other));
    expect(one.constructor).toBe(measured.Members);
  });
});

import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LabelError, type Labels, MetricType } from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';
import { waitFor } from '../support/http.js';

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

class Request {
  readonly #method = 'GET';
  get method() {
    return this.#method;
  }
}

/** What is no object of labels, and would be recorded without any. */
const NO_LABELS: [string, () => unknown][] = [
  ['a Map', () => new Map([['region', 'eu']])],
  ['an empty Map', () => new Map()],
  ['a Set', () => new Set(['eu'])],
  ['a Date', () => new Date(0)],
  ['an empty array', () => []],
  ['an array', () => ['eu']],
  ['a promise', () => Promise.resolve({ region: 'eu' })],
  ['a RegExp', () => /eu/],
  ['a URLSearchParams', () => new URLSearchParams('region=eu')],
  ['a boxed number', () => Object(5)],
  ['a boxed string', () => Object('eu')],
  ['an instance whose labels are getters of its class', () => new Request()],
  ['an object that inherits its labels', () => Object.create({ region: 'eu' })],
  [
    'an object that inherits its labels from one without a prototype',
    () => Object.create(Object.assign(Object.create(null), { region: 'eu' })),
  ],
];

type Collector = ReturnType<typeof makeCollector>['collector'];

/** All that takes labels. */
const CALLS: Record<string, (collector: Collector, labels: Labels) => unknown> =
  {
    inc: (c, labels) => c.counter('hits_total').inc(labels),
    labels: (c, labels) => c.counter('hits_total').labels(labels),
    remove: (c, labels) => c.counter('hits_total').remove(labels),
    set: (c, labels) => c.gauge('level').set(labels, 1),
    setToCurrentTime: (c, labels) => c.gauge('level').setToCurrentTime(labels),
    observe: (c, labels) => c.histogram('size').observe(labels, 1),
    startTimer: (c, labels) => c.histogram('size').startTimer(labels)(),
    stop: (c, labels) => c.histogram('size').startTimer()(labels),
    record: (c, labels) =>
      c.record({
        name: 'hits_total',
        type: MetricType.COUNTER,
        value: 1,
        labels,
      }),
  };

describe.each(NO_LABELS)('%s in the place of labels', (_, odd) => {
  test.each(['is', 'is not'])(
    'a value that is no object of labels is refused where there %s an unlabelled series',
    async (there) => {
      const { collector } = makeCollector();
      const [counter, gauge, histogram] = [
        collector.counter('hits_total'),
        collector.gauge('level'),
        collector.histogram('size'),
      ];
      if (there === 'is') {
        counter.inc();
        gauge.set(1);
        histogram.observe(1);
      }
      const before = await collector.metrics();
      for (const [name, call] of Object.entries(CALLS)) {
        const refused = expect(
          () => call(collector, odd() as Labels),
          `${name}()`,
        );
        refused.toThrow(LabelError);
      }
      expect(await collector.metrics()).toBe(before);
    },
  );
});

describe.each([7, 'eu', true, 10n, Symbol('eu'), () => {}])(
  'an event whose labels are %o',
  (labels) => {
    test.each(['is', 'is not'])(
      'an event with labels that are no object is refused with a LabelError where its metric %s known',
      async (known) => {
        const { collector } = makeCollector();
        for (const type of Object.values(MetricType)) {
          const event = { name: `m_${type}`, type, value: 1 };
          if (known === 'is') collector.record(event);
          const before = await collector.metrics();
          const refused = expect(() =>
            collector.record({ ...event, labels: labels as never }),
          );
          refused.toThrow(LabelError);
          expect(await collector.metrics()).toBe(before);
        }
      },
    );
  },
);

describe('labels', () => {
  test.each([
    ['given', {}, 129],
    ['given and by default', { defaultLabels: { region: 'eu' } }, 128],
  ])(
    'more than 128 labels that are %s are refused, and nothing is recorded',
    async (_, options, count) => {
      const { collector } = makeCollector(options);
      const told: unknown[] = [];
      const subscription = collector.events$.subscribe((event) => {
        told.push(event.name);
      });
      const names = Array.from({ length: count }, (__, i) => `label${i}`);
      const labels = Object.fromEntries(names.map((name) => [name, 'x']));
      const refused = expect(() => collector.counter('c').inc(labels));
      refused.toThrow(LabelError);
      delete labels.label0;
      collector.counter('c').inc(labels);
      await waitFor(() => told.length > 0, 'the event');
      subscription.unsubscribe();
      expect(told).toEqual(['c']);
      expect(await samples(collector, 'c')).toHaveLength(1);
    },
  );

  test('labels find their series, however many label sets a filter has made equal', async () => {
    const { collector } = makeCollector({
      maxSeriesPerMetric: 3,
      filters: [{ metrics: 'hits_total', dropLabels: ['id'] }],
    });
    const counter = collector.counter('hits_total');
    for (let id = 0; id < 100; id++) {
      counter.inc({ id, method: 'GET' });
      counter.inc({ id, method: 'PUT' });
      counter.inc({ method: 'GET' });
    }
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{method="GET"} 200',
      'hits_total{method="PUT"} 100',
    ]);
  });

  test('labels are the own enumerable keys of an object, whatever it inherits', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    counter.inc({ method: 'GET' });
    counter.inc({ method: 'GET', region: 'eu' });
    const inheriting: Labels = Object.assign(Object.create({ region: 'eu' }), {
      method: 'GET',
    });
    const hidden = Object.defineProperty({ method: 'GET' }, 'region', {
      value: 'eu',
    });
    for (let i = 0; i < 3; i++) {
      counter.inc(inheriting);
      counter.inc(hidden);
      counter.inc({ method: 'GET', [Symbol('region')]: 'eu' });
      counter.labels(inheriting).inc();
    }
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{method="GET"} 13',
      'hits_total{method="GET",region="eu"} 1',
    ]);
    expect(counter.remove(inheriting)).toBe(true);
  });

  test('labels may be an object of another realm, without a prototype, or an instance with own keys', async () => {
    class Outcome {
      status = 'ok';
    }
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    counter.inc(runInNewContext('({})'));
    counter.inc(runInNewContext("({ status: 'ok' })"));
    counter.inc(Object.assign(Object.create(null), { status: 'ok' }));
    counter.inc(Object.create(null));
    counter.inc(new Outcome() as never);
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total 2',
      'hits_total{status="ok"} 3',
    ]);
  });

  test('labels are not affected by keys that are added to Object.prototype', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    counter.inc({ a: 1, zone: 'x' });
    counter.inc({ a: 1 });
    const prototype = Object.prototype as { zone?: string };
    prototype.zone = 'x';
    try {
      counter.inc({ a: 1 });
      counter.inc();
    } finally {
      delete prototype.zone;
    }
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{a="1",zone="x"} 1',
      'hits_total{a="1"} 2',
      'hits_total 1',
    ]);
  });

  test('each value of labels is read exactly once by each call', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const value = fc.constantFrom<Labels[string][]>('x', 'y', 1, null, 'z');
    const step = fc.record({
      labels: fc.array(fc.tuple(name, fc.array(value, { minLength: 1 })), {
        maxLength: 4,
      }),
      isProxy: fc.boolean(),
    });
    const run = (
      steps: { labels: [string, Labels[string][]][]; isProxy: boolean }[],
    ) => {
      const { collector } = makeCollector({ maxSeriesPerMetric: 6 });
      const counter = collector.counter('hits_total');
      for (const { labels, isProxy } of steps) {
        const reads = new Map<string, number>();
        const read = (key: string, values: Labels[string][]) => {
          const count = reads.get(key) ?? 0;
          reads.set(key, count + 1);
          // A label whose value changes makes itself known to its series, too.
          counter.inc({ d: 'y', a: 1 });
          return values[count % values.length];
        };
        const target: Record<string, Labels[string]> = {};
        for (const [key, values] of labels) {
          Object.defineProperty(target, key, {
            enumerable: true,
            configurable: true,
            get: () => read(key, values),
          });
        }
        counter.inc(isProxy ? new Proxy(target, {}) : target);
        const keys = Object.keys(target);
        expect([...reads].sort()).toEqual(keys.map((key) => [key, 1]).sort());
        for (const [key] of reads) reads.delete(key);
        counter.labels(target);
        expect([...reads].sort()).toEqual(keys.map((key) => [key, 1]).sort());
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 20 }), run), {
      numRuns: 100,
    });
  });

  test('labels whose values change from call to call count once in the series that they had', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    let calls = 0;
    const labels = {
      kind: 'x',
      get id() {
        return ++calls;
      },
      other: 'y',
    };
    for (let i = 0; i < 3; i++) counter.inc(labels);
    collector.record({
      name: 'first_total',
      type: MetricType.COUNTER,
      value: 1,
      labels,
    });
    expect(await samples(collector, 'hits_total')).toEqual(
      [1, 2, 3].map((id) => `hits_total{id="${id}",kind="x",other="y"} 1`),
    );
    expect(await samples(collector, 'first_total')).toEqual([
      'first_total{id="4",kind="x",other="y"} 1',
    ]);
  });

  test('labels with a lone surrogate find their series in a metric that is full', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 1 });
    const counter = collector.counter('hits_total');
    counter.inc({ name: 'x\ufffd' });
    counter.inc({ name: 'x\ud800' });
    counter.inc({ name: 'x\udfff' });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{name="x\ufffd"} 3',
    ]);
  });

  test.each(['x', '9', '\u00fc'])(
    'labels whose name has more than 256 characters are refused, with a message that cuts the name: %s',
    (character) => {
      const { collector } = makeCollector();
      const counter = collector.counter('hits_total');
      counter.inc({ ['x'.repeat(256)]: 1 });
      const name = character.repeat(10_240);
      const refused = expect(() => counter.inc({ [name]: 1 }));
      refused.toThrow(LabelError);
      refused.toThrow('has 10240 characters; expected 256 at most');
      expect(() => counter.inc({ [name]: 1 })).toThrow(/^.{1,300}$/s);
    },
  );

  test('labels of more than 128 names are refused before they are all read', () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    let read = 0;
    const labelsOf = (count: number) =>
      Object.defineProperties(
        {},
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            `l${i}`,
            { enumerable: true, get: () => String(++read) },
          ]),
        ),
      );
    counter.inc(labelsOf(128));
    read = 0;
    const message =
      'Metric "hits_total" was given more than 128 labels, default labels included; expected 128 at most';
    expect(() => counter.inc(labelsOf(10_000))).toThrow(message);
    expect(() => counter.labels(labelsOf(10_000))).toThrow(message);
    expect(() => collector.timer('t').startTimer(labelsOf(10_000))).toThrow(
      'was given more than 128 labels',
    );
    expect(read).toBeLessThan(1_000);
  });

  test.each([
    [
      '{"__proto__": "x"}',
      'Label name "__proto__" of metric "hits_total" is reserved',
    ],
    ['{"1": "x"}', 'Label name \'1\' of metric "hits_total" is malformed'],
  ])('labels given as %s are refused by name', (json, message) => {
    const { collector } = makeCollector();
    const labels = JSON.parse(json) as Labels;
    const counter = collector.counter('hits_total');
    for (const call of [
      () => counter.inc(labels),
      () => counter.labels(labels),
      () => collector.counter('hits_total').remove(labels),
      () => collector.timer('t').startTimer()(labels),
    ]) {
      expect(call).toThrow(LabelError);
    }
    expect(() => counter.inc(labels)).toThrow(message);
  });

  test('labels may have the names of members of Object.prototype', async () => {
    const { collector } = makeCollector();
    const counter = collector.counter('hits_total');
    const labels = { constructor: 'a', hasOwnProperty: 'b', toString: 'c' };
    for (let i = 0; i < 2; i++) counter.inc(labels as never);
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{constructor="a",hasOwnProperty="b",toString="c"} 2',
    ]);
  });

  test.each<[string, object]>([
    [
      'a getter that throws',
      {
        get region(): string {
          throw new TypeError('detached');
        },
      },
    ],
    ['a revoked Proxy', revoked()],
    [
      'a Proxy that throws',
      new Proxy(
        {},
        {
          getPrototypeOf() {
            throw new TypeError('no prototype');
          },
        },
      ),
    ],
  ])(
    'labels with %s make the call throw the same error, and nothing is recorded',
    async (_, labels) => {
      const { collector } = makeCollector();
      for (const [name, call] of Object.entries(CALLS)) {
        const refused = () => call(collector, labels as Labels);
        expect(refused, `${name}()`).toThrow(TypeError);
      }
      const page = await collector.metrics();
      expect(page.replace(/^#.*\n/gm, '')).toBe('hits_total 0\n');
    },
  );
});

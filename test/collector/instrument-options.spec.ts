import { describe, expect, test } from 'vitest';
import {
  BucketsError,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';

type Kind = 'counter' | 'gauge' | 'histogram' | 'timer';

/** Asks for an instrument as JavaScript does, without types. */
function ask(collector: PrometheusCollector, kind: Kind, options: unknown) {
  return collector[kind]('m', options as object);
}

const COMMON =
  'description, unit, labelNames, initialLabels, expireAfter, prefixed';

const mistakes: [Kind, unknown, string][] = [
  [
    'counter',
    { help: 'Requests.' },
    `counter('m').help is not an option; known here are: ${COMMON}; did you mean "description"?`,
  ],
  [
    'gauge',
    { help: 'Sessions.' },
    `gauge('m').help is not an option; known here are: ${COMMON}, collect, aggregator, persistent; did you mean "description"?`,
  ],
  [
    'histogram',
    { bucket: [1] },
    `histogram('m').bucket is not an option; known here are: ${COMMON}, buckets; did you mean "buckets"?`,
  ],
  [
    'timer',
    { labels: ['a'] },
    `timer('m').labels is not an option; known here are: ${COMMON}, buckets; did you mean "labelNames"?`,
  ],
  [
    'counter',
    { buckets: [1] },
    `counter('m').buckets is not an option; known here are: ${COMMON}`,
  ],
  [
    'counter',
    { constructor: 1 },
    `counter('m').constructor is not an option; known here are: ${COMMON}`,
  ],
  [
    'counter',
    { collect: () => 1 },
    `counter('m').collect is not an option; known here are: ${COMMON}`,
  ],
  [
    'gauge',
    { collect: 5 },
    "gauge('m').collect is 5; expected a function that reads the value",
  ],
  [
    'counter',
    { prefixed: 'no' },
    "counter('m').prefixed is 'no'; expected true or false",
  ],
  [
    'counter',
    'Requests.',
    `The options of counter 'm' are 'Requests.'; expected an object with any of: ${COMMON}`,
  ],
  [
    'counter',
    null,
    `The options of counter 'm' are null; expected an object with any of: ${COMMON}`,
  ],
  [
    'timer',
    [0.1, 1],
    `The options of timer 'm' are [ 0.1, 1 ]; expected an object with any of: ${COMMON}, buckets`,
  ],
];

describe('an instrument that is asked for with a mistake in its options', () => {
  test.each(mistakes)(
    'an instrument with wrong options is refused when it is new and when it is known: %s %j',
    (kind, options, message) => {
      const { collector } = makeCollector();
      expect(() => ask(collector, kind, options)).toThrow(OptionsError);
      expect(collector.getMetricCount()).toBe(0);
      collector[kind]('m');
      expect(() => ask(collector, kind, options)).toThrow(
        new OptionsError(message),
      );
    },
  );

  test.each([
    [{ m: [1, 2] }, '{ m: [Array] }'],
    ['1,2', "'1,2'"],
    [[[1, 2]], '[ [Array] ]'],
  ])(
    'an instrument with wrong buckets is refused, and told what buckets look like: %j',
    (buckets, shown) => {
      const { collector } = makeCollector();
      for (const known of [false, true]) {
        if (known) collector.histogram('m');
        expect(() => ask(collector, 'histogram', { buckets })).toThrow(
          new BucketsError(
            `Buckets of metric "m" are ${shown}; expected finite numbers in strictly increasing order, without +Inf, such as [0.1, 1, 10]`,
          ),
        );
      }
    },
  );
});

test('the buckets of the module are by metric name, and the error shows how', () => {
  expect(() => new PrometheusCollector({ buckets: [0.1, 1] as never })).toThrow(
    new OptionsError(
      'buckets is [ 0.1, 1 ]; expected an object of metric names and, for each, finite numbers in strictly increasing order, such as { agent_duration_seconds: [0.1, 1, 10] }',
    ),
  );
  const filter = { metrics: 'm', buckets: { m: [1] } as never };
  expect(() => new PrometheusCollector({ filters: [filter] })).toThrow(
    'filters[0].buckets is { m: [Array] }; expected finite numbers in strictly increasing order, such as [0.1, 1, 10]',
  );
});

test('all options of instruments are allowed, undefined and inherited ones too', async () => {
  const { collector } = makeCollector();
  const common = {
    description: 'All of them.',
    unit: 'bytes',
    labelNames: ['a'],
    prefixed: true,
  };
  collector.counter('c', { ...common, unit: undefined }).inc({ a: 1 });
  collector.gauge('g', { ...common, collect: () => 1 });
  collector.gauge('g', { collect: undefined });
  collector.histogram('h', { ...common, buckets: [1] }).observe({ a: 1 }, 1);
  collector.timer('t', { buckets: undefined }).observe(1);
  collector.counter('c', Object.create({ polluted: true }) as object);
  expect(await samples(collector, 'c')).toEqual(['c{a="1"} 1']);
});

test('an event may carry more than the options of instruments', () => {
  const { collector } = makeCollector();
  const event = { name: 'm', type: 'counter', value: 1, trace: 'abc' };
  collector.record(event as never);
  collector.record(event as never);
  expect(collector.getMetricCount()).toBe(1);
});

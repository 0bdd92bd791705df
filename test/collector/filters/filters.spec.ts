import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  LabelError,
  type Labels,
  MetricConflictError,
  type MetricFilter,
  MetricNameError,
  MetricType,
  OptionsError,
  PrometheusCollector,
} from '../../../src/index.js';
import { makeCollector, samples, seriesOf } from '../../support/collector.js';
import { heapKeptBy } from '../../support/heap.js';
import { withLink } from '../../../src/core/message-links.js';

const filtered = (...filters: MetricFilter[]) => makeCollector({ filters });

/** The names of all metrics on the page. */
async function names(collector: PrometheusCollector): Promise<string[]> {
  const page = await collector.metrics();
  return [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
}

describe('a metric that a filter denies', () => {
  const deny = { metrics: 'internal_*', deny: true } as const;

  test('a denied metric can be used in every way, and is on no page', async () => {
    const { collector, warnings } = filtered(deny);
    const counter = collector.counter('internal_calls_total');
    counter.inc();
    counter.inc({ a: 1 }, 5);
    const series = counter.labels({ a: 1 });
    series.inc();
    const gauge = collector.gauge('internal_level', { collect: () => 7 });
    gauge.set({ tank: 1 }, 5);
    gauge.dec();
    gauge.labels({ tank: 1 }).inc();
    const histogram = collector.histogram('internal_size');
    histogram.observe({ a: 1 }, 5);
    const stop = collector.timer('internal_seconds').startTimer();
    expect(stop({ b: 2 })).toBeGreaterThan(0);
    collector.record({
      name: 'internal_events_total',
      type: MetricType.COUNTER,
      value: 1,
      labels: { a: 1 },
    });
    await collector.sendMetric({
      name: 'internal_events_total',
      type: MetricType.COUNTER,
      value: 1,
    });
    expect(collector.getMetricCount()).toBe(0);
    expect(await collector.metrics()).toBe('');
    expect(collector.registry.getMetricsAsArray()).toEqual([]);
    expect(counter.remove({ a: 1 })).toBe(false);
    collector.clearMetrics();
    series.inc();
    collector.counter('internal_calls_total').inc({ a: 1 });
    expect(collector.getMetricCount()).toBe(0);
    expect(warnings).toEqual([]);
  });

  test('a denied metric keeps no series, however many label sets it is given', async () => {
    const { collector } = makeCollector({
      filters: [deny],
      maxSeriesPerMetric: 20_000,
    });
    const counter = collector.counter('internal_calls_total');
    const kept = await heapKeptBy((round) => {
      for (let i = 0; i < 20_000; i++) counter.inc({ user: `${round}.${i}` });
    });
    expect(kept).toBeLessThan(500_000);
  });

  test('a denied metric is the same instrument for each request, and still has one type', () => {
    const { collector } = filtered(deny);
    const counter = collector.counter('internal_calls_total');
    expect(collector.counter('internal_calls_total')).toBe(counter);
    expect(() => collector.gauge('internal_calls_total')).toThrow(
      MetricConflictError,
    );
    expect(() => counter.inc(-1)).toThrow('internal_calls_total');
  });

  test('a denied metric is known as denied, so that nothing needs to be measured for it', () => {
    const { collector } = filtered(deny);
    expect(collector.isDenied('internal_calls_total')).toBe(true);
    expect(collector.isDenied('calls_total')).toBe(false);
  });

  test('a denied metric takes no name away from another metric', async () => {
    const { collector } = filtered({ metrics: 'size', deny: true });
    collector.histogram('size').observe(1);
    collector.counter('size_count').inc();
    expect(await samples(collector, 'size_count')).toEqual(['size_count 1']);
  });
});

describe('accept and deny', () => {
  test.each<[string, MetricFilter[], string[]]>([
    ['everything is kept without a filter', [], ['agent_a', 'agent_b', 'x']],
    [
      'the first filter that speaks wins',
      [
        { metrics: 'agent_b', deny: true },
        { metrics: 'agent_*', accept: true },
        { deny: true },
      ],
      ['agent_a'],
    ],
    [
      'an exact name is no beginning',
      [{ metrics: 'agent', deny: true }],
      ['agent_a', 'agent_b', 'x'],
    ],
    ['a * alone is every name', [{ metrics: '*', deny: true }], []],
    [
      'a RegExp is tested on the name, whatever its flags remember',
      [{ metrics: /_[ab]/g, deny: true }],
      ['x'],
    ],
    [
      'names are those that renaming leads to, wherever that stands',
      [
        { metrics: 'agent_a', deny: true },
        { metrics: 'llm', deny: true },
        { metrics: 'agent_b', rename: 'llm' },
        { metrics: 'x', rename: 'agent_c' },
      ],
      ['agent_c'],
    ],
  ])('labels of a filtered metric %s', async (_rule, filters, kept) => {
    const { collector } = filtered(...filters);
    for (const name of ['agent_a', 'agent_b', 'x']) collector.gauge(name);
    expect(await names(collector)).toEqual(kept);
  });

  test('filters accept and deny metrics by names without namespace and subsystem, as they are exposed', async () => {
    const { collector } = makeCollector({
      namespace: 'tframex',
      subsystem: 'api',
      filters: [
        { metrics: 'gen_ai.client.*', accept: true },
        { metrics: 'cache.hit-ratio', accept: true },
        { metrics: /^mcp_tool$/, accept: true },
        { deny: true },
      ],
    });
    collector.gauge('gen_ai.client.token.usage');
    collector.gauge('cache.hit-ratio');
    collector.gauge('mcp.tool');
    collector.gauge('tframex_api_cache_hit_ratio');
    expect(await names(collector)).toEqual([
      'tframex_api_gen_ai_client_token_usage',
      'tframex_api_cache_hit_ratio',
      'tframex_api_mcp_tool',
    ]);
  });

  test('filters leave the metrics about the metrics alone', async () => {
    const { collector } = filtered({ deny: true });
    collector.reportError('call', new Error('boom'));
    expect(await names(collector)).toEqual(['metrics_errors_total']);
  });
});

describe('a metric that is renamed', () => {
  test.each<[string, MetricFilter[], string]>([
    ['by its name', [{ metrics: 'agent_calls', rename: 'runs' }], 'runs'],
    [
      'by its beginning',
      [{ metrics: 'agent_*', rename: 'llm_*' }],
      'llm_calls',
    ],
    ['to no beginning', [{ metrics: 'agent_*', rename: '*' }], 'calls'],
    [
      'by a RegExp, with its groups',
      [{ metrics: /^(\w+)_(\w+)$/, rename: '$2_$1' }],
      'calls_agent',
    ],
    [
      'from filter to filter',
      [
        { metrics: 'runs', rename: 'never' },
        { metrics: 'agent_*', rename: 'llm_*' },
        { metrics: 'llm_calls', rename: 'runs' },
      ],
      'runs',
    ],
    [
      'to a name with characters that are not allowed',
      [{ metrics: 'agent_calls', rename: 'llm.calls' }],
      'llm_calls',
    ],
  ])(
    'a metric that is renamed %s is exposed under the new name',
    async (_how, filters, name) => {
      const { collector } = makeCollector({ namespace: 'app', filters });
      const counter = collector.counter('agent_calls');
      counter.inc();
      collector.record({
        name: 'agent_calls',
        type: MetricType.COUNTER,
        value: 1,
      });
      expect(counter.name).toBe(`app_${name}`);
      expect(collector.counter('agent_calls')).toBe(counter);
      expect(await names(collector)).toEqual([`app_${name}`]);
      expect(await samples(collector, `app_${name}`)).toEqual([
        `app_${name} 2`,
      ]);
    },
  );

  test('a rename by a RegExp does not depend on earlier uses of that RegExp', async () => {
    const { collector } = filtered({ metrics: /agent/y, rename: 'llm' });
    for (const name of ['agent_a', 'agent_b']) collector.gauge(name);
    expect(await names(collector)).toEqual(['llm_a', 'llm_b']);
  });

  test('a renamed metric becomes one with another of that name and type only', async () => {
    const { collector } = filtered({ metrics: 'old_*', rename: 'new_*' });
    const counter = collector.counter('new_total');
    counter.inc({ a: 1 });
    collector.counter('old_total').inc({ a: 1 });
    expect(collector.counter('old_total')).toBe(counter);
    expect(await samples(collector, 'new_total')).toEqual([
      'new_total{a="1"} 2',
    ]);
    expect(() => collector.gauge('old_total')).toThrow(MetricConflictError);
    expect(() => collector.gauge('old_total')).toThrow(
      'Metric "new_total" is registered as a counter and was asked for as a gauge; give one of them another name',
    );
  });

  test('a renamed metric has the buckets that the options have for the new name', async () => {
    const { collector } = makeCollector({
      buckets: { new: [1], old: [2] },
      filters: [{ metrics: 'old', rename: 'new' }],
    });
    collector.histogram('old').observe(1);
    expect(await samples(collector, 'new')).toContain('new_bucket{le="1"} 1');
  });

  test('a renamed metric is refused if nothing usable is left of its name', () => {
    const { collector } = filtered({ metrics: /^x/, rename: '' });
    expect(() => collector.counter('x')).toThrow(MetricNameError);
    expect(() => collector.counter(5 as never)).toThrow(MetricNameError);
    expect(collector.getMetricCount()).toBe(0);
  });
});

describe('labels', () => {
  test.each<[string, MetricFilter[], Labels, string]>([
    [
      'are renamed',
      [{ renameLabels: { agent: 'bot' } }],
      { agent: 'A', method: 'run' },
      '{bot="A",method="run"}',
    ],
    [
      'are renamed all at once, so that two may change their names',
      [{ renameLabels: { a: 'b', b: 'a' } }],
      { a: '1', b: '2' },
      '{a="2",b="1"}',
    ],
    [
      'are replaced by one that is renamed to their name',
      [{ renameLabels: { a: 'b' } }],
      { a: '1', b: '2' },
      '{b="1"}',
    ],
    [
      'are dropped',
      [{ dropLabels: ['method', 'missing'] }],
      { agent: 'A', method: 'run' },
      '{agent="A"}',
    ],
    [
      'are mapped, as text',
      [{ mapLabels: { code: (code) => `${code[0]}xx` } }],
      { code: 404 },
      '{code="4xx"}',
    ],
    [
      'are mapped to numbers and booleans',
      [{ mapLabels: { a: Number, b: (b) => b === 'x' } }],
      { a: '007', b: 'x' },
      '{a="7",b="true"}',
    ],
    [
      'are left out if they are mapped to nothing',
      [
        {
          mapLabels: {
            a: () => undefined,
            b: () => null,
            c: () => '',
            missing: () => 'x',
          },
        },
      ],
      { a: 1, b: 2, c: 3, d: 4 },
      '{d="4"}',
    ],
    [
      'are added unless they are there',
      [{ defaultLabels: { region: 'eu', tier: 'free' } }],
      { tier: 'paid' },
      '{region="eu",tier="paid"}',
    ],
    [
      'go from filter to filter',
      [
        { renameLabels: { user: 'tenant' } },
        { mapLabels: { tenant: (t) => t.toUpperCase() } },
        { defaultLabels: { user: 'none' } },
        { metrics: 'other', dropLabels: ['user'] },
      ],
      { user: 'acme' },
      '{tenant="ACME",user="none"}',
    ],
  ])('%s', async (_what, filters, labels, series) => {
    const { collector } = filtered(...filters);
    const counter = collector.counter('hits_total');
    counter.inc(labels);
    counter.labels(labels).inc();
    expect(await samples(collector, 'hits_total')).toEqual([
      `hits_total${series} 2`,
    ]);
    expect(counter.remove(labels)).toBe(true);
    expect(await samples(collector, 'hits_total')).toEqual([]);
  });

  test('labels of the option defaultLabels are filtered like others', async () => {
    const { collector } = makeCollector({
      defaultLabels: { app: 'docs', region: 'eu' },
      filters: [
        { dropLabels: ['app'] },
        { mapLabels: { region: (region) => region.toUpperCase() } },
      ],
    });
    collector.counter('hits_total').inc({ a: 1 });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{a="1",region="EU"} 1',
    ]);
  });

  test('labels are filtered for the metrics of the filter, and for no others', async () => {
    const { collector } = filtered({
      metrics: 'agent_*',
      dropLabels: ['method'],
    });
    collector.counter('agent_calls').inc({ method: 'run' });
    collector.counter('calls').inc({ method: 'run' });
    expect(await samples(collector, 'agent_calls')).toEqual(['agent_calls 1']);
    expect(await samples(collector, 'calls')).toEqual([
      'calls{method="run"} 1',
    ]);
  });

  test('labels of a filtered series are forgotten when it is removed', async () => {
    const { collector } = makeCollector({
      filters: [{ dropLabels: ['method'] }],
      maxSeriesPerMetric: 20_000,
    });
    const counter = collector.counter('hits_total');
    const kept = await heapKeptBy((round) => {
      for (let i = 0; i < 20_000; i++) {
        counter.inc({ user: `${round}.${i}`, method: 'run' });
      }
      collector.clearMetrics();
    });
    expect(kept).toBeLessThan(500_000);
    expect(counter.remove({ user: '0.0', method: 'run' })).toBe(false);
  });

  test('labels that become those of another series never lead to the wrong one', async () => {
    const next = new Map([
      ['x', 'y'],
      ['y', 'z'],
    ]);
    const { collector } = filtered({
      mapLabels: { a: (value) => next.get(value) ?? value },
    });
    const counter = collector.counter('hits_total');
    for (let i = 0; i < 2; i++) {
      for (const a of ['x', 'y', 'z']) counter.inc({ a });
    }
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{a="y"} 2',
      'hits_total{a="z"} 4',
    ]);
  });

  test('filtered series equal unfiltered series whose labels were changed beforehand', async () => {
    const upper = (value: string) => value.toUpperCase();
    const filters: MetricFilter[] = [
      { renameLabels: { a: 'b', b: 'c' } },
      { mapLabels: { c: upper, d: (value) => value === 'x' || null } },
      { dropLabels: ['e'] },
      { defaultLabels: { b: 'none' } },
    ];
    const text = (value: Labels[string]) =>
      value === undefined || value === null ? '' : String(value);
    const changed = ({ a, b, c, d }: Labels): Labels => ({
      b: text(a) || 'none',
      c: upper(text(b) || text(c)),
      d: text(d) === 'x' ? true : null,
    });
    const step = fc.record({
      labels: fc.dictionary(
        fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        fc.constantFrom<Labels[string][]>(
          'x',
          'X',
          'y',
          '1',
          1,
          true,
          null,
          '',
        ),
      ),
      removed: fc.integer({ min: 0, max: 9 }).map((i) => i === 0),
      cleared: fc.integer({ min: 0, max: 29 }).map((i) => i === 0),
    });
    const maxSeries = fc.constantFrom(2, 5, 2000);
    const property = fc.asyncProperty(
      fc.array(step, { size: '+1' }),
      maxSeries,
      async (steps, maxSeriesPerMetric) => {
        const limits = { maxSeriesPerMetric, initialSeries: false };
        const plain = makeCollector(limits).collector;
        const { collector } = makeCollector({ ...limits, filters });
        const actual = collector.counter('hits_total');
        const expected = plain.counter('hits_total');
        for (const { labels, removed, cleared } of steps) {
          if (cleared) {
            collector.clearMetrics();
            plain.clearMetrics();
          }
          if (removed) {
            expect(actual.remove(labels)).toBe(
              expected.remove(changed(labels)),
            );
          } else {
            actual.inc(labels);
            expected.inc(changed(labels));
          }
        }
        expect(await hitsOf(collector)).toEqual(await hitsOf(plain));
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });
});

/** The series of `hits_total` in their order, the overflow series by its own label alone. */
async function hitsOf(collector: PrometheusCollector) {
  const series = await seriesOf(collector, 'hits_total');
  return series.map(([labels, value]) => {
    const { otel_metric_overflow } = labels;
    return [otel_metric_overflow ? { otel_metric_overflow } : labels, value];
  });
}

describe('a function that maps a label', () => {
  test('a function that maps a label is called once for each known label set', () => {
    const map = vi.fn((user: string) => `bucket ${user.length}`);
    const { collector } = filtered({ mapLabels: { user: map } });
    const counter = collector.counter('hits_total');
    const series = counter.labels({ user: 'anna' });
    for (let i = 0; i < 10; i++) {
      series.inc();
      counter.inc({ user: 'anna' });
      counter.inc({ user: 'otto' });
      counter.inc({ method: 'run', user: 'otto' });
      counter.inc({ method: 'run' });
    }
    expect(map.mock.calls).toEqual([['anna'], ['otto'], ['otto']]);
  });

  test('a mapping function that fails refuses an explicit recording, and the error says where', async () => {
    const boom = new Error('boom');
    const { collector } = filtered(
      { metrics: 'other', deny: true },
      {
        mapLabels: {
          user: () => {
            throw boom;
          },
        },
      },
    );
    const counter = collector.counter('hits_total');
    const record = () => counter.inc({ user: 'anna' });
    expect(record).toThrow(LabelError);
    expect(record).toThrow(
      'filters[1].mapLabels failed for label "user" of metric "hits_total": Error: boom',
    );
    expect(record).toThrow(expect.objectContaining({ cause: boom }));
    expect(await samples(collector, 'hits_total')).toEqual(['hits_total 0']);
    counter.inc({ method: 'run' });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{method="run"} 1',
    ]);
  });

  test.each([
    ['an object', () => ({}), '{}'],
    ['a symbol', () => Symbol('s'), 'Symbol(s)'],
    ['a bigint', () => 1n, '1n'],
    ['a promise', () => Promise.reject(new Error('late')), 'Promise'],
  ])('a function that maps a label must not give %s', (_what, map, text) => {
    const { collector } = filtered({
      mapLabels: { user: map as () => never },
    });
    const record = () => collector.counter('hits_total').inc({ user: 'anna' });
    expect(record).toThrow(LabelError);
    expect(record).toThrow(`filters[0].mapLabels gave ${text}`);
    expect(record).toThrow(
      'for label "user" of metric "hits_total"; expected a string, number or boolean',
    );
  });
});

describe('buckets of a filter', () => {
  test('buckets of a filter replace those of the options and the instrument; the last filter wins', async () => {
    const { collector } = makeCollector({
      buckets: { agent_seconds: [7] },
      filters: [
        { buckets: [1, 2] },
        { metrics: 'agent_*', buckets: [5] },
        { metrics: 'other', buckets: [9] },
      ],
    });
    const timer = collector.timer('agent_seconds', { buckets: [3] });
    expect(collector.timer('agent_seconds', { buckets: [4] })).toBe(timer);
    timer.observe(1);
    expect(await samples(collector, 'agent_seconds')).toEqual([
      'agent_seconds_bucket{le="5"} 1',
      'agent_seconds_bucket{le="+Inf"} 1',
      'agent_seconds_sum 1',
      'agent_seconds_count 1',
    ]);
    collector.counter('agent_calls').inc();
    expect(await samples(collector, 'agent_calls')).toEqual(['agent_calls 1']);
  });
});

describe('the limit of a filter', () => {
  test('bounds the series of its metrics; the last filter wins', async () => {
    const { collector, warnings } = makeCollector({
      maxSeriesPerMetric: 1,
      filters: [{ maxSeries: 9 }, { metrics: 'agent_*', maxSeries: 2 }],
    });
    const agents = collector.counter('agent_calls');
    const others = collector.counter('calls');
    for (let user = 0; user < 5; user++) {
      agents.inc({ user });
      others.inc({ user });
    }
    expect(await samples(collector, 'agent_calls')).toEqual([
      'agent_calls{user="0"} 1',
      'agent_calls{user="1"} 1',
      'agent_calls{otel_metric_overflow="true"} 3',
    ]);
    expect(await samples(collector, 'calls')).toHaveLength(5);
    expect(warnings).toEqual([
      withLink(
        'Metric "agent_calls" has reached 2 series; new label sets are recorded as {otel_metric_overflow="true"}',
        'series_limit',
      ),
    ]);
  });

  test('the limit of a filter counts filtered series, and still finds them when it is reached', async () => {
    const { collector } = filtered(
      { maxSeries: 2 },
      { mapLabels: { user: (user) => user[0] } },
      { defaultLabels: { region: 'eu' } },
    );
    const counter = collector.counter('hits_total');
    for (const user of ['a1', 'a2', 'b1', 'c1', 'b2', 'a3', 'a1']) {
      counter.inc({ user });
    }
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{region="eu",user="a"} 4',
      'hits_total{region="eu",user="b"} 2',
      'hits_total{otel_metric_overflow="true",region="eu"} 1',
    ]);
    expect(await samples(collector, 'metrics_overflows_total')).toEqual([
      'metrics_overflows_total{metric="hits_total"} 1',
    ]);
  });
});

describe('clearing the metrics', () => {
  test('clearing the metrics leaves the filters as they are, for instruments that are held too', async () => {
    const { collector } = filtered(
      { metrics: 'agent_*', rename: 'llm_*' },
      { metrics: 'llm_*', renameLabels: { agent: 'bot' } },
    );
    const counter = collector.counter('agent_calls');
    const series = counter.labels({ agent: 'A' });
    series.inc();
    collector.clearMetrics();
    expect(await collector.metrics()).toBe('');
    series.inc();
    counter.inc({ agent: 'A' });
    collector.counter('agent_calls').inc({ agent: 'A' });
    expect(await samples(collector, 'llm_calls')).toEqual([
      'llm_calls{bot="A"} 3',
    ]);
    collector.clearMetrics();
    collector.gauge('agent_calls').set({ agent: 'A' }, 5);
    expect(await samples(collector, 'llm_calls')).toEqual([
      'llm_calls{bot="A"} 5',
    ]);
  });
});

describe('filters in the options', () => {
  test.each<[unknown, string]>([
    ['agent_*', "filters is 'agent_*'; expected an array of filters"],
    [
      [{ deny: true }, 'agent_*'],
      "filters[1] is 'agent_*'; expected an object with any of: metrics, accept, deny, rename, renameLabels, dropLabels, mapLabels, defaultLabels, buckets, maxSeries",
    ],
    [
      [{ metric: 'a', deny: true }],
      'filters[0].metric is not an option; known here are: metrics, accept',
    ],
    [
      [{ metrics: 'a' }],
      'filters[0] has nothing to do; expected exactly one of: accept, deny, rename, renameLabels, dropLabels, mapLabels, defaultLabels, buckets, maxSeries',
    ],
    [
      [{ dropLabels: ['a'], maxSeries: 1 }],
      'filters[0] has dropLabels and maxSeries; expected exactly one of: ',
    ],
    [
      [{ metrics: 'a*b', deny: true }],
      "filters[0].metrics is 'a*b'; expected a metric name, which may end in *, or a RegExp",
    ],
    [[{ metrics: '', deny: true }], "filters[0].metrics is ''; expected"],
    [[{ metrics: ['a'], deny: true }], "filters[0].metrics is [ 'a' ]; expect"],
    [[{ deny: false }], 'filters[0].deny is false; expected true'],
    [[{ accept: 'a' }], "filters[0].accept is 'a'; expected true"],
    [
      [{ rename: 'a' }],
      'filters[0].metrics is undefined; expected the metrics that are given a new name, which all of them cannot be',
    ],
    [
      [{ metrics: '*', rename: 'a_*' }],
      "filters[0].metrics is '*'; expected the metrics",
    ],
    [
      [{ metrics: 'a_*', rename: 'b' }],
      "filters[0].rename is 'b'; expected a name that ends in *, as metrics does",
    ],
    [
      [{ metrics: 'a', rename: 'b_*' }],
      "filters[0].rename is 'b_*'; expected a name with at least one ASCII letter or digit, without *",
    ],
    [[{ metrics: 'a', rename: '' }], "filters[0].rename is ''; expected"],
    [
      [{ metrics: 'a', rename: 5 }],
      'filters[0].rename is 5; expected a metric',
    ],
    [
      [{ renameLabels: { agent: 'le' } }],
      "filters[0].renameLabels is { agent: 'le' }; expected an object of label names and their new names",
    ],
    [[{ renameLabels: { a: 5 } }], 'filters[0].renameLabels is { a: 5 }'],
    [
      [{ dropLabels: 'method' }],
      "filters[0].dropLabels is 'method'; expected an array of label names",
    ],
    [[{ dropLabels: ['a-b'] }], "filters[0].dropLabels is [ 'a-b' ]"],
    [
      [{ mapLabels: { user: 'x' } }],
      "filters[0].mapLabels is { user: 'x' }; expected an object of label names and functions of their values",
    ],
    [
      [{ defaultLabels: { __region: 'eu' } }],
      "filters[0].defaultLabels is { __region: 'eu' }; expected an object of label names",
    ],
    [
      [{ buckets: [2, 1] }],
      'filters[0].buckets is [ 2, 1 ]; expected finite numbers in strictly increasing order',
    ],
    [
      [{ maxSeries: 0 }],
      'filters[0].maxSeries is 0; expected an integer of 1 or more',
    ],
  ])('wrong filters in the options are refused: %j', (filters, message) => {
    const make = () => new PrometheusCollector({ filters } as object);
    expect(make).toThrow(OptionsError);
    expect(make).toThrow(message);
  });

  test('the compiler checks that each filter in the options does one thing', () => {
    const filters: MetricFilter[] = [
      { metrics: 'a', deny: true },
      // @ts-expect-error -- two things
      { accept: true, deny: true },
      // @ts-expect-error -- nothing
      { metrics: 'a' },
      // @ts-expect-error -- true or nothing
      { deny: false },
    ];
    expect(filters).toHaveLength(4);
  });

  test('filters in the options may be changed by the caller afterwards without any effect', async () => {
    const dropLabels = ['a'];
    const filters: MetricFilter[] = [{ dropLabels }];
    const { collector } = makeCollector({ filters });
    dropLabels.push('b');
    filters.push({ deny: true });
    collector.counter('hits_total').inc({ a: 1, b: 2 });
    expect(await samples(collector, 'hits_total')).toEqual([
      'hits_total{b="2"} 1',
    ]);
  });
});

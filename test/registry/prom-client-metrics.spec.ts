import {
  Counter,
  Gauge,
  Histogram,
  type Metric,
  Registry,
  Summary,
} from 'prom-client';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { COLLECT_LIMIT } from '../../src/core/coalesced-task.js';
import {
  makeCollector,
  OPEN_METRICS,
  samplesOf,
} from '../support/collector.js';

vi.mock(
  '../../src/core/timers.js',
  () => import('../support/process-timers.js'),
);

/** A collector on a registry of the user's, with one good metric of its own. */
function joined(registry = new Registry()) {
  const made = makeCollector({ registry, createdSamples: false });
  made.collector.counter('ours').inc();
  const both = async () => ({
    text: await made.collector.metrics(),
    openMetrics: await made.collector.metrics(OPEN_METRICS),
  });
  return { ...made, registry, registers: [registry], both };
}

/** Anything can be put into a registry. */
function put(registry: Registry, metric: object): void {
  registry.registerMetric(metric as Metric);
}

const metricOf = (name: string, type: string, values: unknown[]) => ({
  name,
  type,
  get: async () => ({ name, type, help: 'H', values }),
});

describe("prom-client's metrics", () => {
  test("prom-client's metrics of all types are on the page, in both formats", async () => {
    const { registers, both } = joined();
    const labelNames = ['a'];
    const made = { help: 'H "quoted" \\ \n', labelNames, registers };
    new Counter({ ...made, name: 'c_total' }).inc({ a: 'x"\\\n' }, 2);
    new Counter({ ...made, name: 'plain' }).inc({ a: 'y' }, 3);
    new Gauge({ ...made, name: 'g' }).set({ a: 'z' }, -1.5);
    const buckets = [0.5, 1, 1e6];
    const h = new Histogram({ ...made, name: 'h', buckets });
    for (const value of [0.5, 1, 1, 5]) h.observe({ a: 'x' }, value);
    h.observe({ a: 'y' }, 2e6);
    const percentiles = [0.5, 1];
    const s = new Summary({ ...made, name: 's', percentiles });
    s.observe({ a: 'x' }, 4);
    const { text, openMetrics } = await both();
    expect(text).toBe(
      String.raw`# HELP ours ours
# TYPE ours counter
ours 1
# HELP c_total H "quoted" \\ \n
# TYPE c_total counter
c_total{a="x\"\\\n"} 2
# HELP plain H "quoted" \\ \n
# TYPE plain counter
plain{a="y"} 3
# HELP g H "quoted" \\ \n
# TYPE g gauge
g{a="z"} -1.5
# HELP h H "quoted" \\ \n
# TYPE h histogram
h_bucket{a="x",le="0.5"} 1
h_bucket{a="x",le="1"} 3
h_bucket{a="x",le="1000000"} 4
h_bucket{a="x",le="+Inf"} 4
h_sum{a="x"} 7.5
h_count{a="x"} 4
h_bucket{a="y",le="0.5"} 0
h_bucket{a="y",le="1"} 0
h_bucket{a="y",le="1000000"} 0
h_bucket{a="y",le="+Inf"} 1
h_sum{a="y"} 2000000
h_count{a="y"} 1
# HELP s H "quoted" \\ \n
# TYPE s summary
s{a="x",quantile="0.5"} 4
s{a="x",quantile="1"} 4
s_sum{a="x"} 4
s_count{a="x"} 1
`,
    );
    const inOpenMetrics = text
      .replace(/^# HELP (.*)\n# TYPE (.*)$/gm, '# TYPE $2\n# HELP $1')
      .replaceAll('"quoted"', '\\"quoted\\"')
      .replace(/^(# \w+) c_total/gm, '$1 c')
      .replace(/^(ours|plain)(?=[ {])/gm, '$1_total')
      .replaceAll('le="1"', 'le="1.0"')
      .replaceAll('le="1000000"', 'le="1e+06"')
      .replaceAll('quantile="1"', 'quantile="1.0"');
    expect(openMetrics).toBe(`${inOpenMetrics}# EOF\n`);
  });

  test("prom-client's metrics carry the default labels of the registry, as ours do, unless they have their own", async () => {
    const { registry, registers, collector, both } = joined();
    registry.setDefaultLabels({ app: 'docs', zone: 'a"b' });
    const made = { help: 'H', labelNames: ['zone'], registers };
    new Gauge({ ...made, name: 'g' }).set({ zone: 'own' }, 1);
    new Summary({ ...made, name: 's', percentiles: [0.5] }).observe({}, 1);
    const timer = collector.timer('took', { buckets: [1] });
    timer.observe({ app: 'own' }, 2);
    const { text, openMetrics } = await both();
    expect(text).toContain('\nours{app="docs",zone="a\\"b"} 1\n');
    expect(openMetrics).toContain('\nours_total{app="docs",zone="a\\"b"} 1\n');
    for (const page of [text, openMetrics]) {
      expect(page).toContain('\ng{zone="own",app="docs"} 1\n');
      expect(page).toContain('\ns_count{app="docs",zone="a\\"b"} 1\n');
      expect(page).toContain('\ntook_sum{app="own",zone="a\\"b"} 2\n');
      expect(page).toContain(
        '\ntook_bucket{app="own",zone="a\\"b",le="+Inf"} 1\n',
      );
    }
  });

  test("prom-client's metrics are on the page without default labels that cannot be written", async () => {
    const { registry, both, warnings } = joined();
    registry.setDefaultLabels({ 'a"} 1\nb{c="': 'x' });
    const { text } = await both();
    expect(text).toContain('\nours 1\n');
    expect(warnings).toEqual([expect.stringContaining('is malformed')]);
  });

  test("prom-client's metrics have their exemplars in OpenMetrics, if these are valid", async () => {
    const registry = new Registry();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const { both } = joined(registry);
    const made = { help: 'H', registers: [registry], enableExemplars: true };
    const counter = new Counter({ ...made, name: 'c_total' });
    counter.inc({ value: 2, exemplarLabels: { trace_id: 'a"b' } });
    const bad = new Counter({ ...made, name: 'bad' });
    bad.inc({ value: 3, exemplarLabels: { 'bad name': 'x' } });
    // The limit of 128 is one of characters, in whatever plane they are.
    const exemplarOf = (id: string) => [
      { value: 1, exemplar: { labelSet: { id }, value: 1, timestamp: 1 } },
    ];
    const longest = '😀'.repeat(126);
    put(registry, metricOf('long', 'counter', exemplarOf(longest)));
    put(registry, metricOf('longer', 'counter', exemplarOf(`${longest}x`)));
    const histogram = new Histogram({ ...made, name: 'h', buckets: [1] });
    for (const value of [0.5, 7]) {
      histogram.observe({ value, exemplarLabels: { id: `v${value}` } });
    }
    const { text, openMetrics } = await both();
    expect(text).not.toContain(' # ');
    const lines = openMetrics
      .split('\n')
      .filter((line) => / # /.test(line))
      .map((line) => line.replace(/ \d+(\.\d+)?$/, ''));
    expect(lines).toEqual([
      'c_total 2 # {trace_id="a\\"b"} 2',
      `long_total 1 # {id="${longest}"} 1`,
      'h_bucket{le="1.0"} 1 # {id="v0.5"} 0.5',
      'h_bucket{le="+Inf"} 2 # {id="v7"} 7',
    ]);
    expect(openMetrics).toContain('\nbad_total 3\n');
    expect(openMetrics).toContain('\nlonger_total 1\n');
  });

  test("prom-client's metrics keep their names when prom-client has written them in OpenMetrics", async () => {
    const { registry, registers, both } = joined();
    new Counter({ name: 'c_total', help: 'H', registers }).inc();
    const before = await both();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    expect(await registry.metrics()).toContain('# TYPE c counter\n');
    expect(await both()).toEqual(before);
    expect(before.text).toContain('# TYPE c_total counter\n');
  });

  test('hostile metrics of prom-client inject no lines', async () => {
    const { registry, both } = joined();
    const evil = '"} 1\nevil{a="\\';
    put(registry, {
      name: 'sneaky',
      type: 'evil 1\nevil',
      get: async () => ({
        name: evil,
        help: evil,
        type: evil,
        values: [
          { labels: { a: { toString: () => evil } }, value: 1 },
          { labels: { a: evil, b: '\ud800' }, value: NaN },
        ],
      }),
    });
    const { text, openMetrics } = await both();
    for (const page of [text, openMetrics]) {
      expect(page).not.toMatch(/^evil/m);
      expect(samplesOf(page, 'sneaky')).toEqual([
        String.raw`sneaky{a="\"} 1\nevil{a=\"\\"} 1`,
        String.raw`sneaky{a="\"} 1\nevil{a=\"\\",b="` + '\ufffd"} NaN',
      ]);
    }
    expect(text).toContain('# TYPE sneaky untyped\n');
    expect(openMetrics).toContain('# TYPE sneaky unknown\n');
  });

  const bucket = (le: unknown, value: unknown, more = {}) => ({
    metricName: 'bad_bucket',
    labels: { le, ...more },
    value,
  });
  test.each<[string, object]>([
    ['a malformed name', metricOf('bad name 1\nevil', 'gauge', [])],
    [
      'a malformed label name',
      metricOf('bad', 'gauge', [{ labels: { 'a"} 1\nevil{b': 1 }, value: 1 }]),
    ],
    [
      'a value that is no number',
      metricOf('bad', 'gauge', [{ labels: {}, value: '1\nevil 1' }]),
    ],
    ['values that are none', metricOf('bad', 'gauge', [undefined])],
    [
      'samples of other names',
      metricOf('bad', 'counter', [{ value: 1, metricName: 'evil' }]),
    ],
    [
      'a label that cannot be made a text',
      metricOf('bad', 'gauge', [
        { labels: { a: Object.create(null) as object }, value: 1 },
      ]),
    ],
    [
      'buckets in no order',
      metricOf('bad', 'histogram', [
        bucket(2, 1),
        bucket(1, 2),
        bucket('+Inf', 2),
      ]),
    ],
    ['no bucket for all', metricOf('bad', 'histogram', [bucket(2, 1)])],
    [
      'buckets that are no numbers',
      metricOf('bad', 'histogram', [bucket('x', 1), bucket('+Inf', 2)]),
    ],
    [
      'buckets that count less than those below',
      metricOf('bad', 'histogram', [bucket(1, 5), bucket('+Inf', 2)]),
    ],
    [
      'other buckets for each series',
      metricOf('bad', 'histogram', [
        bucket('+Inf', 2),
        bucket(1, 1, { a: 1 }),
        bucket('+Inf', 2, { a: 1 }),
      ]),
    ],
    [
      'buckets that count parts of observations',
      metricOf('bad', 'histogram', [bucket('+Inf', 2.5)]),
    ],
    [
      'a bound that is an empty text',
      metricOf('bad', 'histogram', [bucket('', 1), bucket('+Inf', 2)]),
    ],
    [
      'the label __name__',
      metricOf('bad', 'gauge', [{ labels: { __name__: 'x' }, value: 1 }]),
    ],
    [
      'a label that is reserved',
      metricOf('bad', 'gauge', [{ labels: { __x: 'x' }, value: 1 }]),
    ],
    [
      'an invalid quantile',
      metricOf('bad', 'summary', [{ labels: {}, value: 1 }]),
    ],
    [
      'a quantile twice',
      metricOf('bad', 'summary', [
        { labels: { quantile: 0.5 }, value: 1 },
        { labels: { quantile: '0.50' }, value: 2 },
      ]),
    ],
    ['a counter below zero', metricOf('bad', 'counter', [{ value: -1 }])],
    ['a counter that is NaN', metricOf('bad', 'counter', [{ value: NaN }])],
    [
      'a summary of less than no observations',
      metricOf('bad', 'summary', [{ value: -1, metricName: 'bad_count' }]),
    ],
    [
      'values in no array',
      { ...metricOf('bad', 'gauge', []), get: () => ({ values: 'evil' }) },
    ],
    [
      'a help that cannot be made a text',
      { name: 'bad', get: () => ({ help: Object.create(null) as object }) },
    ],
    ['no way to be read', { name: 'bad', type: 'gauge' }],
    ['nothing to tell', { name: 'bad', get: async () => undefined }],
  ])(
    'a prom-client metric with %s is left out and reported once',
    async (_what, metric) => {
      const { registry, registers, both, warnings, collector } = joined();
      put(registry, metric);
      new Gauge({ name: 'also', help: 'H', registers, collect: fail });
      for (let i = 0; i < 2; i++) {
        const { text, openMetrics } = await both();
        expect(text).toContain('\nours 1\n');
        expect(openMetrics).toContain('\nours_total 1\n');
        for (const page of [text, openMetrics]) {
          expect(page).not.toMatch(/evil|bad/);
        }
      }
      // In either order: one that takes its turns may be read after the other.
      expect(warnings.toSorted()).toEqual([
        expect.stringContaining('metric "also"'),
        expect.stringContaining(
          `metric "${(metric as { name: string }).name}"`,
        ),
      ]);
      expect(await collector.metrics()).toContain(
        'metrics_errors_total{cause="foreign_metric"} 10',
      );
    },
  );

  test('a prom-client metric that hangs delays one page by its time limit, and is not read again meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { registers, collector, warnings } = joined();
    const collect = vi.fn(() => new Promise<void>(() => {}));
    new Gauge({ name: 'hangs', help: 'H', registers, collect });
    for (const accept of [undefined, OPEN_METRICS]) {
      const page = collector.metrics(accept);
      await vi.advanceTimersByTimeAsync(COLLECT_LIMIT);
      expect(await page).toMatch(/^ours(_total)? 1$/m);
    }
    expect(collect).toHaveBeenCalledTimes(1);
    expect(warnings).toEqual([expect.stringContaining('hangs took more than')]);
  });

  test('a prom-client histogram with a bucket for +Inf of its own has it once', async () => {
    const { registers, both } = joined();
    const buckets = [1, Infinity];
    new Histogram({ name: 'h', help: 'H', registers, buckets }).observe(2);
    const { text, openMetrics } = await both();
    for (const page of [text, openMetrics]) {
      expect(page.match(/^h_bucket.*Inf.*$/gm)).toEqual([
        'h_bucket{le="+Inf"} 1',
      ]);
    }
  });

  test('values of prom-client metrics that OpenMetrics does not allow are left out there', async () => {
    const { registers, both } = joined();
    const made = { help: 'H', registers };
    const percentiles = [0.5, 99];
    new Summary({ ...made, name: 's', percentiles }).observe(-4);
    const { text, openMetrics } = await both();
    expect(samplesOf(text, 's')).toContain('s{quantile="0.5"} -4');
    expect(samplesOf(openMetrics, 's')).toEqual(['s_count 1']);
  });

  test.each<[string, string, unknown[]]>([
    [
      'a value that its type does not allow',
      'A series of the counter "theirs" is left out: it has the value -1; expected 0 or more',
      [
        { labels: { a: 1 }, value: -1 },
        { labels: { a: 2 }, value: 2 },
      ],
    ],
    [
      'the labels of one before it',
      'A series of the counter "theirs" is left out: it has two values for the labels { a: \'2\' }',
      [
        { labels: { a: 2 }, value: 2 },
        { labels: { a: '2' }, value: 3 },
      ],
    ],
    [
      'the labels of one before it in another order, or with an empty one',
      'Metric "theirs" has several series with the same labels; only the first of them is shown',
      [
        { labels: { a: 2 }, value: 2 },
        { labels: { b: '', a: 2 }, value: 3 },
      ],
    ],
  ])(
    'a prom-client metric lacks a series with %s in every format, and keeps the others',
    async (_what, message, values) => {
      const { registry, both, collector, warnings } = joined();
      put(registry, metricOf('theirs', 'counter', values));
      const { text, openMetrics } = await both();
      expect(samplesOf(text, 'theirs')).toEqual(['theirs{a="2"} 2']);
      expect(samplesOf(openMetrics, 'theirs_total')).toEqual([
        'theirs_total{a="2"} 2',
      ]);
      const { metrics } = await collector.snapshot();
      const theirs = metrics.find(({ name }) => name === 'theirs');
      expect(theirs?.series).toMatchObject([{ labels: { a: '2' }, value: 2 }]);
      expect(warnings).toEqual([expect.stringContaining(message)]);
      expect(await collector.metrics()).toContain(
        'metrics_errors_total{cause="foreign_metric"}',
      );
    },
  );

  test("prom-client's metrics named like a sample of another are left out and reported", async () => {
    const { registry, registers, both, collector, warnings } = joined();
    collector.histogram('latency', { buckets: [1] }).observe(1);
    new Counter({ name: 'latency_count', help: 'H', registers }).inc();
    new Summary({ name: 's', help: 'H', registers }).observe(1);
    put(registry, metricOf('s_sum', 'gauge', [{ value: 7 }]));
    put(registry, metricOf('latency_sum', 'histogram', []));
    const { text, openMetrics } = await both();
    for (const page of [text, openMetrics]) {
      expect(page).not.toMatch(/^# TYPE (latency_|s_)/m);
      expect(page).toContain('\nlatency_count 1\n');
    }
    const { metrics } = await collector.snapshot();
    const names = metrics.map(({ name }) => name);
    expect(names).toEqual(['ours', 'latency', 's', 'metrics_errors_total']);
    expect(warnings).toEqual([
      expect.stringContaining(
        'Metric "latency_count" is left out, as "latency" has a sample of that name',
      ),
      expect.stringContaining('Metric "s_sum" is left out'),
      expect.stringContaining('Metric "latency_sum" is left out'),
    ]);
    expect(text).not.toContain('metrics_errors_total');
    expect(await collector.metrics()).toContain(
      'metrics_errors_total{cause="foreign_metric"} 12',
    );
  });

  test("prom-client's metrics that take one of our names are left out, even if first", async () => {
    const { registry, registers, both, collector, warnings } = joined();
    new Summary({ name: 'rows', help: 'H', registers }).observe(1);
    const all = {
      metricName: 'tries_bucket',
      labels: { le: '+Inf' },
      value: 1,
    };
    put(registry, metricOf('tries', 'histogram', [all]));
    collector.counter('rows_sum').inc(2);
    collector.gauge('tries_created').set(3);
    const { text, openMetrics } = await both();
    expect(samplesOf(text, 'rows_sum')).toEqual(['rows_sum 2']);
    for (const page of [text, openMetrics]) {
      expect(page).not.toMatch(/^# TYPE rows summary/m);
      expect(samplesOf(page, 'tries_created')).toEqual(['tries_created 3']);
    }
    expect(openMetrics).not.toMatch(/^# TYPE tries /m);
    expect(warnings).toEqual([
      expect.stringContaining(
        'Metric "rows" is left out, as a sample of it would be named "rows_sum", which is another metric',
      ),
      expect.stringContaining(
        'Metric "tries" is not on OpenMetrics pages, where a sample of it may be named "tries_created", which is another metric',
      ),
    ]);
  });

  test("prom-client's metrics have their own `le` and `quantile`, and not those of the labels of the registry", async () => {
    const { registry, registers, both, collector } = joined();
    registry.setDefaultLabels({ le: '7', quantile: '9' });
    collector.histogram('h', { buckets: [1] }).observe(2);
    const percentiles = [0.5];
    new Summary({ name: 's', help: 'H', registers, percentiles }).observe(1);
    const { text } = await both();
    expect(text).toContain('\nh_bucket{quantile="9",le="1"} 0\n');
    expect(text).toContain('\ns{le="7",quantile="0.5"} 1\n');
    expect(text).toContain('\nours{le="7",quantile="9"} 1\n');
  });

  test("prom-client's metrics have each label set once, when labels of the registry are added too", async () => {
    const { registry, collector, both, warnings } = joined();
    registry.setDefaultLabels({ zone: 'a' });
    const counter = collector.counter('c');
    counter.inc(1);
    counter.inc({ zone: 'a' }, 2);
    counter.inc({ zone: 'b' }, 3);
    const { text } = await both();
    expect(samplesOf(text, 'c')).toEqual(['c{zone="a"} 1', 'c{zone="b"} 3']);
    expect(warnings).toEqual([
      expect.stringContaining(
        'Series of metric "c" have the same labels once those of the registry are added',
      ),
    ]);
  });

  function fail(): void {
    throw new Error('no connection');
  }
});

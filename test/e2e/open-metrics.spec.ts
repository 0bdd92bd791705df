import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PrometheusCollector } from '../../src/index.js';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';
import {
  hasParser,
  type OpenMetricsParser,
  type ParsedFamily,
  startParser,
} from '../support/openmetrics-parser.js';
import { isInstalled } from '../support/processes.js';
import { startTracing } from '../support/tracing.js';

const hasPromtool = await isInstalled('promtool');

type Labels = Record<string, string>;

/** A metric to be made, by us or by prom-client. */
interface Spec {
  readonly maker: 'ours' | 'theirs';
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly name: string;
  readonly help: string;
  readonly unit: string;
  readonly buckets: number[];
  readonly recordings: readonly { labels: Labels; value: number }[];
}

/** A metric that was made, and what was recorded in each of its series. */
interface Made extends Spec {
  readonly exposed: string;
  readonly series: Map<string, { labels: Labels; values: number[] }>;
}

const HOSTILE = [
  '',
  '"',
  '\\',
  '\n',
  '\\n',
  '\\"} 1 # {a="b"} 2',
  '# EOF\n',
  ' # ',
  '{',
  '}',
  ',',
  '=',
  'ü 日本 😀 \u2028',
  '\ud800',
  '\r\n\t\0',
];

const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(...HOSTILE), { maxLength: 4 })
    .map((a) => a.join('')),
);

/** Some clash as they are, some with their suffixes, and most not at all. */
const name = fc.oneof(
  fc.constantFrom('a', 'a_total', 'a_created', 'a_count', 'a_sum', 'a_bucket'),
  fc.constantFrom('b_seconds', 'b_seconds_total', '_total', 'a_total_total'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
);

const value = fc.oneof(
  fc.integer({ min: -5, max: 2 ** 31 }),
  fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  fc.constantFrom(1e-7, 1e21, 1e300, 0.1, 2 ** 53),
);

const spec: fc.Arbitrary<Spec> = fc.record({
  maker: fc.constantFrom('ours', 'theirs'),
  type: fc.constantFrom('counter', 'gauge', 'histogram', 'summary'),
  name,
  help: hostileText,
  unit: fc.constantFrom('', 'seconds', 'total', 'x\n# EOF'),
  buckets: fc
    .uniqueArray(
      fc
        .oneof(
          fc.double({ noNaN: true, min: -1e7, max: 1e12 }),
          fc.constantFrom(0, 0.001, 0.5, 1, 10, 1e6, 1e-5),
        )
        .map((bound) => bound + 0),
      { minLength: 1, maxLength: 5 },
    )
    .map((bounds) => bounds.sort((x, y) => x - y)),
  recordings: fc.array(
    fc.record({
      labels: fc.dictionary(
        fc.constantFrom('a', 'b', 'le_', '_'),
        hostileText,
        { noNullPrototype: true, maxKeys: 3 },
      ),
      value,
    }),
    { maxLength: 6 },
  ),
});

/** prom-client takes exemplars only where it writes OpenMetrics itself. */
function newRegistry(): Registry {
  const registry = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  return registry;
}

/** Asking for the same again would give the same. */
const exposedName = ({ name }: Spec) =>
  name.replace(/[^a-zA-Z0-9_:]/g, '_').replace(/^(?=[0-9])/, '_');

const isCounter = ({ type }: Spec) => type === 'counter';

/** Makes a metric and records in it; undefined if its name cannot be had. */
function make(
  given: Spec,
  collector: PrometheusCollector,
  inSpan: (work: () => void) => unknown,
): Made | undefined {
  try {
    const { exposed, record } =
      given.maker === 'ours' && given.type !== 'summary'
        ? makeOurs(given, collector)
        : makeTheirs(given, collector.registry);
    const series: Made['series'] = new Map();
    for (const { labels: all, value: signed } of given.recordings) {
      const value = isCounter(given) ? Math.abs(signed) : signed;
      const labels = presentLabels(all);
      const key = JSON.stringify(Object.entries(labels).sort());
      inSpan(() => record(labels, value));
      const known = series.get(key);
      if (known === undefined) series.set(key, { labels, values: [value] });
      else known.values.push(value);
    }
    return { ...given, exposed, series };
  } catch (error) {
    // Clashes that are refused as such.
    expect(String(error)).toMatch(
      /give one of them|already been registered|Invalid metric name|at least one ASCII/,
    );
    return undefined;
  }
}

type Recorder = (labels: Labels, value: number) => void;

function makeOurs(given: Spec, collector: PrometheusCollector) {
  const { name, help, unit, buckets } = given;
  const options = { description: help, unit };
  if (given.type === 'counter') {
    const counter = collector.counter(name, options);
    const record: Recorder = (labels, by) => counter.inc(labels, by);
    return { exposed: counter.name, record };
  }
  if (given.type === 'gauge') {
    const gauge = collector.gauge(name, options);
    const record: Recorder = (labels, to) => gauge.set(labels, to);
    return { exposed: gauge.name, record };
  }
  const histogram = collector.histogram(name, { ...options, buckets });
  const record: Recorder = (labels, one) => histogram.observe(labels, one);
  return { exposed: histogram.name, record };
}

function makeTheirs(given: Spec, registry: Registry) {
  const { name, help, buckets } = given;
  const labelNames = ['a', 'b', 'le_', '_'];
  const made = { name, help: help || '-', labelNames, registers: [registry] };
  const exemplarLabels = { trace_id: 'a"b\\c\n', x: '😀' };
  const exemplars = { ...made, enableExemplars: true };
  let record: Recorder;
  if (given.type === 'counter') {
    const counter = new Counter(exemplars);
    record = (labels, value) => counter.inc({ labels, value, exemplarLabels });
  } else if (given.type === 'gauge') {
    const gauge = new Gauge(made);
    record = (labels, value) => gauge.set(labels, value);
  } else if (given.type === 'histogram') {
    const histogram = new Histogram({ ...exemplars, buckets });
    record = (labels, value) =>
      histogram.observe({ labels, value, exemplarLabels });
  } else {
    const summary = new Summary({ ...made, percentiles: [0.5, 0.99] });
    record = (labels, value) => summary.observe(labels, value);
  }
  return { exposed: name, record };
}

/** An empty label is absent, and a lone surrogate cannot be written. */
function presentLabels(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([, text]) => text !== '')
      .map(([label, text]) => [label, text.toWellFormed()]),
  );
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Holds what was parsed against what was recorded. */
function compare(made: readonly Made[], families: readonly ParsedFamily[]) {
  for (const metric of made) {
    const { exposed } = metric;
    const family = families.find(
      ({ name, type }) =>
        name === exposed || (type === 'counter' && exposed === `${name}_total`),
    );
    expect(family, exposed).toBeDefined();
    const type = family!.type === 'unknown' ? 'counter' : family!.type;
    expect(type).toBe(metric.type);
    expect(family!.help).toBe(helpOf(metric));
    for (const { labels, values } of metric.series.values()) {
      if (isReplaced(metric, labels, values)) continue;
      compareSeries(metric, family!, labels, values);
    }
  }
}

/** `inc(0)` is no recording: a counter's series without labels goes when one with labels comes. */
function isReplaced(
  { maker, type, series }: Made,
  labels: Labels,
  values: readonly number[],
): boolean {
  const isCounter = maker === 'ours' && type === 'counter';
  const isZero = Object.keys(labels).length === 0 && sum(values) === 0;
  return isCounter && isZero && series.size > 1;
}

function helpOf({ help, maker, type, exposed }: Made): string {
  const isOurs = maker === 'ours' && type !== 'summary';
  return (help || (isOurs ? exposed : '-')).toWellFormed();
}

function compareSeries(
  { type, buckets }: Made,
  family: ParsedFamily,
  labels: Labels,
  values: readonly number[],
) {
  const valueOf = (suffix: string, more: Labels = {}) => {
    const all = JSON.stringify(Object.entries({ ...labels, ...more }).sort());
    const found = family.samples.filter(
      (one) =>
        one.name === family.name + suffix &&
        JSON.stringify(Object.entries(one.labels).sort()) === all,
    );
    expect(found.length).toBeLessThanOrEqual(1);
    return found[0]?.value;
  };
  // A page has one zero: adding it makes -0 the same.
  if (type === 'gauge') return expect(valueOf('')).toBe(values.at(-1)! + 0);
  if (type === 'counter') {
    const suffix = family.type === 'unknown' ? '' : '_total';
    return expect(valueOf(suffix)).toBe(sum(values));
  }
  const hasSums =
    sum(values) >= 0 && !(buckets[0]! < 0 && type === 'histogram');
  expect(valueOf('_sum')).toBe(hasSums ? sum(values) : undefined);
  if (type === 'summary') {
    return expect(valueOf('_count')).toBe(values.length);
  }
  expect(valueOf('_count')).toBe(hasSums ? values.length : undefined);
  const found = family.samples.filter(
    (one) =>
      one.name === `${family.name}_bucket` &&
      Object.entries(labels).every(([k, v]) => one.labels[k] === v) &&
      Object.keys(one.labels).length === Object.keys(labels).length + 1,
  );
  expect(found.map((one) => [numberOf(one.labels.le!), one.value])).toEqual(
    [...buckets, Infinity].map((bound) => [
      bound,
      values.filter((one) => one <= bound).length,
    ]),
  );
}

const numberOf = (le: string) => (le === '+Inf' ? Infinity : Number(le));

describe('pages of any metrics, ours and those of prom-client', () => {
  describe.skipIf(!hasParser())(
    "read by the strict parser of Prometheus' client for Python,",
    () => {
      let parser: OpenMetricsParser;
      beforeAll(() => {
        parser = startParser();
      });
      afterAll(() => parser?.stop());

      test('pages of any metrics have in OpenMetrics what was recorded, by the strict Python parser', async () => {
        const { inSpan } = startTracing();
        let exemplars = 0;
        let unknown = 0;
        let leftOut = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(spec, { maxLength: 8, selector: exposedName }),
            fc.boolean(),
            async (specs, createdSamples) => {
              const { collector, warnings } = makeCollector({
                createdSamples,
                registry: newRegistry(),
              });
              await collector.initialize();
              try {
                await collector.metrics(OPEN_METRICS);
                const made = specs
                  .map((one) => make(one, collector, inSpan))
                  .filter((one) => one !== undefined);
                const page = await collector.metrics(OPEN_METRICS);
                const families = await parser.parse(page);
                const shown = made.filter(
                  ({ exposed }) =>
                    !warnings.some(
                      (warning) =>
                        warning.includes(
                          `Metric "${exposed}" is not on OpenMetrics pages`,
                        ) ||
                        warning.includes(`Metric "${exposed}" is left out, as`),
                    ),
                );
                compare(shown, families);
                expect(families).toHaveLength(shown.length);
                leftOut += made.length - shown.length;
                unknown += families.filter((f) => f.type === 'unknown').length;
                exemplars += families
                  .flatMap(({ samples }) => samples)
                  .filter((one) => one.exemplar !== null).length;
              } finally {
                await collector.shutdown();
              }
            },
          ),
          { numRuns: 500 },
        );
        // What clashes is among them.
        expect(exemplars).toBeGreaterThan(0);
        expect(unknown).toBeGreaterThan(0);
        expect(leftOut).toBeGreaterThan(0);
      });
    },
  );

  test.skipIf(!hasPromtool)(
    'pages of any metrics have nothing in the text format that promtool cannot parse',
    async () => {
      const { collector } = makeCollector({ registry: newRegistry() });
      const specs = fc.sample(spec, 300).map((one, i) => ({
        ...one,
        // Here names must not clash: these are refused, as in every format.
        name: `m${i}_x`,
      }));
      for (const one of specs) make(one, collector, (work) => work());
      const page = await collector.metrics();
      expect(page.match(/^# TYPE /gm)).toHaveLength(specs.length);
      const promtool = promisify(execFile)('promtool', ['check', 'metrics']);
      promtool.child.stdin!.end(page);
      const said = await promtool.then(
        ({ stderr }) => stderr,
        (error: { stderr: string }) => error.stderr,
      );
      expect(said).not.toMatch(/error while linting|text format parsing/);
    },
  );
});

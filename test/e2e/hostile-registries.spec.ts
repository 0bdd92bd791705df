import fc from 'fast-check';
import { type Metric, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PrometheusCollector } from '../../src/index.js';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';
import {
  hasParser,
  type OpenMetricsParser,
  startParser,
} from '../support/openmetrics-parser.js';
import {
  installedPushgateway,
  type RealPushgateway,
  startPushgateway,
} from '../support/processes.js';

/** A metric that hangs is waited for so many milliseconds at most. */
const PATIENCE = 20;

vi.mock('../../src/core/timers.js', async (original) => {
  const timers = await original<typeof import('../../src/core/timers.js')>();
  const setTimeout = (callback: () => void, milliseconds?: number) =>
    timers.setTimeout(callback, Math.min(milliseconds ?? 0, PATIENCE));
  return { ...timers, setTimeout };
});

/** Anything that can be put into a registry beside our metrics. */
interface PromClientMetric {
  readonly name: string;
  readonly type: unknown;
  readonly help: unknown;
  readonly values: readonly unknown[];
  readonly behaviour: 'gives' | 'throws' | 'rejects' | 'hangs' | 'gives none';
  /** Whether it is in the registry before our metrics are made. */
  readonly isFirst: boolean;
  /** Whether it tells its type before it is read, as metrics of prom-client 15 do. */
  readonly tellsType: boolean;
}

const OURS = [
  'jobs_total',
  'hits',
  'load',
  'latency',
  'queue_count',
  'queue_created',
  'rows_sum',
];

const SUFFIXES = [
  '',
  '_total',
  '_created',
  '_count',
  '_sum',
  '_bucket',
  '_info',
];

const name = fc
  .tuple(
    fc.constantFrom('jobs', 'hits', 'load', 'latency', 'queue', 'rows'),
    fc.constantFrom(...SUFFIXES),
    fc.constantFrom('', '', '', ...SUFFIXES),
  )
  .map((parts) => parts.join(''))
  .filter((one) => !OURS.includes(one));

const number: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.nat(9) },
  fc.constantFrom(-1, NaN, Infinity, -Infinity, 0.5, -0, 1e308),
  fc.constantFrom('1', null, undefined, 1n, {}, '1\nevil 1'),
);

const bound = fc.constantFrom(
  0.5,
  1,
  '1',
  '1.0',
  '+Inf',
  Infinity,
  'x',
  '',
  -1,
);

const labels = fc.dictionary(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('a', 'b') },
    fc.constantFrom('le', 'quantile', '__name__', '__x', 'a"b', '', 'é'),
  ),
  fc.oneof(bound, fc.constantFrom('"', '\\', '\n', '\ud800', '} 1\nevil 1')),
  { maxKeys: 2 },
);

/** Values as a well-behaved metric of this type gives them, but for their numbers. */
const series = (type: unknown, metric: string): fc.Arbitrary<unknown[]> => {
  const part = (suffix: string, own: object) =>
    fc.record({
      metricName: fc.constant(metric + suffix),
      labels: labels.map((all) => ({ ...all, ...own })),
      value: number,
    });
  if (type === 'histogram') {
    return fc
      .tuple(fc.nat(9), fc.nat(9), number, labels)
      .map(([low, high, sum, all]) => [
        {
          metricName: `${metric}_bucket`,
          labels: { ...all, le: 1 },
          value: low,
        },
        {
          metricName: `${metric}_bucket`,
          labels: { ...all, le: '+Inf' },
          value: high,
        },
        { metricName: `${metric}_sum`, labels: all, value: sum },
        { metricName: `${metric}_count`, labels: all, value: high },
      ]);
  }
  if (type === 'summary') {
    return fc.tuple(
      part('', { quantile: 0.5 }),
      part('_sum', {}),
      part('_count', {}),
    );
  }
  return fc.array(fc.record({ labels, value: number }), { maxLength: 3 });
};

const anyValue = fc.oneof(
  fc.constantFrom(null, undefined, 'x', 7),
  fc.record(
    {
      labels,
      value: number,
      metricName: fc.constantFrom('evil', 'rows_sum', 'latency_sum', 7),
    },
    { requiredKeys: [] },
  ),
);

const promClientMetric: fc.Arbitrary<PromClientMetric> = fc
  .tuple(
    name,
    fc.constantFrom(
      'counter',
      'gauge',
      'histogram',
      'summary',
      'info',
      undefined,
      'evil 1\nevil',
      7,
    ),
  )
  .chain(([metric, type]) =>
    fc.record({
      name: fc.constant(metric),
      type: fc.constant(type as unknown),
      help: fc.constantFrom<unknown>(
        'h',
        undefined,
        null,
        7,
        'a\nevil 1\\',
        '\r\t\ud800',
      ),
      values: fc.oneof(
        { weight: 5, arbitrary: series(type, metric) },
        // Repeated series.
        series(type, metric).map((values) => [...values, ...values]),
        fc.array(anyValue, { maxLength: 3 }),
      ),
      behaviour: fc.constantFrom<PromClientMetric['behaviour']>(
        'gives',
        'gives',
        'gives',
        'gives',
        'throws',
        'rejects',
        'hangs',
        'gives none',
      ),
      isFirst: fc.boolean(),
      tellsType: fc.boolean(),
    }),
  );

function put(registry: Registry, one: PromClientMetric): void {
  const { name, type, help, values, behaviour } = one;
  const get = () => {
    if (behaviour === 'throws') throw new Error('no connection');
    if (behaviour === 'rejects')
      return Promise.reject(new Error('no connection'));
    if (behaviour === 'hangs') return new Promise(() => {});
    return behaviour === 'gives' ? { name, type, help, values } : undefined;
  };
  const metric = { name, ...(one.tellsType && { type }), get };
  registry.registerMetric(metric as unknown as Metric);
}

function record(collector: PrometheusCollector): void {
  collector.counter('jobs_total').inc({ a: 1 }, 3);
  collector.counter('hits').inc(2);
  collector.gauge('load').set(5);
  collector.gauge('queue_count').set(6);
  collector.gauge('queue_created').set(8);
  collector.counter('rows_sum').inc(7);
  collector.histogram('latency', { buckets: [1] }).observe(0.5);
}

/** Our samples, in the text format and in OpenMetrics, where counters may be named in another way. */
const SAMPLES = [
  /^jobs_total\{a="1"\} 3$/m,
  /^hits(_total)? 2$/m,
  /^load 5$/m,
  /^queue_count 6$/m,
  /^queue_created 8$/m,
  /^rows_sum(_total)? 7$/m,
  /^latency_bucket\{le="1(\.0)?"\} 1$/m,
  /^latency_bucket\{le="\+Inf"\} 1$/m,
  /^latency_sum 0.5$/m,
  /^latency_count 1$/m,
];

/** Whether a page has a metric with all its values. */
function isWhole({ name, values }: PromClientMetric, page: string): boolean {
  const type = new RegExp(`^# TYPE ${name} (.*)$`, 'm').exec(page)?.[1];
  const isComposite = type === 'histogram' || type === 'summary';
  const samples = page.match(new RegExp(`^${name}[{ ]`, 'gm')) ?? [];
  return (
    type !== undefined && (isComposite || samples.length === values.length)
  );
}

const program = await installedPushgateway();

describe.skipIf(program === undefined || !hasParser())(
  'a registry with hostile metrics',
  () => {
    let parser: OpenMetricsParser;
    let gateway: RealPushgateway;
    beforeAll(async () => {
      parser = startParser();
      gateway = await startPushgateway(program!);
    });
    afterAll(async () => {
      await parser?.stop();
      await gateway?.stop();
    });

    /** A Pushgateway parses a page strictly, and refuses one whose metrics are not consistent. */
    async function expectValid(page: string): Promise<void> {
      const group = `${gateway.url}/metrics/job/any`;
      const answer = await fetch(group, { method: 'PUT', body: page });
      const text = await answer.text();
      expect(answer.status, `${text}\n${page}`).toBe(200);
      // It is done before the next push, in the order in which they come.
      await fetch(group, { method: 'DELETE' });
    }

    test('a registry with hostile metrics gives valid pages, and counts what it leaves out', async () => {
      let leftOut = 0;
      let shown = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(promClientMetric, {
            maxLength: 6,
            selector: (one) => one.name,
          }),
          fc.boolean(),
          async (all, createdSamples) => {
            const registry = new Registry();
            const { collector, warnings } = makeCollector({
              registry,
              createdSamples,
            });
            for (const one of all) if (one.isFirst) put(registry, one);
            record(collector);
            for (const one of all) if (!one.isFirst) put(registry, one);
            const text = await collector.metrics();
            const openMetrics = await collector.metrics(OPEN_METRICS);
            await expectValid(text);
            await parser.parse(openMetrics);
            for (const sample of SAMPLES) {
              expect(text).toMatch(sample);
              expect(openMetrics).toMatch(sample);
            }
            expect(text + openMetrics).not.toMatch(/^evil/m);
            const { metrics } = await collector.snapshot();
            expect(metrics.map((one) => one.name)).toEqual(
              expect.arrayContaining(OURS),
            );
            const missing = all.filter((one) => !isWhole(one, text));
            for (const one of missing) {
              expect(warnings.join('\n')).toContain(one.name);
            }
            if (missing.length > 0) {
              expect(await collector.metrics()).toContain(
                'metrics_errors_total{',
              );
            }
            leftOut += missing.length;
            shown += all.length - missing.length;
          },
        ),
        { numRuns: 150 },
      );
      expect(leftOut).toBeGreaterThan(50);
      expect(shown).toBeGreaterThan(50);
    });
  },
);

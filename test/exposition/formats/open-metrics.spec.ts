import { describe, expect, test, vi } from 'vitest';
import { canonicalNumber } from '../../../src/exposition/formats/open-metrics.js';
import {
  makeCollector,
  OPEN_METRICS,
  type TestCollector,
} from '../../support/collector.js';
import { Counter as PromCounter, Gauge as PromGauge } from 'prom-client';

const pageOf = ({ collector }: TestCollector) =>
  collector.metrics(OPEN_METRICS);

/** A collector whose pages have no times in them. */
const timeless = () => makeCollector({ createdSamples: false });

describe('an OpenMetrics page', () => {
  test('an OpenMetrics page has each type as the specification says', async () => {
    const made = timeless();
    const { collector } = made;
    collector
      .counter('requests_total', { description: 'All "\\\n of them' })
      .inc({ path: 'a"b\\c\nd😀' }, 3);
    collector.gauge('heat_celsius', { unit: 'celsius' }).set(-0.5);
    const timer = collector.timer('took_seconds', { buckets: [1, 2.5] });
    timer.observe({ x: 1 }, 2);
    timer.observe(0.5);
    expect(await pageOf(made)).toBe(
      [
        '# TYPE requests counter',
        '# HELP requests All \\"\\\\\\n of them',
        'requests_total{path="a\\"b\\\\c\\nd😀"} 3',
        '# TYPE heat_celsius gauge',
        '# UNIT heat_celsius celsius',
        '# HELP heat_celsius heat_celsius',
        'heat_celsius -0.5',
        '# TYPE took_seconds histogram',
        '# UNIT took_seconds seconds',
        '# HELP took_seconds took_seconds',
        'took_seconds_bucket{x="1",le="1.0"} 0',
        'took_seconds_bucket{x="1",le="2.5"} 1',
        'took_seconds_bucket{x="1",le="+Inf"} 1',
        'took_seconds_sum{x="1"} 2',
        'took_seconds_count{x="1"} 1',
        'took_seconds_bucket{le="1.0"} 1',
        'took_seconds_bucket{le="2.5"} 1',
        'took_seconds_bucket{le="+Inf"} 1',
        'took_seconds_sum 0.5',
        'took_seconds_count 1',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  test('an OpenMetrics page without metrics has only its end', async () => {
    expect(await pageOf(timeless())).toBe('# EOF\n');
  });

  test('an OpenMetrics page adds `_total` to the samples of counters that are not named so', async () => {
    const made = timeless();
    made.collector.counter('hits').inc({ a: 1 }, 5);
    made.collector.counter('hits').inc(6);
    expect(await pageOf(made)).toBe(
      '# TYPE hits counter\n# HELP hits hits\nhits_total{a="1"} 5\nhits_total 6\n# EOF\n',
    );
    expect(await made.collector.metrics()).toContain('\nhits{a="1"} 5\nhits 6');
  });

  test('an OpenMetrics page leaves out a unit that is not the end of the name', async () => {
    const made = timeless();
    const { collector } = made;
    collector.gauge('size', { unit: 'bytes' }).set(1);
    collector.gauge('sizebytes', { unit: 'bytes' }).set(1);
    collector.counter('sent_bytes_total', { unit: 'bytes' }).inc();
    collector.counter('sent_total', { unit: 'total' }).inc();
    collector.gauge('hostile', { unit: 'hostile\n# EOF' }).set(1);
    collector.gauge('none_', { unit: '' }).set(1);
    expect((await pageOf(made)).match(/^# UNIT.*$/gm)).toEqual([
      '# UNIT sent_bytes bytes',
    ]);
  });

  test('an OpenMetrics page has no sum and no count of a histogram whose sum may decrease', async () => {
    const made = timeless();
    const { collector } = made;
    collector.histogram('below', { buckets: [-1, 1] }).observe(5);
    const above = collector.histogram('above', { buckets: [1] });
    above.observe({ a: 'minus' }, -5);
    above.observe({ a: 'plus' }, 5);
    const page = await pageOf(made);
    expect(page).not.toMatch(/^below_(sum|count)/m);
    expect(page).toContain('below_bucket{le="-1.0"} 0\n');
    expect(page.match(/^above_(sum|count).*$/gm)).toEqual([
      'above_sum{a="plus"} 5',
      'above_count{a="plus"} 1',
    ]);
    expect(await collector.metrics()).toContain('below_sum 5\n');
  });

  test.each([
    [NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('an OpenMetrics page has the value %d of a gauge', async (value, text) => {
    const made = timeless();
    made.collector.gauge('g').set(value);
    expect(await pageOf(made)).toContain(`\ng ${text}\n`);
  });
});

test.each([
  [0, '0.0'],
  [0.001, '0.001'],
  [0.95, '0.95'],
  [1, '1.0'],
  [1.7, '1.7'],
  [10, '10.0'],
  [-10, '-10.0'],
  [1e-10, '1e-10'],
  [1e-9, '1e-09'],
  [1e-5, '1e-05'],
  [0.0001, '0.0001'],
  [100_000, '100000.0'],
  [1e6, '1e+06'],
  [1.1e6, '1.1e+06'],
  [1e10, '1e+10'],
  [1.1e23, '1.1e+23'],
  [Infinity, '+Inf'],
])('the canonical form of %d is %s', (value, text) => {
  expect(canonicalNumber(value)).toBe(text);
});

describe('the time at which a series began', () => {
  test('the time of creation is a sample of counters and histograms', async () => {
    const made = makeCollector();
    const { collector } = made;
    const before = Date.now() / 1000;
    collector.counter('c_total').inc({ a: 1 });
    collector.counter('plain').inc();
    collector.histogram('h', { buckets: [1] }).observe({ a: 1 }, 1);
    collector.gauge('g').set(1);
    const after = Date.now() / 1000;
    const page = await pageOf(made);
    const times = [...page.matchAll(/^(\S+_created\S*) (.*)$/gm)];
    expect(times.map(([, series]) => series)).toEqual([
      'c_created{a="1"}',
      'plain_created',
      'h_created{a="1"}',
    ]);
    for (const [, , time] of times) {
      // In hundredths of a second.
      expect(Number(time)).toBeGreaterThan(before - 0.011);
      expect(Number(time)).toBeLessThanOrEqual(after);
    }
  });

  test('the creation time is not in the text format, nor on pages where it is off', async () => {
    const made = makeCollector({ createdSamples: false });
    made.collector.counter('c_total').inc();
    expect(await pageOf(made)).not.toContain('_created');
    const other = makeCollector();
    other.collector.counter('c_total').inc();
    expect(await other.collector.metrics()).not.toContain('_created');
  });

  test.each<[string, (made: TestCollector) => void]>([
    ['cleared', ({ collector }) => collector.clearMetrics()],
    ['removed', ({ collector }) => collector.counter('c').remove({ a: 1 })],
    ['reset', ({ collector }) => collector.counter('c').reset()],
    [
      'removed with all others',
      ({ collector }) => collector.counter('c').removeAll(),
    ],
    [
      'reset by prom-client',
      ({ collector }) => collector.registry.resetMetrics(),
    ],
  ])(
    'the time of creation is another one once the series was %s',
    async (_how, end) => {
      vi.useFakeTimers({ toFake: ['Date'] });
      try {
        const made = makeCollector();
        const series = made.collector.counter('c').labels({ a: 1 });
        const began = async () =>
          Number(/^c_created\{a="1"\} (.*)$/m.exec(await pageOf(made))![1]);
        series.inc();
        const first = await began();
        vi.advanceTimersByTime(60_000);
        expect(await began()).toBe(first);
        end(made);
        series.inc();
        expect(await began()).toBeCloseTo(first + 60, 1);
      } finally {
        vi.useRealTimers();
      }
    },
  );

  test('the creation time changes for an unlabelled series and for one set to zero', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const made = makeCollector();
      const counter = made.collector.counter('c');
      const histogram = made.collector.histogram('h', { buckets: [1] });
      const began = async () =>
        [...(await pageOf(made)).matchAll(/_created (.*)$/gm)].map(([, time]) =>
          Number(time),
        );
      counter.inc();
      histogram.observe(1);
      const first = await began();
      vi.advanceTimersByTime(60_000);
      counter.reset();
      histogram.zero();
      const second = await began();
      expect(second).toHaveLength(2);
      second.forEach((time, i) => expect(time).toBeCloseTo(first[i]! + 60, 1));
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('names that clash in OpenMetrics only', () => {
  const typesOf = (page: string) => page.match(/(?<=^# TYPE ).*$/gm);

  test('a counter whose name clashes in OpenMetrics is of unknown type under its own name', async () => {
    const made = makeCollector();
    const { collector, warnings } = made;
    collector.gauge('jobs').set(1);
    collector.counter('jobs_total').inc(2);
    collector.counter('x').inc(3);
    collector.gauge('x_created').set(4);
    const page = await pageOf(made);
    expect(typesOf(page)).toEqual([
      'jobs gauge',
      'jobs_total unknown',
      'x unknown',
      'x_created gauge',
    ]);
    expect(page.match(/^\w+ \d$/gm)).toEqual([
      'jobs 1',
      'jobs_total 2',
      'x 3',
      'x_created 4',
    ]);
    expect(warnings).toEqual([]);
  });

  test('two counters that differ in `_total` are both of unknown type in OpenMetrics', async () => {
    const made = makeCollector();
    made.collector.counter('a').inc(1);
    made.collector.counter('a_total').inc(2);
    made.collector.counter('b_total').inc(3);
    const page = await pageOf(made);
    expect(typesOf(page)).toEqual([
      'a unknown',
      'a_total unknown',
      'b counter',
    ]);
    expect(page).toContain('\na 1\n');
    expect(page).toContain('\na_total 2\n');
  });

  test("a metric named like a histogram's sample is left out of OpenMetrics with a warning", async () => {
    const made = makeCollector();
    const { collector, warnings } = made;
    collector.gauge('h_created').set(1);
    collector.histogram('h', { buckets: [1] }).observe(1);
    new PromGauge({
      name: 'h_count',
      help: 'theirs',
      registers: [collector.registry],
    });
    const page = await pageOf(made);
    expect(typesOf(page)).toEqual(['h histogram']);
    expect(page.match(/^h_created/gm)).toHaveLength(1);
    expect(warnings).toEqual([
      expect.stringContaining('Metric "h_count" is left out, as "h" has a'),
      expect.stringContaining('Metric "h_created" is not on OpenMetrics pages'),
    ]);
    expect(await collector.metrics()).toContain('\nh_created 1\n');
    expect(await collector.metrics()).toContain(
      'metrics_errors_total{cause="conflict"} 1',
    );
  });

  test('names that clash in OpenMetrics are resolved alike on a page of some metrics', async () => {
    const made = makeCollector({ createdSamples: false });
    const { collector } = made;
    collector.gauge('jobs').set(1);
    new PromCounter({
      name: 'jobs_total',
      help: 'theirs',
      registers: [collector.registry],
    }).inc();
    await collector.initialize();
    const { endpoint } = await collector.healthCheck();
    const page = await fetch(`${endpoint}?name[]=jobs_total`, {
      headers: { accept: OPEN_METRICS },
    });
    expect(await page.text()).toBe(
      '# TYPE jobs_total unknown\n# HELP jobs_total theirs\njobs_total 1\n# EOF\n',
    );
  });
});

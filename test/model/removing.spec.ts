import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type Counter,
  type Gauge,
  type Histogram,
  LabelError,
  type Labels,
  type PrometheusCollector,
} from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

afterEach(() => vi.useRealTimers());

type Make = (
  collector: PrometheusCollector,
  labelNames?: string[],
) => {
  instrument: Counter | Gauge | Histogram;
  add: (labels?: Labels) => void;
};

const INSTRUMENTS: [string, Make][] = [
  [
    'counter',
    (collector, labelNames) => {
      const instrument = collector.counter('m', { labelNames });
      return { instrument, add: (labels = {}) => instrument.inc(labels) };
    },
  ],
  [
    'gauge',
    (collector, labelNames) => {
      const instrument = collector.gauge('m', { labelNames });
      return { instrument, add: (labels = {}) => instrument.inc(labels) };
    },
  ],
  [
    'histogram',
    (collector, labelNames) => {
      const options = { labelNames, buckets: [1] };
      const instrument = collector.histogram('m', options);
      return {
        instrument,
        add: (labels = {}) => instrument.observe(labels, 2),
      };
    },
  ],
  [
    'timer',
    (collector, labelNames) => {
      const instrument = collector.timer('m', { labelNames, buckets: [1] });
      return {
        instrument,
        add: (labels = {}) => instrument.observe(labels, 2),
      };
    },
  ],
];

/** The series by their labels, with their value, or their count of observations. */
async function seriesOf(collector: PrometheusCollector) {
  const lines = await samples(collector, 'm');
  return lines
    .filter((line) => !/^m_(bucket|sum)/.test(line))
    .map((line) => line.replace(/^m(_count)?/, ''));
}

describe.each(INSTRUMENTS)('a %s', (_name, make) => {
  test('a metric removes the series of label values that are given by position', async () => {
    const { collector } = makeCollector();
    const { instrument, add } = make(collector, ['method', 'code']);
    add({ method: 'GET', code: 200 });
    add({ method: 'PUT', code: 200 });
    add();
    expect(instrument.remove('GET', 200)).toBe(true);
    expect(instrument.remove('GET', '200')).toBe(false);
    expect(await seriesOf(collector)).toEqual([
      '{code="200",method="PUT"} 1',
      ' 1',
    ]);
    expect(instrument.remove({ method: 'PUT', code: 200 })).toBe(true);
    expect(instrument.remove()).toBe(true);
    expect(await seriesOf(collector)).toEqual([]);
  });

  test('a metric keeps its series when the label values do not fit its labelNames', async () => {
    const { collector } = makeCollector();
    const { instrument, add } = make(collector, ['method', 'code']);
    add({ method: 'GET' });
    for (const values of [['GET'], ['GET', 200, 'x']]) {
      expect(() => instrument.remove(...values)).toThrow(
        new LabelError(
          `Metric "m" was given ${values.length} label values; expected 2, of its labelNames [method, code], or an object`,
        ),
      );
    }
    expect(() => instrument.remove(['GET', 200] as never)).toThrow(LabelError);
    expect(await seriesOf(collector)).toEqual(['{method="GET"} 1']);
  });

  test('a metric without labelNames refuses a label value without a name with an error that says so', () => {
    const { collector } = makeCollector();
    const { instrument } = make(collector);
    const error = new LabelError(
      'Metric "m" was given 1 label values; expected an object, as it has no labelNames',
    );
    expect(() => instrument.remove('GET')).toThrow(error);
    expect(() => instrument.labels('GET')).toThrow(error);
  });

  test('removeAll() removes all series of a metric, which then counts from 0', async () => {
    const { collector } = makeCollector();
    const { instrument, add } = make(collector);
    add();
    add({ a: 1 });
    instrument.removeAll();
    expect(await seriesOf(collector)).toEqual([]);
    add({ a: 1 });
    expect(await seriesOf(collector)).toEqual(['{a="1"} 1']);
    expect(collector.getMetricCount()).toBe(1);
  });

  test('a metric without labels is 0 after reset(), also through a kept series', async () => {
    const { collector } = makeCollector({
      defaultLabels: { app: 'docs' },
      initialSeries: false,
    });
    const { instrument, add } = make(collector);
    instrument.reset();
    expect(await seriesOf(collector)).toEqual([]);
    const kept = instrument.labels({});
    add();
    instrument.reset();
    expect(await seriesOf(collector)).toEqual(['{app="docs"} 0']);
    add();
    if ('inc' in kept) kept.inc();
    else kept.observe(2);
    expect(await seriesOf(collector)).toEqual(['{app="docs"} 2']);
  });

  test('a metric with labels has no series after reset(), and none without labels', async () => {
    const { collector } = makeCollector();
    const { instrument, add } = make(collector);
    add({ a: 1 });
    instrument.reset();
    expect(await seriesOf(collector)).toEqual([]);
  });

  test('a metric with labelNames has no series after reset(), as with prom-client', async () => {
    const { collector } = makeCollector();
    const { instrument, add } = make(collector, ['a']);
    add({ a: 1 });
    add();
    instrument.reset();
    expect(await seriesOf(collector)).toEqual([]);
  });

  test('a metric that is denied or cleared stays so after reset() and removeAll()', () => {
    const { collector } = makeCollector({
      filters: [{ metrics: 'm', deny: true }],
    });
    const { instrument, add } = make(collector);
    add();
    instrument.reset();
    instrument.removeAll();
    expect(instrument.remove()).toBe(false);
    add();
    const other = makeCollector().collector;
    const cleared = make(other);
    cleared.add();
    other.clearMetrics();
    cleared.instrument.reset();
    cleared.instrument.removeAll();
    expect([collector, other].map((c) => c.getMetricCount())).toEqual([0, 0]);
  });

  test('a metric that is full has room again after reset()', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 1 });
    const { instrument, add } = make(collector);
    add({ a: 1 });
    add({ a: 2 });
    instrument.reset();
    add({ a: 2 });
    expect(await seriesOf(collector)).toEqual(['{a="2"} 1']);
  });
});

describe('zero() of a histogram', () => {
  test('zero() of a histogram creates a series without observations, and resets an existing one to 0', async () => {
    const { collector } = makeCollector({ maxSeriesPerMetric: 2 });
    const histogram = collector.histogram('m', { buckets: [1] });
    histogram.zero({ a: 1 });
    histogram.observe({ a: 2 }, 0.5);
    const kept = histogram.labels({ a: 2 });
    histogram.zero({ a: 2 });
    expect(await samples(collector, 'm')).toEqual([
      'm_bucket{a="1",le="1"} 0',
      'm_bucket{a="1",le="+Inf"} 0',
      'm_sum{a="1"} 0',
      'm_count{a="1"} 0',
      'm_bucket{a="2",le="1"} 0',
      'm_bucket{a="2",le="+Inf"} 0',
      'm_sum{a="2"} 0',
      'm_count{a="2"} 0',
    ]);
    kept.observe(2);
    expect(await seriesOf(collector)).toEqual(['{a="1"} 0', '{a="2"} 1']);
  });

  test('zero() of a histogram refuses labels that cannot be written, and changes nothing', async () => {
    const { collector } = makeCollector();
    const histogram = collector.histogram('m', { buckets: [1] });
    histogram.observe(1);
    expect(() => histogram.zero({ le: '1' })).toThrow(LabelError);
    expect(await seriesOf(collector)).toEqual([' 1']);
    histogram.zero();
    expect(await seriesOf(collector)).toEqual([' 0']);
  });
});

describe('a timer of a gauge', () => {
  test('a timer of a gauge sets the seconds between start and stop, with the labels of both', async () => {
    vi.useFakeTimers({ toFake: ['hrtime'] });
    const { collector } = makeCollector();
    const gauge = collector.gauge('m', { labelNames: ['job'] });
    const stop = gauge.startTimer({ job: 'import', status: 'running' });
    const stopPlain = gauge.startTimer();
    vi.advanceTimersByTime(1_500);
    expect(stop({ status: 'done' })).toBe(1.5);
    expect(stopPlain()).toBe(1.5);
    vi.advanceTimersByTime(500);
    expect(stop({ status: 'done' })).toBe(2);
    expect(await samples(collector, 'm')).toEqual([
      'm{job="import",status="done"} 2',
      'm 1.5',
    ]);
  });

  test('a timer of a gauge starts on a kept series, which can be set to the time too', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_500, toFake: ['Date', 'hrtime'] });
    const { collector } = makeCollector();
    const series = collector.gauge('m').labels({ job: 'import' });
    series.setToCurrentTime();
    expect(await seriesOf(collector)).toEqual(['{job="import"} 1700000000.5']);
    const stop = series.startTimer();
    vi.advanceTimersByTime(250);
    expect(stop()).toBe(0.25);
    expect(await seriesOf(collector)).toEqual(['{job="import"} 0.25']);
  });

  test('a timer of a gauge refuses non-objects at its start, and invalid labels at its stop', () => {
    const { collector } = makeCollector();
    const gauge = collector.gauge('m');
    expect(() => gauge.startTimer(5 as never)).toThrow(LabelError);
    expect(() => gauge.startTimer()({ le: '1' })).toThrow(LabelError);
  });
});

describe('reset() of a gauge with a callback', () => {
  test('reset() of a gauge in its callback, as with prom-client, keeps the values that are set after it', async () => {
    const { collector } = makeCollector();
    let jobs = ['a', 'a', 'b'];
    collector.gauge('m', {
      collect() {
        this.reset();
        for (const job of jobs) this.inc({ job });
      },
    });
    expect(await seriesOf(collector)).toEqual(['{job="a"} 2', '{job="b"} 1']);
    jobs = ['b'];
    expect(await seriesOf(collector)).toEqual(['{job="b"} 1']);
  });

  test('reset() of a gauge without labels in its callback leaves it at 0', async () => {
    const { collector } = makeCollector();
    let jobs = 2;
    collector.gauge('m', {
      async collect() {
        this.reset();
        for (let i = 0; i < jobs; i++) this.inc();
      },
    });
    expect(await seriesOf(collector)).toEqual([' 2']);
    jobs = 0;
    expect(await seriesOf(collector)).toEqual([' 0']);
    expect(await seriesOf(collector)).toEqual([' 0']);
  });

  test('reset() of a gauge outside its callback shows no 0 for an unreadable value', async () => {
    const { collector } = makeCollector();
    let isDown = false;
    const gauge = collector.gauge('m', {
      collect: () => {
        if (isDown) throw new Error('down');
        return 5;
      },
    });
    expect(await seriesOf(collector)).toEqual([' 5']);
    isDown = true;
    gauge.reset();
    collector.registry.resetMetrics();
    expect(await seriesOf(collector)).toEqual([]);
    gauge.set(1);
    gauge.reset();
    expect(await seriesOf(collector)).toEqual([' 0']);
    isDown = false;
    expect(await seriesOf(collector)).toEqual([' 5']);
  });
});

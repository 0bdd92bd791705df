import { expect, it } from 'vitest';
import type { PrometheusCollector } from '../../src/index.js';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';

const TRACE = { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f0' };

/** The lines of a metric on an OpenMetrics page, without the times of exemplars. */
async function lines(collector: PrometheusCollector, name: string) {
  const page = await collector.metrics(OPEN_METRICS);
  return page
    .split('\n')
    .filter((line) => line.startsWith(name) && !line.includes('_created'))
    .map((line) => line.replace(/(# \{.*\} \S+) \d+\.\d+$/, '$1 TIME'));
}

const EXEMPLAR = `# {span_id="00f0",trace_id="${TRACE.trace_id}"}`;

type Record = (collector: PrometheusCollector) => void;

it.each<[string, Record]>([
  [
    'labels, value and exemplar',
    (c) => c.counter('a_total').inc({ x: 'y' }, 2, { exemplar: TRACE }),
  ],
  [
    'a kept series',
    (c) => c.counter('a_total').labels({ x: 'y' }).inc(2, { exemplar: TRACE }),
  ],
  [
    'the form of prom-client',
    (c) =>
      c
        .counter('a_total')
        .inc({ labels: { x: 'y' }, value: 2, exemplarLabels: TRACE }),
  ],
])('a counter has the exemplar that it is given: %s', async (_form, record) => {
  const { collector } = makeCollector();
  record(collector);
  expect(await lines(collector, 'a_total')).toEqual([
    `a_total{x="y"} 2 ${EXEMPLAR} 2 TIME`,
  ]);
});

it.each<[string, Record]>([
  [
    'value and exemplar',
    (c) => c.counter('a_total').inc(1, { exemplar: TRACE }),
  ],
  [
    'the form of prom-client',
    (c) => c.counter('a_total').inc({ exemplarLabels: TRACE }),
  ],
])(
  'a counter without labels has the exemplar that it is given: %s',
  async (_form, record) => {
    const { collector } = makeCollector();
    record(collector);
    expect(await lines(collector, 'a_total')).toEqual([
      `a_total 1 ${EXEMPLAR} 1 TIME`,
    ]);
  },
);

it.each<[string, Record]>([
  [
    'labels, value and exemplar',
    (c) =>
      c
        .histogram('a', { buckets: [1, 5] })
        .observe({ x: 'y' }, 3, { exemplar: TRACE }),
  ],
  [
    'a kept series',
    (c) =>
      c
        .histogram('a', { buckets: [1, 5] })
        .labels({ x: 'y' })
        .observe(3, { exemplar: TRACE }),
  ],
  [
    'the form of prom-client',
    (c) =>
      c
        .histogram('a', { buckets: [1, 5] })
        .observe({ labels: { x: 'y' }, value: 3, exemplarLabels: TRACE }),
  ],
])(
  'a histogram has the exemplar in the bucket of its value: %s',
  async (_form, record) => {
    const { collector } = makeCollector();
    record(collector);
    expect(await lines(collector, 'a')).toEqual([
      'a_bucket{x="y",le="1.0"} 0',
      `a_bucket{x="y",le="5.0"} 1 ${EXEMPLAR} 3 TIME`,
      'a_bucket{x="y",le="+Inf"} 1',
      'a_sum{x="y"} 3',
      'a_count{x="y"} 1',
    ]);
  },
);

it('the latest exemplar of a series is shown, and a recording without one keeps it', async () => {
  const { collector } = makeCollector();
  const counter = collector.counter('a_total');
  counter.inc(1, { exemplar: { trace_id: 'one' } });
  counter.inc(2, { exemplar: { trace_id: 'two' } });
  counter.inc(4);
  expect(await lines(collector, 'a_total')).toEqual([
    'a_total 7 # {trace_id="two"} 2 TIME',
  ]);
});

it('options without an exemplar record as no options do', async () => {
  const { collector } = makeCollector();
  collector.counter('a_total').inc({}, 2, {});
  collector.counter('a_total').inc(1, { exemplar: undefined });
  expect(await lines(collector, 'a_total')).toEqual(['a_total 3']);
});

it('a label may have the name of a member of a call in the form of prom-client', async () => {
  const { collector } = makeCollector();
  collector.counter('a_total').inc({ labels: 'one', value: 2 }, 3);
  expect(await lines(collector, 'a_total')).toEqual([
    'a_total{labels="one",value="2"} 3',
  ]);
});

const LONG = { trace_id: 'x'.repeat(121) };

it.each<[unknown, string, string]>([
  [
    { exemplar: LONG },
    'LabelError',
    'labels have 129 characters; expected at most 128',
  ],
  [{ exemplar: { '0wrong': 'x' } }, 'LabelError', '0wrong'],
  [{ exemplar: { trace_id: {} } }, 'LabelError', 'trace_id'],
  [
    { exemplar: 'abc' },
    'OptionsError',
    "options.exemplar is 'abc'; expected an object of labels",
  ],
  [{ exemplars: TRACE }, 'OptionsError', 'did you mean "exemplar"?'],
  [null, 'OptionsError', 'options is null'],
])(
  'an exemplar that cannot be written is refused, and nothing is recorded: %o',
  async (options, name, message) => {
    const { collector } = makeCollector();
    const given = options as { exemplar?: {} };
    const counter = collector.counter('a_total');
    const histogram = collector.histogram('b');
    const refused = expect.objectContaining({
      name,
      message: expect.stringContaining(message) as string,
    }) as Error;
    expect(() => counter.inc({}, 1, given)).toThrow(refused);
    expect(() => counter.inc(1, given)).toThrow(refused);
    expect(() => histogram.observe({}, 1, given)).toThrow(refused);
    expect(() => histogram.observe(1, given)).toThrow(refused);
    const page = await collector.metrics();
    expect(page).not.toMatch(/^(a_total|b_count) [1-9]/m);
  },
);

it('labels that are neither labels nor a call are refused with the error of labels', () => {
  const { collector } = makeCollector();
  const odd = { x: {} } as unknown as { x: string };
  const refused = expect.objectContaining({ name: 'LabelError' }) as Error;
  expect(() => collector.counter('a_total').inc(odd)).toThrow(refused);
  expect(() => collector.histogram('b').observe(odd, 1)).toThrow(refused);
});

it('a value that cannot be recorded is refused with an exemplar too', () => {
  const { collector } = makeCollector();
  const refused = expect.objectContaining({
    name: 'MetricValueError',
  }) as Error;
  const options = { exemplar: TRACE };
  expect(() => collector.counter('a_total').inc({}, -1, options)).toThrow(
    refused,
  );
  expect(() => collector.histogram('b').observe({}, NaN, options)).toThrow(
    refused,
  );
  const noValue = { labels: {}, exemplarLabels: TRACE };
  expect(() => collector.histogram('b').observe(noValue)).toThrow(refused);
});

it('snapshots have the exemplars that recordings are given', async () => {
  const { collector } = makeCollector();
  collector.counter('a_total').inc(1, { exemplar: TRACE });
  const { metrics } = await collector.snapshot();
  expect(metrics.find(({ name }) => name === 'a_total')).toMatchObject({
    series: [{ exemplar: { labels: TRACE, value: 1 } }],
  });
});

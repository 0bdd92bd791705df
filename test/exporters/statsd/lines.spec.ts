import { describe, expect, it } from 'vitest';
import type { SummarySnapshot } from '../../../src/exporters/snapshot.js';
import type { StatsdOptions } from '../../../src/exporters/statsd/statsd.options.js';
import {
  counterOf,
  distribution,
  gaugeOf,
  histogramOf,
  valueSeries,
} from '../../support/snapshots.js';
import { exported, linesOf, observed, startedAt, timed } from './exporting.js';
import { receiveUdp } from './receivers.js';

const LABELS = { agent: 'Assistant', status: 'success' };

const METRICS = [
  counterOf('runs_total', valueSeries(3, LABELS), valueSeries(0.5)),
  gaugeOf('sessions', valueSeries(12.5, LABELS)),
];

const EVENTS = [
  timed('run_seconds', 0.25, LABELS),
  timed('run_seconds', 2),
  observed('tokens', 7, LABELS),
];

describe('the lines of StatsD', () => {
  it.each<[NonNullable<StatsdOptions['tags']>, string[]]>([
    [
      'dogstatsd',
      [
        'runs_total:3|c|#agent:Assistant,status:success',
        'runs_total:0.5|c',
        'sessions:12.5|g|#agent:Assistant,status:success',
        'run_milliseconds:250|ms|#agent:Assistant,status:success',
        'run_milliseconds:2000|ms',
        'tokens:7|h|#agent:Assistant,status:success',
      ],
    ],
    [
      'telegraf',
      [
        'runs_total,agent=Assistant,status=success:3|c',
        'runs_total:0.5|c',
        'sessions,agent=Assistant,status=success:12.5|g',
        'run_milliseconds,agent=Assistant,status=success:250|ms',
        'run_milliseconds:2000|ms',
        'tokens,agent=Assistant,status=success:7|h',
      ],
    ],
    [
      'graphite',
      [
        'runs_total;agent=Assistant;status=success:3|c',
        'runs_total:0.5|c',
        'sessions;agent=Assistant;status=success:12.5|g',
        'run_milliseconds;agent=Assistant;status=success:250|ms',
        'run_milliseconds:2000|ms',
        'tokens;agent=Assistant;status=success:7|ms',
      ],
    ],
  ])('lines have tags of %s', async (tags, lines) => {
    expect(await linesOf({ tags }, METRICS, EVENTS)).toEqual(lines);
  });

  it.each(['app', 'app.'])(
    'lines begin with the prefix %j and one dot',
    async (prefix) => {
      const lines = await linesOf({ prefix }, METRICS, EVENTS);
      expect(lines.map((line) => line.split(':')[0])).toEqual([
        'app.runs_total',
        'app.runs_total',
        'app.sessions',
        'app.run_milliseconds',
        'app.run_milliseconds',
        'app.tokens',
      ]);
    },
  );

  it('a colon in the name of a metric becomes a dot', async () => {
    const metrics = [counterOf('jobs:runs_total', valueSeries(1))];
    for (const tags of ['dogstatsd', 'telegraf', 'graphite'] as const) {
      expect(await linesOf({ tags }, metrics)).toEqual(['jobs.runs_total:1|c']);
    }
  });

  it('milliseconds of a timer have no rounding error', async () => {
    expect(await linesOf({}, [], [timed('run_seconds', 1.001)])).toEqual([
      'run_milliseconds:1001|ms',
    ]);
  });

  it('timers and histograms are distributions with the option distributions', async () => {
    expect(await linesOf({ distributions: true }, [], EVENTS)).toEqual([
      'run_milliseconds:250|d|#agent:Assistant,status:success',
      'run_milliseconds:2000|d',
      'tokens:7|d|#agent:Assistant,status:success',
    ]);
  });

  it('a negative gauge is sent after a 0, as a sign means a difference', async () => {
    const gauge = gaugeOf('balance', valueSeries(-3, { account: 'main' }));
    expect(await linesOf({ tags: 'graphite' }, [gauge])).toEqual([
      'balance;account=main:0|g',
      'balance;account=main:-3|g',
    ]);
  });

  it('values that are not finite have no lines', async () => {
    const values = [NaN, Infinity, -Infinity].map((value) =>
      valueSeries(value, { value: String(value) }),
    );
    const metrics = [
      counterOf('runs_total', ...values, valueSeries(1)),
      gaugeOf('sessions', ...values, valueSeries(2)),
    ];
    const events = [observed('a', NaN), observed('a', Infinity)];
    const lines = await linesOf({}, metrics, [...events, observed('a', 3)]);
    expect(lines).toEqual(['runs_total:1|c', 'sessions:2|g', 'a:3|h']);
  });

  it('only the unit at the end of the name of a timer is replaced', async () => {
    const events = [
      timed('run', 1),
      timed('seconds_of_run', 1),
      observed('age_seconds', 1),
    ];
    expect(await linesOf({}, [], events)).toEqual([
      'run:1000|ms',
      'seconds_of_run:1000|ms',
      'age_seconds:1|h',
    ]);
  });
});

describe('repeated exports', () => {
  it('each export has lines of counters that have grown, and of all gauges', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver);
    const state = (a: number, b: number) => [
      counterOf(
        'runs_total',
        valueSeries(a, { agent: 'a' }),
        valueSeries(b, { agent: 'b' }),
      ),
      gaugeOf('sessions', valueSeries(1)),
    ];
    await exported(exporter, state(3, 1));
    await exported(exporter, state(3, 5));
    await exported(exporter, state(4, 5));
    expect(await receiver.lines()).toEqual([
      'runs_total:3|c|#agent:a',
      'runs_total:1|c|#agent:b',
      'sessions:1|g',
      'runs_total:4|c|#agent:b',
      'sessions:1|g',
      'runs_total:1|c|#agent:a',
      'sessions:1|g',
    ]);
  });

  it('a counter of prom-client counts from 0 after a reset, also to 0', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver);
    for (const value of [10, 4, 0, 12]) {
      const series = valueSeries(value, {}, { created: undefined });
      await exported(exporter, [counterOf('theirs_total', series)]);
    }
    expect(await receiver.lines()).toEqual([
      'theirs_total:10|c',
      'theirs_total:4|c',
      'theirs_total:12|c',
    ]);
  });

  it('an observation is sent once', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver);
    exporter.receive([observed('tokens', 1)]);
    await exported(exporter);
    exporter.receive([observed('tokens', 2)]);
    await exported(exporter);
    await exported(exporter);
    expect(await receiver.lines()).toEqual(['tokens:1|h', 'tokens:2|h']);
  });
});

describe('histograms and summaries of prom-client', () => {
  const foreign = { created: undefined };

  it('a histogram of prom-client is sent as the increase of its count and sum', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver);
    const state = (counts: number[], sum: number) =>
      histogramOf('sizes', [1], distribution(counts, sum, LABELS, foreign));
    await exported(exporter, [state([1, 1], 5.5)]);
    await exported(exporter, [state([1, 1], 5.5)]);
    await exported(exporter, [state([2, 1], 4.5)]);
    expect(await receiver.lines()).toEqual([
      'sizes_count:2|c|#agent:Assistant,status:success',
      'sizes_sum:5.5|c|#agent:Assistant,status:success',
      'sizes_count:1|c|#agent:Assistant,status:success',
      'sizes_sum:-1|c|#agent:Assistant,status:success',
    ]);
  });

  it('quantiles of a summary of prom-client are sent as gauges', async () => {
    const { counts: _counts, ...series } = distribution([2], 3, {}, foreign);
    const quantiles = [
      { quantile: 0.5, value: 1.5 },
      { quantile: 0.9, value: NaN },
    ];
    const summary: SummarySnapshot = {
      type: 'summary',
      name: 'times',
      help: '',
      unit: undefined,
      series: [{ ...series, quantiles }],
    };
    expect(await linesOf({}, [summary])).toEqual([
      'times:1.5|g|#quantile:0.5',
      'times_count:2|c',
      'times_sum:3|c',
    ]);
  });

  it('a histogram of the module is not sent as a count and a sum', async () => {
    const ours = histogramOf('sizes', [1], distribution([1, 1], 5.5));
    expect(await linesOf({}, [ours])).toEqual([]);
  });
});

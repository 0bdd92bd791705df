import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/live/answers.js';
import { apiBase, queryUrl } from '../../live-page/src/api/base.js';
import { backOff } from '../../live-page/src/api/back-off.js';
import {
  filledRange,
  neighbouringRange,
  rangesUpTo,
  usualRange,
} from '../../live-page/src/app/ranges.js';
import {
  agentHref,
  metricHref,
  parseRoute,
  queriesOf,
} from '../../live-page/src/app/routes.js';
import { matches, nextSort, sorted } from '../../live-page/src/table/sort.js';
import {
  selectorOf,
  suggestions,
  withLabelName,
} from '../../live-page/src/views/metrics/label-filter.js';
import { promQuery } from '../../live-page/src/views/metrics/metric-text.js';
import { sentenceOf } from '../../live-page/src/views/overview/finding-text.js';

describe('Where the live page finds its API', () => {
  test.each([
    ['http://a/metrics/live/assets/live-1.js', 'http://a/metrics/live/api/'],
    ['https://b/app/live/assets/live-1.js?x=1', 'https://b/app/live/api/'],
    ['http://me:secret@c/live/assets/live-1.js', 'http://c/live/api/'],
  ])('the program at %s asks %s', (program, api) => {
    expect(apiBase(program).href).toBe(api);
  });

  test('names are encoded, whatever they are', () => {
    const base = apiBase('http://a/live/assets/x.js');
    const query = { view: 'agent', key: '', parameters: { name: '../?&#' } };
    const url = new URL(queryUrl(base, query, 15));
    expect(url.pathname).toBe('/live/api/agent');
    expect(url.searchParams.get('name')).toBe('../?&#');
    expect(url.searchParams.get('minutes')).toBe('15');
    expect(queryUrl(base, query, null)).not.toContain('minutes');
  });

  test('attempts come half as often after each failure, and every 30 seconds at least', () => {
    expect([1, 2, 3, 4, 50].map((failures) => backOff(failures, 5))).toEqual([
      5, 10, 20, 30, 30,
    ]);
    expect(backOff(1, 0.1)).toBe(1);
  });
});

describe('Routes of the live page', () => {
  test.each([
    ['', { view: 'overview', name: null }],
    ['#/', { view: 'overview', name: null }],
    ['#/agents', { view: 'agents', name: null }],
    ['#/agents/a%2Fb', { view: 'agents', name: 'a/b' }],
    ['#/agents/a/b', { view: 'agents', name: 'a/b' }],
    ['#/agents/100%', { view: 'agents', name: '100%' }],
    ['#/agents/', { view: 'agents', name: '' }],
    ['#/nonsense/x', { view: 'overview', name: null }],
    ['#/__proto__', { view: 'overview', name: null }],
  ])('the fragment %j is the route %j', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
  });

  test.each(['', 'a/b', '<script>', '\u202e', '100%', '#?&', '👩‍👧'])(
    'a link to the agent %j leads to it',
    (name) => {
      expect(parseRoute(agentHref(name))).toEqual({ view: 'agents', name });
      expect(parseRoute(metricHref(name)).name).toBe(name);
    },
  );

  test('half of a surrogate pair in a name breaks no link', () => {
    expect(agentHref('\ud83d')).toBe('#/agents/%EF%BF%BD');
  });

  test('a view asks for what it shows', () => {
    const views = (hash: string) =>
      queriesOf(parseRoute(hash), '').map(({ view }) => view);
    expect(views('#/')).toEqual(['overview']);
    expect(views('#/agents/x')).toEqual(['agent']);
    expect(views('#/metrics')).toEqual(['metrics']);
    expect(views('#/metrics/up')).toEqual(['metrics', 'metric']);
  });

  test('a young app is shown in the shortest range that has room for its history', () => {
    expect(filledRange([5, 15, 30], 20)).toBe(5);
    expect(filledRange([5, 15, 30], 299)).toBe(15);
    expect(filledRange([5, 15, 30], 1800)).toBe(30);
  });

  test('time ranges are as long as the history, and have neighbours', () => {
    expect(rangesUpTo(30)).toEqual([5, 15, 30]);
    expect(rangesUpTo(10)).toEqual([5, 10]);
    expect(rangesUpTo(3)).toEqual([3]);
    expect(rangesUpTo(60)).toEqual([5, 15, 30, 60]);
    expect(rangesUpTo(1440)).toEqual([5, 15, 30, 60, 240, 1440]);
    expect([10, 30, 1440].map(usualRange)).toEqual([10, 30, 30]);
    expect(neighbouringRange([5, 15, 30], 15, 1)).toBe(30);
    expect(neighbouringRange([5, 15, 30], 30, 1)).toBe(30);
    expect(neighbouringRange([5, 15, 30], 5, -1)).toBe(5);
  });
});

describe('Tables of the live page', () => {
  const rows = [{ v: 2 }, { v: null }, { v: 10 }];

  test('what has no value comes last in both directions', () => {
    const values = (direction: 1 | -1) =>
      sorted(rows, ({ v }) => v, direction).map(({ v }) => v);
    expect(values(1)).toEqual([2, 10, null]);
    expect(values(-1)).toEqual([10, 2, null]);
  });

  test('names with numbers are sorted as people count', () => {
    const names = ['a10', 'a9', 'B1'].map((v) => ({ v }));
    expect(sorted(names, ({ v }) => v, 1).map(({ v }) => v)).toEqual([
      'a9',
      'a10',
      'B1',
    ]);
  });

  test('a click starts numbers with the largest, names with A, and turns the order around', () => {
    const first = { key: 'name', direction: 1 } as const;
    expect(nextSort(first, 'calls', true)).toEqual({
      key: 'calls',
      direction: -1,
    });
    expect(nextSort(first, 'agent', false)).toEqual({
      key: 'agent',
      direction: 1,
    });
    expect(nextSort(first, 'name', false)).toEqual({
      key: 'name',
      direction: -1,
    });
  });

  test('a filter finds rows with all of its words', () => {
    expect(matches('POST /agents/:name', 'agents post')).toBe(true);
    expect(matches('POST /agents/:name', 'get')).toBe(false);
    expect(matches('anything', '  ')).toBe(true);
  });
});

describe('The metrics browser', () => {
  const list = [
    { labels: { agent: 'Refunds', status: 'error' } },
    { labels: { agent: 'Refunds', status: 'success' } },
    { labels: { agent: 'My Agent', status: 'success' } },
  ];

  test('a filter goes on with the values that there are', () => {
    expect(suggestions('agent=', list)).toEqual([
      'agent=Refunds',
      'status=error',
      'status=success',
    ]);
    expect(suggestions('agent=Refunds st', list)).toContain(
      'agent=Refunds status=error',
    );
    expect(withLabelName('agent=Refunds', 'status')).toBe(
      'agent=Refunds status=',
    );
  });

  test('the query for Prometheus has the labels of the filter', () => {
    const metric = {
      name: 'calls_total',
      type: 'counter',
      help: '',
      unit: '',
      series: 3,
      limit: null,
      overflows: 0,
    } as const;
    const one = list.slice(0, 1);
    expect(promQuery(metric, selectorOf('', list))).toBe(
      'rate(calls_total[1m])',
    );
    expect(promQuery(metric, selectorOf('agent=refu', one))).toBe(
      'rate(calls_total{agent="Refunds"}[1m])',
    );
    expect(selectorOf('agent=a.b free', list)).toBe(
      '{agent=~"(?i).*a\\\\.b.*"}',
    );
    expect(
      promQuery(
        { ...metric, name: 'd', type: 'histogram' },
        selectorOf('agent=refu', one),
      ),
    ).toBe(
      'histogram_quantile(0.95, sum by (le) (rate(d_bucket{agent="Refunds"}[1m])))',
    );
    expect(promQuery({ ...metric, type: 'gauge' }, '')).toBe('calls_total');
  });

  test('label values in a query are escaped', () => {
    const labels = { agent: 'a"b\\c\nd' };
    expect(selectorOf('agent=a', [{ labels }])).toBe(
      '{agent="a\\"b\\\\c\\nd"}',
    );
  });
});

describe('Findings in words', () => {
  const say = (kind: Finding['kind'], facts: Finding['facts']) => {
    const { text, more } = sentenceOf({
      level: 'bad',
      kind,
      subject: 'x',
      facts,
    });
    return [text, more].map((part) => part?.replaceAll('\u202f', ' '));
  };

  test.each([
    [
      'failing',
      { failed: 70, of: 168, error: 'RateLimitError' },
      [
        '42 % of calls fail, mostly RateLimitError',
        '70 of 168 in the last 5 min',
      ],
    ],
    [
      'hanging',
      { oldest: 363, inFlight: 5, p99: 44 },
      [
        'The oldest call runs for 6 min 3 s',
        '5 in flight; 99 % take less than 44 s',
      ],
    ],
    [
      'expensive',
      { share: 0.87, callShare: 0.031, perCall: [['USD', 0.17]] },
      ['87 % of the cost, 3.1 % of the calls', '$0.17 per call'],
    ],
    [
      'notDelivering',
      { seconds: 548, error: 'connect ECONNREFUSED' },
      ['No success for 9 min 8 s', 'connect ECONNREFUSED'],
    ],
    [
      'down',
      { seconds: 200, critical: 1 },
      [
        'The health check fails for 3 min 20 s',
        'The app is unhealthy until it is up.',
      ],
    ],
    [
      'overflow',
      { limit: 2000, recordings: 340 },
      [
        'All of its 2k series are taken',
        '340 recordings went to the overflow series',
      ],
    ],
  ] as const)('%s is said with its facts', (kind, facts, sentence) => {
    expect(say(kind, facts)).toEqual(sentence);
  });

  test('a finding without facts is still a sentence', () => {
    expect(say('failing', {})[0]).toBe('– of calls fail');
    expect(say('notDelivering', {})[0]).toBe('No success for –');
  });
});

import { describe, expect, it } from 'vitest';
import { counterOf, gaugeOf, valueSeries } from '../../support/snapshots.js';
import { linesOf, observed } from './exporting.js';

const HOSTILE = 'a,b|c:d#e;f=g\nh\r@~i j\\%2C%';

const lineOf = async (
  tags: 'dogstatsd' | 'telegraf' | 'graphite',
  labels: Record<string, string>,
) => {
  const lines = await linesOf({ tags }, [
    counterOf('runs_total', valueSeries(1, labels)),
  ]);
  expect(lines).toHaveLength(1);
  return lines[0];
};

describe('a label value', () => {
  it.each([
    [
      'dogstatsd',
      'runs_total:1|c|#a:a%2Cb%7Cc:d%23e;f=g%0Ah%0D%40~i j\\%252C%,z:1',
    ],
    [
      'telegraf',
      'runs_total,a=a%2Cb%7Cc%3Ad%23e;f%3Dg%0Ah%0D%40~i j%5C%252C%,z=1:1|c',
    ],
    [
      'graphite',
      'runs_total;a=a%2Cb%7Cc%3Ad%23e%3Bf%3Dg%0Ah%0D%40%7Ei_j\\%252C%;z=1:1|c',
    ],
  ] as const)(
    'a label value never breaks a line with tags of %s',
    async (tags, line) => {
      expect(await lineOf(tags, { a: HOSTILE, z: '1' })).toBe(line);
    },
  );

  it.each(['dogstatsd', 'telegraf', 'graphite'] as const)(
    'label values never merge two series with tags of %s',
    async (tags) => {
      const values =
        ', | : # @ = ; ~ _ \\ \n \r % %2C %7C ü 日本 |c\nevil:1|c x,b=1:2|c|#c:d'.split(
          ' ',
        );
      const series = values.map((a) => valueSeries(1, { a }));
      const lines = await linesOf({ tags }, [
        counterOf('runs_total', ...series),
      ]);
      expect(lines).toHaveLength(values.length);
      expect(new Set(lines).size).toBe(values.length);
    },
  );

  it.each([
    ['dogstatsd', 'runs_total:1|c|#z:1'],
    ['telegraf', 'runs_total,z=1:1|c'],
    ['graphite', 'runs_total;z=1:1|c'],
  ] as const)(
    'an empty label is left out with tags of %s',
    async (tags, line) => {
      expect(await lineOf(tags, { a: '', z: '1' })).toBe(line);
    },
  );

  it.each([
    ['dogstatsd', 'runs_total:1|c|#a:Grüße 🌍'],
    ['telegraf', 'runs_total,a=Grüße 🌍:1|c'],
    ['graphite', 'runs_total;a=Grüße_🌍:1|c'],
  ] as const)(
    'a label value keeps its characters with tags of %s',
    async (tags, line) => {
      expect(await lineOf(tags, { a: 'Grüße 🌍' })).toBe(line);
    },
  );
});

describe('a label', () => {
  it('a label may have any name, also tags, timestamp or sampleRate', async () => {
    const labels = {
      sampleRate: '0.1',
      tags: 'a',
      timestamp: '1',
      cardinality: 'low',
    };
    const tags = '|#sampleRate:0.1,tags:a,timestamp:1,cardinality:low';
    const metrics = [
      counterOf('runs_total', valueSeries(1, labels)),
      gaugeOf('sessions', valueSeries(-2, labels)),
    ];
    const lines = await linesOf({}, metrics, [observed('sizes', 3, labels)]);
    expect(lines).toEqual([
      `runs_total:1|c${tags}`,
      `sessions:0|g${tags}`,
      `sessions:-2|g${tags}`,
      `sizes:3|h${tags}`,
    ]);
  });
});

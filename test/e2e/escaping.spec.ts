import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { makeCollector, OPEN_METRICS } from '../support/collector.js';
import { listen, waitFor } from '../support/http.js';
import { isInstalled, startPrometheus } from '../support/processes.js';

const HOSTILE = [
  'quotes "in" \'it\'',
  'back\\slash \\n \\" \\\\',
  'line\nfeed\r\nand\ttab',
  'emoji 😀 ü 日本 \u2028',
  '} 1\nother{a="b',
  '# HELP x',
  ' spaces ',
  '</script>',
  'nul \0 and cr \r',
];

/** What Prometheus accepts beside nothing at all, and how it then knows a counter and a bound. */
const FORMATS = [
  ['the text format', '*/*', 'hostile_total', '1'],
  ['OpenMetrics', OPEN_METRICS, 'hostile', '1.0'],
] as const;

test.skipIf(!(await isInstalled('prometheus'))).each(FORMATS)(
  'hostile label values and help texts are read back the same by Prometheus from %s',
  async (_format, accept, family, le) => {
    const { collector } = makeCollector();
    const counter = collector.counter('hostile_total', {
      description: HOSTILE.join(' '),
    });
    HOSTILE.forEach((value, i) => counter.inc({ value, i }, i + 1));
    collector.timer('hostile_seconds').observe({ value: HOSTILE[4]! }, 1);
    const server = createServer((req, res) => {
      req.headers.accept = accept;
      void collector.serveMetrics(req, res);
    });
    const host = await listen(server);
    const prometheus = await startPrometheus(`
scrape_configs:
  - job_name: hostile
    scrape_interval: 1s
    static_configs:
      - targets: ['${host}']
`);
    try {
      const { result } = await waitFor(async () => {
        const data = await prometheus.api('query', { query: 'hostile_total' });
        return data.result.length > 0 && data;
      }, 'the first scrape');
      const read = result.map(({ metric, value }: any) => [
        Number(metric.i),
        metric.value,
        value[1],
      ]);
      expect(read.sort((a: any, b: any) => a[0] - b[0])).toEqual(
        HOSTILE.map((value, i) => [i, value, String(i + 1)]),
      );
      const metadata = await waitFor(async () => {
        const data = await prometheus.api('metadata', {
          metric: family,
        });
        return data[family];
      }, 'the metadata');
      expect(metadata).toEqual([
        { type: 'counter', help: HOSTILE.join(' '), unit: '' },
      ]);
      const timer = await prometheus.api('query', {
        query: `last_over_time(hostile_seconds_bucket{le="${le}"}[5m])`,
      });
      expect(timer.result[0].metric.value).toBe(HOSTILE[4]);
    } finally {
      await prometheus.stop();
    }
  },
);

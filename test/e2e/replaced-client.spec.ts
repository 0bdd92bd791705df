import { expect, test } from 'vitest';
import { AppFolder } from '../support/app-folder.js';

/** An app that makes metrics with `prom-client`, whatever package that is, and prints what comes out of the package. */
const appWith = (registry: string) => `
  import 'reflect-metadata';
  import { createServer } from 'node:http';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { AgentMetrics, MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';
  import client from 'prom-client';

  const gateway = createServer((req, res) => {
    let page = '';
    req.on('data', (chunk) => (page += chunk)).on('end', () => {
      gateway.page = page;
      res.writeHead(202).end();
    });
  });
  await new Promise((resolve) => gateway.listen(0, '127.0.0.1', resolve));

  const exported = {};
  class AppModule {}
  Module({
    imports: [
      MetricsModule.forRoot({
        namespace: '',
        prometheus: { registry: ${registry} },
        pushgateway: { url: 'http://127.0.0.1:' + gateway.address().port, jobName: 'job', interval: false },
        exporters: [{ name: 'own', interval: false, export: ({ metrics }) => void (exported.metrics = metrics) }],
      }),
    ],
  })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'], abortOnError: false });
  await app.listen(0, '127.0.0.1');

  const collector = app.get(PrometheusCollector);
  const made = { help: 'h', registers: [collector.registry] };
  new client.Counter({ ...made, name: 'theirs_total' }).inc(2);
  new client.Gauge({ ...made, name: 'their_gauge', labelNames: ['a'] }).set({ a: 'x' }, 3);
  new client.Histogram({ ...made, name: 'their_sizes', buckets: [1] }).observe(0.5);
  new client.Summary({ ...made, name: 'their_times' }).observe(4);
  collector.counter('calls_total').inc({ agent: 'A' });
  collector.gauge('sessions').set(5);
  collector.histogram('sizes', { buckets: [1] }).observe(2);
  collector.timer('runs', { buckets: [1] }).observe(0.5);

  const url = await app.getUrl();
  const read = async (accept) => {
    const response = await fetch(url + '/metrics', { headers: { accept } });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const text = await read('text/plain');
  const openMetrics = await read('application/openmetrics-text; version=1.0.0');
  const { metrics } = await collector.snapshot();
  await collector.flush();
  const health = (await fetch(url + '/health')).status;
  const byRegistry = await collector.registry.metrics();
  await app.close();
  gateway.close();
  const named = (list) => Object.fromEntries(list.map(({ name, type, series }) => [name, type + ' ' + series.length]));
  console.log(JSON.stringify({
    isReplaced: collector.registry instanceof client.Registry,
    text, openMetrics, health, byRegistry, pushed: gateway.page,
    snapshot: named(metrics), exported: named(exported.metrics),
  }));
`;

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

interface Output {
  readonly isReplaced: boolean;
  readonly text: Page;
  readonly openMetrics: Page;
  readonly health: number;
  readonly byRegistry: string;
  readonly pushed: string;
  readonly snapshot: Record<string, string>;
  readonly exported: Record<string, string>;
}

/** What both the app and the package have recorded, as lines of the text format. */
const SAMPLES = [
  'theirs_total 2',
  'their_gauge{a="x"} 3',
  'their_sizes_bucket{le="1"} 1',
  'their_sizes_bucket{le="+Inf"} 1',
  'their_sizes_sum 0.5',
  'their_sizes_count 1',
  'their_times{quantile="0.5"} 4',
  'their_times_sum 4',
  'their_times_count 1',
  'calls_total{agent="A"} 1',
  'sessions 5',
  'sizes_bucket{le="1"} 0',
  'sizes_bucket{le="+Inf"} 1',
  'sizes_sum 2',
  'sizes_count 1',
  'runs_bucket{le="1"} 1',
  'runs_sum 0.5',
];

/** The same metrics as a snapshot has them, by type and number of series. */
const SERIES = {
  theirs_total: 'counter 1',
  their_gauge: 'gauge 1',
  their_sizes: 'histogram 1',
  their_times: 'summary 1',
  calls_total: 'counter 1',
  sessions: 'gauge 1',
  sizes: 'histogram 1',
  runs: 'histogram 1',
  process_cpu_user_seconds_total: 'counter 1',
  nodejs_eventloop_lag_seconds: 'gauge 1',
};

const linesOf = (page: string) => page.split('\n');

/** OpenMetrics writes bounds and quantiles as floats. */
const asFloats = (line: string) => line.replace('le="1"', 'le="1.0"');

/** An app folder as npm's `overrides` makes it: another package in the place of prom-client. */
function folderWith(client: string): AppFolder {
  const folder = new AppFolder([
    '@nestjs',
    '@opentelemetry',
    'reflect-metadata',
    'rxjs',
    'tdigest',
  ]);
  folder.copyPackage(client, 'node_modules/prom-client');
  folder.install();
  return folder;
}

const REGISTRIES = {
  'a registry of its own': 'undefined',
  'the registry of the app': 'new client.Registry()',
};

const cases = ['@prometheus-io/client', '@platformatic/prom-client'].flatMap(
  (client) =>
    Object.entries(REGISTRIES).map(([name, registry]) => ({
      client,
      name,
      registry,
    })),
);

test.each(cases)(
  'an app with the prom-client $client shows all metrics in $name',
  async ({ client, registry }) => {
    const folder = folderWith(client);
    folder.write('app.js', appWith(registry));
    const output = JSON.parse(await folder.run('app.js')) as Output;
    const { text, openMetrics, byRegistry, pushed } = output;
    expect(output.isReplaced).toBe(true);
    expect([text.status, openMetrics.status, output.health]).toEqual([
      200, 200, 200,
    ]);
    expect(text.type).toContain('version=0.0.4');
    expect(openMetrics.type).toContain('application/openmetrics-text');
    for (const page of [text.text, pushed, byRegistry]) {
      expect(linesOf(page)).toEqual(expect.arrayContaining(SAMPLES));
    }
    expect(linesOf(openMetrics.text)).toEqual(
      expect.arrayContaining(SAMPLES.map(asFloats)),
    );
    expect(openMetrics.text).toMatch(/# EOF\n$/);
    expect(output.snapshot).toMatchObject(SERIES);
    expect(output.exported).toMatchObject(SERIES);
  },
);

import compress from '@fastify/compress';
import { Controller, type INestApplication, Injectable } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import compression from 'compression';
import { Gauge as PromGauge, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  Agent,
  Counted,
  MetricsController,
  MetricsModule,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { startTracing } from '../support/tracing.js';
import { ADAPTERS, type MakeAdapter, startApp } from './support/app.js';

/** Headers of scrapers, with the content type that each of them gets. */
const SCRAPERS: Record<string, readonly [accept: string, type: string]> = {
  'Prometheus 2': [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  ],
  'Prometheus 3': [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
  ],
  vmagent: [
    'text/plain;version=0.0.4;q=1,*/*;q=0.1',
    'text/plain; version=0.0.4; charset=utf-8',
  ],
  curl: ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
};

const PLUGINS: Record<string, (app: INestApplication) => void> = {
  'no plugin': () => {},
  'its compression plugin': (app) => {
    if ('register' in app) {
      const fastify = app as NestFastifyApplication;
      void fastify.register(compress as never, { threshold: 0 } as never);
    } else {
      app.use(compression({ threshold: 0 }));
    }
  },
};

/** More than one chunk, and more than one socket write. */
const SERIES = 10_000;

async function startFilledApp(
  makeAdapter: MakeAdapter,
  configure?: (app: INestApplication) => void,
) {
  const registry = new Registry();
  new PromGauge({ name: 'theirs', help: 'T', registers: [registry] }).set(1);
  @Controller('own/metrics')
  class OwnController extends MetricsController {}
  const started = await startApp(
    {
      imports: [
        MetricsModule.forRoot({
          namespace: '',
          maxSeriesPerMetric: SERIES,
          prometheus: { registry, createdSamples: false },
        }),
      ],
      controllers: [OwnController],
    },
    makeAdapter,
    configure,
  );
  const counter = started.app.get(PrometheusCollector).counter('hits_total');
  for (let i = 0; i < SERIES; i++) counter.inc({ i, pad: 'ü'.repeat(50) });
  return started;
}

describe.each(ADAPTERS)('on %s', (_name, adapter) => {
  test.each(Object.entries(PLUGINS))(
    'with %s, each scraper gets a whole page in its format, compressed or not',
    async (_plugin, configure) => {
      const { url } = await startFilledApp(adapter, configure);
      for (const path of ['/metrics', '/own/metrics?a=b']) {
        for (const [accept, type] of Object.values(SCRAPERS)) {
          for (const encoding of ['gzip', 'identity', 'br, gzip;q=0.5']) {
            const headers = { accept, 'accept-encoding': encoding };
            const response = await fetch(url + path, { headers });
            expect(response.status).toBe(200);
            expect(response.headers.get('content-type')).toBe(type);
            expect(response.headers.get('vary')).toMatch(/\bAccept\b(?!-)/);
            expect(response.headers.get('vary')).toContain('Accept-Encoding');
            const page = await response.text();
            expect(page.match(/^hits_total\{.*ü"\} 1$/gm)).toHaveLength(SERIES);
            expect(page).toContain('\ntheirs 1\n');
            expect(page.endsWith('\n# EOF\n')).toBe(type.includes('openm'));
          }
        }
      }
    },
  );

  test('HEAD has the headers of GET in each format, and no body', async () => {
    const { url } = await startFilledApp(adapter);
    for (const [accept] of Object.values(SCRAPERS)) {
      for (const encoding of ['gzip', 'identity']) {
        const headers = { accept, 'accept-encoding': encoding };
        const head = await fetch(`${url}/metrics?name[]=hits_total`, {
          method: 'HEAD',
          headers,
        });
        const get = await fetch(`${url}/metrics?name[]=hits_total`, {
          headers,
        });
        const body = await get.text();
        expect(await head.text()).toBe('');
        for (const name of [
          'content-type',
          'content-length',
          'content-encoding',
          'vary',
          'cache-control',
        ]) {
          expect(head.headers.get(name), name).toBe(get.headers.get(name));
        }
        if (encoding === 'identity') {
          expect(head.headers.get('content-length')).toBe(
            String(Buffer.byteLength(body)),
          );
        }
      }
    }
  });

  test('a page of some metrics comes from the app and from a controller', async () => {
    const { text, get } = await startFilledApp(adapter);
    const page = '# HELP theirs T\n# TYPE theirs gauge\ntheirs 1\n';
    for (const path of ['/metrics', '/own/metrics']) {
      expect(await text(`${path}?name[]=theirs`)).toBe(page);
      expect(await text(`${path}?name%5B%5D=theirs`)).toBe(page);
      const many = Array.from({ length: 101 }, (_, i) => `name[]=${i}`);
      expect((await get(`${path}?${many.join('&')}`)).status).toBe(400);
    }
  });

  test('decorated methods name the span that they are called in', async () => {
    @Agent('Assistant')
    @Injectable()
    class Assistant {
      @Timed()
      @Counted()
      async run(fails: boolean): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve));
        if (fails) throw new Error('failed');
      }
    }
    const { inSpan } = startTracing();
    const { app, url } = await startApp(
      { imports: [MetricsModule.forRoot()], providers: [Assistant] },
      adapter,
    );
    const [accept] = SCRAPERS['Prometheus 2']!;
    const scrape = async () =>
      (await fetch(`${url}/metrics`, { headers: { accept } })).text();
    await scrape();
    const assistant = app.get(Assistant);
    const { result, labels } = inSpan(() =>
      Promise.allSettled([assistant.run(false), assistant.run(true)]),
    );
    await result;
    const page = await scrape();
    const named = page.match(
      /^tframex_agent_(executions_total|duration_seconds_bucket).* # .*$/gm,
    )!;
    expect(named).toHaveLength(4);
    for (const line of named) {
      expect(line).toContain(
        ` # {trace_id="${labels.trace_id}",span_id="${labels.span_id}"} `,
      );
    }
  });
});

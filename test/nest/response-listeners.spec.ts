import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { context } from '@opentelemetry/api';
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { ADAPTERS, startApp } from './support/app.js';
import { HttpClient, rawConnection } from './support/http-client.js';
import { countsOf } from './support/http-series.js';

const metrics = () =>
  MetricsModule.forRoot({
    namespace: '',
    http: true,
    maxSeriesPerMetric: 50_000,
  });

const spans = new InMemorySpanExporter();
const instrumentation = new HttpInstrumentation();

/** OpenTelemetry, as an app starts it before all else. */
beforeAll(() => {
  const manager = new AsyncLocalStorageContextManager();
  context.setGlobalContextManager(manager.enable());
  const spanProcessors = [new SimpleSpanProcessor(spans)];
  instrumentation.setTracerProvider(
    new BasicTracerProvider({ spanProcessors }),
  );
  createRequire(import.meta.url)('http');
});

afterAll(() => {
  instrumentation.disable();
  context.disable();
});

/** Adds series until the page is larger than what sockets keep for a slow reader. */
function fill(collector: PrometheusCollector) {
  const counter = collector.counter('filling_total');
  for (let i = 0; i < 40_000; i++)
    counter.inc({ series: `s${i}${'x'.repeat(100)}` });
}

/** The most listeners that were added to responses of a server at one time, from the first moment on. */
function watchListeners(server: Server): () => number {
  let most = 0;
  server.prependListener(
    'request',
    (_req: IncomingMessage, res: ServerResponse) => {
      let added = 0;
      const count = (difference: number) => (name: string | symbol) => {
        if (name === 'newListener' || name === 'removeListener') return;
        added += difference;
        most = Math.max(most, added);
      };
      EventEmitter.prototype.on.call(res, 'removeListener', count(-1));
      EventEmitter.prototype.on.call(res, 'newListener', count(1));
    },
  );
  return () => most;
}

describe.each(ADAPTERS)('on %s', (_name, adapter) => {
  test('the package never has more than three listeners on a response, whoever reads it and however slowly', async () => {
    const { app, url } = await startApp({ imports: [metrics()] }, adapter);
    fill(app.get(PrometheusCollector));
    const { app: bare } = await startApp({}, adapter);
    const frameworkListeners = watchListeners(bare.getHttpServer());
    await new HttpClient(await bare.getUrl()).send('/nowhere');
    const listeners = watchListeners(app.getHttpServer());
    const client = new HttpClient(url);
    for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
      const { status } = await client.send('/metrics', {
        headers: headers as Record<string, string>,
      });
      expect(status).toBe(200);
    }
    await client.send('/health');
    await client.send('/metrics', { method: 'HEAD' });
    await client.send('/metrics', { method: 'POST' });
    const slow = await rawConnection(
      url,
      'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    let read = 0;
    for await (const chunk of slow) {
      read += (chunk as Buffer).length;
      await new Promise(setImmediate);
    }
    expect(read).toBeGreaterThan(4_000_000);
    expect(listeners() - frameworkListeners()).toBeLessThanOrEqual(3);
  });

  test('a scrape that OpenTelemetry traces gives no warning about listeners', async () => {
    spans.reset();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { app, url } = await startApp(
      { imports: [metrics()] },
      adapter,
      (one) =>
        one.use((_req: unknown, res: ServerResponse, next: () => void) => {
          // As middleware does that logs, compresses and keeps sessions.
          for (let i = 0; i < 4; i++) res.once('close', () => {});
          next();
        }),
    );
    const collector = app.get(PrometheusCollector);
    fill(collector);
    const client = new HttpClient(url);
    for (let i = 0; i < 3; i++) await client.send('/metrics');
    await client.send('/nowhere');
    await countsOf(collector, 1);
    await new Promise(setImmediate);
    expect(spans.getFinishedSpans().length).toBeGreaterThan(0);
    expect(warnings.map(String)).toEqual([]);
  });
});

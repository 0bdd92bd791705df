import { request } from 'node:http';
import { context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { describe, expect, it } from 'vitest';
import { makeCollector } from '../support/collector.js';
import { startGrpcBackend } from '../support/otlp-grpc-backend.js';
import { startTracing } from '../support/tracing.js';
import type { MetricsOptions } from '../../src/index.js';
import type { MetricsExporter } from '../../src/exporters/index.js';
import { sendByFetch, sendByNode, serve } from './support/clients.js';
import { start } from './support/outgoing.js';
import { traceRequests } from './support/traced-requests.js';

/** Sends by each client from each of its methods, and a moment after a call too. */
class SendingExporter implements MetricsExporter {
  readonly name = 'sending';
  readonly interval = false;
  sent = 0;

  constructor(private readonly url: string) {}

  start = () => this.send();
  export = () => this.send();
  receive = () => this.send();
  shutdown = () => this.send();

  private async send(): Promise<void> {
    await sendByFetch(this.url);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await sendByNode(this.url);
    this.sent += 2;
  }
}

/** A server that takes whatever comes, with the headers of all requests. */
async function startSink() {
  const headers: object[] = [];
  const { url, host } = await serve((req, res) => {
    headers.push(req.headers);
    req.resume().on('end', () => res.end());
  });
  return { url, host, headers };
}

const BACKENDS: [string, (url: string) => MetricsOptions][] = [
  ['OTLP', (url) => ({ otlp: { url, interval: 20 } })],
  [
    'OTLP in JSON, compressed',
    (url) => ({
      otlp: {
        url,
        interval: 20,
        protocol: 'http/json',
        compression: 'gzip',
      },
    }),
  ],
  [
    'a Pushgateway',
    (url) => ({
      pushgateway: {
        url,
        jobName: 'job',
        interval: 20,
        atShutdown: 'delete',
      },
    }),
  ],
  [
    'an exporter of the app',
    (url) => ({ exporters: [new SendingExporter(url)] }),
  ],
];

describe.each(BACKENDS)('the requests of %s', (_, optionsOf) => {
  it('the requests of an exporter are not measured as requests of the app', async () => {
    const sink = await startSink();
    const { collector, countsBecome } = await start(true, optionsOf(sink.url));
    collector.timer('took').observe(1);
    const app = await startSink();
    await collector.flush();
    await sendByFetch(app.url);
    await collector.flush();
    await sendByNode(app.url);
    expect(sink.headers.length).toBeGreaterThanOrEqual(2);
    const labels = `{host="${app.host}",method="GET",status_code="200"}`;
    await countsBecome([`${labels} 2`]);
  });

  it('the requests of an exporter make no spans and carry no trace context', async () => {
    const spansOf = traceRequests();
    const sink = await startSink();
    const { module, collector } = await start(false, optionsOf(sink.url));
    collector.timer('took').observe(1);
    await collector.flush();
    await sendByFetch(sink.url);
    await sendByNode(sink.url);
    await collector.flush();
    await module.close();
    expect(sink.headers.length).toBeGreaterThanOrEqual(4);
    expect(spansOf()).toEqual(['GET', 'GET']);
    const traced = sink.headers.filter((one) => 'traceparent' in one);
    expect(traced).toHaveLength(2);
  });
});

describe('an exporter', () => {
  it('all methods of an exporter run with tracing suppressed, and the app does not', async () => {
    const { inSpan } = startTracing();
    const suppressed: Record<string, boolean> = {};
    const note = (method: string) =>
      void (suppressed[method] = isTracingSuppressed(context.active()));
    const { collector } = makeCollector();
    collector.gauge('read', { collect: () => note('collect') });
    const remove = await collector.addExporter({
      name: 'noting',
      interval: false,
      start: () => note('start'),
      export: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        note('export');
      },
      receive: () => note('receive'),
      shutdown: () => note('shutdown'),
    });
    await inSpan(() => collector.initialize()).result;
    collector.counter('calls_total').inc();
    await inSpan(async () => {
      await collector.flush();
      note('app');
    }).result;
    await remove();
    expect(suppressed).toEqual({
      collect: false,
      start: true,
      export: true,
      receive: true,
      shutdown: true,
      app: false,
    });
  });

  it('an exporter sends by gRPC without a span', async () => {
    const spansOf = traceRequests();
    const backend = await startGrpcBackend();
    const { collector } = await start(false, {
      otlp: { protocol: 'grpc', url: backend.url, interval: false },
    });
    await collector.flush();
    expect(backend.calls.length).toBeGreaterThan(0);
    expect(spansOf()).toEqual([]);
    expect(backend.calls[0]!.metadata.get('traceparent')).toEqual([]);
  });
});

describe('a gauge that sends a request to be read', () => {
  it("requests of a gauge's callback are measured and traced as the app's, also during a push", async () => {
    const spansOf = traceRequests();
    const [sink, app] = [await startSink(), await startSink()];
    const { collector, countsBecome } = await start(true, {
      pushgateway: { url: sink.url, jobName: 'job', interval: false },
    });
    collector.gauge('read', {
      collect: async () => {
        await sendByFetch(app.url);
        return 1;
      },
    });
    await collector.flush();
    const { length } = app.headers;
    expect(length).toBeGreaterThan(0);
    expect(app.headers.every((one) => 'traceparent' in one)).toBe(true);
    expect(spansOf().length).toBe(length);
    await countsBecome([
      expect.stringContaining(`host="${app.host}"`) as unknown as string,
    ]);
  });
});

describe('requests of the app', () => {
  it('requests of the app are measured while an exporter works, also on a connection of its agent', async () => {
    const [sink, app] = [await startSink(), await startSink()];
    let end = () => {};
    const working = new Promise<void>((resolve) => (end = resolve));
    const { collector, countsBecome } = await start(true, {
      exporters: [
        {
          name: 'slow',
          interval: false,
          async export() {
            await sendByNode(sink.url);
            await working;
          },
        },
      ],
    });
    const flushed = collector.flush();
    await expect.poll(() => sink.headers.length).toBe(1);
    await sendByNode(app.url);
    await sendByFetch(app.url);
    await new Promise<void>((resolve, reject) => {
      request(sink.url, (res) => res.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
    end();
    await flushed;
    await countsBecome([
      `{host="${app.host}",method="GET",status_code="200"} 2`,
      `{host="${sink.host}",method="GET",status_code="200"} 1`,
    ]);
  });
});

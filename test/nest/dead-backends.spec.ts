import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { type MetricsOptions, MetricsModule } from '../../src/index.js';
import { type MetricsOwner, metricsOf } from '../../src/testing/index.js';
import { freePort, waitFor } from '../support/http.js';

/** A module with exporters to a port without a listener. */
const BACKENDS: [string, (port: number) => MetricsOptions][] = [
  [
    'OTLP over HTTP',
    (port) => ({
      otlp: { url: `http://127.0.0.1:${port}/v1/metrics`, interval: 50 },
    }),
  ],
  [
    'OTLP over gRPC',
    (port) => ({
      otlp: {
        protocol: 'grpc',
        url: `http://127.0.0.1:${port}`,
        interval: 50,
      },
    }),
  ],
  [
    'StatsD over TCP',
    (port) => ({
      statsd: { protocol: 'tcp', host: '127.0.0.1', port, interval: 50 },
    }),
  ],
  [
    'a Pushgateway',
    (port) => ({
      pushgateway: {
        url: `http://127.0.0.1:${port}`,
        jobName: 'job',
        interval: 50,
      },
    }),
  ],
];

/** How many deliveries have failed by now. */
function failures(app: MetricsOwner): number {
  return metricsOf(app).value('metrics_exports_total', { status: 'error' });
}

describe('app.close() while a backend is down', () => {
  it.each(BACKENDS)(
    'app.close() makes one attempt for a backend that is down, and waits for no other: %s',
    async (_, optionsOf) => {
      @Module({
        imports: [
          MetricsModule.forRoot({
            ...optionsOf(await freePort()),
            flushTimeout: 60_000,
          }),
        ],
      })
      class AppModule {}
      const app = await NestFactory.createApplicationContext(AppModule, {
        logger: false,
      });
      await waitFor(() => failures(app) > 0, 'a failure');
      // Of a try that is on, and of the last one.
      const before = failures(app);
      await app.close();
      const after = failures(app);
      expect(after - before).toBeGreaterThanOrEqual(1);
      expect(after - before).toBeLessThanOrEqual(2);
    },
  );
});

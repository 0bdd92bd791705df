import { Controller, Get, Injectable } from '@nestjs/common';
import {
  HealthCheckService,
  HealthIndicatorService,
  MemoryHealthIndicator,
  TerminusModule,
} from '@nestjs/terminus';
import { describe, expect, test } from 'vitest';
import {
  HealthCheck,
  MetricsHealthIndicator,
  MetricsModule,
  PrometheusCollector,
} from '../src/index.js';
import { ADAPTERS, startApp } from './nest/support/app.js';

@Controller('terminus')
class TerminusController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly metrics: MetricsHealthIndicator,
  ) {}

  @Get()
  check() {
    return this.health.check([
      () => this.metrics.isHealthy(),
      () => this.metrics.isHealthy('again'),
    ]);
  }
}

@Injectable()
class Indicators {
  constructor(
    private readonly memory: MemoryHealthIndicator,
    private readonly indicators: HealthIndicatorService,
  ) {}

  @HealthCheck('memory')
  heap() {
    return this.memory.checkHeap('heap', 1e12);
  }

  @HealthCheck('small memory', { critical: false })
  smallHeap() {
    return this.memory.checkHeap('heap', 1);
  }

  @HealthCheck('attempt', { critical: false })
  attempt() {
    return this.indicators.check('db').attempt(() => {
      throw new Error('no connection');
    });
  }

  @HealthCheck('degraded')
  degraded() {
    return this.indicators.check('cache').degraded({ hits: 3 });
  }
}

describe.each(ADAPTERS)('on %s, with @nestjs/terminus', (_name, adapter) => {
  test('the metrics and all checks are an indicator', async () => {
    let isUp = true;
    const { app, get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot(),
          TerminusModule.forRoot({ logger: false }),
        ],
        controllers: [TerminusController],
      },
      adapter,
    );
    expect(await (await get('/terminus')).json()).toMatchObject({
      status: 'ok',
      info: { metrics: { status: 'up' }, again: { status: 'up' } },
    });
    app.get(PrometheusCollector).addHealthCheck({
      name: 'queue',
      check: () => isUp,
      cacheFor: 0,
    });
    expect(await (await get('/terminus')).json()).toMatchObject({
      details: { metrics: { checks: { queue: { status: 'up' } } } },
    });
    isUp = false;
    const response = await get('/terminus');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'error',
      error: {
        metrics: { status: 'down', checks: { queue: { status: 'down' } } },
      },
    });
  });

  test('the indicators of @nestjs/terminus are health checks', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({ health: { details: true } }),
          TerminusModule.forRoot({ logger: false }),
        ],
        providers: [Indicators],
      },
      adapter,
    );
    const response = await get('/health');
    expect(response.status).toBe(200);
    expect(((await response.json()) as any).checks).toMatchObject({
      memory: { status: 'up' },
      'small memory': {
        status: 'down',
        error: 'Used heap exceeded the set threshold',
      },
      attempt: { status: 'down', error: 'no connection' },
      degraded: { status: 'up', details: { status: 'degraded', hits: 3 } },
    });
  });
});

test('the indicator is up where metrics are switched off', async () => {
  const { get } = await startApp({
    imports: [
      MetricsModule.forRoot({ enabled: false }),
      TerminusModule.forRoot({ logger: false }),
    ],
    controllers: [TerminusController],
  });
  expect((await get('/terminus')).status).toBe(200);
});

test('the indicator is down if the collector cannot say how it is', async () => {
  const collector = new PrometheusCollector();
  collector.healthCheck = () => Promise.reject(new Error('no'));
  const indicator = new MetricsHealthIndicator(collector, true);
  expect(await indicator.isHealthy('m')).toEqual({ m: { status: 'down' } });
});

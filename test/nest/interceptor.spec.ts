import {
  Controller,
  Get,
  NotFoundException,
  UseInterceptors,
} from '@nestjs/common';
import { of } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  Counted,
  MetricsInterceptor,
  MetricsModule,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { ADAPTERS, startApp } from './support/app.js';

const handlers = {
  imports: [
    MetricsModule.forRoot({
      namespace: '',
      initialSeries: false,
      interceptor: true,
    }),
  ],
};

@Controller()
class PlainController {
  @Get('fine')
  async fine() {
    return 'fine';
  }

  @Get('missing')
  missing() {
    throw new NotFoundException();
  }

  @Get('observable')
  observable() {
    return of('first', 'last');
  }
}

@Controller()
@UseInterceptors(MetricsInterceptor)
class BoundController {
  @Get('bound')
  bound() {
    return 'bound';
  }

  @Timed({ name: 'handler_duration_seconds' })
  @Counted()
  @Get('decorated')
  decorated() {
    return 'decorated';
  }
}

describe.each(ADAPTERS)('the interceptor on %s', (_name, adapter) => {
  test('the interceptor counts and times every handler when it is global', async () => {
    const { app, get, text } = await startApp(
      { ...handlers, controllers: [PlainController] },
      adapter,
    );
    const metrics = metricsOf(app);
    expect(await text('/fine')).toBe('fine');
    expect((await get('/missing')).status).toBe(404);
    expect(await text('/observable')).toBe('last');
    const once = (method: string, outcome: Record<string, string>) => ({
      labels: {
        handler: 'PlainController',
        method,
        transport: 'http',
        ...outcome,
      },
      value: 1,
    });
    const failure = { error_type: 'NotFoundException', status: 'error' };
    for (const metric of ['executions_total', 'duration_seconds']) {
      expect(metrics.series(`handler_${metric}`)).toEqual([
        once('fine', { status: 'success' }),
        once('missing', failure),
        once('observable', { status: 'success' }),
      ]);
    }
  });

  test('the interceptor measures the handlers that it is bound to, and those once', async () => {
    for (const interceptor of [false, true]) {
      const { app, text } = await startApp(
        {
          imports: [MetricsModule.forRoot({ namespace: '', interceptor })],
          controllers: [PlainController, BoundController],
        },
        adapter,
      );
      await text('/bound');
      await text('/fine');
      const executions = metricsOf(app).series('handler_executions_total');
      const methods = executions.map(({ labels }) => labels.method);
      expect(methods).toEqual(interceptor ? ['bound', 'fine'] : ['bound']);
      expect(executions[0]!.value).toBe(1);
    }
  });

  test('the interceptor leaves a metric to the decorator that records in it', async () => {
    const { app, text } = await startApp(
      { ...handlers, controllers: [BoundController] },
      adapter,
    );
    const metrics = metricsOf(app);
    expect(await text('/decorated')).toBe('decorated');
    const agent = {
      agent: 'BoundController',
      method: 'decorated',
      status: 'success',
    };
    expect(metrics.series('handler_duration_seconds')).toEqual([
      { labels: agent, value: 1 },
    ]);
    expect(metrics).toHaveMetric('handler_executions_total', 1);
    expect(metrics).toHaveMetric('agent_executions_total', 1);
  });

  test('the interceptor changes nothing where the module is missing or switched off', async () => {
    const without = await startApp({ controllers: [BoundController] }, adapter);
    expect(await without.text('/bound')).toBe('bound');
    const off = await startApp(
      {
        imports: [MetricsModule.forRoot({ enabled: false, interceptor: true })],
        controllers: [BoundController],
      },
      adapter,
    );
    expect(await off.text('/bound')).toBe('bound');
    expect((await off.get('/metrics')).status).toBe(404);
    expect(off.app.get(PrometheusCollector).getMetricCount()).toBe(0);
  });
});

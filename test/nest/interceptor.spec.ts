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
import { samples } from '../support/collector.js';
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
    const collector = app.get(PrometheusCollector);
    expect(await text('/fine')).toBe('fine');
    expect((await get('/missing')).status).toBe(404);
    expect(await text('/observable')).toBe('last');
    const labels = (method: string, outcome: string) =>
      `{${outcome.startsWith('error') ? 'error_type="NotFoundException",' : ''}handler="PlainController",method="${method}",status="${outcome}",transport="http"}`;
    expect(await samples(collector, 'handler_executions_total')).toEqual([
      `handler_executions_total${labels('fine', 'success')} 1`,
      `handler_executions_total${labels('missing', 'error')} 1`,
      `handler_executions_total${labels('observable', 'success')} 1`,
    ]);
    const timed = await samples(collector, 'handler_duration_seconds');
    expect(timed.filter((line) => line.includes('_count'))).toEqual([
      `handler_duration_seconds_count${labels('fine', 'success')} 1`,
      `handler_duration_seconds_count${labels('missing', 'error')} 1`,
      `handler_duration_seconds_count${labels('observable', 'success')} 1`,
    ]);
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
      const lines = await samples(
        app.get(PrometheusCollector),
        'handler_executions_total',
      );
      expect(lines.filter((line) => line.includes('"bound"'))).toEqual([
        'handler_executions_total{handler="BoundController",method="bound",status="success",transport="http"} 1',
      ]);
      expect(lines).toHaveLength(interceptor ? 2 : 1);
    }
  });

  test('the interceptor leaves a metric to the decorator that records in it', async () => {
    const { app, text } = await startApp(
      { ...handlers, controllers: [BoundController] },
      adapter,
    );
    const collector = app.get(PrometheusCollector);
    expect(await text('/decorated')).toBe('decorated');
    const timed = await samples(collector, 'handler_duration_seconds');
    expect(timed.filter((line) => line.includes('_count'))).toEqual([
      'handler_duration_seconds_count{agent="BoundController",method="decorated",status="success"} 1',
    ]);
    expect(await samples(collector, 'handler_executions_total')).toHaveLength(
      1,
    );
    expect(await samples(collector, 'agent_executions_total')).toHaveLength(1);
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

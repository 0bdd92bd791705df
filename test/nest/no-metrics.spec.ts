import { Controller, Get, Injectable } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import {
  Counted,
  DecoratorError,
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { startApp } from './support/app.js';

@Controller('mixed')
class MixedController {
  @Get('seen')
  @Counted()
  seen() {
    return 'seen';
  }

  @NoMetrics()
  @Get('above')
  @Counted()
  @Timed()
  above() {
    return 'above';
  }

  @Timed()
  @Counted()
  @NoMetrics()
  @Get('below')
  below() {
    return 'below';
  }
}

@NoMetrics()
@Controller('hidden')
class HiddenController {
  @Get()
  @Counted()
  hidden() {
    return 'hidden';
  }
}

@Injectable()
class Parent {
  @NoMetrics()
  @Counted()
  run() {
    return 'parent';
  }
}

@Injectable()
class Child extends Parent {
  @Counted()
  override run() {
    return 'child';
  }
}

describe('@NoMetrics()', () => {
  test('@NoMetrics() switches off what is measured of a handler, wherever it stands among the decorators', async () => {
    const { app, text } = await startApp({
      imports: [
        MetricsModule.forRoot({
          namespace: '',
          initialSeries: false,
          interceptor: true,
        }),
      ],
      controllers: [MixedController],
    });
    expect(await text('/mixed/seen')).toBe('seen');
    expect(await text('/mixed/above')).toBe('above');
    expect(await text('/mixed/below')).toBe('below');
    const collector = app.get(PrometheusCollector);
    expect(await samples(collector, 'agent_executions_total')).toEqual([
      'agent_executions_total{agent="MixedController",method="seen",status="success"} 1',
    ]);
    expect(await samples(collector, 'agent_duration_seconds')).toEqual([]);
    expect(await samples(collector, 'handler_executions_total')).toEqual([
      'handler_executions_total{handler="MixedController",method="seen",status="success",transport="http"} 1',
    ]);
  });

  test('@NoMetrics() switches off all methods of a class', async () => {
    const { app, text } = await startApp({
      imports: [
        MetricsModule.forRoot({
          namespace: '',
          initialSeries: false,
          interceptor: true,
        }),
      ],
      controllers: [HiddenController],
    });
    expect(await text('/hidden')).toBe('hidden');
    const collector = app.get(PrometheusCollector);
    expect(collector.getMetricCount()).toBe(0);
  });

  test('@NoMetrics() leaves an overriding method to its own decorators', async () => {
    const { app } = await startApp({
      imports: [MetricsModule.forRoot({ namespace: '', initialSeries: false })],
      providers: [Parent, Child],
    });
    expect([app.get(Parent).run(), app.get(Child).run()]).toEqual([
      'parent',
      'child',
    ]);
    const collector = app.get(PrometheusCollector);
    expect(await samples(collector, 'agent_executions_total')).toEqual([
      'agent_executions_total{agent="Child",method="run",status="success"} 1',
    ]);
  });

  test('@NoMetrics() is refused on a property', () => {
    const decorate = NoMetrics() as PropertyDecorator;
    expect(() => decorate({}, 'name')).toThrow(DecoratorError);
    expect(() => decorate({}, 'name')).toThrow(
      '@NoMetrics() stands on Object.name; expected a class or a method. If it is an arrow function, write it as a method',
    );
  });
});

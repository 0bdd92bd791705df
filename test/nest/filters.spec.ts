import { Controller, Get, Inject, Injectable } from '@nestjs/common';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Agent,
  Counted,
  type MetricFilter,
  MetricLabel,
  MetricsCollector,
  MetricsModule,
  MetricType,
  OptionsError,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

@Agent('Assistant')
@Injectable()
class AssistantAgent {
  @Timed()
  @Counted()
  run(@MetricLabel('user') user: string): string {
    return `Hello ${user}`;
  }

  @Timed()
  wait<T>(promise: Promise<T>): Promise<T> {
    return promise;
  }
}

@Controller('assistant')
class AssistantController {
  constructor(
    @Inject(AssistantAgent) private readonly assistant: AssistantAgent,
    @Inject(MetricsCollector) private readonly metrics: MetricsCollector,
  ) {}

  @Get()
  async run(): Promise<string> {
    const event = {
      name: 'agent_events_total',
      type: MetricType.COUNTER,
      value: 1,
      labels: { agent: 'Assistant', user: 'anna' },
    };
    this.metrics.record(event);
    await this.metrics.sendMetric(event);
    this.metrics.gauge('agent_level').set({ agent: 'Assistant' }, 5);
    this.metrics.counter('debug_total').inc();
    return this.assistant.run('anna');
  }
}

const parts = {
  controllers: [AssistantController],
  providers: [AssistantAgent],
};

describe.each(ADAPTERS)('filters on %s', (_name, makeAdapter) => {
  test('filters stand between all recordings and the page', async () => {
    const { text } = await startApp(
      {
        ...parts,
        imports: [
          MetricsModule.forRoot({
            namespace: 'app',
            interceptor: true,
            filters: [
              { metrics: 'agent_*', rename: 'llm_*' },
              { metrics: 'llm_*', renameLabels: { agent: 'bot' } },
              { mapLabels: { user: (user) => user.length } },
              { metrics: 'handler_*', dropLabels: ['transport', 'handler'] },
              { defaultLabels: { region: 'eu' } },
              { metrics: /_duration_seconds$/, deny: true },
              { metrics: 'llm_*', accept: true },
              { metrics: 'handler_executions_total', accept: true },
              { deny: true },
            ],
          }),
        ],
      },
      makeAdapter,
    );
    expect(await text('/assistant')).toBe('Hello anna');
    const page = await text('/metrics');
    const ours = page.split('\n').filter((line) => line.startsWith('app_'));
    expect(ours.sort()).toEqual([
      'app_handler_executions_total{method="run",region="eu",status="success"} 1',
      'app_llm_events_total{bot="Assistant",region="eu",user="4"} 2',
      'app_llm_executions_total{bot="Assistant",method="run",region="eu",status="success",user="4"} 1',
      'app_llm_level{bot="Assistant",region="eu"} 5',
    ]);
    expect(page).not.toContain('process_cpu_seconds_total');
  });
});

describe('a call', () => {
  const start = async (filters: MetricFilter[]) => {
    const { app } = await startApp({
      ...parts,
      imports: [MetricsModule.forRoot({ namespace: '', filters })],
    });
    const collector = app.get(PrometheusCollector);
    return { agent: app.get(AssistantAgent), collector };
  };

  test('a call is not followed or timed if all its metrics are denied', async () => {
    const { agent, collector } = await start([{ deny: true }]);
    const clock = vi.spyOn(process.hrtime, 'bigint');
    onTestFinished(() => clock.mockRestore());
    const promise = Promise.resolve();
    expect(agent.wait(promise)).toBe(promise);
    expect(clock).not.toHaveBeenCalled();
    expect(collector.getMetricCount()).toBe(0);
  });

  test('a call is recorded in those of its metrics that are not denied', async () => {
    const { agent, collector } = await start([
      { metrics: 'agent_duration_seconds', deny: true },
    ]);
    agent.run('anna');
    expect(collector.getMetricCount()).toBe(1);
    expect(await samples(collector, 'agent_executions_total')).toHaveLength(1);
  });

  test('a call is recorded without its own labels if one of them cannot be mapped', async () => {
    const { agent, collector } = await start([
      { mapLabels: { user: (user) => JSON.parse(user) } },
    ]);
    expect(agent.run('anna')).toBe('Hello anna');
    expect(await samples(collector, 'agent_executions_total')).toEqual([
      'agent_executions_total{agent="Assistant",method="run",status="success"} 1',
    ]);
    expect(await samples(collector, 'metrics_errors_total')).toEqual([
      'metrics_errors_total{cause="invalid_label"} 2',
    ]);
  });

  test('a call is not hurt if a label that every call has cannot be mapped', async () => {
    const { agent, collector } = await start([
      { mapLabels: { agent: () => ({}) as never } },
    ]);
    expect(agent.run('anna')).toBe('Hello anna');
    await expect(agent.wait(Promise.resolve(5))).resolves.toBe(5);
    expect(await samples(collector, 'agent_executions_total')).toEqual([]);
    const [errors] = await samples(collector, 'metrics_errors_total');
    expect(errors).toMatch(
      /^metrics_errors_total\{cause="invalid_label"\} \d$/,
    );
  });

  test('a call is recorded by a collector that knows nothing of filters', async () => {
    const { app } = await startApp({
      ...parts,
      imports: [MetricsModule.forRoot()],
    });
    const collector = app.get(PrometheusCollector);
    Object.assign(collector, { isDenied: undefined });
    app.get(AssistantAgent).run('anna');
    expect(collector.getMetricCount()).toBe(2);
  });
});

test('A wrong filter is refused where the module is made', () => {
  const filters = [{ deny: true }, { rename: 'x' }] as MetricFilter[];
  expect(() => MetricsModule.forRoot({ filters })).toThrow(OptionsError);
  expect(() => MetricsModule.forRoot({ filters })).toThrow(
    'filters[1].metrics is undefined',
  );
});

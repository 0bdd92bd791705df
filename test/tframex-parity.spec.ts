import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  MetricEvent,
  MetricsModule,
  MetricType,
  PrometheusCollector,
} from '../src/index.js';
import { makeCollector, samples } from './support/collector.js';
import { freePort } from './support/http.js';

/** One test for each thing that the TFrameX Enterprise metrics could do. */
describe('TFrameX Enterprise metrics:', () => {
  test('PrometheusCollector, an HTTP server with metrics and health', async () => {
    const port = await freePort();
    const collector = new PrometheusCollector({
      port,
      host: '0.0.0.0',
      path: '/metrics',
      namespace: 'tframex',
      subsystem: 'app',
    });
    onTestFinished(() => collector.shutdown());
    await collector.initialize();
    collector.counter('started_total').inc();
    const page = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await page.text()).toContain('tframex_app_started_total 1');
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });

  test('configuration options and their defaults', async () => {
    const collector = new PrometheusCollector();
    expect(await collector.healthCheck()).toMatchObject({
      endpoint: 'http://localhost:9090/metrics',
    });
    expect(collector.counter('a').name).toBe('tframex_a');
    const registry = new Registry();
    const joined = new PrometheusCollector({
      port: 9090,
      host: '0.0.0.0',
      path: '/metrics',
      namespace: 'tframex',
      subsystem: '',
      registry,
    });
    expect(joined.registry).toBe(registry);
    expect(new PrometheusCollector({ registry: null }).registry).not.toBe(
      registry,
    );
  });

  const sent: [
    string,
    ConstructorParameters<typeof MetricEvent>[0],
    string[],
  ][] = [
    [
      'counter metrics',
      {
        name: 'requests_total',
        type: MetricType.COUNTER,
        value: 1,
        labels: { method: 'GET', status: '200' },
        description: 'Total HTTP requests',
      },
      ['tframex_requests_total{method="GET",status="200"} 1'],
    ],
    [
      'gauge metrics',
      {
        name: 'memory_usage_bytes',
        type: MetricType.GAUGE,
        value: 1_024_000,
        labels: { instance: 'app-1' },
        description: 'Current memory usage',
      },
      ['tframex_memory_usage_bytes{instance="app-1"} 1024000'],
    ],
    [
      'histogram metrics',
      {
        name: 'request_duration_seconds',
        type: MetricType.HISTOGRAM,
        value: 0.125,
        labels: { endpoint: '/api/v1/agents' },
        description: 'Request duration',
      },
      [
        'tframex_request_duration_seconds_bucket{endpoint="/api/v1/agents",le="0.1"} 0',
        'tframex_request_duration_seconds_bucket{endpoint="/api/v1/agents",le="0.25"} 1',
        'tframex_request_duration_seconds_sum{endpoint="/api/v1/agents"} 0.125',
        'tframex_request_duration_seconds_count{endpoint="/api/v1/agents"} 1',
      ],
    ],
    [
      'timer metrics, which become histograms',
      {
        name: 'agent_execution_time',
        type: MetricType.TIMER,
        value: 1.5,
        labels: { agent: 'Assistant' },
        description: 'Agent execution time',
      },
      [
        'tframex_agent_execution_time_bucket{agent="Assistant",le="1"} 0',
        'tframex_agent_execution_time_bucket{agent="Assistant",le="2.5"} 1',
        'tframex_agent_execution_time_sum{agent="Assistant"} 1.5',
      ],
    ],
  ];

  test.each(sent)(
    'TFrameX Enterprise metrics include %s',
    async (_what, init, lines) => {
      const { collector } = makeCollector({ namespace: 'tframex' });
      await collector.sendMetric(new MetricEvent(init));
      const page = await collector.metrics();
      const type = init.type === MetricType.TIMER ? 'histogram' : init.type;
      expect(page).toContain(
        `# HELP tframex_${init.name} ${init.description}\n`,
      );
      expect(page).toContain(`# TYPE tframex_${init.name} ${type}\n`);
      for (const line of lines) expect(page.split('\n')).toContain(line);
    },
  );

  test('an enterprise app, whose metrics configuration is passed on as it is', async () => {
    const port = await freePort();
    const config = {
      metrics: { enabled: true, prometheus: { port, path: '/metrics' } },
    };
    const app = await Test.createTestingModule({
      imports: [MetricsModule.forRoot(config.metrics)],
    }).compile();
    onTestFinished(() => app.close());
    await app.init();
    const page = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await page.text()).toContain('process_cpu_user_seconds_total');
  });

  class ApplicationMetrics {
    constructor(private readonly collector: PrometheusCollector) {}

    async recordAgentExecution(
      agent: string,
      duration: number,
      success: boolean,
    ) {
      await this.collector.sendMetric(
        new MetricEvent({
          name: 'agent_executions_total',
          type: MetricType.COUNTER,
          value: 1,
          labels: { agent, status: success ? 'success' : 'error' },
          description: 'Total agent executions',
        }),
      );
      await this.collector.sendMetric(
        new MetricEvent({
          name: 'agent_duration_seconds',
          type: MetricType.HISTOGRAM,
          value: duration,
          labels: { agent },
          description: 'Agent execution duration',
        }),
      );
    }

    async updateActiveSessions(count: number) {
      await this.collector.sendMetric(
        new MetricEvent({
          name: 'active_sessions',
          type: MetricType.GAUGE,
          value: count,
          description: 'Number of active sessions',
        }),
      );
    }
  }

  test('a class of custom metrics', async () => {
    const { collector } = makeCollector({ namespace: 'tframex' });
    const metrics = new ApplicationMetrics(collector);
    await metrics.recordAgentExecution('Assistant', 1.23, true);
    await metrics.updateActiveSessions(5);
    expect(await samples(collector, 'tframex_agent_executions_total')).toEqual([
      'tframex_agent_executions_total{agent="Assistant",status="success"} 1',
    ]);
    expect(
      await samples(collector, 'tframex_agent_duration_seconds'),
    ).toContain('tframex_agent_duration_seconds_sum{agent="Assistant"} 1.23');
    expect(await samples(collector, 'tframex_active_sessions')).toEqual([
      'tframex_active_sessions 5',
    ]);
  });

  test('TFrameX Enterprise metrics follow the metric naming conventions', () => {
    const { collector } = makeCollector({
      namespace: 'tframex',
      subsystem: 'api',
    });
    expect(collector.counter('requests_total').name).toBe(
      'tframex_api_requests_total',
    );
  });

  test('health checks, with the same JSON', async () => {
    const { collector } = makeCollector({ host: '0.0.0.0' });
    await collector.initialize();
    const { endpoint } = await collector.healthCheck();
    expect(endpoint).toMatch(/^http:\/\/localhost:\d+\/metrics$/);
    for (let i = 0; i < 15; i++) collector.counter(`metric_${i}`);
    const response = await fetch(endpoint.replace('/metrics', '/health'));
    expect(await response.json()).toMatchObject({
      healthy: true,
      server_running: true,
      metrics_count: 15,
      endpoint,
    });
  });

  test('TFrameX Enterprise metrics come with lifecycle management', async () => {
    const { collector } = makeCollector();
    await collector.initialize();
    expect((await collector.healthCheck()).healthy).toBe(true);
    collector.counter('a').inc();
    expect(collector.getMetricCount()).toBe(1);
    collector.clearMetrics();
    expect(collector.getMetricCount()).toBe(0);
    await collector.shutdown();
    expect((await collector.healthCheck()).healthy).toBe(false);
  });

  test('the complete example, a middleware around agent calls', async () => {
    const { collector } = makeCollector({ namespace: 'tframex' });
    const timer = collector.timer('agent_call_duration_seconds');
    async function instrumentAgentCall<T>(
      agent: string,
      call: () => Promise<T>,
    ) {
      const stop = timer.startTimer({ agent });
      let status = 'error';
      try {
        const result = await call();
        status = 'success';
        return result;
      } finally {
        stop();
        await collector.sendMetric(
          new MetricEvent({
            name: 'agent_calls_total',
            type: MetricType.COUNTER,
            value: 1,
            labels: { agent, status },
          }),
        );
      }
    }
    const call = async () => 'Hello';
    const fail = () => Promise.reject(new Error('no'));
    expect(await instrumentAgentCall('MetricsAgent', call)).toBe('Hello');
    await expect(instrumentAgentCall('MetricsAgent', fail)).rejects.toThrow(
      'no',
    );
    expect(await samples(collector, 'tframex_agent_calls_total')).toEqual([
      'tframex_agent_calls_total{agent="MetricsAgent",status="success"} 1',
      'tframex_agent_calls_total{agent="MetricsAgent",status="error"} 1',
    ]);
    expect(
      await samples(collector, 'tframex_agent_call_duration_seconds_count'),
    ).toEqual([
      'tframex_agent_call_duration_seconds_count{agent="MetricsAgent"} 2',
    ]);
  });

  test('the Prometheus configuration and the Grafana queries, which the docs have', async () => {
    // That they work, and what they give, is shown with a real Prometheus in test/e2e.
    const page = (name: string) =>
      readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8');
    expect(await page('start/quick-start.md')).toMatch(/job_name: '?tframex'?/);
    const queries = await page('reference/decorators.md');
    for (const metric of [
      'rate(tframex_agent_executions_total',
      'rate(tframex_agent_duration_seconds_sum',
      'rate(tframex_agent_duration_seconds_count',
      'tframex_active_sessions',
      'tframex_agent_executions_total{status="error"}',
    ]) {
      expect(queries).toContain(metric);
    }
  });
});

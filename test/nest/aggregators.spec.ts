import { Controller, Get } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { expect, test } from 'vitest';
import {
  HealthCheck,
  InFlight,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import { startApp } from './support/app.js';

@Controller()
class JobsController {
  @Get('jobs')
  @InFlight()
  run() {
    return 'done';
  }

  @HealthCheck('store')
  ping() {
    return true;
  }
}

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('ask')
  ask() {}
}

/** What prom-client's aggregation over processes makes of each of our gauges. */
const AGGREGATORS = {
  tframex_agent_in_flight: 'sum',
  tframex_agent_in_flight_oldest_seconds: 'max',
  tframex_health_check_duration_seconds: 'max',
  tframex_health_check_status: 'min',
  tframex_http_server_active_requests: 'sum',
  tframex_metrics_export_last_success_timestamp_seconds: 'max',
  tframex_metrics_export_queue_length: 'sum',
  tframex_websocket_connections: 'sum',
};

test('each gauge of the module says how it is aggregated over processes, and all else is summed', async () => {
  const memory = { name: 'memory', interval: false, export() {} } as const;
  const { app, get } = await startApp(
    {
      imports: [
        MetricsModule.forRoot({
          http: true,
          interceptor: true,
          exporters: [memory],
          prometheus: { defaultMetrics: false },
        }),
      ],
      controllers: [JobsController],
      providers: [ChatGateway],
    },
    undefined,
    (made) => made.useWebSocketAdapter(new WsAdapter(made)),
  );
  await get('/jobs');
  const { registry } = app.get(PrometheusCollector);
  const all = await registry.getMetricsAsJSON();
  const aggregators = (isGauge: boolean) =>
    all
      .filter(({ type }) => (String(type) === 'gauge') === isGauge)
      .map(({ name, aggregator }) => [name, aggregator]);
  expect(Object.fromEntries(aggregators(true))).toEqual(AGGREGATORS);
  const others = aggregators(false).map(([, aggregator]) => aggregator);
  expect(new Set(others)).toEqual(new Set(['sum']));
});

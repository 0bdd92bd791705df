import { UseInterceptors } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  MetricsInterceptor,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { startApp } from './support/app.js';

// Global interceptors reach gateways on NestJS 12 only; bound ones on both.
@UseInterceptors(MetricsInterceptor)
@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('ask')
  ask(@MessageBody() question: string) {
    if (question === '') throw new RangeError('no question');
    return { event: 'answer', data: question.toUpperCase() };
  }
}

test('the interceptor measures the messages of a gateway that it is bound to', async () => {
  const { app, url } = await startApp(
    {
      imports: [MetricsModule.forRoot({ namespace: '' })],
      providers: [ChatGateway],
    },
    undefined,
    (made) => made.useWebSocketAdapter(new WsAdapter(made)),
  );
  const socket = new WebSocket(url.replace('http', 'ws'));
  onTestFinished(() => socket.terminate());
  await new Promise((resolve) => socket.once('open', resolve));
  const answer = new Promise<string>((resolve) =>
    socket.once('message', (data: Buffer) => resolve(data.toString())),
  );
  socket.send(JSON.stringify({ event: 'ask', data: 'why' }));
  expect(JSON.parse(await answer)).toEqual({ event: 'answer', data: 'WHY' });
  socket.send(JSON.stringify({ event: 'ask', data: '' }));

  const collector = app.get(PrometheusCollector);
  const lines = await waitFor(async () => {
    const found = await samples(collector, 'handler_executions_total');
    return found.length === 2 && found;
  }, 'both messages to be recorded');
  expect(lines).toEqual([
    'handler_executions_total{handler="ChatGateway",method="ask",status="success",transport="ws"} 1',
    'handler_executions_total{error_type="RangeError",handler="ChatGateway",method="ask",status="error",transport="ws"} 1',
  ]);
  socket.terminate();
});

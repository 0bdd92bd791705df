import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  type ModuleMetadata,
  Scope,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  MetricsInterceptor,
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { RejectAll, type RunningApp, startApp } from './support/app.js';
import { IS_NEST_12 } from './support/nest-major.js';

/** Turns away questions that say so. */
@Injectable()
class QuestionGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToWs().getData() !== 'secret';
  }
}

@WebSocketGateway()
class ChatGateway {
  @UseGuards(QuestionGuard)
  @SubscribeMessage('ask')
  ask(@MessageBody() question: string) {
    if (question === '') throw new RangeError('no question');
    return { event: 'answer', data: question.toUpperCase() };
  }

  @NoMetrics()
  @UseGuards(RejectAll)
  @SubscribeMessage('hidden')
  hidden() {}
}

@UseInterceptors(MetricsInterceptor)
@WebSocketGateway()
class BoundGateway extends ChatGateway {}

@WebSocketGateway()
class SecondGateway {
  @SubscribeMessage('other')
  other() {}
}

@WebSocketGateway({ path: '/tools' })
class ToolsGateway {
  @SubscribeMessage('use')
  use() {}
}

@NoMetrics()
@WebSocketGateway({ path: '/hidden' })
class HiddenGateway {}

@Injectable({ scope: Scope.REQUEST })
@WebSocketGateway()
class ScopedGateway extends ChatGateway {}

/** As Socket.IO has them, by the paths of ws. */
class NamespaceAdapter extends WsAdapter {
  override create(port: number, options: any = {}) {
    const { namespace, server: _server, ...others } = options;
    return super.create(
      port,
      namespace === undefined ? others : { ...others, path: namespace },
    );
  }
}

const startGateways = (
  metadata: ModuleMetadata,
  { interceptor = true, Adapter = WsAdapter } = {},
): Promise<RunningApp> =>
  startApp(
    {
      imports: [MetricsModule.forRoot({ namespace: '', interceptor })],
      ...metadata,
    },
    undefined,
    (made) => made.useWebSocketAdapter(new Adapter(made)),
  );

interface Client {
  socket: WebSocket;
  tell: (data: string, event?: string) => void;
  /** The answer to a question; errors are not answered on NestJS 11. */
  ask: (data: string) => Promise<unknown>;
}

async function connect({ url }: RunningApp, path = '/'): Promise<Client> {
  const socket = new WebSocket(url.replace('http', 'ws') + path);
  onTestFinished(() => socket.terminate());
  await new Promise((resolve) => socket.once('open', resolve));
  const tell = (data: string, event = 'ask') =>
    socket.send(JSON.stringify({ event, data }));
  const ask = async (data: string) => {
    const answer = new Promise<string>((resolve) =>
      socket.once('message', (text: Buffer) => resolve(text.toString())),
    );
    tell(data);
    return JSON.parse(await answer) as unknown;
  };
  return { socket, tell, ask };
}

async function lines({ app }: RunningApp, count: number): Promise<string[]> {
  const collector = app.get(PrometheusCollector);
  const found = () => samples(collector, 'handler_executions_total');
  await waitFor(
    async () => (await found()).length >= count,
    'the messages to be recorded',
  );
  return (await found()).sort();
}

/** NestJS 11 gives gateways no global guards and interceptors: nothing is measured there. */
async function expectOnNest12(app: RunningApp, samples: string[]) {
  const expected = IS_NEST_12 ? samples : [];
  expect(await lines(app, expected.length)).toEqual(expected);
}

const succeeded = (handler: string) =>
  `handler_executions_total{handler="${handler}",method="ask",status="success",transport="ws"} 1`;

const failed = (handler: string, type: string) =>
  `handler_executions_total{error_type="${type}",handler="${handler}",method="ask",status="error",transport="ws"} 1`;

describe('the messages of a gateway', () => {
  test.each([
    ['by the interceptor where it is bound', { interceptor: false }],
    ['once where the interceptor is bound and global', {}],
  ])('the messages of a gateway are measured %s', async (_where, options) => {
    const app = await startGateways({ providers: [BoundGateway] }, options);
    const { tell, ask } = await connect(app);
    expect(await ask('why')).toEqual({ event: 'answer', data: 'WHY' });
    tell('');
    expect(await lines(app, 2)).toEqual([
      failed('BoundGateway', 'RangeError'),
      succeeded('BoundGateway'),
    ]);
  });

  test('the messages of a gateway are measured, those included that guards refuse', async () => {
    const app = await startGateways({ providers: [ChatGateway] });
    const { tell, ask } = await connect(app);
    expect(await ask('why')).toEqual({ event: 'answer', data: 'WHY' });
    tell('secret');
    tell('', 'hidden');
    tell('');
    await expectOnNest12(app, [
      failed('ChatGateway', 'GuardRejection'),
      failed('ChatGateway', 'RangeError'),
      succeeded('ChatGateway'),
    ]);
  });

  test('the messages of a gateway are measured in gateways that are made for each client', async () => {
    const app = await startGateways({ providers: [ScopedGateway] });
    const { tell, ask } = await connect(app);
    expect(await ask('why')).toEqual({ event: 'answer', data: 'WHY' });
    tell('secret');
    await expectOnNest12(app, [
      failed('ScopedGateway', 'GuardRejection'),
      succeeded('ScopedGateway'),
    ]);
  });
});

describe('the gauge of open connections', () => {
  const gauge = (app: RunningApp) =>
    samples(app.app.get(PrometheusCollector), 'websocket_connections');

  test('the gauge of open connections counts the clients of a path, however many gateways are there', async () => {
    const app = await startGateways({
      providers: [ChatGateway, SecondGateway, ToolsGateway, HiddenGateway],
    });
    const [first] = await Promise.all([
      connect(app),
      connect(app),
      connect(app, '/tools'),
      connect(app, '/hidden'),
    ]);
    await waitFor(
      async () => (await gauge(app)).join().includes('"/"} 2'),
      'the connections to be counted',
    );
    expect(await gauge(app)).toEqual([
      'websocket_connections{path="/"} 2',
      'websocket_connections{path="/tools"} 1',
    ]);
    first.socket.terminate();
    await waitFor(
      async () => (await gauge(app)).join().includes('"/"} 1'),
      'the end of a connection to be counted',
    );
  });

  test('the gauge of open connections goes back to zero when the app is closed', async () => {
    const app = await startGateways({ providers: [ToolsGateway] });
    await connect(app, '/tools');
    const collector = app.app.get(PrometheusCollector);
    expect(await gauge(app)).toEqual([
      'websocket_connections{path="/tools"} 1',
    ]);
    await app.app.close();
    await waitFor(
      async () =>
        (await samples(collector, 'websocket_connections'))[0]?.endsWith('} 0'),
      'the connection to end',
    );
  });

  test('the gauge of open connections has the namespace as path where gateways have one', async () => {
    @WebSocketGateway({ namespace: 'agents' })
    class AgentsGateway {}
    const app = await startGateways(
      { providers: [AgentsGateway] },
      { Adapter: NamespaceAdapter },
    );
    await connect(app, '/agents');
    expect(await gauge(app)).toEqual([
      'websocket_connections{path="/agents"} 1',
    ]);
  });

  test('each app has its own gauge of open connections', async () => {
    const parts = { providers: [ChatGateway] };
    const one = await startGateways(parts);
    const other = await startGateways(parts);
    await connect(one);
    expect(await gauge(one)).toEqual(['websocket_connections{path="/"} 1']);
    expect(await gauge(other)).toEqual(['websocket_connections{path="/"} 0']);
  });

  test('the gauge of open connections is not there without the option', async () => {
    const app = await startGateways(
      { providers: [ChatGateway] },
      { interceptor: false },
    );
    const { ask } = await connect(app);
    expect(await ask('why')).toEqual({ event: 'answer', data: 'WHY' });
    expect(app.app.get(PrometheusCollector).getMetricCount()).toBe(0);
  });
});

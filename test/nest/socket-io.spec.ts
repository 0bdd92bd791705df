import { IoAdapter } from '@nestjs/platform-socket.io';
import { type OnGatewayConnection, WebSocketGateway } from '@nestjs/websockets';
import { io, type Socket } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { samples } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { startApp } from './support/app.js';

/** A client as Socket.IO hands it to a gateway. */
interface Client {
  handshake: { auth: { token?: string } };
  disconnect(close: boolean): void;
}

/** Refuses clients without a token, as the usual authentication does. */
@WebSocketGateway()
class Guarded implements OnGatewayConnection {
  handleConnection(client: Client): void {
    if (client.handshake.auth.token === undefined) client.disconnect(true);
  }
}

async function start() {
  const { app, url } = await startApp(
    {
      imports: [MetricsModule.forRoot({ interceptor: true })],
      providers: [Guarded],
    },
    undefined,
    (starting) =>
      void starting.useWebSocketAdapter(
        new IoAdapter(starting.getHttpServer()),
      ),
  );
  const connect = (auth: object): Socket => {
    const client = io(url, {
      auth,
      reconnection: false,
      forceNew: true,
      transports: ['websocket'],
    });
    onTestFinished(() => void client.disconnect());
    return client;
  };
  const open = async () => {
    const [line = ' 0'] = await samples(
      app.get(PrometheusCollector),
      'tframex_websocket_connections',
    );
    return Number(line.split(' ')[1]);
  };
  return { connect, open };
}

test('clients that a gateway refuses while they connect are not counted as open', async () => {
  const { connect, open } = await start();
  const refused = Array.from({ length: 20 }, () => connect({}));
  let ended = 0;
  for (const client of refused) client.on('disconnect', () => ended++);
  await waitFor(() => ended === 20, 'refusals');
  expect(await open()).toBe(0);
  connect({ token: 'mine' });
  await waitFor(async () => (await open()) === 1, 'a connection');
});

test('clients that stay and leave are counted while they are there', async () => {
  const { connect, open } = await start();
  const clients = Array.from({ length: 3 }, () => connect({ token: 'mine' }));
  await waitFor(async () => (await open()) === 3, 'three connections');
  clients[0]!.disconnect();
  await waitFor(async () => (await open()) === 2, 'two connections');
});

import { once } from 'node:events';
import websocket from '@fastify/websocket';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from '@nestjs/platform-fastify';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { waitFor } from '../support/http.js';
import { startApp } from './support/app.js';
import { HttpClient, rawConnection } from './support/http-client.js';
import { activeRequests, countsOf } from './support/http-series.js';

@Controller()
class HelloController {
  @Get('hello')
  hello() {
    return 'hello';
  }

  @Get('hangs')
  hangs(): Promise<never> {
    return new Promise(() => {});
  }
}

async function start(configure?: (app: INestApplication) => void) {
  const { app, url } = await startApp(
    {
      imports: [MetricsModule.forRoot({ namespace: '', http: true })],
      controllers: [HelloController],
    },
    () => new FastifyAdapter(),
    configure,
  );
  return { url, collector: app.get(PrometheusCollector) };
}

/** A Fastify app with a WebSocket at `/echo`, and one at `/refused` that is never reached. */
async function startEcho() {
  const { url, collector } = await start((one) => {
    const fastify = one as NestFastifyApplication;
    void fastify.register(websocket as never);
    void fastify.register((async (scope: any) => {
      scope.get('/echo', { websocket: true }, (socket: WebSocket) => {
        socket.on('message', (text: Buffer) => socket.send(text.toString()));
      });
      scope.addHook('preValidation', async (request: any, reply: any) => {
        if (request.url === '/refused') await reply.code(401).send('no');
      });
      scope.get('/refused', { websocket: true }, () => {});
    }) as never);
  });
  const connect = (path: string) => {
    const socket = new WebSocket(url.replace('http', 'ws') + path);
    onTestFinished(() => socket.terminate());
    socket.on('error', () => {});
    return socket;
  };
  return { collector, connect, client: new HttpClient(url) };
}

test('WebSockets on Fastify are no HTTP requests, neither while they are open nor when they were closed', async () => {
  const { collector, connect, client } = await startEcho();
  const open = async () => {
    const socket = connect('/echo');
    await once(socket, 'open');
    socket.send('word');
    const [answer] = await once(socket, 'message');
    expect(String(answer)).toBe('word');
    return socket;
  };
  const sockets = [await open(), await open()];
  await client.send('/hello');
  await countsOf(collector, 1);
  expect(await activeRequests(collector)).toBe(0);
  const closed = sockets.map((socket) => once(socket, 'close'));
  sockets[0]!.close();
  sockets[1]!.terminate();
  await Promise.all(closed);
  await client.send('/hello');
  await client.send('/hello');
  expect(await countsOf(collector, 3)).toEqual({ 'GET /hello 200': 3 });
});

test('WebSockets that Fastify refuses are requests with the status of the refusal', async () => {
  const { collector, connect } = await startEcho();
  for (const path of ['/refused', '/nowhere']) {
    await once(connect(path), 'error');
  }
  expect(await countsOf(collector, 2)).toEqual({
    'GET /refused 401': 1,
    'GET unmatched 404': 1,
  });
});

test('requests to Fastify that only offer another protocol are requests', async () => {
  const { url, collector } = await start();
  const offer = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
  const answered = await rawConnection(url, `GET /hello HTTP/1.1\r\n${offer}`);
  await once(answered, 'data');
  const left = await rawConnection(url, `GET /hangs HTTP/1.1\r\n${offer}`);
  await waitFor(
    async () => (await activeRequests(collector)) === 1,
    'the request to begin',
  );
  left.destroy();
  expect(await countsOf(collector, 2)).toEqual({
    'GET /hello 200': 1,
    'GET /hangs 499': 1,
  });
});

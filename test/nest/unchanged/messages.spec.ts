import {
  type ArgumentsHost,
  Catch,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  ParseIntPipe,
  Scope,
  UseFilters,
} from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  ClientsModule,
  Ctx,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
} from '@nestjs/websockets';
import {
  concat,
  from,
  lastValueFrom,
  map,
  of,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { io } from 'socket.io-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { samples } from '../../support/collector.js';
import { freePort, waitFor } from '../../support/http.js';
import { ADAPTERS, startApp } from '../support/app.js';
import { expectUnchanged, type Feature } from '../support/compared-app.js';

const tcp = async () => ({
  transport: Transport.TCP as const,
  options: { host: '127.0.0.1', port: await freePort() },
});

/** The controllers of a microservice, and what they have written down of events. */
function messageParts(Measured: (target: Function) => void) {
  const log: string[] = [];

  @Measured
  @Catch(RangeError)
  class Filter {
    catch({ message }: RangeError, host: ArgumentsHost) {
      const data = JSON.stringify(host.switchToRpc().getData());
      return throwError(() => ({ status: 'error', message, data }));
    }
  }
  @Measured
  @Controller()
  class ToolsController {
    @MessagePattern('plain')
    plain(@Payload() words: string[]) {
      return words.length;
    }
    @MessagePattern({ cmd: 'async', of: ['tools'] })
    async later(@Payload('word') word: string, @Ctx() context: any) {
      return `${word} ${context.getPattern()}`;
    }
    @MessagePattern('many')
    many(count: number) {
      return concat(
        from(Array.from({ length: count }, (_, i) => i)),
        timer(1).pipe(map(() => 'last')),
      );
    }
    @MessagePattern('promised')
    async promised() {
      return of(1, 2, 3);
    }
    @MessagePattern('nothing')
    nothing() {}
    @MessagePattern('empty')
    empty() {
      return from([]);
    }
    @MessagePattern('rpc-error')
    rpcError(): never {
      throw new RpcException({ code: 7, reason: 'of its own' });
    }
    @MessagePattern('error')
    async error() {
      throw new Error('secret');
    }
    @MessagePattern('half')
    half() {
      return concat(
        of('first'),
        throwError(() => new RpcException('then failed')),
      );
    }
    @UseFilters(Filter)
    @MessagePattern('filtered')
    filtered(): never {
      throw new RangeError('out of range');
    }
    @MessagePattern('number')
    number(@Payload(ParseIntPipe) number: number) {
      return number + 1;
    }
    @EventPattern('happened')
    first(@Payload() what: string) {
      log.push(`first ${what}`);
    }
    @EventPattern('happened')
    async second(@Payload() what: string) {
      log.push(`second ${what}`);
      return of('ignored');
    }
    @EventPattern('failed')
    failed(@Payload() what: string) {
      log.push(`failed ${what}`);
      throw new Error('The event failed');
    }
  }
  let made = 0;
  @Measured
  @Controller({ scope: Scope.REQUEST })
  class ScopedController {
    private readonly id = ++made;
    constructor(@Inject(REQUEST) private readonly request: { data: unknown }) {}
    @MessagePattern('scoped')
    scoped(@Payload() data: unknown) {
      return [this.id, this.request.data, data];
    }
  }
  return { log, controllers: [ToolsController, ScopedController] };
}

const MESSAGES: [pattern: string | object, data: unknown][] = [
  ['plain', ['a', 'b']],
  [{ cmd: 'async', of: ['tools'] }, { word: 'word' }],
  ['many', 3],
  ['many', 0],
  ['promised', ''],
  ['nothing', ''],
  ['empty', ''],
  ['rpc-error', ''],
  ['error', ''],
  ['half', ''],
  ['filtered', { a: 1 }],
  ['number', '7'],
  ['number', 'seven'],
  ['scoped', 'one'],
  ['scoped', { two: 2 }],
  ['unknown', ''],
];

/** What the client receives of each message, and the order of events. */
async function exchange(client: ClientProxy, log: string[]) {
  const seen = [];
  for (const [pattern, data] of MESSAGES) {
    const values: unknown[] = [];
    const replies = client.send(pattern, data);
    seen.push(
      await new Promise((resolve) =>
        replies.subscribe({
          next: (value) => values.push(value),
          error: (error: unknown) => resolve([...values, { error }]),
          complete: () => resolve(values),
        }),
      ),
    );
  }
  // One by one: any interceptor changes the order of events that come together.
  for (const event of ['happened', 'failed']) {
    const before = log.length;
    await lastValueFrom(client.emit(event, 'word').pipe(toArray()));
    const handlers = event === 'happened' ? 2 : 1;
    await waitFor(() => log.length === before + handlers, event);
  }
  return { seen, log };
}

const connectTo = (options: Awaited<ReturnType<typeof tcp>>) => {
  const client = ClientProxyFactory.create(options);
  onTestFinished(() => void client.close());
  return client;
};

async function startService(metadata: object) {
  @Module(metadata)
  class AppModule {}
  const options = await tcp();
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    AppModule,
    { ...options, logger: false, abortOnError: false },
  );
  onTestFinished(() => app.close());
  await app.listen();
  return { app, client: connectTo(options) };
}

const microservice: Feature<Awaited<ReturnType<typeof startService>>> = (
  Measured,
) => {
  const { log, controllers } = messageParts(Measured);
  return {
    metadata: { controllers },
    start: startService,
    observe: ({ client }) => exchange(client, log),
  };
};

const hybrid =
  (inheritAppConfig: boolean): Feature =>
  (Measured) => {
    const { log, controllers } = messageParts(Measured);

    @Measured
    @Controller()
    class AskingController {
      @Inject('tools')
      private readonly tools!: ClientProxy;
      @Get('ask')
      ask() {
        return this.tools.send('plain', [1, 2, 3]);
      }
      @Get('fail')
      fail() {
        return this.tools.send('rpc-error', '');
      }
    }
    let options: Awaited<ReturnType<typeof tcp>>;
    return {
      metadata: {},
      start: async ({ imports = [] }, makeAdapter) => {
        options = await tcp();
        const clients = ClientsModule.register([{ name: 'tools', ...options }]);
        const running = await startApp(
          {
            imports: [...imports, clients],
            controllers: [...controllers, AskingController],
          },
          makeAdapter,
          (app) =>
            void app.connectMicroservice<MicroserviceOptions>(options, {
              inheritAppConfig,
              deferInitialization: true,
            }),
        );
        await running.app.startAllMicroservices();
        return running;
      },
      observe: async ({ text }) => ({
        ...(await exchange(connectTo(options), log)),
        asked: [await text('/ask'), await text('/fail')],
      }),
    };
  };

/** A gateway for either adapter, and what it has written down. */
function gatewayParts(Measured: (target: Function) => void) {
  const log: string[] = [];

  @Measured
  @Catch(RangeError)
  class Filter {
    catch({ message }: RangeError, host: ArgumentsHost) {
      const client = host.switchToWs().getClient();
      const answer = { event: 'caught', data: message };
      if (client instanceof WebSocket) client.send(JSON.stringify(answer));
      else client.emit(answer.event, answer.data);
    }
  }
  @Measured
  @WebSocketGateway()
  class ToolsGateway {
    @WebSocketServer()
    private readonly server: unknown;

    afterInit(server: unknown) {
      log.push(`afterInit ${server === this.server}`);
    }
    handleConnection() {
      log.push('connected');
    }
    async handleDisconnect() {
      log.push('disconnected');
    }
    @SubscribeMessage('plain')
    plain(
      @MessageBody('word') word: string,
      @ConnectedSocket() client: unknown,
    ) {
      return { event: 'answer', data: [word, typeof client] };
    }
    @SubscribeMessage('later')
    async later() {
      return { event: 'answer', data: 'later' };
    }
    @SubscribeMessage('many')
    many() {
      return from([1, 2]).pipe(map((data) => ({ event: 'answer', data })));
    }
    @SubscribeMessage('acknowledged')
    acknowledged() {
      return 'acknowledged';
    }
    @SubscribeMessage('nothing')
    nothing() {
      log.push('nothing');
    }
    @SubscribeMessage('ws-error')
    wsError() {
      throw new WsException('refused');
    }
    @SubscribeMessage('error')
    async error() {
      throw new Error('secret');
    }
    @UseFilters(Filter)
    @SubscribeMessage('filtered')
    filtered() {
      throw new RangeError('out of range');
    }
  }
  let made = 0;
  @Measured
  @Injectable({ scope: Scope.TRANSIENT })
  class Each {
    readonly id = ++made;
    who() {
      return this.id;
    }
  }
  @Measured
  @WebSocketGateway()
  class OtherGateway {
    constructor(private readonly each: Each) {}
    @SubscribeMessage('other')
    other() {
      return { event: 'answer', data: this.each.who() };
    }
    /** Messages come in order: this is the last one. */
    @SubscribeMessage('last')
    last() {
      return { event: 'last', data: '' };
    }
  }
  return { log, providers: [ToolsGateway, OtherGateway, Each] };
}

const EVENTS =
  'plain later many nothing ws-error error filtered other unknown'.split(' ');

const wsGateways: Feature = (Measured) => {
  const { log, providers } = gatewayParts(Measured);
  return {
    metadata: { providers },
    start: (metadata, makeAdapter) =>
      startApp(metadata, makeAdapter, (app) => {
        app.useWebSocketAdapter(new WsAdapter(app));
      }),
    observe: async ({ url }) => {
      const socket = new WebSocket(url.replace('http', 'ws'));
      onTestFinished(() => socket.terminate());
      const messages: string[] = [];
      socket.on('message', (text: Buffer) => messages.push(String(text)));
      await new Promise((resolve) => socket.once('open', resolve));
      const seen = [];
      for (const event of EVENTS) {
        const tell = (event: string) =>
          socket.send(JSON.stringify({ event, data: { word: 'word' } }));
        tell(event);
        tell('last');
        const isLast = (text: string) => text.includes('"last"');
        await waitFor(() => messages.some(isLast), `the answers to ${event}`);
        seen.push([event, messages.splice(0)]);
      }
      socket.close();
      await waitFor(() => log.includes('disconnected'), 'the disconnection');
      return { seen, log };
    },
  };
};

const socketIoGateways: Feature = (Measured) => {
  const { log, providers } = gatewayParts(Measured);
  return {
    metadata: { providers },
    start: (metadata, makeAdapter) =>
      startApp(metadata, makeAdapter, (app) => {
        app.useWebSocketAdapter(new IoAdapter(app));
      }),
    observe: async ({ url }) => {
      const socket = io(url, {
        reconnection: false,
        forceNew: true,
        transports: ['websocket'],
      });
      onTestFinished(() => void socket.disconnect());
      const messages: unknown[] = [];
      socket.onAny((...message) => messages.push(message));
      const seen = [];
      for (const event of EVENTS) {
        socket.emit(event, { word: 'word' });
        const last = new Promise((resolve) => socket.once('last', resolve));
        socket.emit('last');
        await last;
        seen.push([event, messages.splice(0)]);
      }
      const acknowledged = await socket.emitWithAck('acknowledged', 1);
      socket.disconnect();
      await waitFor(() => log.includes('disconnected'), 'the disconnection');
      return { seen, acknowledged, log };
    },
  };
};

test('a TCP microservice answers the same with the module as without', async () => {
  const { seen, collector } = await expectUnchanged(microservice);
  expect(seen).toMatchObject({
    log: ['first word', 'second word', 'failed word'],
  });
  const handled = await samples(collector, 'handler_executions_total');
  expect(handled.length).toBeGreaterThan(10);
});

describe.each(ADAPTERS)('on %s', (_name, makeAdapter) => {
  test.each([true, false])(
    'a hybrid app answers the same with the module as without, sharing its configuration: %s',
    async (inheritAppConfig) => {
      const feature = hybrid(inheritAppConfig);
      const { seen } = await expectUnchanged(feature, makeAdapter);
      expect(seen).toMatchObject({ asked: ['3', expect.any(String)] });
    },
  );

  test('gateways of ws answer the same with the module as without', async () => {
    const { seen } = await expectUnchanged(wsGateways, makeAdapter);
    expect(seen).toMatchObject({ log: expect.arrayContaining(['connected']) });
  });

  test('gateways of Socket.IO answer the same with the module as without', async () => {
    const { seen } = await expectUnchanged(socketIoGateways, makeAdapter);
    expect(seen).toMatchObject({ acknowledged: 'acknowledged' });
  });
});

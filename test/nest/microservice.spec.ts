import 'reflect-metadata';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  type ModuleMetadata,
  Module,
  ParseIntPipe,
  Scope,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  MetricsInterceptor,
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { freePort, waitFor } from '../support/http.js';
import { RejectAll, startApp } from './support/app.js';
import { IS_NEST_12 } from './support/nest-major.js';

@Injectable()
class ThrowingGuard implements CanActivate {
  async canActivate(): Promise<boolean> {
    await Promise.resolve();
    throw new UnauthorizedException();
  }
}

/** Turns away messages that say so. */
@Injectable()
class PayloadGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToRpc().getData() !== 'secret';
  }
}

@Catch()
class SwallowAll implements ExceptionFilter {
  catch(_error: unknown, _host: ArgumentsHost) {
    return of('swallowed');
  }
}

@Controller()
class ToolsController {
  @MessagePattern('search')
  search(@Payload() word: string) {
    if (word === '') throw new RpcException('nothing to search for');
    return of('first', 'last');
  }

  @MessagePattern('number')
  number(@Payload(ParseIntPipe) number: number) {
    return number;
  }

  @UseGuards(RejectAll)
  @MessagePattern('refused')
  refused() {
    return 'never';
  }

  @UseFilters(SwallowAll)
  @UseGuards(ThrowingGuard)
  @MessagePattern('swallowed')
  swallowed() {
    return 'never';
  }

  @NoMetrics()
  @UseGuards(RejectAll)
  @MessagePattern('hidden')
  hidden() {
    return 'never';
  }

  @EventPattern('added')
  first(_word: string) {
    return of('done');
  }

  @EventPattern('added')
  second(_word: string) {}

  @UseGuards(PayloadGuard)
  @EventPattern('removed')
  removed(@Payload() word: string) {
    if (word === '') throw new RangeError('nothing was removed');
  }
}

@UseGuards(PayloadGuard)
@Controller({ scope: Scope.REQUEST })
class ScopedController {
  @MessagePattern('scoped')
  scoped(@Payload() word: string) {
    return word;
  }
}

const measured = {
  imports: [MetricsModule.forRoot({ namespace: '', interceptor: true })],
};

interface Service {
  client: ClientProxy;
  /** The answer that `client` gets, or the error. */
  ask: (pattern: string, data: unknown) => Promise<unknown>;
  collector: PrometheusCollector;
}

/** A TCP server of these parts with a client; closed when the test ends. */
async function startService(metadata: ModuleMetadata): Promise<Service> {
  @Module(metadata)
  class AppModule {}
  const options = { host: '127.0.0.1', port: await freePort() };
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(
    AppModule,
    { transport: Transport.TCP, options, logger: false, abortOnError: false },
  );
  onTestFinished(() => service.close());
  await service.listen();
  return connect(options, service.get(PrometheusCollector));
}

function connect(
  options: { host: string; port: number },
  collector: PrometheusCollector,
): Service {
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options,
  });
  onTestFinished(() => void client.close());
  const ask = (pattern: string, data: unknown) =>
    lastValueFrom(client.send(pattern, data).pipe(toArray())).catch(
      (error: { message: string }) => error.message,
    );
  return { client, ask, collector };
}

/** A line of the counter. What a guard refuses has its error on NestJS 12 only. */
function line(
  method: string,
  { handler = 'ToolsController', error = '', refusal = '', count = 1 } = {},
) {
  const type =
    IS_NEST_12 || refusal === '' ? error || refusal : 'GuardRejection';
  return type === ''
    ? `handler_executions_total{handler="${handler}",method="${method}",status="success",transport="rpc"} ${count}`
    : `handler_executions_total{error_type="${type}",handler="${handler}",method="${method}",status="error",transport="rpc"} ${count}`;
}

const counted = (collector: PrometheusCollector) =>
  samples(collector, 'handler_executions_total');

describe('the messages of a microservice', () => {
  test('the messages of a microservice are measured, those included that pipes, guards and handlers refuse', async () => {
    const { ask, collector } = await startService({
      ...measured,
      controllers: [ToolsController],
    });
    expect(await ask('search', 'metrics')).toEqual(['first', 'last']);
    expect(await ask('search', '')).toBe('nothing to search for');
    expect(await ask('number', 'seven')).toBe('Internal server error');
    expect(await ask('refused', 1)).toBe('Forbidden resource');
    expect(await ask('refused', 2)).toBe('Forbidden resource');
    expect(await ask('swallowed', 3)).toEqual(['swallowed']);
    expect(await ask('hidden', 4)).toBe('Forbidden resource');

    expect(await counted(collector)).toEqual([
      line('search'),
      line('search', { error: 'RpcException' }),
      line('number', { error: 'BadRequestException' }),
      line('refused', { refusal: 'RpcException', count: 2 }),
      line('swallowed', { refusal: 'UnauthorizedException' }),
    ]);
    const timed = await samples(collector, 'handler_duration_seconds');
    expect(timed.filter((text) => text.includes('_count'))).toHaveLength(5);
    expect(await collector.healthCheck()).toMatchObject({
      healthy: true,
      server_running: false,
    });
  });

  test('the messages of a microservice are measured where a guard of the whole app refuses them', async () => {
    const { ask, collector } = await startService({
      ...measured,
      controllers: [ToolsController],
      providers: [{ provide: APP_GUARD, useClass: PayloadGuard }],
    });
    expect(await ask('search', 'secret')).toBe('Forbidden resource');
    expect(await ask('search', 'metrics')).toEqual(['first', 'last']);
    expect(await counted(collector)).toEqual([
      line('search', { refusal: 'RpcException' }),
      line('search'),
    ]);
  });

  test('the messages of a microservice are measured in controllers that are made for each of them', async () => {
    const { ask, collector } = await startService({
      ...measured,
      controllers: [ScopedController],
    });
    const answers = await Promise.all(
      ['a', 'secret', 'b'].map((word) => ask('scoped', word)),
    );
    expect(answers).toEqual([['a'], 'Forbidden resource', ['b']]);
    const handler = 'ScopedController';
    expect((await counted(collector)).sort()).toEqual(
      [
        line('scoped', { handler, count: 2 }),
        line('scoped', { handler, refusal: 'RpcException' }),
      ].sort(),
    );
  });

  test('the messages of a microservice are measured as events, each handler of an event for itself', async () => {
    const { client, collector } = await startService({
      ...measured,
      controllers: [ToolsController],
    });
    const emit = (event: string, word: string) =>
      lastValueFrom(client.emit(event, word), { defaultValue: undefined });
    await emit('added', 'word');
    for (const word of ['word', 'secret', '']) await emit('removed', word);
    await waitFor(
      async () => (await counted(collector)).length === 5,
      'the events to be recorded',
    );
    expect((await counted(collector)).sort()).toEqual(
      [
        line('first'),
        line('second'),
        line('removed'),
        line('removed', { refusal: 'RpcException' }),
        line('removed', { error: 'RangeError' }),
      ].sort(),
    );
  });

  test('the messages of a microservice are measured in a hybrid app that shares its configuration', async () => {
    const port = await freePort();
    const options = { host: '127.0.0.1', port };
    const { app } = await startApp(
      { ...measured, controllers: [ToolsController] },
      undefined,
      (made) =>
        void made.connectMicroservice<MicroserviceOptions>(
          { transport: Transport.TCP, options },
          { inheritAppConfig: true, deferInitialization: true },
        ),
    );
    await app.startAllMicroservices();
    const { ask, collector } = connect(options, app.get(PrometheusCollector));
    expect(await ask('search', 'metrics')).toEqual(['first', 'last']);
    expect(await ask('refused', 1)).toBe('Forbidden resource');
    expect(await counted(collector)).toEqual([
      line('search'),
      line('refused', { refusal: 'RpcException' }),
    ]);
  });

  test('the messages of a microservice are left alone without the option, but for bound interceptors', async () => {
    @UseInterceptors(MetricsInterceptor)
    class BoundController extends ToolsController {}
    Controller()(BoundController);
    const { ask, collector } = await startService({
      imports: [MetricsModule.forRoot({ namespace: '' })],
      controllers: [BoundController],
    });
    expect(await ask('search', 'metrics')).toEqual(['first', 'last']);
    expect(await ask('refused', 1)).toBe('Forbidden resource');
    expect(await counted(collector)).toEqual([
      line('search', { handler: 'BoundController' }),
    ]);
  });

  test('the messages of a microservice are measured once where the interceptor is bound as well', async () => {
    @UseInterceptors(MetricsInterceptor)
    class BoundController extends ToolsController {}
    Controller()(BoundController);
    const { ask, collector } = await startService({
      ...measured,
      controllers: [BoundController],
    });
    expect(await ask('search', 'metrics')).toEqual(['first', 'last']);
    expect(await counted(collector)).toEqual([
      line('search', { handler: 'BoundController' }),
    ]);
  });

  test('each app measures the messages of its own microservice', async () => {
    const parts = { ...measured, controllers: [ToolsController] };
    const [one, other] = [await startService(parts), await startService(parts)];
    await one.ask('search', 'metrics');
    await one.ask('refused', 1);
    await other.ask('refused', 1);
    const refused = line('refused', { refusal: 'RpcException' });
    expect(await counted(one.collector)).toEqual([line('search'), refused]);
    expect(await counted(other.collector)).toEqual([refused]);
  });
});

import { EventEmitter, once } from 'node:events';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Scope,
  SetMetadata,
  Sse,
  UseGuards,
  Version,
  VersioningType,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  Counted,
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import {
  ADAPTERS,
  type MakeAdapter,
  RejectAll,
  startApp,
} from './support/app.js';
import { HttpClient } from './support/http-client.js';
import { activeRequests, countsOf } from './support/http-series.js';

const streams = new EventEmitter();

@Injectable()
class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const role = this.reflector.get<string>('role', context.getHandler());
    return context.switchToHttp().getRequest().headers['x-role'] === role;
  }
}

@Controller('mixed')
class MixedController {
  @Get('list')
  list() {
    return 'seen';
  }

  @NoMetrics()
  @Get(':id')
  hidden(@Param('id', ParseIntPipe) id: number) {
    return id;
  }

  @Post(':id')
  seen(@Body() body: unknown) {
    return body;
  }

  @NoMetrics()
  @UseGuards(RejectAll)
  @Get('hidden/refused')
  refused() {}

  @UseGuards(RoleGuard)
  @SetMetadata('role', 'admin')
  @Counted()
  @NoMetrics()
  @Get('hidden/guarded')
  guarded() {
    return 'for admins';
  }

  @NoMetrics()
  @Post('hidden/body')
  body() {}

  @NoMetrics()
  @Sse('hidden/events')
  events() {
    return new Observable<never>(() => void streams.emit('begun'));
  }
}

abstract class SharedController {
  readonly who: string = 'shared';

  @Get('shared')
  shared() {
    return this.who;
  }
}

@NoMetrics()
@Controller('hidden')
class HiddenController extends SharedController {
  override readonly who: string = 'hidden';
}

@NoMetrics()
@Controller({ path: 'hidden-per-request', scope: Scope.REQUEST })
class HiddenRequestController extends SharedController {
  override readonly who: string = 'hidden per request';
}

@Controller('seen')
class SeenController extends SharedController {
  override readonly who: string = 'seen';
}

@Controller('versions')
class VersionsController {
  @NoMetrics()
  @Version('1')
  @Get()
  first() {
    return 1;
  }

  @Version('2')
  @Get()
  second() {
    return 2;
  }
}

async function start(adapter: MakeAdapter) {
  const { app, url } = await startApp(
    {
      imports: [MetricsModule.forRoot({ namespace: '', http: true })],
      controllers: [
        MixedController,
        HiddenController,
        HiddenRequestController,
        SeenController,
        VersionsController,
      ],
    },
    adapter,
    (one) =>
      one.enableVersioning({ type: VersioningType.HEADER, header: 'x-v' }),
  );
  const client = new HttpClient(url);
  return { app, client, collector: app.get(PrometheusCollector) };
}

describe.each(ADAPTERS)('@NoMetrics() on %s', (name, adapter) => {
  test('@NoMetrics() leaves out the requests to its handler, and those alone', async () => {
    const { client, collector } = await start(adapter);
    expect((await client.send('/mixed/7')).body).toBe('7');
    expect((await client.send('/mixed/seven')).status).toBe(400);
    expect((await client.send('/mixed/hidden/refused')).status).toBe(403);
    expect((await client.send('/mixed/list')).body).toBe('seen');
    expect((await client.send('/mixed/7', { method: 'POST' })).status).toBe(
      201,
    );
    expect(await countsOf(collector, 2)).toEqual({
      'GET /mixed/list 200': 1,
      'POST /mixed/:id 201': 1,
    });
  });

  test("@NoMetrics() leaves out all handlers of a controller, inherited ones too, but not its relatives'", async () => {
    const { client, collector } = await start(adapter);
    for (const [path, who] of [
      ['/hidden/shared', 'hidden'],
      ['/hidden-per-request/shared', 'hidden per request'],
      ['/seen/shared', 'seen'],
    ] as const) {
      expect((await client.send(path)).body).toBe(who);
    }
    expect(await countsOf(collector, 1)).toEqual({ 'GET /seen/shared 200': 1 });
  });

  test('@NoMetrics() leaves out one version of a route', async () => {
    const { client, collector } = await start(adapter);
    for (const version of ['1', '2', '1']) {
      const headers = { 'x-v': version };
      const { body } = await client.send('/versions', { headers });
      expect(body).toBe(version);
    }
    expect(await countsOf(collector, 1)).toEqual({ 'GET /versions 200': 1 });
  });

  test('@NoMetrics() leaves guards what they ask of the handler', async () => {
    const { client, collector } = await start(adapter);
    const asked = (role: string) =>
      client.send('/mixed/hidden/guarded', { headers: { 'x-role': role } });
    expect((await asked('user')).status).toBe(403);
    expect((await asked('admin')).body).toBe('for admins');
    await client.send('/mixed/list');
    expect(await countsOf(collector, 1)).toEqual({ 'GET /mixed/list 200': 1 });
    expect(await samples(collector, 'agent_executions_total')).toEqual([]);
  });

  test('@NoMetrics() leaves out what fails before the handler, where the route is known then', async () => {
    const { client, collector } = await start(adapter);
    const { status } = await client.send('/mixed/hidden/body', {
      method: 'POST',
      body: '{"a":',
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(400);
    await client.send('/mixed/list');
    const seen = { 'GET /mixed/list 200': 1 };
    expect(await countsOf(collector, name === 'Express' ? 2 : 1)).toEqual(
      name === 'Express' ? { ...seen, 'POST unmatched 400': 1 } : seen,
    );
  });

  test('@NoMetrics() leaves out a stream while it is active', async () => {
    const { client, collector } = await start(adapter);
    const begun = once(streams, 'begun');
    let leave!: () => void;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const aborted = client.abort('/mixed/hidden/events', left);
    await begun;
    await client.send('/mixed/list');
    await countsOf(collector, 1);
    expect(await activeRequests(collector)).toBe(0);
    leave();
    await aborted;
  });
});

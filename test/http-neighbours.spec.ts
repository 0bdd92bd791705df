import 'reflect-metadata';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  type INestApplication,
  Injectable,
  type ModuleMetadata,
  Param,
  Post,
  SetMetadata,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { IsInt, IsString, Min } from 'class-validator';
import { ClsModule, ClsService } from 'nestjs-cls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { MetricsModule, NoMetrics, PrometheusCollector } from '../src/index.js';
import { ADAPTERS, type MakeAdapter, startApp } from './nest/support/app.js';
import {
  type Answer,
  HttpClient,
  type Sending,
} from './nest/support/http-client.js';
import { countsOf, type RequestCounts } from './nest/support/http-series.js';

/** A neighbour of the module in an app, and a request to it. */
interface Neighbour {
  app: () => ModuleMetadata;
  configure?: (app: INestApplication) => void;
  requests: [path: string, sending?: Sending][];
  /** What the answers must show, that they are not the same for nothing. */
  check: (answers: Answer[]) => void;
  series: RequestCounts;
}

@Injectable()
class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const role = this.reflector.getAllAndOverride<string>('role', [
      context.getHandler(),
      context.getClass(),
    ]);
    return context.switchToHttp().getRequest().headers['x-role'] === role;
  }
}

@SetMetadata('role', 'admin')
@UseGuards(RoleGuard)
@Controller('admin')
class AdminController {
  @Get('report')
  report() {
    return 'for admins';
  }

  @NoMetrics()
  @SetMetadata('role', 'owner')
  @Get('accounts/:id')
  accounts() {
    return 'for owners';
  }
}

class Order {
  @ApiProperty({ minimum: 1 })
  @IsInt()
  @Min(1)
  amount!: number;

  @ApiProperty()
  @IsString()
  product!: string;
}

@Controller('orders')
class OrdersController {
  @Post()
  order(@Body() order: Order) {
    return { ordered: order };
  }

  @NoMetrics()
  @Get(':id')
  find(@Param('id') id: string) {
    return { id };
  }
}

@Controller('context')
class ContextController {
  constructor(private readonly cls: ClsService) {}

  @Get()
  async user() {
    await new Promise(setImmediate);
    return { user: this.cls.get('user') };
  }
}

const role = (name: string): Sending => ({ headers: { 'x-role': name } });

const order = (body: object): Sending => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

const statuses = (answers: Answer[]) => answers.map(({ status }) => status);

const NEIGHBOURS: Record<string, Neighbour> = {
  'role guards': {
    app: () => ({ controllers: [AdminController] }),
    requests: [
      ['/admin/report'],
      ['/admin/report', role('admin')],
      ['/admin/accounts/7', role('admin')],
      ['/admin/accounts/7', role('owner')],
    ],
    check: (answers) => expect(statuses(answers)).toEqual([403, 200, 403, 200]),
    series: { 'GET /admin/report 403': 1, 'GET /admin/report 200': 1 },
  },
  'Swagger documents': {
    app: () => ({ controllers: [OrdersController] }),
    configure: (app) => {
      const configuration = new DocumentBuilder().setTitle('Orders').build();
      const document = SwaggerModule.createDocument(app, configuration);
      SwaggerModule.setup('docs', app, document, { ui: false, raw: ['json'] });
    },
    requests: [['/docs-json']],
    check: ([answer]) => {
      const document = JSON.parse(answer!.body);
      expect(Object.keys(document.paths)).toEqual(['/orders', '/orders/{id}']);
      expect(document.components.schemas.Order.required).toEqual([
        'amount',
        'product',
      ]);
    },
    series: { 'GET /docs-json 200': 1 },
  },
  'nestjs-cls': {
    app: () => ({
      imports: [
        ClsModule.forRoot({
          middleware: {
            mount: true,
            setup: (cls, req) => cls.set('user', req.headers['x-user']),
          },
        }),
      ],
      controllers: [ContextController],
    }),
    requests: [
      ['/context', { headers: { 'x-user': 'ada' } }],
      ['/context', { headers: { 'x-user': 'grace' } }],
      ['/nowhere'],
    ],
    check: (answers) =>
      expect(answers.slice(0, 2).map(({ body }) => body)).toEqual([
        '{"user":"ada"}',
        '{"user":"grace"}',
      ]),
    series: { 'GET /context 200': 2, 'GET unmatched 404': 1 },
  },
  '@nestjs/throttler': {
    app: () => ({
      imports: [ThrottlerModule.forRoot([{ ttl: 600_000, limit: 2 }])],
      controllers: [OrdersController, AdminController],
      providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    }),
    requests: [
      ['/admin/report', role('admin')],
      ['/admin/report', role('admin')],
      ['/admin/report', role('admin')],
      ['/orders/1'],
      ['/orders/2'],
      ['/orders/3'],
    ],
    check: (answers) => {
      expect(statuses(answers)).toEqual([200, 200, 429, 200, 200, 429]);
      expect(answers[1]!.headers['x-ratelimit-remaining']).toBe('0');
    },
    series: { 'GET /admin/report 200': 2, 'GET /admin/report 429': 1 },
  },
  'class-validator pipes': {
    app: () => ({ controllers: [OrdersController] }),
    configure: (app) =>
      app.useGlobalPipes(
        new ValidationPipe({ whitelist: true, transform: true }),
      ),
    requests: [
      ['/orders', order({ amount: 2, product: 'tea', extra: true })],
      ['/orders', order({ amount: 0, product: 'tea' })],
      ['/orders', order({})],
    ],
    check: (answers) => {
      expect(statuses(answers)).toEqual([201, 400, 400]);
      expect(answers[0]!.body).toBe('{"ordered":{"amount":2,"product":"tea"}}');
      expect(answers[1]!.body).toContain('amount must not be less than 1');
    },
    series: { 'POST /orders 201': 1, 'POST /orders 400': 2 },
  },
};

/** The answers of an app, without what differs from one answer to the next. */
async function answersOf(
  { app: metadata, configure, requests }: Neighbour,
  adapter: MakeAdapter,
  modules: NonNullable<ModuleMetadata['imports']>,
): Promise<{ app: INestApplication; answers: Answer[] }> {
  const { imports = [], ...others } = metadata();
  const { app, url } = await startApp(
    { imports: [...modules, ...imports], ...others },
    adapter,
    configure,
  );
  const client = new HttpClient(url);
  const answers: Answer[] = [];
  for (const [path, sending] of requests) {
    const { headers, ...rest } = await client.send(path, sending);
    answers.push({ ...rest, headers: { ...headers, date: undefined } });
  }
  return { app, answers };
}

describe.each(ADAPTERS)('beside the HTTP metrics on %s', (_name, adapter) => {
  test.each(Object.entries(NEIGHBOURS))(
    '%s behave beside the HTTP metrics as without them',
    async (_neighbour, neighbour) => {
      // Headers tell the seconds that are left of something.
      vi.useFakeTimers({ toFake: ['Date'] });
      onTestFinished(() => void vi.useRealTimers());
      const without = await answersOf(neighbour, adapter, []);
      const { app, answers } = await answersOf(neighbour, adapter, [
        MetricsModule.forRoot({
          namespace: '',
          http: { requestSize: true, responseSize: true },
          interceptor: true,
        }),
      ]);
      neighbour.check(answers);
      expect(answers).toEqual(without.answers);
      const { series } = neighbour;
      const requests = Object.values(series).reduce((sum, n) => sum + n, 0);
      expect(await countsOf(app.get(PrometheusCollector), requests)).toEqual(
        series,
      );
    },
  );
});

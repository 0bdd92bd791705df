import { once } from 'node:events';
import { Readable } from 'node:stream';
import {
  type ArgumentsHost,
  Body,
  type CallHandler,
  Catch,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Header,
  Headers,
  HttpCode,
  HttpException,
  Injectable,
  type MiddlewareConsumer,
  Module,
  NotFoundException,
  Param,
  Post,
  Query,
  Redirect,
  Req,
  Res,
  StreamableFile,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  VERSION_NEUTRAL,
  Version,
  type VersioningOptions,
  VersioningType,
} from '@nestjs/common';
import { concat, from, map, of, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { ADAPTERS, type RunningApp, startApp } from '../support/app.js';
import {
  answerOf,
  expectUnchanged,
  type Feature,
} from '../support/compared-app.js';
import { HttpClient } from '../support/http-client.js';
import { countsOf, total } from '../support/http-series.js';

type RequestHeaders = Record<string, string>;

type Request = readonly [path: string, init?: RequestInit];

/** The answers to requests, one after the other. */
async function answers({ get }: RunningApp, requests: readonly Request[]) {
  const seen: Record<string, unknown> = {};
  for (const [path, init] of requests) {
    const name = `${init?.method ?? 'GET'} ${path} ${JSON.stringify(init?.headers ?? '')}`;
    seen[name] = await answerOf(await get(path, init));
  }
  return seen;
}

const VERSIONED = '/cats /v1/cats /v2/cats /v3/cats /v1/neutral /neutral'
  .concat(' /cats/one /v2/cats/one /v1/cats/many /v4/cats/many')
  .split(' ');

/** How requests of each type of versioning say the version that they are for. */
const VERSIONINGS: [string, VersioningOptions, RequestHeaders[]][] = [
  ['the URI', { type: VersioningType.URI, defaultVersion: '1' }, [{}]],
  [
    'a header',
    { type: VersioningType.HEADER, header: 'x-version' },
    [{}, ...['', '1', '2', '3', '4'].map((one) => ({ 'x-version': one }))],
  ],
  [
    'the media type',
    { type: VersioningType.MEDIA_TYPE, key: 'v=' },
    ['1', '2', '3'].map((one) => ({ accept: `application/json;v=${one}` })),
  ],
  [
    'a function',
    {
      type: VersioningType.CUSTOM,
      extractor: (request: any) =>
        String(request.headers.versions ?? '').split(','),
    },
    ['', '1', '2,1', '4,3'].map((versions) => ({ versions })),
  ],
];

const versioning =
  (options: VersioningOptions, headers: RequestHeaders[]): Feature =>
  (Measured) => {
    @Measured
    @Controller({ path: 'cats', version: '1' })
    class FirstController {
      @Get()
      all() {
        return 'first';
      }
      @Get('one')
      @Version('2')
      one() {
        return 'one of the second';
      }
      @Get('many')
      @Version(['3', '4', VERSION_NEUTRAL])
      many() {
        return 'many';
      }
    }
    @Measured
    @Controller({ path: 'cats', version: ['2', '3'] })
    class SecondController {
      @Get()
      async all() {
        return 'second';
      }
    }
    @Measured
    @Controller({ path: 'neutral', version: VERSION_NEUTRAL })
    class NeutralController {
      @Get()
      all() {
        return of('neutral');
      }
    }
    return {
      metadata: {
        controllers: [FirstController, SecondController, NeutralController],
      },
      start: (metadata, makeAdapter) =>
        startApp(metadata, makeAdapter, (app) => {
          app.enableVersioning(options);
        }),
      observe: (running) =>
        answers(
          running,
          headers.flatMap((one) =>
            VERSIONED.map((path) => [path, { headers: one }] as const),
          ),
        ),
    };
  };

const sendFiles: Feature = (Measured) => {
  const sources: Readable[] = [];

  @Measured
  @Controller('files')
  class FilesController {
    @Get('buffer')
    buffer() {
      return new StreamableFile(Buffer.from('a buffer'));
    }
    @Get('stream')
    async stream() {
      return new StreamableFile(Readable.from([Buffer.from('a stream')]), {
        type: 'text/plain',
        length: 8,
        disposition: 'attachment; filename="stream.txt"',
      });
    }
    @Get('later')
    later() {
      return of(new StreamableFile(Buffer.from('later'), { type: 'a/b' }));
    }
    @Header('content-type', 'text/csv')
    @HttpCode(206)
    @Get('headers')
    headers(@Res({ passthrough: true }) response: any) {
      response.header('content-length', 3);
      return new StreamableFile(Buffer.from('a,b'));
    }
    @Get('missing')
    missing() {
      const source = new Readable({ read: () => source.destroy(failure) });
      return new StreamableFile(source);
    }
    @Get('handled')
    handled() {
      const source = new Readable({ read: () => source.destroy(failure) });
      return new StreamableFile(source).setErrorHandler((error, response) => {
        response.statusCode = 410;
        response.send(`handled: ${error.message}`);
      });
    }
    @Get('endless')
    endless() {
      const chunk = Buffer.alloc(64 * 1024);
      const source = new Readable({ read: () => source.push(chunk) });
      sources.push(source);
      return new StreamableFile(source);
    }
  }
  const failure = new Error('The file is missing');
  const names = 'buffer stream later headers missing handled nothing';
  return {
    metadata: { controllers: [FilesController] },
    observe: async (running) => {
      const paths = names.split(' ').map((name) => [`/files/${name}`] as const);
      const sent = await answers(running, paths);
      await new HttpClient(running.url).abort('/files/endless');
      const source = sources.at(-1)!;
      if (!source.destroyed) await once(source, 'close');
      return { sent, hasFailed: source.errored !== null };
    },
  };
};

/** Ways in which a handler comes to an end with a value. */
const ENDINGS: Record<string, (value: any) => () => unknown> = {
  returns: (value) => () => value,
  throws: (value) => () => {
    throw value;
  },
  resolves: (value) => async () => value,
  rejects: (value) => async () => {
    throw value;
  },
  resolvesLater: (value) => () =>
    new Promise((resolve) => setImmediate(resolve, value)),
  rejectsLater: (value) => () =>
    new Promise((_, reject) => setImmediate(reject, value)),
  observes: (value) => () => from([value]),
  observesMany: (value) => () => from(['first', value]),
  fails: (value) => () =>
    concat(
      of('first'),
      throwError(() => value),
    ),
  promisesObservable: (value) => async () => from([value]),
  isThenable: (value) => () => ({
    then: (resolve: (one: unknown) => void) => resolve(value),
  }),
};

const circular: Record<string, unknown> = {};
circular.self = circular;

const ENDS: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  zero: 0,
  false: false,
  text: 'text',
  empty: '',
  object: { a: [1, { b: null }] },
  frozen: Object.freeze({ a: 1 }),
  date: new Date(0),
  json: { toJSON: () => 'its JSON' },
  map: new Map([[1, 2]]),
  bigint: 10n,
  circular,
  error: new TypeError('secret'),
  httpError: new ForbiddenException('not you'),
  httpObject: new HttpException({ own: true }, 418),
};

/** A handler for each ending and each value. */
const handlers: Feature = (Measured) => {
  class HandlersController {}
  const { prototype } = HandlersController;
  const names = Object.keys(ENDINGS).flatMap((ending) =>
    Object.keys(ENDS).map((end) => {
      const name = `${ending}_${end}`;
      const value = ENDINGS[ending]!(ENDS[end]);
      const descriptor = { value, writable: true, configurable: true };
      Object.defineProperty(prototype, name, descriptor);
      Get(name)(prototype, name, descriptor);
      return name;
    }),
  );
  Measured(HandlersController);
  Controller('handlers')(HandlersController);
  return {
    metadata: { controllers: [HandlersController] },
    observe: (running) =>
      answers(
        running,
        names.map((name) => [`/handlers/${name}`]),
      ),
  };
};

/** Each says what it does in the answer's log, in the order of the request. */
const enhancers: Feature = (Measured) => {
  let log: string[] = [];

  @Measured
  @Injectable()
  class Guard {
    async canActivate(context: ExecutionContext) {
      log.push(`guard of ${context.getHandler().name}`);
      return context.switchToHttp().getRequest().headers.refused !== 'yes';
    }
  }
  @Measured
  @Injectable()
  class Interceptor {
    intercept(context: ExecutionContext, next: CallHandler) {
      log.push(`before ${context.getClass().name}`);
      return next.handle().pipe(
        map((value: unknown) => {
          log.push('after');
          return { value: value ?? null };
        }),
      );
    }
  }
  @Measured
  @Injectable()
  class Pipe {
    transform(value: unknown, { type, metatype, data }: any) {
      log.push(`pipe for ${type} ${metatype?.name} ${data}`);
      if (value === 'bad') throw new NotFoundException('bad value');
      return value;
    }
  }
  @Measured
  @Catch(RangeError)
  class Filter {
    catch(error: RangeError, host: ArgumentsHost) {
      log.push(`filter of ${error.message}`);
      const response = host.switchToHttp().getResponse();
      response.status(418).send({ caught: error.message });
    }
  }
  @Measured
  @Injectable()
  class Middleware {
    use(_request: unknown, _response: unknown, next: () => void) {
      log.push('middleware');
      next();
    }
  }
  @Measured
  @UseGuards(Guard)
  @UseInterceptors(Interceptor)
  @UseFilters(Filter)
  @Controller('enhanced')
  class EnhancedController {
    @UsePipes(Pipe)
    @Get('query/:id')
    query(
      @Param('id') id: string,
      @Query('q') q: string,
      @Headers('a') a = '',
    ) {
      log.push('handler');
      return [id, q, a];
    }
    @Post('body')
    async body(
      @Body(Pipe) body: object,
      @Req() { method }: { method: string },
    ) {
      return { body, method };
    }
    @Get('range')
    range() {
      throw new RangeError('out of range');
    }
    @Get('failing')
    failing() {
      return throwError(() => new TypeError('failed'));
    }
    @Redirect('/elsewhere', 301)
    @Get('redirect')
    redirect(@Query('to') url?: string) {
      return url === undefined ? undefined : { url, statusCode: 307 };
    }
    @Get('own')
    own(@Res() response: any) {
      response.status(202).header('x-own', '1').send('own');
    }
  }
  @Module({ controllers: [EnhancedController], providers: [Middleware] })
  class EnhancedModule {
    configure(consumer: MiddlewareConsumer) {
      consumer.apply(Middleware).forRoutes(EnhancedController);
    }
  }
  const requests: Request[] = [
    ['/enhanced/query/7?q=1', { headers: { a: 'b' } }],
    ['/enhanced/query/bad'],
    ['/enhanced/query/7', { headers: { refused: 'yes' } }],
    [
      '/enhanced/body',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"a":1}',
      },
    ],
    ['/enhanced/range'],
    ['/enhanced/failing'],
    ['/enhanced/redirect', { redirect: 'manual' }],
    ['/enhanced/redirect?to=/there', { redirect: 'manual' }],
    ['/enhanced/own'],
    ['/enhanced/own', { method: 'HEAD' }],
    ['/enhanced/nowhere'],
  ];
  return {
    metadata: { imports: [EnhancedModule] },
    observe: async (running) => {
      const seen = [];
      for (const request of requests) {
        log = [];
        seen.push({ ...(await answers(running, [request])), log });
      }
      return seen;
    },
  };
};

describe.each(ADAPTERS)('on %s', (_name, makeAdapter) => {
  test.each(VERSIONINGS)(
    'versions by %s answer the same with the module as without',
    async (_by, options, headers) => {
      const feature = versioning(options, headers);
      const { seen, collector } = await expectUnchanged(feature, makeAdapter);
      const requests = Object.keys(seen as object).length;
      expect(requests).toBe(VERSIONED.length * headers.length);
      expect(total(await countsOf(collector, requests))).toBe(requests);
    },
  );

  test('handlers of every shape answer the same with the module as without', async () => {
    const { seen, collector } = await expectUnchanged(handlers, makeAdapter);
    const requests = Object.keys(seen as object).length;
    expect(requests).toBeGreaterThan(150);
    expect(total(await countsOf(collector, requests))).toBe(requests);
  });

  test('files are sent the same with the module as without', async () => {
    const { seen, collector } = await expectUnchanged(sendFiles, makeAdapter);
    const { sent } = seen as { sent: object };
    expect(sent).toMatchObject({
      'GET /files/stream ""': { status: 200, body: 'a stream' },
    });
    // And the one whose client left.
    const requests = Object.keys(sent).length + 1;
    expect(total(await countsOf(collector, requests))).toBe(requests);
  });

  test('middleware, guards, interceptors, pipes and filters do the same with the module as without', async () => {
    const { seen, collector } = await expectUnchanged(enhancers, makeAdapter);
    const requests = (seen as unknown[]).length;
    expect(total(await countsOf(collector, requests))).toBe(requests);
  });
});

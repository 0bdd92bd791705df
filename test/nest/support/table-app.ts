import { EventEmitter, once } from 'node:events';
import { Readable } from 'node:stream';
import {
  All,
  Body,
  Controller,
  Get,
  Head,
  HttpCode,
  Injectable,
  type MessageEvent,
  type MiddlewareConsumer,
  Module,
  type ModuleMetadata,
  type NestMiddleware,
  type NestModule,
  Options,
  Param,
  ParseIntPipe,
  Post,
  Redirect,
  RequestMethod,
  Res,
  Scope,
  Sse,
  StreamableFile,
  UnauthorizedException,
  UseGuards,
  ImATeapotException,
} from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { Observable } from 'rxjs';
import { RejectAll } from './app.js';

/** What goes on in the handlers below: `arrived` when a request has come to one that waits. */
export const events = new EventEmitter();

export const arrival = (): Promise<unknown> => once(events, 'arrived');

class RejectStrangers {
  canActivate(): boolean {
    throw new UnauthorizedException();
  }
}

@Controller('things')
class ThingsController {
  @Get()
  list() {
    return [];
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number) {
    return { id };
  }

  @Post()
  make(@Body() body: unknown) {
    return body;
  }

  @Head('only/head')
  head() {}

  @Options('only/options')
  options() {}

  @HttpCode(204)
  @Post(':id/empty')
  empty() {}

  @Redirect('/api/v1/things')
  @Get('go/elsewhere')
  redirect() {}

  @All('any/method')
  any() {
    return 'any';
  }
}

@Controller({ path: 'scoped', scope: Scope.REQUEST })
class ScopedController {
  @Get(':id')
  one() {
    return 'scoped';
  }
}

@Controller('versions')
class VersionsController {
  @Get()
  first() {
    return 1;
  }
}

@Controller({ path: 'versions', version: '2' })
class SecondVersionsController {
  @Get()
  second() {
    return 2;
  }
}

@Controller('files')
class FilesController {
  @Get('*')
  file() {
    return 'a file';
  }
}

@Controller({ path: 'hosted', host: 'admin.example.test' })
class HostedController {
  @Get()
  hosted() {
    return 'hosted';
  }
}

@Controller('refused')
class RefusedController {
  @UseGuards(RejectAll)
  @Get('forbidden')
  forbidden() {}

  @UseGuards(RejectStrangers)
  @Get('unauthorized')
  unauthorized() {}

  @Get('by-middleware')
  byMiddleware() {}
}

@Controller('failing')
class FailingController {
  @Get('error')
  error() {
    throw new Error('failed');
  }

  @Get('rejected')
  async rejected() {
    throw new TypeError('failed');
  }

  @Get('text')
  text() {
    // oxlint-disable-next-line typescript/only-throw-error, no-throw-literal
    throw 'just text';
  }

  @Get('nothing')
  nothing() {
    // oxlint-disable-next-line typescript/only-throw-error, no-throw-literal
    throw undefined;
  }

  @Get('teapot')
  teapot() {
    throw new ImATeapotException();
  }

  @Get('destroyed')
  destroyed(@Res() response: any) {
    (response.raw ?? response).destroy();
  }

  @Get('broken-stream')
  brokenStream(): StreamableFile {
    const chunks = async function* () {
      yield Buffer.from('first');
      const goOn = once(events, 'go on');
      events.emit('arrived');
      await goOn;
      throw new Error('The source failed');
    };
    return new StreamableFile(Readable.from(chunks(), { objectMode: false }));
  }
}

@Controller('slow')
class SlowController {
  /** Until the client has left. */
  @Get('silent')
  silent(): Promise<never> {
    events.emit('arrived');
    return new Promise(() => {});
  }

  @Post('upload')
  upload() {}

  @Sse('events')
  sse(): Observable<MessageEvent> {
    return new Observable((subscriber) => subscriber.next({ data: 'first' }));
  }

  @Get('file')
  file(): StreamableFile {
    return new StreamableFile(
      new Readable({
        read() {
          this.push(Buffer.alloc(64 * 1024));
        },
      }),
    );
  }

  @Sse('events/few')
  few(): MessageEvent[] | Observable<MessageEvent> {
    return new Observable((subscriber) => {
      subscriber.next({ data: 'only' });
      subscriber.complete();
    });
  }

  @Get('file/small')
  small(): StreamableFile {
    return new StreamableFile(Buffer.from('small'));
  }
}

@Controller('reports')
class ReportsController {
  @Get(':year')
  report() {
    return 'a report';
  }
}

@Module({ controllers: [ReportsController] })
class ReportsModule {}

@Injectable()
class Refuse implements NestMiddleware {
  use(_req: unknown, res: any) {
    res.statusCode = 401;
    res.end();
  }
}

@Injectable()
class LetPass implements NestMiddleware {
  use(_req: unknown, _res: unknown, next: () => void) {
    next();
  }
}

@Module({
  imports: [
    ReportsModule,
    RouterModule.register([
      {
        path: 'office',
        children: [{ path: 'yearly', module: ReportsModule }],
      },
    ]),
  ],
  controllers: [
    ThingsController,
    ScopedController,
    VersionsController,
    SecondVersionsController,
    FilesController,
    HostedController,
    RefusedController,
    FailingController,
    SlowController,
  ],
})
class TableModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    const everything = { path: '*path', method: RequestMethod.ALL };
    consumer.apply(LetPass).forRoutes(everything);
    consumer.apply(Refuse).forRoutes('refused/by-middleware');
  }
}

export const TABLE_APP: ModuleMetadata = { imports: [TableModule] };

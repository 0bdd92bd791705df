import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  GrpcStreamMethod,
  type MicroserviceOptions,
  Transport,
} from '@nestjs/microservices';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { map, type Observable } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { samples } from '../support/collector.js';
import { freePort, waitFor } from '../support/http.js';
import { ADAPTERS, startApp } from './support/app.js';

/** Copies metadata, as decorators that replace methods must. */
function withMetadata(from: object, to: object) {
  for (const key of Reflect.getMetadataKeys(from)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
}

/** A decorator that replaces a method by what `make` returns. */
const replaceBy =
  (make: (method: Function) => Function): MethodDecorator =>
  (_target, _key, descriptor: any) => {
    const original = descriptor.value;
    descriptor.value = make(original);
    withMetadata(original, descriptor.value);
  };

const LogCalls = replaceBy(
  (method) =>
    function (this: unknown, ...args: unknown[]) {
      return Reflect.apply(method, this, args);
    },
);

const Traced = replaceBy(
  (method) =>
    function traced(this: unknown, ...args: unknown[]) {
      return Reflect.apply(method, this, args);
    },
);

abstract class SharedController {
  @LogCalls
  @Get('inherited')
  inherited() {
    return 'inherited';
  }
}

@Controller()
class DecoratedController extends SharedController {
  constructor() {
    super();
    this.bound = this.bound.bind(this);
    withMetadata(DecoratedController.prototype.bound, this.bound);
  }

  @LogCalls
  @Get('logged')
  logged() {
    return 'logged';
  }

  @LogCalls
  @Get('also-logged')
  alsoLogged() {
    return 'also logged';
  }

  @Traced
  @LogCalls
  @Get('traced')
  tracedTwice() {
    return 'traced';
  }

  @Get('bound')
  bound() {
    return 'bound';
  }

  @Get('plain')
  plain() {
    return 'plain';
  }
}

@Controller()
class StreamsController {
  @GrpcStreamMethod('Words', 'Upper')
  upper(words: Observable<{ text: string }>) {
    return words.pipe(map(({ text }) => ({ text: text.toUpperCase() })));
  }

  @GrpcStreamMethod('Words', 'Lower')
  lower(words: Observable<{ text: string }>) {
    return words.pipe(map(({ text }) => ({ text: text.toLowerCase() })));
  }
}

@Injectable()
class Jobs {
  @LogCalls
  @Interval(5)
  tick() {}
}

const PROTO = `
syntax = "proto3";
package words;
service Words {
  rpc Upper (stream Word) returns (stream Word);
  rpc Lower (stream Word) returns (stream Word);
}
message Word { string text = 1; }
`;

const metrics = () =>
  MetricsModule.forRoot({ namespace: '', interceptor: true });

/** The labels `method` of the handlers that were called, each with its count. */
async function calledMethods(collector: PrometheusCollector) {
  const lines = await samples(collector, 'handler_executions_total');
  return Object.fromEntries(
    lines.map((line) => {
      const [, method] = /method="([^"]*)"/.exec(line) ?? [];
      return [method, Number(line.split(' ').at(-1))];
    }),
  );
}

describe.each(ADAPTERS)('on %s, the label method', (_name, adapter) => {
  test('the label method is the name of the property, whatever function decorators put there', async () => {
    const { app, text } = await startApp(
      { imports: [metrics()], controllers: [DecoratedController] },
      adapter,
    );
    const paths = [
      'logged',
      'also-logged',
      'traced',
      'inherited',
      'bound',
      'plain',
    ];
    for (const path of paths) expect(await text(`/${path}`)).not.toBe('');
    expect(await calledMethods(app.get(PrometheusCollector))).toEqual({
      logged: 1,
      alsoLogged: 1,
      tracedTwice: 1,
      inherited: 1,
      bound: 1,
      plain: 1,
    });
  });
});

/** Sends a word over a gRPC stream, and reads what comes back. */
function sendWord(client: any, method: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = client[method]();
    let answer = '';
    call.on('data', (word: { text: string }) => (answer = word.text));
    call.on('error', reject);
    call.on('end', () => resolve(answer));
    call.write({ text });
    call.end();
  });
}

test('the label method of a @GrpcStreamMethod() is the name of the method', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'proto-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const protoPath = join(folder, 'words.proto');
  writeFileSync(protoPath, PROTO);
  @Module({ imports: [metrics()], controllers: [StreamsController] })
  class AppModule {}
  const url = `127.0.0.1:${await freePort()}`;
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    AppModule,
    {
      transport: Transport.GRPC,
      options: { package: 'words', protoPath, url },
      logger: false,
    },
  );
  onTestFinished(() => app.close());
  await app.listen();
  const { words } = loadPackageDefinition(loadSync(protoPath)) as any;
  const client = new words.Words(url, credentials.createInsecure());
  onTestFinished(() => client.close());
  expect(await sendWord(client, 'Upper', 'Word')).toBe('WORD');
  expect(await sendWord(client, 'Lower', 'Word')).toBe('word');
  expect(await calledMethods(app.get(PrometheusCollector))).toEqual({
    upper: 1,
    lower: 1,
  });
});

test('the label method of a scheduled job is the name of the method', async () => {
  @Module({
    imports: [metrics(), ScheduleModule.forRoot()],
    providers: [Jobs],
  })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
  });
  onTestFinished(() => app.close());
  const collector = app.get(PrometheusCollector);
  await waitFor(
    async () => Object.keys(await calledMethods(collector)).length > 0,
    'a run of the job',
  );
  expect(Object.keys(await calledMethods(collector))).toEqual(['tick']);
});

import 'reflect-metadata';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import fastifyStatic from '@fastify/static';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Controller,
  Get,
  type INestApplication,
  type ModuleMetadata,
} from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { ExpressAdapter } from '@nestjs/platform-express';
import {
  FastifyAdapter,
  type NestFastifyApplication,
} from '@nestjs/platform-fastify';
import { ServeStaticModule } from '@nestjs/serve-static';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../src/index.js';
import { type MakeAdapter, startApp } from './nest/support/app.js';
import { HttpClient, type Sending } from './nest/support/http-client.js';
import { countsOf, type RequestCounts } from './nest/support/http-series.js';

@Controller('api')
class ApiController {
  @Get('hello')
  hello() {
    return 'hello';
  }
}

@Resolver()
class WordResolver {
  @Query(() => String)
  word() {
    return 'word';
  }
}

const onExpress: MakeAdapter = () => new ExpressAdapter();
const onFastify: MakeAdapter = () => new FastifyAdapter();

async function seriesOf(
  adapter: MakeAdapter,
  imports: NonNullable<ModuleMetadata['imports']>,
  requests: (string | [string, Sending])[],
  configure?: (app: INestApplication) => void,
): Promise<RequestCounts> {
  const { app, url } = await startApp(
    {
      imports: [
        MetricsModule.forRoot({ namespace: '', http: true }),
        ...imports,
      ],
      controllers: [ApiController],
      providers: [WordResolver],
    },
    adapter,
    configure,
  );
  await new HttpClient(url).sendAll(requests);
  return countsOf(app.get(PrometheusCollector), requests.length);
}

/** A folder of files; removed when the test ends. */
function folderWith(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of files) writeFileSync(join(folder, file), 'content');
  return folder;
}

const query: Sending = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ word }"}',
};

describe('requests to ServeStaticModule', () => {
  const requests = ['/style.css', '/page', '/api/nowhere', '/api/hello'];

  test('files of ServeStaticModule have its mount path or catch-all page as route on Express', async () => {
    const rootPath = folderWith('index.html', 'style.css');
    const modules = [
      ServeStaticModule.forRoot({ rootPath, exclude: ['/api/{*rest}'] }),
    ];
    expect(await seriesOf(onExpress, modules, requests)).toEqual({
      'GET / 200': 1,
      'GET {*any} 200': 1,
      'GET unmatched 404': 1,
      'GET /api/hello 200': 1,
    });
  });

  test('requests to ServeStaticModule are unmatched on Express where there is no page for all paths either', async () => {
    const modules = [
      ServeStaticModule.forRoot({ rootPath: folderWith('style.css') }),
    ];
    expect(await seriesOf(onExpress, modules, requests)).toEqual({
      'GET / 200': 1,
      'GET unmatched 404': 2,
      'GET /api/hello 200': 1,
    });
  });

  test('requests to ServeStaticModule have the path of its files as route', async () => {
    const rootPath = folderWith('index.html', 'style.css');
    const modules = [
      ServeStaticModule.forRoot({ rootPath, serveRoot: '/app' }),
    ];
    const below = ['/app/style.css', '/app/page', '/page'];
    expect(await seriesOf(onExpress, modules, below)).toEqual({
      'GET /app 200': 1,
      'GET /app/{*any} 200': 1,
      'GET unmatched 404': 1,
    });
  });

  test('files of ServeStaticModule are their own route on Fastify, missing ones unmatched', async () => {
    const rootPath = folderWith('index.html', 'style.css');
    const modules = [ServeStaticModule.forRoot({ rootPath })];
    expect(await seriesOf(onFastify, modules, requests)).toEqual({
      'GET /style.css 200': 1,
      'GET /api/hello 200': 1,
      'GET unmatched 404': 2,
    });
  });
});

describe('requests for a GraphQL server', () => {
  test('requests for a GraphQL server have the path of GraphQLModule as route', async () => {
    const modules = [
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
      }),
    ];
    expect(
      await seriesOf(onExpress, modules, [['/graphql', query], '/nowhere']),
    ).toEqual({ 'POST /graphql 200': 1, 'GET unmatched 404': 1 });
  });

  test('requests for a GraphQL server have the mount path as route', async () => {
    const server = new ApolloServer({
      typeDefs: 'type Query { word: String }',
    });
    await server.start();
    onTestFinished(() => server.stop());
    expect(
      await seriesOf(onExpress, [], [['/graph', query]], (app) =>
        app.use('/graph', express.json(), expressMiddleware(server)),
      ),
    ).toEqual({ 'POST /graph 200': 1 });
  });
});

test('requests to @fastify/static go by its route, and are unmatched where there is no file', async () => {
  const root = folderWith('style.css');
  expect(
    await seriesOf(
      onFastify,
      [],
      ['/files/style.css', '/files/no.css', '/no'],
      (app) =>
        void (app as NestFastifyApplication).register(fastifyStatic, {
          root,
          prefix: '/files/',
        }),
    ),
  ).toEqual({ 'GET /files/* 200': 1, 'GET unmatched 404': 2 });
});

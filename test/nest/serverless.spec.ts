import 'reflect-metadata';
import serverlessExpress from '@codegenie/serverless-express';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, onTestFinished, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';

/** The declarations of the package say that it is an ES module. */
const wrap = serverlessExpress as unknown as (options: {
  app: unknown;
}) => (event: object, context: object) => Promise<Answer>;

interface Answer {
  statusCode: number;
  body: string;
}

@Controller()
class Hello {
  @Get('hello/:name')
  hello(): string {
    return 'hello';
  }
}

/** A function for requests that come as events, as on AWS Lambda. */
async function startFunction() {
  @Module({
    imports: [MetricsModule.forRoot({ http: true })],
    controllers: [Hello],
  })
  class App {}
  const app = await NestFactory.create(App, { logger: false });
  onTestFinished(() => app.close());
  await app.init();
  const handler = wrap({ app: app.getHttpAdapter().getInstance() });
  const get = (path: string) => handler(eventOf(path), {});
  return { app, get };
}

/** AWS API Gateway, "payload format version 2.0". */
const eventOf = (path: string) => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: path,
  rawQueryString: '',
  headers: { host: 'test' },
  requestContext: {
    http: {
      method: 'GET',
      path,
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: 'test',
    },
  },
  isBase64Encoded: false,
});

test('requests through a serverless wrapper are counted, and none stays active', async () => {
  const { app, get } = await startFunction();
  for (let i = 0; i < 50; i++) {
    expect((await get(`/hello/${i}`)).body).toBe('hello');
  }
  const page = await app.get(PrometheusCollector).metrics();
  expect(page).toMatch(
    /request_duration_seconds_count\{[^}]*route="\/hello\/:name"[^}]*\} 50\n/,
  );
  for (const [, active] of page.matchAll(
    /http_server_active_requests\{.*\} (\d+)\n/g,
  )) {
    expect(active).toBe('0');
  }
});

test.each(['/metrics', '/health', '/health/live', '/health/ready'])(
  '%s answers through a serverless wrapper',
  async (path) => {
    const { get } = await startFunction();
    const { statusCode, body } = await get(path);
    expect(statusCode).toBe(200);
    expect(body).not.toBe('');
  },
);

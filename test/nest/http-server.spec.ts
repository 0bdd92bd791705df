import { type INestApplication, VersioningType } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describe, expect, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { type MakeAdapter, startApp } from './support/app.js';
import { HttpClient } from './support/http-client.js';
import {
  activeRequests,
  countsOf,
  type RequestCounts,
} from './support/http-series.js';
import {
  BODY_LIMIT,
  type Framework,
  type Row,
  TABLE,
  VERSIONS_TABLE,
} from './support/http-table.js';
import { TABLE_APP } from './support/table-app.js';

const FRAMEWORKS: [Framework, MakeAdapter][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter({ bodyLimit: BODY_LIMIT })],
];

/** Sends row after row, and looks after each whether it is in its series and nowhere else. */
async function check(
  rows: Row[],
  framework: Framework,
  adapter: MakeAdapter,
  configure: (app: INestApplication) => void,
): Promise<void> {
  const { imports = [] } = TABLE_APP;
  const { app, url } = await startApp(
    {
      imports: [
        MetricsModule.forRoot({ namespace: '', http: true }),
        ...imports,
      ],
    },
    adapter,
    configure,
  );
  const collector = app.get(PrometheusCollector);
  const context = { url, client: new HttpClient(url), collector };
  const expected: RequestCounts = {};
  let sent = 0;
  for (const { name, send, series, requests = 1 } of rows) {
    await send(context);
    const key = typeof series === 'string' ? series : series[framework];
    expected[key] = (expected[key] ?? 0) + requests;
    sent += requests;
    expect(await countsOf(collector, sent), name).toEqual(expected);
    await context.client.send('/metrics');
  }
  expect(await activeRequests(collector)).toBe(0);
}

function limitBodies(app: INestApplication, framework: Framework): void {
  const express = app as INestApplication & {
    useBodyParser(type: string, options: object): void;
  };
  if (framework === 'Express') {
    express.useBodyParser('json', { limit: BODY_LIMIT });
  }
}

describe.each(FRAMEWORKS)('HTTP requests on %s', (framework, adapter) => {
  test('HTTP requests are each in the series of their method, route and status, whatever becomes of them', async () => {
    await check(TABLE, framework, adapter, (app) => {
      limitBodies(app, framework);
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    });
  });

  test('HTTP requests go by their route where the version is in a header', async () => {
    await check(VERSIONS_TABLE, framework, adapter, (app) =>
      app.enableVersioning({
        type: VersioningType.HEADER,
        header: 'x-version',
        defaultVersion: '1',
      }),
    );
  });

  test('HTTP requests go by their route where the version is in the media type', async () => {
    await check(VERSIONS_TABLE, framework, adapter, (app) =>
      app.enableVersioning({
        type: VersioningType.MEDIA_TYPE,
        key: 'v=',
        defaultVersion: '1',
      }),
    );
  });
});

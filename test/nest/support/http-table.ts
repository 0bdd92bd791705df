import type { PrometheusCollector } from '../../../src/index.js';
import { activeRequests } from './http-series.js';
import { waitFor } from '../../support/http.js';
import { HttpClient, rawConnection, type Sending } from './http-client.js';
import { arrival, events } from './table-app.js';

export type Framework = 'Express' | 'Fastify';

/** The most bytes that the body of a request may have. */
export const BODY_LIMIT = 1000;

export interface Context {
  url: string;
  client: HttpClient;
  collector: PrometheusCollector;
}

/** Something that is sent, and the series `METHOD route status_code` that it must be found in. */
export interface Row {
  name: string;
  send: (context: Context) => Promise<unknown>;
  /** By framework where the routers differ. */
  series: string | Record<Framework, string>;
  /** How many requests it is. Default: 1. */
  requests?: number;
}

/** A request just as it is named. */
function row(name: string, series: Row['series'], sending?: Sending): Row {
  const [method = '', path = ''] = name.split(' ');
  const send = ({ client }: Context) =>
    client.send(path, { method, ...sending });
  return { name, send, series };
}

const json = (body: string, headers: Record<string, string> = {}): Sending => ({
  body,
  headers: { 'content-type': 'application/json', ...headers },
});

const ROUTES: Row[] = [
  row('GET /api/v1/things', 'GET /api/v1/things 200'),
  row('GET /api/v1/things?page=2', 'GET /api/v1/things 200'),
  row('GET /api/v1/things/', {
    Express: 'GET /api/v1/things 200',
    Fastify: 'GET unmatched 404',
  }),
  row('GET /api/v1/things/7', 'GET /api/v1/things/:id 200'),
  row('GET /api/v1/things/8', 'GET /api/v1/things/:id 200'),
  row('HEAD /api/v1/things/7', 'HEAD /api/v1/things/:id 200'),
  row(
    'OPTIONS /api/v1/things/only/options',
    'OPTIONS /api/v1/things/only/options 200',
  ),
  row('POST /api/v1/things', 'POST /api/v1/things 201', json('{"a":1}')),
  row('POST /api/v1/things/7/empty', 'POST /api/v1/things/:id/empty 204'),
  row('GET /api/v1/things/go/elsewhere', 'GET /api/v1/things/go/elsewhere 302'),
  row(
    'DELETE /api/v1/things/any/method',
    'DELETE /api/v1/things/any/method 200',
  ),
  row('PURGE /api/v1/things/any/method', {
    Express: '_OTHER /api/v1/things/any/method 200',
    Fastify: '_OTHER unmatched 404',
  }),
  row('GET /api/v1/scoped/7', 'GET /api/v1/scoped/:id 200'),
  row('GET /api/v1/versions', 'GET /api/v1/versions 200'),
  row('GET /api/v2/versions', 'GET /api/v2/versions 200'),
  row(
    'GET /api/v1/office/yearly/reports/2026',
    'GET /api/v1/office/yearly/reports/:year 200',
  ),
  row('GET /api/v1/files/a/b.txt', {
    Express: 'GET /api/v1/files/{*path} 200',
    Fastify: 'GET /api/v1/files/* 200',
  }),
  row('GET /api/v1/hosted', 'GET /api/v1/hosted 200', {
    headers: { host: 'admin.example.test' },
  }),
  row('GET /api/v1/slow/events/few', 'GET /api/v1/slow/events/few 200'),
  row('GET /api/v1/slow/file/small', 'GET /api/v1/slow/file/small 200'),
];

const REFUSED: Row[] = [
  row(
    'GET /api/v1/refused/unauthorized',
    'GET /api/v1/refused/unauthorized 401',
  ),
  row('GET /api/v1/refused/forbidden', 'GET /api/v1/refused/forbidden 403'),
  row('GET /api/v1/things/seven', 'GET /api/v1/things/:id 400'),
  // Express reads bodies before it looks for a route, Fastify afterwards.
  row(
    'POST /api/v1/things malformed',
    { Express: 'POST unmatched 400', Fastify: 'POST /api/v1/things 400' },
    json('{"a":'),
  ),
  row(
    'POST /api/v1/things too large',
    { Express: 'POST unmatched 413', Fastify: 'POST /api/v1/things 413' },
    json(`"${'x'.repeat(BODY_LIMIT)}"`),
  ),
  row('GET /api/v1/refused/by-middleware', 'GET unmatched 401'),
  row('GET /api/v1/things/%FF', 'GET unmatched 400'),
];

const UNMATCHED: Row[] = [
  row('GET /', 'GET unmatched 404'),
  row('GET /api/v1/unknown/7', 'GET unmatched 404'),
  row('HEAD /api/v1/unknown/7', 'HEAD unmatched 404'),
  row('OPTIONS /api/v1/things', 'OPTIONS unmatched 404'),
  row('PUT /api/v1/things', 'PUT unmatched 404'),
  row('GET /api/v3/versions', 'GET unmatched 404'),
  row('PROPFIND /api/v1/things', '_OTHER unmatched 404'),
  row('PURGE /api/v1/unknown', '_OTHER unmatched 404'),
  // Express goes on to other routes, Fastify has no other one.
  row('GET /api/v1/hosted elsewhere', {
    Express: 'GET unmatched 404',
    Fastify: 'GET /api/v1/hosted 404',
  }),
];

const FAILING: Row[] = [
  row('GET /api/v1/failing/error', 'GET /api/v1/failing/error 500'),
  row('GET /api/v1/failing/rejected', 'GET /api/v1/failing/rejected 500'),
  row('GET /api/v1/failing/text', 'GET /api/v1/failing/text 500'),
  row('GET /api/v1/failing/nothing', 'GET /api/v1/failing/nothing 500'),
  row('GET /api/v1/failing/teapot', 'GET /api/v1/failing/teapot 418'),
  {
    name: 'GET /api/v1/failing/destroyed',
    send: ({ client }) =>
      client.send('/api/v1/failing/destroyed').catch(() => {}),
    series: 'GET /api/v1/failing/destroyed 500',
  },
];

const ABORTED: Row[] = [
  {
    name: 'left before the first byte',
    send: ({ client }) => client.abort('/api/v1/slow/silent', arrival()),
    series: 'GET /api/v1/slow/silent 499',
  },
  {
    name: 'left in the middle of server-sent events',
    send: ({ client }) => client.abort('/api/v1/slow/events'),
    series: 'GET /api/v1/slow/events 499',
  },
  {
    name: 'left in the middle of a StreamableFile',
    send: ({ client }) => client.abort('/api/v1/slow/file'),
    series: 'GET /api/v1/slow/file 499',
  },
  {
    name: 'left in the middle of an upload',
    send: async ({ url, collector }) => {
      const socket = await rawConnection(
        url,
        'POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"a":',
      );
      await waitFor(
        async () => (await activeRequests(collector, 'POST')) === 1,
        'the upload to begin',
      );
      socket.destroy();
    },
    // Express reads bodies before it looks for a route, Fastify afterwards.
    series: {
      Express: 'POST unmatched 499',
      Fastify: 'POST /api/v1/things 499',
    },
  },
  {
    name: 'reset the connection',
    send: async ({ url }) => {
      const arrived = arrival();
      const socket = await rawConnection(
        url,
        'GET /api/v1/slow/silent HTTP/1.1\r\nHost: x\r\n\r\n',
      );
      await arrived;
      socket.resetAndDestroy();
    },
    series: 'GET /api/v1/slow/silent 499',
  },
  {
    name: 'left with answers that waited for others on the connection',
    send: async ({ url, collector }) => {
      const one = 'GET /api/v1/slow/silent HTTP/1.1\r\nHost: x\r\n\r\n';
      const socket = await rawConnection(url, one.repeat(3));
      await waitFor(
        async () => (await activeRequests(collector)) === 3,
        'three requests on one connection',
      );
      socket.destroy();
    },
    series: 'GET /api/v1/slow/silent 499',
    requests: 3,
  },
  {
    name: 'half closed the connection and read the answer to its end',
    send: async ({ url }) => {
      const socket = await rawConnection(url, '');
      const ended = new Promise((resolve) => socket.once('end', resolve));
      socket.resume();
      socket.end(
        'GET /api/v1/things HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      );
      await ended;
    },
    series: 'GET /api/v1/things 200',
  },
  {
    name: 'a stream that the app broke off',
    send: async ({ client }) => {
      const answer = client.send('/api/v1/failing/broken-stream');
      await arrival();
      events.emit('go on');
      await answer.catch(() => {});
    },
    series: 'GET /api/v1/failing/broken-stream 200',
  },
];

/** For an app with the prefix `api` and versions in the path, 1 by default. */
export const TABLE: Row[] = [
  ...ROUTES,
  ...REFUSED,
  ...UNMATCHED,
  ...FAILING,
  ...ABORTED,
];

const withVersion = (version: string): Sending => ({
  headers: { 'x-version': version, accept: `application/json;v=${version}` },
});

/** For an app with versions in a header or a media type. */
export const VERSIONS_TABLE: Row[] = [
  row('GET /versions', 'GET /versions 200', withVersion('1')),
  row('GET /versions of version 2', 'GET /versions 200', withVersion('2')),
  row('GET /versions of version 3', 'GET unmatched 404', withVersion('3')),
  row('GET /things/7', 'GET /things/:id 200', withVersion('1')),
  row('GET /things/7 of version 2', 'GET unmatched 404', withVersion('2')),
];

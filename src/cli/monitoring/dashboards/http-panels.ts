import type { Metrics } from '../metrics.js';
import { FAILED_SHARE, type Thresholds } from '../thresholds.js';
import { failedLines, failedStat } from './call-panels.js';
import { ERROR, PRESENT, TARGET } from './conditions.js';
import { heatMap, type Query, stat, table, timeSeries } from './panels.js';

const ROUTE = { ...TARGET, route: '=~"$route"' } as const;
const SERVER_ERROR = '=~"5.."';
/** Without requests that their clients gave up. */
const ANSWERED = { ...ROUTE, status_code: '!="499"' } as const;

/** The first look at requests to the app. */
export function httpOverview({ httpServer, handler }: Metrics) {
  const requests = httpServer.duration.where(ROUTE);
  const failed = httpServer.duration.where({
    ...ROUTE,
    status_code: SERVER_ERROR,
  });
  return [
    stat(
      {
        title: 'Requests',
        description: 'Requests to the app per second.',
        unit: 'reqps',
      },
      [requests.rate([]), ''],
      5,
    ),
    failedStat(
      {
        title: 'Failed requests',
        description:
          'The share of the requests that the app answered with 5xx.',
        limits: { warning: 0.01, critical: FAILED_SHARE },
      },
      failed.shareOf(requests, []),
      5,
    ),
    stat(
      {
        title: 'p95 of a request',
        description:
          '95 % of the requests are answered within this time, without those that clients gave up.',
        unit: 's',
      },
      [httpServer.duration.where(ANSWERED).quantile(0.95, []), ''],
      5,
    ),
    stat(
      {
        title: 'Active requests',
        description: 'Requests that have not been answered to their end.',
        unit: 'short',
      },
      [httpServer.active.where(TARGET).aggregated('sum', []), ''],
      5,
    ),
    stat(
      {
        title: 'WebSocket connections',
        description: 'Open connections.',
        unit: 'short',
      },
      [handler.connections.where(TARGET).aggregated('sum', []), ''],
    ),
  ];
}

/** Requests to the app. */
export function serverPanels({ httpServer }: Metrics) {
  const requests = httpServer.duration.where(ROUTE);
  const failed = httpServer.duration.where({
    ...ROUTE,
    status_code: SERVER_ERROR,
  });
  const answered = httpServer.duration.where(ANSWERED);
  const left = httpServer.duration.where({ ...ROUTE, status_code: '="499"' });
  return [
    timeSeries(
      {
        title: 'Requests by status',
        description: 'Requests per second.',
        unit: 'reqps',
      },
      [[requests.rate(['status_code']), '{{status_code}}']],
      { isStacked: true },
    ),
    failedLines(
      {
        title: 'Failed requests by route',
        description:
          'The share of the requests to a route that the app answered with 5xx.',
        limits: { warning: 0.01, critical: FAILED_SHARE },
      },
      failed.shareOf(requests, ['route']),
      '{{route}}',
    ),
    heatMap(
      {
        title: 'Latency of requests',
        description: 'How many requests took how long: darker is more.',
        unit: 's',
      },
      answered.buckets(),
    ),
    timeSeries(
      {
        title: 'Quantiles of latency',
        description:
          '50, 95 and 99 % of the requests are answered within these times.',
        unit: 's',
      },
      [0.5, 0.95, 0.99].map((q): Query => [
        answered.quantile(q, []),
        `p${q * 100}`,
      ]),
    ),
    timeSeries(
      {
        title: 'p95 by route',
        description:
          '95 % of the requests to a route are answered within this time.',
        unit: 's',
      },
      [[answered.quantile(0.95, ['route']), '{{route}}']],
    ),
    timeSeries(
      {
        title: 'Requests that clients gave up',
        description:
          'Requests per second whose client closed the connection before the answer was complete: status 499.',
        unit: 'reqps',
      },
      [[left.rate(['route']), '{{route}}']],
    ),
    table({ title: 'Routes', description: 'Requests of the chosen range.' }, [
      {
        title: 'Requests',
        unit: 'short',
        expression: requests.increase(
          ['method', 'route', 'status_code'],
          '$__range',
        ),
      },
    ]),
    ...sizePanels(httpServer),
  ];
}

function sizePanels({ requestSize, responseSize }: Metrics['httpServer']) {
  return [
    timeSeries(
      {
        title: 'Received bytes',
        description:
          'Bytes per second of the bodies of requests: the option `http.requestSize`.',
        unit: 'Bps',
      },
      [[requestSize.where(ROUTE).total(['route']), '{{route}}']],
    ),
    timeSeries(
      {
        title: 'Sent bytes',
        description:
          'Bytes per second of the bodies of responses: the option `http.responseSize`.',
        unit: 'Bps',
      },
      [[responseSize.where(ROUTE).total(['route']), '{{route}}']],
    ),
  ];
}

/** Calls into handlers, whatever the transport. */
export function messagePanels({ handler }: Metrics) {
  const calls = handler.executions.where(TARGET);
  const failed = handler.executions.where({ ...TARGET, status: ERROR });
  const by = ['transport', 'handler', 'method'] as const;
  const legend = '{{transport}} {{handler}}.{{method}}()';
  return [
    timeSeries(
      {
        title: 'Calls into handlers',
        description:
          'Calls per second: HTTP, messages, WebSocket, GraphQL and jobs.',
        unit: 'ops',
      },
      [[calls.rate(by), legend]],
    ),
    failedLines(
      {
        title: 'Failed calls into handlers',
        description: 'The share of the calls into a handler that failed.',
      },
      failed.shareOf(calls, by),
      legend,
    ),
    timeSeries(
      {
        title: 'p95 of a call into a handler',
        description: '95 % of the calls into a handler end within this time.',
        unit: 's',
      },
      [[handler.duration.where(TARGET).quantile(0.95, by), legend]],
    ),
    timeSeries(
      {
        title: 'WebSocket connections',
        description: 'Open connections by the path or namespace of gateways.',
        unit: 'short',
      },
      [
        [
          handler.connections.where(TARGET).aggregated('sum', ['path']),
          '{{path}}',
        ],
      ],
    ),
  ];
}

/** Requests that the app sends. */
export function clientPanels(
  { httpClient: { duration } }: Metrics,
  { latency }: Thresholds,
) {
  const requests = duration.where(TARGET);
  const failed = duration.where({ ...TARGET, error_type: PRESENT });
  return [
    timeSeries(
      {
        title: 'Outgoing requests',
        description: 'Requests per second by host and status.',
        unit: 'reqps',
      },
      [[requests.rate(['host', 'status_code']), '{{host}} {{status_code}}']],
    ),
    timeSeries(
      {
        title: 'Outgoing requests without an answer',
        description: 'Requests per second that failed, by host and error.',
        unit: 'reqps',
      },
      [[failed.rate(['host', 'error_type']), '{{host}} {{error_type}}']],
    ),
    timeSeries(
      {
        title: 'p95 of an outgoing request',
        description: '95 % of the requests to a host end within this time.',
        unit: 's',
        limits: { critical: latency },
      },
      [[requests.quantile(0.95, ['host']), '{{host}}']],
    ),
  ];
}

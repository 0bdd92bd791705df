import { getOrInsert } from '../../core/get-or-insert.js';
import { labelOf, type LabelSet } from '../../model/labels.js';
import type { HandlerRow, HttpAnswer, RouteRow } from '../answers.js';
import { CallRows, hasError, hasErrorStatus } from '../query/call-rows.js';
import { Levels, Total } from '../query/measures.js';
import type { Query } from '../query/query.js';
import { RowMeasure } from '../query/row-measure.js';
import { LatencyMeasure } from './latency.js';
import { busiest, type View } from './view.js';

/** The status that a request is recorded with whose client left before the answer. */
const CLIENT_LEFT = '499';

/** HTTP requests to the app, calls of handlers, and outgoing requests. */
export const http: View<HttpAnswer> = ({ query }) => {
  const { names } = query;
  const routes = new RouteMeasures(query);
  const handlers = new HandlerMeasures(query);
  const hosts = new CallRows(query, names.outgoing, {
    keyOf: (series) => ({
      name: labelOf(series, 'host'),
      method: labelOf(series, 'method'),
    }),
    isFailed: (series) => hasError(series) || isServerError(series),
  });
  const active = levels(query, names.httpActive);
  const sockets = levels(query, names.webSockets);
  return () => ({
    outcome: routes.all.points(),
    latency: routes.latency.points(),
    heat: routes.latency.heat(),
    active: active.points(),
    routes: busiest(routes.rows()),
    handlers: busiest(handlers.rows()),
    hosts: busiest(
      hosts.map(({ name, method }, row) => ({ ...row.row(name), method })),
    ),
    webSockets: sockets.now ?? null,
  });
};

function levels(query: Query, metric: string): Levels {
  const level = new Levels(query.window);
  query.watchEach([metric], () => level);
  return level;
}

function isServerError(series: LabelSet): boolean {
  return labelOf(series, 'status_code').startsWith('5');
}

/** `2xx` and the like; 499 by itself, as neither side has failed. */
function statusClass(series: LabelSet): string {
  const code = labelOf(series, 'status_code');
  return code === CLIENT_LEFT || code === '' ? code : `${code[0]}xx`;
}

/** Requests by method and route. */
class RouteMeasures {
  readonly all: RowMeasure;
  readonly latency: LatencyMeasure;
  private readonly routes: CallRows<{ name: string; method: string }>;
  private readonly statuses = new Map<RowMeasure, Map<string, Total>>();

  constructor(query: Query) {
    const { httpRequests } = query.names;
    this.all = new RowMeasure(query);
    this.latency = new LatencyMeasure(query);
    this.routes = new CallRows(query, httpRequests, {
      keyOf: (series) => ({
        name: labelOf(series, 'route'),
        method: labelOf(series, 'method'),
      }),
      isFailed: isServerError,
    });
    for (const series of query.series(httpRequests)) {
      query.watch(series, this.all.outcome(isServerError(series)));
      this.latency.watch(series);
      const statuses = this.statusesOf(this.routes.of(series));
      const make = () => new Total();
      query.watch(series, getOrInsert(statuses, statusClass(series), make));
    }
  }

  rows(): RouteRow[] {
    return this.routes.map(({ name, method }, row) => ({
      ...row.row(name),
      method,
      statuses: Object.fromEntries(
        [...this.statusesOf(row)]
          .map(([status, { total }]) => [status, total] as const)
          .filter(([, total]) => total > 0)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    }));
  }

  private statusesOf(row: RowMeasure): Map<string, Total> {
    return getOrInsert(this.statuses, row, () => new Map<string, Total>());
  }
}

/** Calls of handlers by transport. */
class HandlerMeasures {
  private readonly handlers: CallRows<{ name: string; transport: string }>;

  constructor(query: Query) {
    this.handlers = new CallRows(query, query.names.handlerDuration, {
      keyOf: (series) => ({
        name: handlerName(series),
        transport: labelOf(series, 'transport'),
      }),
      isFailed: hasErrorStatus,
    });
  }

  rows(): HandlerRow[] {
    return this.handlers.map(({ name, transport }, row) => ({
      ...row.row(name),
      transport,
    }));
  }
}

function handlerName(series: LabelSet): string {
  const [handler, method] = ['handler', 'method'].map((label) =>
    labelOf(series, label),
  );
  return `${handler}.${method}`;
}

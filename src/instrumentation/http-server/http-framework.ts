import type { IncomingMessage, ServerResponse } from 'node:http';

export type Begin = (req: IncomingMessage, res: ServerResponse) => void;

/** What the router says of a route. */
export interface RouteDescription {
  /** As the router has it, prefix and version included; `undefined` if the app does not have it. */
  readonly template: string | undefined;
  /** Whether its requests are left out, as those are whose handler or controller has `@NoMetrics()`. */
  readonly isExcluded: boolean;
}

/** What Express and Fastify are asked for. */
export interface HttpFramework {
  /** Calls `begin` with every request from now on. Returns what ends that. */
  listen(begin: Begin): () => void;
  /** To be called before Nest puts its middleware and routes on the adapter. */
  routesAreComing(): void;
  /** To be called when Nest has put all routes on the adapter, and nothing behind them yet. */
  routesAreThere(): void;
  /** The route that a request has come to, as an object that is the same for all its requests; `undefined` if no route has answered. */
  routeOf(req: IncomingMessage): object | undefined;
  describe(route: object): RouteDescription;
  /** Request and response as handlers see them. */
  seenByHandlers(
    req: IncomingMessage,
    res: ServerResponse,
  ): [request: unknown, response: unknown];
}

/** Where requests go that no route has answered. */
export const UNMATCHED = 'unmatched';

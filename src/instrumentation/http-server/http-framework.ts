import type { IncomingMessage, ServerResponse } from 'node:http';

export type Begin = (req: IncomingMessage, res: ServerResponse) => void;

/** A route, as the router describes it. */
export interface RouteDescription {
  /** The template of the router, with prefix and version; `undefined` if the app does not have the route. */
  readonly template: string | undefined;
  /** Whether the handler or controller of the route has `@NoMetrics()`. */
  readonly isExcluded: boolean;
}

/**
 * Is called when Nest adds a route.
 *
 * @param method the method of the adapter, e.g. `get` or `all`.
 */
export type RouteAdded = (
  method: string,
  path: unknown,
  handler: Function,
) => void;

/** What the metrics need of Express or Fastify. */
export interface HttpFramework {
  /** Calls `begin` with every request from now on. Returns a function that stops the calls. */
  listen(begin: Begin): () => void;
  /** Must run before Nest registers its middleware and routes. */
  beforeRoutes(added: RouteAdded): void;
  /** Must run right after Nest has registered all routes. */
  afterRoutes(): void;
  /** The route of a request, as one object for all its requests; `undefined` if no route has answered. */
  routeOf(req: IncomingMessage): object | undefined;
  describe(route: object): RouteDescription;
  /** Request and response as handlers receive them. */
  handlerArguments(
    req: IncomingMessage,
    res: ServerResponse,
  ): [request: unknown, response: unknown];
}

/** The label `route` of requests that no route has answered. */
export const UNMATCHED = 'unmatched';

import type { IncomingMessage, ServerResponse } from 'node:http';

export interface ExpressRequest extends IncomingMessage {
  /** The part of the URL that mount paths have matched so far; `undefined` once Express answers by itself. */
  baseUrl: string | undefined;
  /** The last route that matched, which may have passed the request on. */
  route?: ExpressRoute;
  res: ServerResponse;
}

export interface ExpressRoute {
  path: unknown;
  stack: { handle: Function }[];
}

/** A route, or a function mounted with `use()`. */
export interface ExpressLayer {
  route?: ExpressRoute;
  handle: Function;
  /** Whether the layer is mounted without a path. */
  slash: boolean;
  /** One function for each path of the layer. It returns the start of a URL that the path matches. */
  matchers: ((url: string) => { path: string } | false)[];
  /** The paths, from version 2.3 of the package `router` on. */
  rawPath?: unknown;
}

export interface ExpressRouter {
  stack: ExpressLayer[];
}

type Middleware = (
  req: ExpressRequest,
  res: ServerResponse,
  next: () => void,
) => void;

/** The used part of an Express application. */
export interface ExpressApplication {
  use(middleware: Middleware): unknown;
  router: ExpressRouter;
}

/** Calls a function, and returns the layers that it added to the application. */
export function addedLayers<T>(
  { router }: ExpressApplication,
  add: () => T,
): [result: T, added: ExpressLayer[]] {
  const before = router.stack.length;
  const result = add();
  return [result, router.stack.slice(before)];
}

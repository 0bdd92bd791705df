import { type HttpServer, RequestMethod } from '@nestjs/common';
import { patchMethod } from '../../core/patch-method.js';

/** The methods of an adapter that add routes. An adapter may lack some. */
const ROUTE_METHODS = Object.keys(RequestMethod).map((name) =>
  name.toLowerCase(),
) as (keyof HttpServer & 'get')[];

type AddRoute = () => unknown;

/**
 * Is called when Nest adds a route. It must call `add`, and return its result.
 *
 * @param method the method of the adapter, e.g. `get` or `all`.
 */
type OnRoute = (
  path: unknown,
  handler: Function,
  add: AddRoute,
  method: string,
) => unknown;

/**
 * Watches the routes that Nest adds for controllers. They pass through Nest's adapter with
 * the handlers that Nest created: on the routers, APM agents replace these by
 * functions of their own.
 *
 * @returns a function that stops it.
 */
export function watchRoutes(adapter: HttpServer, onRoute: OnRoute): () => void {
  const restores: (() => void)[] = [];
  for (const method of ROUTE_METHODS) {
    if (typeof adapter[method] !== 'function') continue;
    patchMethod(adapter, method, (add, restore) => {
      restores.push(restore);
      return (...args: unknown[]) =>
        onRoute(
          args[0],
          args.at(-1) as Function,
          () => Reflect.apply(add, adapter, args),
          method,
        );
    });
  }
  return () => {
    for (const restore of restores) restore();
  };
}

/** A route such as `*`, `/*splat` or `{*any}`. */
const CATCH_ALL = /^\/?\{?\/?\*\w*\}?$/;

/** Whether a route matches all paths. */
export function isCatchAll(path: unknown): boolean {
  return typeof path === 'string' && CATCH_ALL.test(path);
}

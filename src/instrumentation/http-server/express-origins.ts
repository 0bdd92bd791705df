import type { HttpServer } from '@nestjs/common';
import { patchMethod } from '../../core/patch-method.js';
import {
  addedLayers,
  type ExpressApplication,
  type ExpressLayer,
  type ExpressRoute,
} from './express-app.js';
import type { RouteAdded } from './http-framework.js';
import { watchRoutes } from './route-methods.js';

/**
 * Why Nest has registered something on an Express application that is no route of a
 * controller: it is middleware of a `MiddlewareConsumer`, or a fallback for requests that
 * no other route has answered.
 */
export type Origin = 'middleware' | 'fallback';

/** Knows which routes and mounted functions Nest has registered on an Express application. */
export class ExpressOrigins {
  private readonly origins = new WeakMap<object, Origin>();
  /** The handlers of controllers' routes. Apart from `origins`, which every request reads: few requests read the handler. */
  private readonly handlers = new WeakMap<ExpressRoute, Function>();

  constructor(private readonly app: ExpressApplication) {}

  of(added: ExpressRoute | ExpressLayer): Origin | undefined {
    return this.origins.get(added);
  }

  /** The handler of a controller's route, as Nest created it. */
  handlerOf(route: ExpressRoute): Function | undefined {
    return this.handlers.get(route);
  }

  /** Notes routes and middleware that the adapter adds. Returns a function that stops it. */
  watchRoutes(adapter: HttpServer, added: RouteAdded): () => void {
    const restores = [
      watchRoutes(adapter, (path, handler, add, method) => {
        added(method, path, handler);
        const [result, layers] = addedLayers(this.app, add);
        for (const { route } of layers) {
          if (route !== undefined) this.handlers.set(route, handler);
        }
        return result;
      }),
    ];
    patchMethod(adapter, 'createMiddlewareFactory', (create, restore) => {
      restores.push(restore);
      return async (...args) => {
        const mount: Function = await Reflect.apply(create, adapter, args);
        return (path, callback) =>
          this.note('middleware', () => mount(path, callback));
      };
    });
    return () => {
      for (const restore of restores) restore();
    };
  }

  /**
   * Notes the fallbacks that Nest registers.
   *
   * @param beforeFirst is called before the first one is registered.
   */
  watchFallbacks(adapter: HttpServer, beforeFirst: () => void): void {
    let isFirst = true;
    aroundFallbacks(adapter, (add) => {
      if (isFirst) beforeFirst();
      isFirst = false;
      this.note('fallback', add);
    });
  }

  private note<T>(origin: Origin, add: () => T): T {
    const [result, layers] = addedLayers(this.app, add);
    for (const layer of layers) this.origins.set(layer.route ?? layer, origin);
    return result;
  }
}

/** Runs code around a registration by Nest; calls `add` in between. */
export type Around = (add: () => void) => void;

const watched = new WeakMap<HttpServer, Around[]>();

/**
 * Calls a function around the two registrations of Nest's fallbacks on an adapter: first
 * the one for requests without a route, then the one for errors. On Express these are
 * routes and mounted functions like any other.
 */
export function aroundFallbacks(adapter: HttpServer, around: Around): void {
  const known = watched.get(adapter);
  if (known !== undefined) {
    known.push(around);
    return;
  }
  const all = [around];
  watched.set(adapter, all);
  for (const method of ['setNotFoundHandler', 'setErrorHandler'] as const) {
    patchMethod(adapter, method, (set, restore) => (...args: unknown[]) => {
      restore();
      watched.delete(adapter);
      let add = (): void => void Reflect.apply(set, adapter, args);
      for (const one of all) {
        const inner = add;
        add = () => one(inner);
      }
      add();
    });
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpServer } from '@nestjs/common';
import { isExcludedClass } from '../no-metrics.js';
import {
  addedLayers,
  type ExpressApplication,
  type ExpressLayer,
  type ExpressRequest,
  type ExpressRoute,
} from './express-app.js';
import { ExpressMounts } from './express-mounts.js';
import { ExpressOrigins } from './express-origins.js';
import type {
  Begin,
  HttpFramework,
  RouteDescription,
} from './http-framework.js';
import { isCatchAll } from './route-methods.js';

/** What is known of an application. */
interface Knowledge {
  readonly origins: ExpressOrigins;
  readonly mounts: ExpressMounts;
}

/** Several Nest apps may share an application. */
const knowledge = new WeakMap<ExpressApplication, Knowledge>();

/** Where mounted functions answer. There is one for each template. */
class MountedRoute {
  constructor(readonly template: string) {}
}

/** Where middleware answers that is mounted without a path. */
const ROOT = new MountedRoute('/');

export class ExpressFramework implements HttpFramework {
  private readonly app: ExpressApplication;
  private readonly origins: ExpressOrigins;
  private readonly mounts: ExpressMounts;
  private readonly mountedRoutes = new Map<string, MountedRoute>();
  /** The base URL of requests where the application itself is mounted on another one. */
  private readonly outerBase = new WeakMap<IncomingMessage, string>();
  /** The last route that let a request go on to the end of all routes. */
  private readonly passed = new WeakMap<IncomingMessage, ExpressRoute>();
  /** The requests that nothing has answered. */
  private readonly unanswered = new WeakSet<IncomingMessage>();
  /** What they have come to. */
  private end: ExpressLayer | undefined = undefined;
  private stopWatchingRoutes = () => {};

  constructor(private readonly adapter: HttpServer) {
    this.app = adapter.getInstance();
    const known = knowledge.get(this.app) ?? {
      origins: new ExpressOrigins(this.app),
      mounts: new ExpressMounts(this.app),
    };
    knowledge.set(this.app, known);
    this.origins = known.origins;
    this.mounts = known.mounts;
  }

  listen(begin: Begin): () => void {
    let listening = true;
    this.app.use((req, res, next) => {
      if (listening) {
        if (req.baseUrl) this.outerBase.set(req, req.baseUrl);
        begin(req, res);
      }
      next();
    });
    const stopWatching = this.mounts.watch();
    return () => {
      listening = false;
      stopWatching();
    };
  }

  routesAreComing(): void {
    this.stopWatchingRoutes = this.origins.watchRoutes(this.adapter);
    this.origins.watchFallbacks(this.adapter, () => {
      [, [this.end]] = addedLayers(this.app, () => this.noteUnanswered());
    });
  }

  // Why: docs/decisions/http.md, "The route is read at the end".
  routesAreThere(): void {
    this.stopWatchingRoutes();
    this.app.use((req, _res, next) => {
      if (req.route !== undefined) this.passed.set(req, req.route);
      next();
    });
  }

  routeOf(req: ExpressRequest): object | undefined {
    const { baseUrl, route } = req;
    if (baseUrl) {
      const base = baseUrl.slice(this.outerBase.get(req)?.length ?? 0);
      if (base !== '') return this.mountedRouteOf(req, base);
    }
    if (route === undefined || this.passed.get(req) === route) {
      return this.isServedAtRoot(req) ? ROOT : undefined;
    }
    const origin = this.origins.of(route);
    if (origin === 'middleware') return isServed(req) ? route : undefined;
    if (origin === 'fallback') return undefined;
    return req.res.statusCode === 404 && this.isPageForAll(route)
      ? undefined
      : route;
  }

  describe(route: ExpressRoute | MountedRoute): RouteDescription {
    if (route instanceof MountedRoute) {
      return { template: route.template, isExcluded: false };
    }
    const isOwn = this.app.router.stack.some((layer) => layer.route === route);
    const handler = this.origins.handlerOf(route);
    const handlers = handler
      ? [handler]
      : route.stack.map(({ handle }) => handle);
    return {
      // An error of a mounted router is answered outside of it.
      template: isOwn ? String(route.path) : this.mounts.templateOf(route),
      isExcluded: handlers.some(isExcludedClass),
    };
  }

  seenByHandlers(
    req: IncomingMessage,
    res: ServerResponse,
  ): [request: unknown, response: unknown] {
    return [req, res];
  }

  private noteUnanswered(): void {
    this.app.use((req, _res, next) => {
      if (req.route !== undefined) this.passed.set(req, req.route);
      this.unanswered.add(req);
      next();
    });
  }

  private mountedRouteOf(
    req: ExpressRequest,
    base: string,
  ): MountedRoute | undefined {
    const place = this.mounts.find(this.mountsFor(req), base, req.route);
    if (place === undefined) return undefined;
    const isMiddleware = this.origins.of(place.layer) === 'middleware';
    if (isMiddleware && !isServed(req)) return undefined;
    let route = this.mountedRoutes.get(place.template);
    if (route === undefined) {
      route = new MountedRoute(place.template);
      this.mountedRoutes.set(place.template, route);
    }
    return route;
  }

  /** What may have answered a request, without what Nest answers in the end. */
  private mountsFor(req: ExpressRequest): ExpressLayer[] {
    const { stack } = this.app.router;
    const from = this.unanswered.has(req) ? stack.indexOf(this.end!) + 1 : 0;
    return stack
      .slice(from)
      .filter((layer) => this.origins.of(layer) !== 'fallback');
  }

  /** What a controller answers it means; a page for all paths has just not found any. */
  // Why: docs/decisions/http.md, "The 404 of a catch-all page is unmatched".
  private isPageForAll(route: ExpressRoute): boolean {
    return (
      isCatchAll(route.path) && this.origins.handlerOf(route) === undefined
    );
  }

  /** A preflight request is not one for what middleware serves. */
  private isServedAtRoot(req: ExpressRequest): boolean {
    return (
      isServed(req) && req.method !== 'OPTIONS' && !this.unanswered.has(req)
    );
  }
}

/** Whether a request got what it asked for. What middleware refuses has not come to where it was to go. */
function isServed({ res }: ExpressRequest): boolean {
  return res.headersSent && res.statusCode < 400;
}

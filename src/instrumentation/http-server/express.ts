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
  RouteAdded,
  RouteDescription,
} from './http-framework.js';
import { isCatchAll } from './route-methods.js';

/** The records about an application. */
interface Knowledge {
  readonly origins: ExpressOrigins;
  readonly mounts: ExpressMounts;
}

/** What is known of each Express application: several Nest apps may share one. */
const knowledge = new WeakMap<ExpressApplication, Knowledge>();

/** The route of mounted functions; one object per template. */
class MountedRoute {
  constructor(readonly template: string) {}
}

/** The route of middleware that is mounted without a path. */
const ROOT = new MountedRoute('/');

export class ExpressFramework implements HttpFramework {
  private readonly app: ExpressApplication;
  private readonly origins: ExpressOrigins;
  private readonly mounts: ExpressMounts;
  private readonly mountedRoutes = new Map<string, MountedRoute>();
  /** The base URL of requests where the application itself is mounted on another one. */
  private readonly outerBase = new WeakMap<IncomingMessage, string>();
  /** The last route of a request that no route has answered. */
  private readonly passed = new WeakMap<IncomingMessage, ExpressRoute>();
  /** The requests that have reached Nest's fallbacks. */
  private readonly unanswered = new WeakSet<IncomingMessage>();
  /** The layer before Nest's fallbacks. */
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

  beforeRoutes(added: RouteAdded): void {
    this.stopWatchingRoutes = this.origins.watchRoutes(this.adapter, added);
    this.origins.watchFallbacks(this.adapter, () => {
      [, [this.end]] = addedLayers(this.app, () => this.noteUnanswered());
    });
  }

  // Why: docs/decisions/http.md, "The route is read at the end".
  afterRoutes(): void {
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
      // An error in a mounted router is answered outside of the router.
      template: isOwn ? String(route.path) : this.mounts.templateOf(route),
      isExcluded: handlers.some(isExcludedClass),
    };
  }

  handlerArguments(
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

  /** The layers that may have answered a request, without Nest's fallbacks. */
  private mountsFor(req: ExpressRequest): ExpressLayer[] {
    const { stack } = this.app.router;
    const from = this.unanswered.has(req) ? stack.indexOf(this.end!) + 1 : 0;
    return stack
      .slice(from)
      .filter((layer) => this.origins.of(layer) !== 'fallback');
  }

  /** The 404 of a controller's route is deliberate; that of a catch-all page means that there is no route. */
  // Why: docs/decisions/http.md, "The 404 of a catch-all page is unmatched".
  private isPageForAll(route: ExpressRoute): boolean {
    return (
      isCatchAll(route.path) && this.origins.handlerOf(route) === undefined
    );
  }

  /** Preflight requests do not count as served by middleware. */
  private isServedAtRoot(req: ExpressRequest): boolean {
    return (
      isServed(req) && req.method !== 'OPTIONS' && !this.unanswered.has(req)
    );
  }
}

/** Whether middleware has served a request. A request that middleware rejects was meant for another route. */
function isServed({ res }: ExpressRequest): boolean {
  return res.headersSent && res.statusCode < 400;
}

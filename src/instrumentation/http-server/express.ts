import type { IncomingMessage, ServerResponse } from 'node:http';
import { isExcludedClass } from '../no-metrics.js';
import { ROUTE_PATH } from './excluded-routes.js';
import type {
  Begin,
  HttpFramework,
  RouteDescription,
} from './http-framework.js';

type Middleware = (
  req: ExpressRequest,
  res: ServerResponse,
  next: () => void,
) => void;

interface ExpressRequest extends IncomingMessage {
  route?: ExpressRoute;
}

interface ExpressRoute {
  path: unknown;
  stack: { handle: Function }[];
}

/** The parts of an Express application that are used here. */
export interface ExpressApplication {
  use(middleware: Middleware): void;
  router: { stack: { route?: ExpressRoute }[] };
}

export class ExpressFramework implements HttpFramework {
  /** What Nest has put on the router to run middleware of a `MiddlewareConsumer`. */
  private readonly middleware = new WeakSet<ExpressRoute>();
  private routesBefore = new Set<ExpressRoute>();
  /** The last route that let a request go on to the end of all routes. */
  private readonly passed = new WeakMap<IncomingMessage, ExpressRoute>();

  constructor(private readonly app: ExpressApplication) {}

  listen(begin: Begin): () => void {
    let listening = true;
    this.app.use((req, res, next) => {
      if (listening) begin(req, res);
      next();
    });
    return () => void (listening = false);
  }

  routesAreComing(): void {
    this.routesBefore = new Set(this.routes());
  }

  /** Express leaves `req.route` at what matched by path and then did not answer, as a route of another host or version does. */
  routesAreThere(): void {
    for (const route of this.routes()) {
      if (!this.routesBefore.has(route) && isMiddleware(route)) {
        this.middleware.add(route);
      }
    }
    this.app.use((req, _res, next) => {
      if (req.route !== undefined) this.passed.set(req, req.route);
      next();
    });
  }

  routeOf(req: ExpressRequest): object | undefined {
    const { route } = req;
    return route === undefined ||
      this.middleware.has(route) ||
      this.passed.get(req) === route
      ? undefined
      : route;
  }

  describe(route: ExpressRoute): RouteDescription {
    // The routes of a mounted router say nothing of where it is mounted.
    const isOwn = this.routes().includes(route);
    return {
      template: isOwn ? String(route.path) : undefined,
      isExcluded: route.stack.some(({ handle }) => isExcludedClass(handle)),
    };
  }

  seenByHandlers(
    req: IncomingMessage,
    res: ServerResponse,
  ): [request: unknown, response: unknown] {
    return [req, res];
  }

  private routes(): ExpressRoute[] {
    return this.app.router.stack.flatMap(({ route }) => route ?? []);
  }
}

/** Whether no handler of a controller stands behind a route of Nest's: it hands on what its decorators have left. */
function isMiddleware({ stack }: ExpressRoute): boolean {
  return stack.every(
    ({ handle }) =>
      handle.length === 3 && !Reflect.hasMetadata(ROUTE_PATH, handle),
  );
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { HttpServer } from '@nestjs/common';
import { isExcludedRoute } from './excluded-routes.js';
import type {
  Begin,
  HttpFramework,
  RouteDescription,
} from './http-framework.js';
import { isCatchAll, watchRoutes } from './route-methods.js';

interface FastifyReply {
  raw: ServerResponse;
  /** Whether it is answered, or was taken over by a handler. */
  sent: boolean;
  request: FastifyRequest;
}

interface FastifyRequest {
  raw: IncomingMessage;
  routeOptions: { config: RouteConfig };
}

/** Fastify has one of these objects to a route. Requests without a route have one without `url`. */
interface RouteConfig {
  url?: string;
}

/** The parts of a Fastify instance that are used here. */
export interface FastifyApplication {
  server: Server;
  addHook(
    name: 'onRequest',
    hook: (
      request: FastifyRequest,
      reply: FastifyReply,
      done: () => void,
    ) => void,
  ): void;
}

/** Stands for the routes of requests that have become connections of another protocol. */
// Why: docs/decisions/http.md, "A WebSocket is not recorded as a request".
const UPGRADED: RouteConfig = {};

export class FastifyFramework implements HttpFramework {
  private readonly app: FastifyApplication;
  private readonly replies = new WeakMap<IncomingMessage, FastifyReply>();
  /** The paths of controllers' routes for all paths. */
  private readonly catchAlls = new Set<unknown>();
  private stopWatchingRoutes = () => {};

  constructor(private readonly adapter: HttpServer) {
    this.app = adapter.getInstance();
  }

  // Why: docs/decisions/http.md, "Requests are measured at the adapter".
  listen(begin: Begin): () => void {
    const { server } = this.app;
    let listening = true;
    this.app.addHook('onRequest', (request, reply, done) => {
      if (listening) {
        this.replies.set(request.raw, reply);
        begin(request.raw, reply.raw);
      }
      done();
    });
    server.prependListener('request', begin);
    return () => {
      listening = false;
      server.off('request', begin);
    };
  }

  routesAreComing(): void {
    this.stopWatchingRoutes = watchRoutes(
      this.adapter,
      (path, _handler, add) => {
        if (isCatchAll(path)) this.catchAlls.add(path);
        return add();
      },
    );
  }

  routesAreThere(): void {
    this.stopWatchingRoutes();
  }

  routeOf(req: IncomingMessage): object | undefined {
    const reply = this.replies.get(req);
    if (reply === undefined) return undefined;
    if (req.headers.upgrade !== undefined && isUpgraded(req, reply)) {
      return UPGRADED;
    }
    const { config } = reply.request.routeOptions;
    if (config.url === undefined) return undefined;
    return reply.raw.statusCode === 404 && this.isPageForAll(config)
      ? undefined
      : config;
  }

  describe(config: RouteConfig): RouteDescription {
    return {
      template: config.url,
      isExcluded: config === UPGRADED || isExcludedRoute(config),
    };
  }

  seenByHandlers(
    req: IncomingMessage,
    res: ServerResponse,
  ): [request: unknown, response: unknown] {
    const reply = this.replies.get(req);
    return reply === undefined ? [req, res] : [reply.request, reply];
  }

  /** What a controller answers it means; a page for all paths has just not found any. */
  private isPageForAll({ url }: RouteConfig): boolean {
    return isCatchAll(url) && !this.catchAlls.has(url);
  }
}

/** Whether a WebSocket server has taken over the connection: it answers by itself, past the response. */
function isUpgraded({ headers }: IncomingMessage, reply: FastifyReply) {
  const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
  return isWebSocket && reply.sent && !reply.raw.headersSent;
}

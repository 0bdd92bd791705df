import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { HttpServer } from '@nestjs/common';
import { isExcludedRoute } from './excluded-routes.js';
import type {
  Begin,
  HttpFramework,
  RouteAdded,
  RouteDescription,
} from './http-framework.js';
import { isCatchAll, watchRoutes } from './route-methods.js';

interface FastifyReply {
  raw: ServerResponse;
  /** Whether the reply has been sent, or a handler has taken it over. */
  sent: boolean;
  request: FastifyRequest;
}

interface FastifyRequest {
  raw: IncomingMessage;
  routeOptions: { config: RouteConfig };
}

/** Fastify has one such object per route. For requests without a route it has no `url`. */
interface RouteConfig {
  url?: string;
}

/** The used part of a Fastify instance. */
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

/** The route of requests that have become WebSocket connections. */
// Why: docs/decisions/http.md, "A WebSocket is not recorded as a request".
const UPGRADED: RouteConfig = {};

export class FastifyFramework implements HttpFramework {
  private readonly app: FastifyApplication;
  private readonly replies = new WeakMap<IncomingMessage, FastifyReply>();
  /** The catch-all paths of controllers. */
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

  beforeRoutes(added: RouteAdded): void {
    this.stopWatchingRoutes = watchRoutes(
      this.adapter,
      (path, handler, add, method) => {
        added(method, path, handler);
        if (isCatchAll(path)) this.catchAlls.add(path);
        return add();
      },
    );
  }

  afterRoutes(): void {
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

  handlerArguments(
    req: IncomingMessage,
    res: ServerResponse,
  ): [request: unknown, response: unknown] {
    const reply = this.replies.get(req);
    return reply === undefined ? [req, res] : [reply.request, reply];
  }

  /** The 404 of a controller's route is deliberate; that of a catch-all page means that there is no route. */
  private isPageForAll({ url }: RouteConfig): boolean {
    return isCatchAll(url) && !this.catchAlls.has(url);
  }
}

/** Whether a WebSocket server has taken over the connection: it does not use the response. */
function isUpgraded({ headers }: IncomingMessage, reply: FastifyReply) {
  const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
  return isWebSocket && reply.sent && !reply.raw.headersSent;
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isExcludedRoute } from './excluded-routes.js';
import type {
  Begin,
  HttpFramework,
  RouteDescription,
} from './http-framework.js';

interface FastifyReply {
  raw: ServerResponse;
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

export class FastifyFramework implements HttpFramework {
  private readonly replies = new WeakMap<IncomingMessage, FastifyReply>();

  constructor(private readonly app: FastifyApplication) {}

  /**
   * Hooks do not see what Fastify turns away by itself, such as a malformed URL;
   * the server does not see what is injected, and there may be several of them.
   */
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

  /** Fastify finds the route before all else: there is nothing to prepare. */
  routesAreComing(): void {}

  routesAreThere(): void {}

  routeOf(req: IncomingMessage): object | undefined {
    const config = this.replies.get(req)?.request.routeOptions.config;
    return config?.url === undefined ? undefined : config;
  }

  describe(config: RouteConfig): RouteDescription {
    return { template: config.url, isExcluded: isExcludedRoute(config) };
  }

  seenByHandlers(
    req: IncomingMessage,
    res: ServerResponse,
  ): [request: unknown, response: unknown] {
    const reply = this.replies.get(req);
    return reply === undefined ? [req, res] : [reply.request, reply];
  }
}

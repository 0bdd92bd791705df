import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:tls';
import type { HttpServer } from '@nestjs/common';
import { type Endpoint, endpointUrl } from '../exposition/endpoint.js';
import type { Paths, Resource } from '../exposition/resources.js';
import type { ScrapeHandler } from '../exposition/scrape-handler.js';
import { sendUnavailable } from '../exposition/send.js';
import { OptionsError } from '../model/errors.js';
import { clientOf, nodeRequest, nodeResponse } from './node-http.js';

/** The option that says where a resource is. */
const PATH_OPTIONS: Readonly<Record<Resource, string>> = {
  metrics: 'prometheus.path',
  health: 'health.path',
  live: 'health.path',
  ready: 'health.path',
};

/**
 * The metrics page and the health as routes of the app itself. They are put on the
 * HTTP adapter and not through Nest's router, so that they stay where they are and
 * reachable whatever prefix, versioning and guards the app has.
 */
export class AppRoutes implements Endpoint {
  private adapter: HttpServer | undefined = undefined;
  private handler: ScrapeHandler | undefined = undefined;

  constructor(private readonly paths: Paths) {}

  get running(): boolean {
    return this.handler !== undefined && this.httpServer?.listening === true;
  }

  get url(): string {
    const at = this.httpServer?.address();
    if (!at) return '';
    if (typeof at === 'string') return at;
    const scheme = this.httpServer instanceof TlsServer ? 'https' : 'http';
    return endpointUrl(at.address, at.port, this.paths.metrics, scheme);
  }

  private get httpServer(): Server | undefined {
    return this.adapter?.getHttpServer();
  }

  /** To be called before Nest puts its own routes on the adapter, lest one of them catches all. */
  mount(adapter: HttpServer): void {
    this.adapter = adapter;
    for (const resource of Object.keys(PATH_OPTIONS) as Resource[]) {
      this.route(resource);
    }
  }

  /**
   * To be called when all routes are there.
   *
   * @throws {OptionsError} if the app has a route of its own that ours would hide.
   */
  checkConflicts(): void {
    for (const [resource, option] of Object.entries(PATH_OPTIONS)) {
      const path = this.paths[resource as Resource];
      if (path !== false && this.routesAt(path) > 1) {
        throw new OptionsError(
          `${option} puts the module's ${resource} at "${path}", where the app has a route of its own; expected another path, or false for none`,
        );
      }
    }
  }

  async start(handler: ScrapeHandler): Promise<void> {
    this.handler = handler;
  }

  async stop(): Promise<void> {
    this.handler = undefined;
  }

  private route(resource: Resource): void {
    const path = this.paths[resource];
    if (path === false) return;
    // All methods: those that are not answered are refused by us, and not looked for in the app.
    this.adapter?.all(path, async (request: any, response: any) => {
      const res = nodeResponse(response);
      if (this.handler === undefined) {
        return sendUnavailable(res, 'Metrics are not served now\n');
      }
      const req = nodeRequest(request);
      await this.handler.serve(resource, req, res, clientOf(request));
    });
  }

  /** How many routes Express has at a path. Fastify refuses a second one by itself. */
  private routesAt(path: string): number {
    const express: { router?: { stack?: ExpressLayer[] } } =
      this.adapter?.getInstance?.() ?? {};
    const layers =
      this.adapter?.getType?.() === 'express' ? express.router?.stack : [];
    return (layers ?? []).filter(({ route }) => route?.path === path).length;
  }
}

interface ExpressLayer {
  route?: { path: unknown };
}

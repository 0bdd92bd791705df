import type { Server } from 'node:http';
import { Server as TlsServer } from 'node:tls';
import type { HttpServer } from '@nestjs/common';
import { RETRY_SOON, sendText } from '../../http/exchange.js';
import { type PageServer, pageUrl } from '../../http/page-server.js';
import type { Paths, Resource } from '../../http/resources.js';
import type { ScrapeHandler } from '../../http/scrape-handler.js';
import { OptionsError } from '../../core/errors.js';
import type { Warn } from '../../core/logger.js';
import { type Conflict, ExpressRoutes } from './express-routes.js';
import { routeBelow } from './live-routes.js';
import { receivedRequest } from './node-http.js';

/** The option that sets the path of a resource. */
const PATH_OPTIONS: Readonly<Record<Resource, string>> = {
  metrics: 'prometheus.path',
  health: 'health.path',
  live: 'health.path',
  ready: 'health.path',
  live_page: 'live.path',
};

/** The metrics and the health as routes of the app itself, on its HTTP adapter. */
// Why: docs/decisions/endpoints.md, "Routes are on the HTTP adapter, not Nest controllers".
export class AppRoutes implements PageServer {
  private adapter: HttpServer | undefined = undefined;
  private routes: ExpressRoutes | undefined = undefined;
  private handler: ScrapeHandler | undefined = undefined;

  /** @param warn receives a message about each pattern among the app's routes that matches one of the paths too. */
  constructor(
    private readonly paths: Paths,
    private readonly warn: Warn,
  ) {}

  get running(): boolean {
    return this.handler !== undefined && this.httpServer?.listening === true;
  }

  get url(): string {
    const at = this.httpServer?.address();
    if (!at) return '';
    if (typeof at === 'string') return at;
    const scheme = this.httpServer instanceof TlsServer ? 'https' : 'http';
    return pageUrl(at.address, at.port, this.paths.metrics, scheme);
  }

  private get httpServer(): Server | undefined {
    return this.adapter?.getHttpServer();
  }

  /** Adds the routes, before Nest adds those of the app: one of them may match all paths. */
  mount(adapter: HttpServer): void {
    this.adapter = adapter;
    this.routes = new ExpressRoutes(adapter);
    for (const [resource, path] of this.servedPaths()) {
      // Why: docs/decisions/endpoints.md, "The routes on the app take all methods".
      const answer = (request: any, response: any) =>
        this.answer(resource, request, response);
      this.routes.add(path, answer);
      if (resource === 'live_page') {
        this.routes.add(routeBelow(path, adapter.getType?.()), answer);
      }
    }
  }

  /**
   * Checks the app's routes, once it has all of them. A second route for the same path
   * is an error. A pattern that matches a path among others only gives a warning.
   *
   * @throws {OptionsError} if the app has a route of its own at one of the paths.
   */
  checkConflicts(): void {
    const patterns = new Map<string, Pattern>();
    for (const [resource, path] of this.servedPaths()) {
      for (const conflict of this.routes?.conflictsAt(path) ?? []) {
        const { kind, route } = conflict;
        if (kind !== 'pattern') throw conflictError(resource, path, conflict);
        const pattern = patterns.get(route) ?? {
          ...conflict,
          paths: new Set(),
          isLive: false,
        };
        pattern.isLive ||= resource === 'live_page';
        patterns.set(route, pattern);
        pattern.paths.add(path);
      }
    }
    for (const pattern of patterns.values()) {
      this.warn(patternWarning(pattern), 'route_pattern');
    }
  }

  async start(handler: ScrapeHandler): Promise<void> {
    this.handler = handler;
  }

  async stop(): Promise<void> {
    this.handler = undefined;
  }

  private servedPaths(): [Resource, string][] {
    return (Object.keys(PATH_OPTIONS) as Resource[]).flatMap((resource) => {
      const path = this.paths[resource];
      return path === false ? [] : [[resource, path] as [Resource, string]];
    });
  }

  private async answer(
    resource: Resource,
    request: any,
    response: any,
  ): Promise<void> {
    const received = receivedRequest(resource, request, response);
    if (this.handler !== undefined) return this.handler.serve(received);
    const text = 'Metrics are not served now\n';
    sendText(received.res, 503, text, RETRY_SOON);
  }
}

/** A pattern among the app's routes, with the paths of the module's that it matches. */
interface Pattern extends Conflict {
  readonly paths: Set<string>;
  /** Whether the live page is among them. */
  isLive: boolean;
}

const NAMES: Readonly<Record<Resource, string>> = {
  metrics: 'metrics',
  health: 'health',
  live: 'live',
  ready: 'ready',
  live_page: 'live page',
};

function conflictError(
  resource: Resource,
  path: string,
  { kind, route }: Conflict,
): OptionsError {
  const spelling =
    route === path ? '' : ` ("${route}", which Express does not tell apart)`;
  const there =
    kind === 'module'
      ? 'where another MetricsModule has its own: in this app, or in another Nest app on the same Express application'
      : `where the app has a route of its own${spelling}`;
  return new OptionsError(
    `${PATH_OPTIONS[resource]} puts the module's ${NAMES[resource]} at "${path}", ${there}; expected another path${resource === 'live_page' ? '' : ', or false for none'}`,
  );
}

function patternWarning({ route, paths, isFirst, isLive }: Pattern): string {
  const settings = isLive
    ? 'prometheus.path, health.path and live.path'
    : 'prometheus.path and health.path';
  const answer = isFirst
    ? 'comes before the module, which answers only what the route passes on'
    : 'does not get these requests: the module answers them';
  return `The app's route "${route}" matches ${[...paths].map((path) => `"${path}"`).join(', ')} too, and ${answer}. Set ${settings} to paths that it does not match, or to false`;
}

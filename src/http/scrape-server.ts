import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, MetricsServerError } from '../core/errors.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { announceClose, Connections } from './connections.js';
import { type Endpoint, endpointUrl } from './endpoint.js';
import { type Paths, resourceAt } from './resources.js';
import type { ScrapeHandler } from './scrape-handler.js';
import { hasBody, isTargetTooLong, pathOf } from './request-target.js';
import { sendText, sendUnavailable } from './send.js';
import {
  MAX_REQUESTS_PER_CONNECTION,
  SERVER_OPTIONS,
} from './server-limits.js';
import { createServer, type ServerTls } from './tls/server-tls.js';

export interface ScrapeServerOptions {
  readonly port: number;
  readonly host: string;
  readonly paths: Paths;
  /** Speaks HTTPS. Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  /** Is called for errors while the server listens, e.g. when the process has no file descriptors left. */
  readonly warn: (message: string) => void;
}

/** Milliseconds that a running scrape has to finish once the server is stopped. */
const STOP_GRACE = 5_000;

/** An HTTP server of its own, for the metrics page and the health. */
export class ScrapeServer implements Endpoint {
  // Private to the language: a server of Node's shows its private key.
  #server: Server | undefined = undefined;
  private readonly connections = new Connections();

  constructor(private readonly options: ScrapeServerOptions) {}

  get running(): boolean {
    return this.#server?.listening ?? false;
  }

  get url(): string {
    const { host, port, paths, tls } = this.options;
    const address = this.#server?.address() as AddressInfo | null | undefined;
    const scheme = tls === undefined ? 'http' : 'https';
    return endpointUrl(host, address?.port ?? port, paths.metrics, scheme);
  }

  /**
   * @throws {MetricsServerError} if the port cannot be listened on.
   * @throws {OptionsError} if key or certificate cannot be read or used.
   */
  async start(handler: ScrapeHandler): Promise<void> {
    const { tls } = this.options;
    const server = await this.createServer(handler);
    this.#server = server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(this.options.port, this.options.host, () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      this.#server = undefined;
      tls?.release();
      throw this.startError(error as NodeJS.ErrnoException);
    }
    server.on('error', (error) =>
      this.options.warn(`The metrics server: ${messageOf(error)}`),
    );
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.options.tls?.release();
    const overdue = setTimeout(() => server.closeAllConnections(), STOP_GRACE);
    const closed = new Promise((resolve) => server.close(resolve));
    this.connections.end();
    await closed;
    clearTimeout(overdue);
  }

  private async createServer(handler: ScrapeHandler): Promise<Server> {
    const { connections } = this;
    const { tls } = this.options;
    const answer = (req: IncomingMessage, res: ServerResponse) =>
      this.answer(handler, req, res);
    const server = await createServer(tls, SERVER_OPTIONS, answer, () =>
      connections.end(),
    );
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
    // Answered without asking for the body that is announced.
    server.on('checkContinue', answer);
    if (tls === undefined) {
      return server.on('connection', (socket) => connections.add(socket));
    }
    return server
      .on('connection', (socket) => connections.addHandshake(socket))
      .on('secureConnection', (socket) => connections.secured(socket));
  }

  private answer(
    handler: ScrapeHandler,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    const how = this.connections.begin(req.socket, res);
    if (how === 'not') return;
    if (how === 'last' || hasBody(req)) announceClose(res);
    if (how === 'last') return sendUnavailable(res, 'Connection is closing\n');
    this.route(handler, req, res);
  }

  private route(
    handler: ScrapeHandler,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    if (isTargetTooLong(req)) return sendText(res, 414, 'URI too long\n');
    const resource = resourceAt(this.options.paths, pathOf(req));
    if (resource === undefined) return sendText(res, 404, 'Not found\n');
    void handler.serve(resource, req, res, req.socket.remoteAddress);
  }

  private startError(error: NodeJS.ErrnoException): MetricsServerError {
    const { host, port } = this.options;
    const reason =
      error.code === 'EADDRINUSE'
        ? `port ${port} is already in use; stop what listens there, or choose another port`
        : error.message;
    return new MetricsServerError(
      `The metrics server cannot listen on ${host}:${port}: ${reason}`,
      { cause: error },
    );
  }
}

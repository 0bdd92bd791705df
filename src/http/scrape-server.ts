import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, MetricsServerError } from '../core/errors.js';
import type { Warn } from '../core/logger.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { isInUse, listen, listenOnceFree } from './listen.js';
import { announceClose, Connections } from './connections.js';
import { RETRY_SOON, sendText } from './exchange.js';
import {
  MAX_REQUESTS_PER_CONNECTION,
  MAX_TARGET,
  SERVER_OPTIONS,
} from './limits.js';
import { type PageServer, pageUrl } from './page-server.js';
import { type Paths, resourceAt } from './resources.js';
import type { ScrapeHandler } from './scrape-handler.js';
import { createServer, type ServerTls } from './tls/server-tls.js';

export interface ScrapeServerOptions {
  readonly port: number;
  readonly host: string;
  readonly paths: Paths;
  /** Key and certificates for HTTPS. Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  /** Whether a port that another process of the app listens on is taken over when it becomes free. Default: it is an error. */
  readonly standsBy?: boolean;
  /** Receives errors while the server listens, e.g. when the process has no file descriptors left. */
  readonly warn: Warn;
}

/** Milliseconds that running scrapes have to finish once the server stops. */
const STOP_GRACE = 5_000;

/** An HTTP server for the metrics and the health alone. */
export class ScrapeServer implements PageServer {
  // A private field is not shown by inspect(): a TLS server of Node's would show its private key.
  #server: Server | undefined = undefined;
  private endStandby: () => Promise<void> = async () => {};
  /** The connections that clients have open now. */
  readonly connections = new Connections();

  constructor(private readonly options: ScrapeServerOptions) {}

  get running(): boolean {
    return this.#server?.listening ?? false;
  }

  get url(): string {
    const { host, port, paths, tls } = this.options;
    const address = this.#server?.address() as AddressInfo | null | undefined;
    const scheme = tls === undefined ? 'http' : 'https';
    return pageUrl(host, address?.port ?? port, paths.metrics, scheme);
  }

  /**
   * Resolves when the server listens, or stands by for the port.
   *
   * @throws {MetricsServerError} if the port cannot be listened on.
   * @throws {OptionsError} if key or certificate cannot be read or used.
   */
  async start(handler: ScrapeHandler): Promise<void> {
    const server = await this.createServer(handler);
    this.#server = server;
    server.once('listening', () => server.on('error', this.warnOf));
    const { port, host } = this.options;
    const address = { port, host };
    try {
      await listen(server, address);
    } catch (error) {
      if (this.options.standsBy === true && isInUse(error)) {
        this.endStandby = listenOnceFree(server, address, this.warnOf);
        return;
      }
      this.#server = undefined;
      this.options.tls?.stopWatching();
      throw this.startError(error as NodeJS.ErrnoException);
    }
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.options.tls?.stopWatching();
    await this.endStandby();
    const timer = setTimeout(() => server.closeAllConnections(), STOP_GRACE);
    const closed = new Promise((resolve) => server.close(resolve));
    this.connections.end();
    await closed;
    clearTimeout(timer);
  }

  private readonly warnOf = (error: unknown) => {
    this.options.warn(`The metrics server: ${messageOf(error)}`, 'server');
  };

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
      .on('secureConnection', (socket) => connections.endHandshake(socket));
  }

  private answer(
    handler: ScrapeHandler,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    const decision = this.connections.begin(req.socket, res);
    if (decision === 'drop') return;
    const isLast = decision === 'answer last';
    if (isLast || hasBody(req)) announceClose(res);
    if (isLast) {
      return sendText(res, 503, 'Connection is closing\n', RETRY_SOON);
    }
    this.route(handler, req, res);
  }

  private route(
    handler: ScrapeHandler,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    const target = req.url!;
    const resource = resourceAt(this.options.paths, target);
    // The live page asks for agents by name, which may be as long as the headers may be.
    if (target.length > MAX_TARGET && resource !== 'live_page') {
      return sendText(res, 414, 'URI too long\n');
    }
    if (resource === undefined) return sendText(res, 404, 'Not found\n');
    const client = req.socket.remoteAddress;
    void handler.serve({ resource, req, res, client });
  }

  private startError(error: NodeJS.ErrnoException): MetricsServerError {
    const { host, port } = this.options;
    const reason = isInUse(error)
      ? `port ${port} is already in use; stop what listens there, or choose another port`
      : error.message;
    return new MetricsServerError(
      `The metrics server cannot listen on ${host}:${port}: ${reason}`,
      { cause: error },
    );
  }
}

/** Whether a request has a body. It is not read, so its connection cannot be used again. */
function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length = '0' } = headers;
  return headers['transfer-encoding'] !== undefined || length !== '0';
}

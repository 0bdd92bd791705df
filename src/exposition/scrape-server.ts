import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { messageOf, MetricsServerError } from '../model/errors.js';
import { type Endpoint, endpointUrl } from './endpoint.js';
import { type Paths, resourceAt } from './resources.js';
import type { ScrapeHandler } from './scrape-handler.js';
import { hasBody, isTargetTooLong, pathOf } from './request-target.js';
import { sendText, sendUnavailable } from './send.js';
import {
  MAX_CONNECTIONS,
  MAX_PIPELINED,
  MAX_REQUESTS_PER_CONNECTION,
  SERVER_OPTIONS,
} from './server-limits.js';
import { createServer, type ServerTls } from './tls/server-tls.js';
import { clearTimeout, setTimeout } from '../model/timers.js';

export interface ScrapeServerOptions {
  readonly port: number;
  readonly host: string;
  readonly paths: Paths;
  /** Speaks HTTPS. Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
  /** Hears of what goes wrong while it listens, e.g. that the process has no file descriptors left. */
  readonly warn: (message: string) => void;
}

/** Milliseconds that a running scrape has to finish once the server is stopped. */
const STOP_GRACE = 5_000;

/** An HTTP server of its own, for the metrics page and the health. */
export class ScrapeServer implements Endpoint {
  private server: Server | undefined = undefined;
  /** The open connections, with the answers that are still to be sent. */
  private readonly connections = new Map<Socket, Set<ServerResponse>>();

  constructor(private readonly options: ScrapeServerOptions) {}

  get running(): boolean {
    return this.server?.listening ?? false;
  }

  get url(): string {
    const { host, port, paths, tls } = this.options;
    const address = this.server?.address() as AddressInfo | null | undefined;
    const scheme = tls === undefined ? 'http' : 'https';
    return endpointUrl(host, address?.port ?? port, paths.metrics, scheme);
  }

  /**
   * @throws {MetricsServerError} if the port cannot be listened on.
   * @throws {OptionsError} if key or certificate cannot be read or used.
   */
  async start(handler: ScrapeHandler): Promise<void> {
    const { tls } = this.options;
    const answer = (req: IncomingMessage, res: ServerResponse) =>
      this.answer(handler, req, res);
    const server = await createServer(tls, SERVER_OPTIONS, answer);
    server.maxConnections = MAX_CONNECTIONS;
    server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
    // Answered without asking for the body that is announced.
    server.on('checkContinue', answer);
    // Who comes next finds room.
    server.on('drop', () => server.closeIdleConnections());
    server.on(
      tls === undefined ? 'connection' : 'secureConnection',
      (socket) => {
        this.connections.set(socket, new Set());
        socket.once('close', () => this.connections.delete(socket));
      },
    );
    this.server = server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(this.options.port, this.options.host, () => {
          server.off('error', reject);
          resolve();
        });
      });
    } catch (error) {
      this.server = undefined;
      tls?.release();
      throw this.startError(error as NodeJS.ErrnoException);
    }
    server.on('error', (error) =>
      this.options.warn(`The metrics server: ${messageOf(error)}`),
    );
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    this.options.tls?.release();
    const overdue = setTimeout(() => server.closeAllConnections(), STOP_GRACE);
    const closed = new Promise((resolve) => server.close(resolve));
    for (const [socket, answers] of this.connections) {
      // For those without a request nobody waits.
      if (answers.size === 0) socket.destroy();
      for (const res of answers) announceClose(res);
    }
    await closed;
    clearTimeout(overdue);
  }

  private answer(
    handler: ScrapeHandler,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    const { socket } = req;
    const answers = this.connections.get(socket);
    // Read before the connection was closed, with others.
    if (answers === undefined) return;
    if (answers.add(res).size > MAX_PIPELINED) return void socket.destroy();
    res.once('close', () => {
      answers.delete(res);
      if (!this.running) socket.destroySoon();
    });
    if (!this.running || hasBody(req)) announceClose(res);
    if (!this.running) return sendUnavailable(res, 'Shutting down\n');
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

function announceClose(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

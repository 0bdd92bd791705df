import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { MetricsServerError } from '../model/errors.js';
import { type Endpoint, endpointUrl } from './endpoint.js';
import { type Paths, resourceAt } from './resources.js';
import type { ScrapeHandler } from './scrape-handler.js';
import { sendText } from './send.js';
import { createServer, type ServerTls } from './tls/server-tls.js';

export interface ScrapeServerOptions {
  readonly port: number;
  readonly host: string;
  readonly paths: Paths;
  /** Speaks HTTPS. Default: plain HTTP. */
  readonly tls?: ServerTls | undefined;
}

/** Milliseconds that a running scrape has to finish once the server is stopped. */
const STOP_GRACE = 5_000;

/** An HTTP server of its own, for the metrics page and the health. */
export class ScrapeServer implements Endpoint {
  private server: Server | undefined = undefined;
  /** Connections without a request: when the server stops, nobody waits for them. */
  private readonly idle = new Set<Socket>();

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
    const server = await createServer(tls, {}, (req, res) =>
      this.route(handler, req, res),
    );
    server.on(
      tls === undefined ? 'connection' : 'secureConnection',
      (socket) => {
        this.idle.add(socket);
        socket.once('close', () => this.idle.delete(socket));
      },
    );
    this.server = server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(this.options.port, this.options.host, resolve);
      });
    } catch (error) {
      this.server = undefined;
      tls?.release();
      throw this.startError(error as NodeJS.ErrnoException);
    }
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    this.options.tls?.release();
    const overdue = setTimeout(() => server.closeAllConnections(), STOP_GRACE);
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.idle) socket.destroy();
    await closed;
    clearTimeout(overdue);
  }

  private route(
    handler: ScrapeHandler,
    req: IncomingMessage,
    res: ServerResponse,
  ): void {
    this.idle.delete(req.socket);
    res.once('close', () => {
      if (!this.running) req.socket.destroySoon();
      else if (!req.socket.destroyed) this.idle.add(req.socket);
    });
    const path = req.url!.split('?', 1)[0]!;
    const resource = resourceAt(this.options.paths, path);
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

import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import {
  createServer as createHttpsServer,
  type Server as HttpsServer,
} from 'node:https';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf, OptionsError } from '../../model/errors.js';
import { readSecret } from '../access/secret.js';
import { TLS_TEXTS, type TlsOptions } from './tls.options.js';
import { clearTimeout, setTimeout } from '../../model/timers.js';

/** Milliseconds between two looks at the files. */
const WATCH_INTERVAL = 1_000;

/** Milliseconds that a client has for its handshake. */
const HANDSHAKE_TIMEOUT = 5_000;

type Material = Partial<Record<keyof TlsOptions, string>>;

/** The server for HTTPS if there is a certificate, else for plain HTTP. */
export async function createServer(
  tls: ServerTls | undefined,
  options: ServerOptions,
  listener: RequestListener,
): Promise<Server> {
  return tls === undefined
    ? createHttpServer(options, listener)
    : tls.createServer(options, listener);
}

/** @param option where the options stand. */
export function serverTlsOf(
  options: TlsOptions | undefined,
  option: string,
  warn: (message: string) => void,
): ServerTls | undefined {
  return options && new ServerTls(options, option, warn);
}

/** Key and certificates of a server, kept in step with the files that they come from. */
export class ServerTls {
  readonly #options: TlsOptions;
  /** What was last looked at, be it usable or not. */
  #seen = '';
  private watching: NodeJS.Timeout | undefined = undefined;
  /** Connections that are not secure yet, by their peers: the secure one is another object. */
  private readonly handshakes = new Map<string, Socket>();

  constructor(
    options: TlsOptions,
    private readonly option: string,
    private readonly warn: (message: string) => void,
  ) {
    this.#options = { ...options };
  }

  /** @throws {OptionsError} if key or certificates cannot be read or used. */
  async createServer(
    options: ServerOptions,
    listener: RequestListener,
  ): Promise<Server> {
    const material = await this.read();
    this.#seen = JSON.stringify(material);
    const server = createHttpsServer(
      {
        ...options,
        ...this.context(material),
        requestCert: this.#options.clientCa !== undefined,
        rejectUnauthorized: true,
        handshakeTimeout: HANDSHAKE_TIMEOUT,
      },
      listener,
    );
    this.followHandshakes(server);
    this.watch(server);
    return server;
  }

  /** To be called when the server stops: nobody waits for a handshake then. */
  release(): void {
    clearTimeout(this.watching);
    this.watching = undefined;
    for (const socket of this.handshakes.values()) socket.destroy();
  }

  private followHandshakes(server: HttpsServer): void {
    const { handshakes } = this;
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      handshakes.set(peer, socket);
      socket.once('close', () => {
        if (handshakes.get(peer) === socket) handshakes.delete(peer);
      });
    });
    server.on('secureConnection', (socket) => {
      handshakes.delete(peerOf(socket));
    });
  }

  private watch(server: HttpsServer): void {
    const isKept = Object.values(this.#options).some(
      (secret) => typeof secret === 'object' && 'file' in secret,
    );
    if (!isKept) return;
    const timer = setTimeout(async () => {
      await this.renew(server);
      // Else the server was stopped in the meantime.
      if (this.watching === timer) this.watch(server);
    }, WATCH_INTERVAL).unref();
    this.watching = timer;
  }

  /** What cannot be used leaves the server with what it has. */
  private async renew(server: HttpsServer): Promise<void> {
    let seen = '';
    try {
      const material = await this.read();
      seen = JSON.stringify(material);
      if (seen !== this.#seen) server.setSecureContext(this.context(material));
    } catch (error) {
      seen ||= messageOf(error);
      if (seen !== this.#seen) {
        this.warn(`${messageOf(error)}; the server goes on with what it had`);
      }
    }
    this.#seen = seen;
  }

  private async read(): Promise<Material> {
    const material: Material = {};
    for (const option of Object.keys(TLS_TEXTS) as (keyof TlsOptions)[]) {
      const secret = this.#options[option];
      if (secret === undefined) continue;
      const path = `${this.option}.${option}`;
      material[option] = await readSecret(secret, path, TLS_TEXTS[option]);
    }
    return material;
  }

  /** @throws {OptionsError} if key and certificates do not go together. */
  private context({ clientCa, ...keyAndCert }: Material): SecureContextOptions {
    const options: SecureContextOptions = {
      ...keyAndCert,
      ...(clientCa !== undefined && { ca: clientCa }),
      minVersion: 'TLSv1.2',
    };
    try {
      createSecureContext(options);
      return options;
    } catch (error) {
      throw new OptionsError(
        `${this.option} cannot be used: ${(error as Error).message}; expected a certificate and its private key`,
      );
    }
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

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
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf, OptionsError } from '../../core/errors.js';
import type { Warn } from '../../core/logger.js';
import { readSecret } from '../../core/secret.js';
import { TLS_TEXTS, type TlsOptions } from './tls.options.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';

/** Milliseconds between two reads of the files. */
const WATCH_INTERVAL = 1_000;

/** Milliseconds that a client has for its handshake. */
const HANDSHAKE_TIMEOUT = 5_000;

type Material = Partial<Record<keyof TlsOptions, string>>;

/** Creates a server for HTTPS if there is a certificate, else for plain HTTP. */
export async function createServer(
  tls: ServerTls | undefined,
  options: ServerOptions,
  listener: RequestListener,
  authoritiesChanged: () => void,
): Promise<Server> {
  return tls === undefined
    ? createHttpServer(options, listener)
    : tls.createServer(options, listener, authoritiesChanged);
}

/** @param option the path of the options. */
export function serverTlsOf(
  options: TlsOptions | undefined,
  option: string,
  warn: Warn,
): ServerTls | undefined {
  return options && new ServerTls(options, option, warn);
}

/** Key and certificates of a server. Changed files are read again. */
export class ServerTls {
  readonly #options: TlsOptions;
  /** The content that was read last, valid or not. */
  #seen = '';
  /** The authorities whose clients are accepted now. */
  #clientCa: string | undefined = undefined;
  private watching: NodeJS.Timeout | undefined = undefined;

  constructor(
    options: TlsOptions,
    private readonly option: string,
    private readonly warn: Warn,
  ) {
    this.#options = { ...options };
  }

  /**
   * @param authoritiesChanged is called when clients with open connections may no longer be accepted.
   * @throws {OptionsError} if key or certificates cannot be read or used.
   */
  async createServer(
    options: ServerOptions,
    listener: RequestListener,
    authoritiesChanged: () => void,
  ): Promise<Server> {
    const material = await this.read();
    this.#seen = JSON.stringify(material);
    this.#clientCa = material.clientCa;
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
    this.watch(server, authoritiesChanged);
    return server;
  }

  /** Stops to watch the files. */
  stopWatching(): void {
    clearTimeout(this.watching);
    this.watching = undefined;
  }

  private watch(server: HttpsServer, authoritiesChanged: () => void): void {
    const hasFiles = Object.values(this.#options).some(
      (secret) => typeof secret === 'object' && 'file' in secret,
    );
    if (!hasFiles) return;
    const timer = setTimeout(async () => {
      await this.refresh(server, authoritiesChanged);
      // The server may have stopped in the meantime.
      if (this.watching === timer) this.watch(server, authoritiesChanged);
    }, WATCH_INTERVAL).unref();
    this.watching = timer;
  }

  /** Reads the files. If their content cannot be used, the server keeps the present key and certificates. */
  // Why: docs/decisions/security.md, "A lost secret closes, a lost certificate does not".
  private async refresh(
    server: HttpsServer,
    authoritiesChanged: () => void,
  ): Promise<void> {
    let seen = '';
    try {
      const material = await this.read();
      seen = JSON.stringify(material);
      if (seen !== this.#seen) {
        server.setSecureContext(this.context(material));
        if (material.clientCa !== this.#clientCa) authoritiesChanged();
        this.#clientCa = material.clientCa;
      }
    } catch (error) {
      seen ||= messageOf(error);
      if (seen !== this.#seen) {
        this.warn(
          `${messageOf(error)}; the server goes on with what it had`,
          'unreadable_certificate',
        );
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

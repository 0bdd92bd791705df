import type { IncomingHttpHeaders } from 'node:http';
import { Pushgateway, type Registry } from 'prom-client';
import { ExportError } from '../../core/errors.js';
import { printable } from '../../core/printable.js';
import { retryAfterOf } from '../http-request.js';
import { groupPath } from './group-path.js';
import { GatewayConnection } from './gateway-connection.js';

/** A request, as prom-client hands it on to `http.request()`. */
export interface GatewayRequest extends Credentials {
  readonly signal: AbortSignal;
}

/** What a request says of the one who sends it. */
export interface Credentials {
  /** `name:password`. */
  readonly auth?: string | undefined;
  readonly headers: Record<string, string>;
}

/** What is done to a group. */
export type GatewayAction = 'push' | 'pushAdd' | 'delete';

/** The client wants a job to write a path of, which our own replaces: it cannot write one with "/". */
const PLACEHOLDER = { jobName: 'job' };

/** Characters of an answer that messages show. */
const MAX_TOLD = 300;

/** One group of a Pushgateway, by way of prom-client's client. */
export class Gateway {
  private readonly path: string;

  constructor(
    /** Without name and password. */
    readonly address: string,
    jobName: string,
    groupings: Readonly<Record<string, string>>,
  ) {
    const { pathname } = new URL(address);
    const below = pathname.replace(/\/+$/, '');
    this.path = `${below}/metrics${groupPath(jobName, groupings)}`;
  }

  /**
   * @param page what is pushed.
   * @param holdsProcess whether the process lives on until it is done.
   * @throws {ExportError} if the gateway did not take it.
   */
  async send(
    action: GatewayAction,
    page: string,
    request: GatewayRequest,
    holdsProcess = true,
  ): Promise<void> {
    const { signal } = request;
    signal.throwIfAborted();
    const isHttps = this.address.startsWith('https:');
    const connection = new GatewayConnection(isHttps, holdsProcess);
    const { agent, overlong } = connection;
    const client = new Pushgateway(
      this.address,
      { ...request, agent, path: this.path },
      // All that the client asks of a registry.
      { metrics: async () => page } as Registry,
    );
    try {
      const sent = Promise.race([client[action](PLACEHOLDER), overlong]);
      this.check(action, statusOf(await beforeAbort(sent, signal)));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw this.failure(action, error, connection.headers, request);
    } finally {
      connection.end();
    }
  }

  /** The client takes a redirection, which it does not follow, for a success. */
  private check(action: GatewayAction, status: number): void {
    if (status >= 200 && status <= 299) return;
    throw new ExportError(
      `${this.answered(action)} with status ${status}; expected one from 200 to 299: is url that of the Pushgateway?`,
      { retryable: false },
    );
  }

  private failure(
    action: GatewayAction,
    error: unknown,
    headers: IncomingHttpHeaders,
    request: GatewayRequest,
  ): ExportError {
    const shownOf = (text: string) =>
      printable(text, secretsOf(request), MAX_TOLD);
    if (error instanceof ExportError) return error;
    const [, status, body = ''] =
      /^push failed with status (\d+), ([^]*)$/.exec(textOf(error)) ?? [];
    if (status === undefined) {
      return new ExportError(
        `The Pushgateway at ${this.address} cannot be reached: ${shownOf(textOf(error))}`,
        { cause: error },
      );
    }
    const text = shownOf(body);
    const retryable = isTransient(Number(status));
    const pause = retryable ? retryAfterOf(headers) : undefined;
    return new ExportError(
      `${this.answered(action)} with status ${status}${text && `: ${text}`}`,
      { retryable, ...(pause !== undefined && { retryAfter: pause }) },
    );
  }

  private answered(action: GatewayAction): string {
    return `The Pushgateway at ${this.address} answered a ${action}`;
  }
}

/** Other faults of the request are in each that follows too. */
function isTransient(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** Ends with the signal also when the client does not: it waits for ever for the rest of an answer that was cut off. */
function beforeAbort<T>(sent: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    sent
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

function statusOf({ resp }: { resp?: unknown }): number {
  return (resp as { statusCode: number }).statusCode;
}

/** Of several addresses that a name has, each has an error of its own and all of them one without words. */
function textOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

/** Texts that no message may show, should the gateway repeat them. */
function secretsOf({ auth, headers }: Credentials): string[] {
  const secrets = Object.values(headers);
  if (auth === undefined) return secrets;
  const password = auth.slice(auth.indexOf(':') + 1);
  return [...secrets, auth, password, Buffer.from(auth).toString('base64')];
}

import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { ContractBackend } from './contract-backend.js';

/** A request that an {@link HttpBackend} has taken. */
export interface TakenRequest {
  /** The method, such as `'POST'`. */
  readonly method: string;
  /** The path with its query. */
  readonly url: string;
  /** The headers, by names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The body, without compression by gzip. `toString()` gives its text. */
  readonly body: Buffer;
}

/** The total of a counter in all requests that were taken, by its exposed name; 0 without one. */
export type TotalOf = (
  requests: readonly TakenRequest[],
  metric: string,
) => number;

/** Options of {@link httpBackend}. */
export interface HttpBackendOptions {
  /** What the exporter is given and must show nowhere, such as tokens. Default: none. */
  readonly secrets?: readonly string[];
  /** The body of the answers. Default: an empty one. */
  readonly answer?: string;
}

/** An HTTP server that takes whatever an exporter sends. */
export interface HttpBackend extends ContractBackend {
  /** Its address, such as `http://127.0.0.1:41234`. */
  readonly url: string;
}

/**
 * Starts a back end of the contract for exporters that send by HTTP. It answers each request with
 * status 200; a request that comes while it hangs is neither answered nor taken.
 *
 * @param totalOf reads the total of a counter from the requests.
 *
 * @example
 * httpBackend((requests, metric) =>
 *   sum(requests.map(({ body }) => JSON.parse(body.toString())[metric] ?? 0)),
 * );
 */
export async function httpBackend(
  totalOf: TotalOf,
  { secrets = [], answer = '' }: HttpBackendOptions = {},
): Promise<HttpBackend> {
  const taken: TakenRequest[] = [];
  let hangs = false;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const one = await read(request);
    if (hangs) return;
    taken.push(one);
    response.end(answer);
  };
  const open = (port: number) =>
    listening((request, response) => {
      // An exporter that aborts leaves a request that cannot be read.
      serve(request, response).catch(() => response.destroy());
    }, port);
  let server = await open(0);
  const { port } = server.address() as AddressInfo;
  const stop = () => closed(server);
  return {
    url: `http://127.0.0.1:${port}`,
    secrets,
    totalOf: (metric) => totalOf(taken, metric),
    hang: () => void (hangs = true),
    stop,
    start: async () => {
      await stop();
      hangs = false;
      server = await open(port);
    },
  };
}

async function read(request: IncomingMessage): Promise<TakenRequest> {
  const { method = '', url = '', headers } = request;
  const sent = Buffer.concat((await request.toArray()) as Buffer[]);
  const isZipped = headers['content-encoding'] === 'gzip';
  return { method, url, headers, body: isZipped ? gunzipSync(sent) : sent };
}

async function listening(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  port: number,
): Promise<Server> {
  const server = createServer(listener);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}

/** Ends its connections too. A closed one stays closed. */
async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const ended = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await ended;
}

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import {
  createServer as createTlsServer,
  type ServerOptions,
} from 'node:https';
import type { TLSSocket } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { portOf } from './http.js';
import {
  decodeRequest,
  ResponseMessage,
  type SentPoint,
  type SentRequest,
} from './otlp-definitions.js';

/** A request as it came, and what is in it. */
export interface ReceivedRequest extends SentRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The port that it came from, which tells connections apart. */
  readonly port: number;
  readonly bytes: number;
}

export interface BackendAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A server that takes metrics by OTLP/HTTP, until the test ends. */
export interface OtlpBackend {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What the next requests are answered; `undefined`: never. Default: a complete success. */
  answer: (request: ReceivedRequest) => BackendAnswer | undefined;
  /** All points that came, in the order of the requests. */
  points(metric?: string): SentPoint[];
  close(): Promise<void>;
}

export interface OtlpBackendOptions {
  readonly port?: number;
  readonly tls?: ServerOptions;
  /** Receives the connections over TLS. */
  readonly secured?: (socket: TLSSocket) => void;
}

export async function startOtlpBackend({
  port = 0,
  tls,
  secured = () => {},
}: OtlpBackendOptions = {}): Promise<OtlpBackend> {
  const listener: Parameters<typeof createServer>[1] = async (req, res) => {
    const sent = Buffer.concat(await req.toArray());
    const isJson = req.headers['content-type'] === 'application/json';
    const isZipped = req.headers['content-encoding'] === 'gzip';
    const body = isZipped ? gunzipSync(sent) : sent;
    const request = {
      ...decodeRequest(body, isJson),
      path: req.url!,
      headers: req.headers,
      port: req.socket.remotePort!,
      bytes: sent.length,
    };
    backend.requests.push(request);
    const answer = backend.answer(request);
    if (answer === undefined) return;
    const type = isJson ? 'application/json' : 'application/x-protobuf';
    res.writeHead(answer.status ?? 200, {
      'content-type': type,
      ...answer.headers,
    });
    res.end(answer.body ?? (isJson ? '{}' : Buffer.alloc(0)));
  };
  const server: Server =
    tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('secureConnection', secured);
  await new Promise<void>((resolve) =>
    server.listen(port, '127.0.0.1', () => resolve()),
  );
  const backend: OtlpBackend = {
    url: `http${tls ? 's' : ''}://127.0.0.1:${portOf(server)}/v1/metrics`,
    requests: [],
    answer: () => ({}),
    points: (metric) =>
      backend.requests
        .flatMap(({ points }) => points)
        .filter((point) => metric === undefined || point.metric === metric),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(() => backend.close());
  return backend;
}

/** The answer of a backend that did not take all points. */
export function partialSuccess(
  rejectedDataPoints: number,
  errorMessage: string,
): BackendAnswer {
  const message = { partialSuccess: { rejectedDataPoints, errorMessage } };
  return { body: ResponseMessage.encode(message).finish() };
}

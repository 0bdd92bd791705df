import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { type Instant, instant, secondsSince } from '../../core/clock.js';
import { methodLabel } from '../http-conventions.js';
import { catchAndReport } from '../../core/catch-and-report.js';
import { countResponseBody, requestBodySize } from './body-size.js';
import type { HttpConfig } from './http.options.js';
import type { HttpFramework } from './http-framework.js';
import { type BegunRequest, HttpMetrics } from './http-metrics.js';

// Why: docs/decisions/http.md, "499 means that the client closed the request".
const CLIENT_CLOSED_REQUEST = 499;

interface RunningRequest extends BegunRequest {
  readonly start: Instant;
  readonly responseSize: (() => number) | undefined;
}

/** Follows the requests to an app from their arrival to the end of their responses. Its own errors never reach a request. */
export class HttpRequests {
  private readonly running = new Map<IncomingMessage, RunningRequest>();
  /** Requests whose response waits for another one on the same connection (pipelining). */
  private readonly queued = new Set<RunningRequest>();
  private readonly metrics: HttpMetrics;
  private readonly stopListening: () => void;

  /** @throws {MetricConflictError} if another type of metric has one of the names. */
  constructor(
    private readonly collector: MetricsCollector,
    framework: HttpFramework,
    private readonly options: HttpConfig,
  ) {
    this.metrics = new HttpMetrics(collector, framework, options, () =>
      this.running.values(),
    );
    this.stopListening = framework.listen((req, res) => this.begin(req, res));
  }

  /** Creates the series that a route has from the start. */
  startRoute(method: string, template: string): void {
    catchAndReport(this.collector, 'http', () =>
      this.metrics.startRoute(method, template),
    );
  }

  close(): void {
    this.stopListening();
  }

  private begin(req: IncomingMessage, res: ServerResponse): void {
    if (this.running.has(req)) return;
    catchAndReport(this.collector, 'http', () => {
      this.metrics.began();
      const request: RunningRequest = {
        req,
        res,
        method: methodLabel(req.method!),
        responseSize: this.options.responseSize
          ? countResponseBody(res)
          : undefined,
        start: instant(),
      };
      const closed = () => this.closed(request);
      res.once('close', closed);
      // Responses of serverless wrappers emit `finish` and never `close`.
      if (!(req.socket instanceof Socket)) res.once('finish', closed);
      this.running.set(req, request);
      if (res.socket === null) this.queued.add(request);
    });
  }

  private closed(request: RunningRequest): void {
    catchAndReport(this.collector, 'http', () => {
      this.end(request);
      if (this.queued.size > 0) this.endQueued(request.req.socket);
    });
  }

  private end(request: RunningRequest): void {
    const { req } = request;
    this.queued.delete(request);
    if (!this.running.delete(req)) return;
    this.metrics.ended(request, {
      status: statusOf(request),
      seconds: secondsSince(request.start),
      requestSize: this.options.requestSize ? requestBodySize(req) : undefined,
      responseSize: request.responseSize?.(),
    });
  }

  /** A response that waits for an earlier one on its connection gets no `close` event when the connection closes. */
  private endQueued(socket: Socket): void {
    if (!socket.destroyed) return;
    for (const request of this.queued) {
      if (request.req.socket === socket) this.end(request);
    }
  }
}

function statusOf({ req, res }: RunningRequest): number {
  // HTTP/2 has no `writableFinished`: written data may not have been sent when the client leaves.
  const isSent = res.writableFinished ?? res.writableEnded;
  if (isSent && !req.aborted) return res.statusCode;
  if (isClientGone(req, res)) return CLIENT_CLOSED_REQUEST;
  return res.headersSent ? res.statusCode : 500;
}

/** Whether the client closed or reset the connection, and not the app. */
function isClientGone(req: IncomingMessage, res: ServerResponse): boolean {
  if (req.httpVersionMajor > 1) return req.aborted;
  const { readableEnded, errored } = req.socket;
  return readableEnded || (Boolean(errored) && !res.errored);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { FASTIFY_REPLY } from '../../core/shared-state.js';

interface FastifyReplyLike {
  raw: ServerResponse;
  request: { raw: IncomingMessage };
  hijack(): void;
  getHeaders(): Record<string, string | string[] | number | undefined>;
}

/** The address that a request comes from, as far as the framework is told to trust proxies. */
export function clientOf(request: { ip?: string }): string | undefined {
  return request.ip;
}

/** The request of Node's under that of Express or Fastify. */
export function nodeRequest(
  request: IncomingMessage | { raw: IncomingMessage },
): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/**
 * The response of Node's under that of Express or Fastify. Fastify is told to
 * leave it to us; the headers that its plugins have set so far come along.
 */
export function nodeResponse(
  response: ServerResponse | FastifyReplyLike,
): ServerResponse {
  if (!('hijack' in response)) return response;
  Object.assign(response.request.raw, { [FASTIFY_REPLY]: response });
  takeHeaders(response);
  response.hijack();
  return response.raw;
}

/** A request and its response as the framework has them. */
export interface FrameworkExchange {
  readonly request: unknown;
  readonly response: unknown;
  /** Brings the headers that were set on the framework's response to Node's. */
  readonly takeHeaders: () => void;
}

/** What of the framework's stands above a request and a response of Node's: themselves, on Express and without one. */
export function frameworkExchange(
  req: IncomingMessage & { [FASTIFY_REPLY]?: FastifyReplyLike },
  res: ServerResponse,
): FrameworkExchange {
  const reply = req[FASTIFY_REPLY];
  return reply === undefined
    ? { request: req, response: res, takeHeaders: () => {} }
    : {
        request: reply.request,
        response: reply,
        takeHeaders: () => takeHeaders(reply),
      };
}

function takeHeaders(reply: FastifyReplyLike): void {
  const { raw } = reply;
  if (raw.headersSent) return;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
}

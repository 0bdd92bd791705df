import type { IncomingMessage, ServerResponse } from 'node:http';
import { FASTIFY_REPLY } from '../../core/shared-state.js';

interface FastifyReplyLike {
  raw: ServerResponse;
  request: { raw: IncomingMessage };
  hijack(): void;
  getHeaders(): Record<string, string | string[] | number | undefined>;
}

/** The address that a request comes from, as far as the framework trusts proxies. */
export function clientOf(request: { ip?: string }): string | undefined {
  return request.ip;
}

/** Node's request under that of Express or Fastify. */
export function nodeRequest(
  request: IncomingMessage | { raw: IncomingMessage },
): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/**
 * Node's response under that of Express or Fastify. Fastify no longer answers it
 * (`hijack()`); the headers that its plugins have set so far are copied.
 */
export function nodeResponse(
  response: ServerResponse | FastifyReplyLike,
): ServerResponse {
  if (!('hijack' in response)) return response;
  Object.assign(response.request.raw, { [FASTIFY_REPLY]: response });
  copyHeaders(response);
  response.hijack();
  return response.raw;
}

/** A request and its response as the framework passes them to guards. */
export interface FrameworkPair {
  readonly request: unknown;
  readonly response: unknown;
  /** Copies the headers that were set on the framework's response to Node's. */
  readonly copyHeaders: () => void;
}

/** The framework's request and response to those of Node's: the same objects, except on Fastify. */
export function frameworkPair(
  req: IncomingMessage & { [FASTIFY_REPLY]?: FastifyReplyLike },
  res: ServerResponse,
): FrameworkPair {
  const reply = req[FASTIFY_REPLY];
  return reply === undefined
    ? { request: req, response: res, copyHeaders: () => {} }
    : {
        request: reply.request,
        response: reply,
        copyHeaders: () => copyHeaders(reply),
      };
}

function copyHeaders(reply: FastifyReplyLike): void {
  const { raw } = reply;
  if (raw.headersSent) return;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
}

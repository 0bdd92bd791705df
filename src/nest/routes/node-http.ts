import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FrameworkPair, ReceivedRequest } from '../../http/exchange.js';
import type { Resource } from '../../http/resources.js';

type FrameworkRequest = (IncomingMessage | { raw: IncomingMessage }) & {
  /** The address that the request comes from, as far as the framework trusts proxies. */
  ip?: string;
};

interface FastifyReplyLike {
  raw: ServerResponse;
  hijack(): void;
  getHeaders(): Record<string, string | string[] | number | undefined>;
}

/**
 * Node's request and response under those of Express or Fastify. Fastify no longer
 * answers the request (`hijack()`); the headers that its plugins have set so far are copied.
 */
export function receivedRequest(
  resource: Resource,
  request: FrameworkRequest,
  response: ServerResponse | FastifyReplyLike,
): ReceivedRequest {
  const req = 'raw' in request ? request.raw : request;
  const client = request.ip;
  if (!('hijack' in response)) return { resource, req, res: response, client };
  copyHeaders(response);
  response.hijack();
  const framework = fastifyPair(request, response);
  return { resource, req, res: response.raw, client, framework };
}

function fastifyPair(
  request: FrameworkRequest,
  reply: FastifyReplyLike,
): FrameworkPair {
  return { request, response: reply, copyHeaders: () => copyHeaders(reply) };
}

function copyHeaders(reply: FastifyReplyLike): void {
  const { raw } = reply;
  if (raw.headersSent) return;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
}

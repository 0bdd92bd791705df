import type { IncomingMessage, ServerResponse } from 'node:http';

interface FastifyReplyLike {
  raw: ServerResponse;
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
  const { raw } = response;
  for (const [name, value] of Object.entries(response.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  response.hijack();
  return raw;
}

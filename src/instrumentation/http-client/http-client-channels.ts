import type { ClientRequest, IncomingMessage } from 'node:http';
import type { OutgoingRequests, RequestReader } from './outgoing-requests.js';

/** Who listens to which channel of `node:diagnostics_channel`. */
export type Listeners = Record<string, (message: any) => void>;

/** Keeps what a function throws from whoever calls it. */
export type Guard = <A extends unknown[]>(
  listener: (...args: A) => void,
) => (...args: A) => void;

/** A request of undici, which `fetch()` is made of, as its channels show it. */
export interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
}

interface UndiciMessage {
  readonly request: UndiciRequest;
  readonly response: { readonly statusCode: number };
  readonly error: unknown;
}

interface NodeMessage {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
  readonly error: unknown;
}

export const UNDICI_READER: RequestReader<UndiciRequest> = {
  methodOf: ({ method }) => method,
  originOf: ({ origin }) => String(origin),
};

export const NODE_READER: RequestReader<ClientRequest> = {
  methodOf: ({ method }) => method,
  // The port stands in the header only.
  originOf: (request) =>
    `${request.protocol}//${String(request.getHeader('host') ?? request.host)}`,
};

/** What `fetch()` and undici tell of their requests. Every redirect is one of its own. */
export function undiciListeners(
  requests: OutgoingRequests<UndiciRequest>,
): Listeners {
  return {
    'undici:request:create': ({ request }: UndiciMessage) =>
      requests.begin(request),
    'undici:request:headers': ({ request, response }: UndiciMessage) =>
      requests.answer(request, response.statusCode),
    'undici:request:trailers': ({ request }: UndiciMessage) =>
      requests.succeed(request),
    'undici:request:error': ({ request, error }: UndiciMessage) =>
      requests.fail(request, error),
  };
}

/** What `node:http` and `node:https` tell of their requests. */
export function nodeListeners(
  requests: OutgoingRequests<ClientRequest>,
  guard: Guard,
): Listeners {
  const begin = ({ request }: NodeMessage) => requests.begin(request);
  return {
    'http.client.request.created': begin,
    // Only when the request has been sent; before Node 22.12 it is the first that is heard of it.
    'http.client.request.start': begin,
    // Only the head of the response, whatever the name says.
    'http.client.response.finish': ({ request, response }: NodeMessage) => {
      requests.answer(request, response.statusCode!);
      const end = () => endOfBody(requests, request, response);
      // Why: docs/decisions/http.md, "The duration of an outgoing request ends with the body".
      response.once('close', guard(end));
    },
    'http.client.request.error': ({ request, error }: NodeMessage) =>
      requests.fail(request, error),
  };
}

/** There is no error if it is the caller who did not want the rest. */
function endOfBody(
  requests: OutgoingRequests<ClientRequest>,
  request: ClientRequest,
  response: IncomingMessage,
): void {
  if (response.complete) requests.succeed(request);
  else requests.fail(request, response.errored);
}

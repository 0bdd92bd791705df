import type { ClientRequest, IncomingMessage } from 'node:http';
import type { OutgoingRequests, RequestReader } from './outgoing-requests.js';

/** Listeners by channel of `node:diagnostics_channel`. */
export type Listeners = Record<string, (message: any) => void>;

/** Wraps a listener so that it does not throw. */
export type NonThrowing = <A extends unknown[]>(
  listener: (...args: A) => void,
) => (...args: A) => void;

/** A request of undici, and so of `fetch()`, in the messages of its channels. */
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
  // The port is in the header `host`, and in no property of the request.
  originOf: (request) =>
    `${request.protocol}//${String(request.getHeader('host') ?? request.host)}`,
};

/** Listens to the requests of `fetch()` and undici. Every redirect is a request of its own. */
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

/** Listens to the requests of `node:http` and `node:https`. */
export function nodeListeners(
  requests: OutgoingRequests<ClientRequest>,
  nonThrowing: NonThrowing,
): Listeners {
  const begin = ({ request }: NodeMessage) => requests.begin(request);
  return {
    'http.client.request.created': begin,
    // Node publishes this message after the request was written. Before Node 22.12 it is the first one of a request.
    'http.client.request.start': begin,
    // Node publishes this message when it has the head of the response, despite the name.
    'http.client.response.finish': ({ request, response }: NodeMessage) => {
      requests.answer(request, response.statusCode!);
      const end = () => endOfBody(requests, request, response);
      // Why: docs/decisions/http.md, "The duration of an outgoing request ends with the body".
      response.once('close', nonThrowing(end));
    },
    'http.client.request.error': ({ request, error }: NodeMessage) =>
      requests.fail(request, error),
  };
}

/** A caller that drops the rest of a body is no error. */
function endOfBody(
  requests: OutgoingRequests<ClientRequest>,
  request: ClientRequest,
  response: IncomingMessage,
): void {
  if (response.complete) requests.succeed(request);
  else requests.fail(request, response.errored);
}

import {
  type Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { clearTimeout, setTimeout } from '../core/timers.js';

/** A request to a backend. `signal`, `timeout` or both bound its time. */
export interface HttpRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** A URL of the scheme `http:` or `https:`. */
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | string;
  /** Aborts the request at any stage. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the request fails. Default: no limit but the signal's. */
  readonly timeout?: number;
  /** Keeps connections for more requests, or knows certificates. Default: a connection of its own, which ends with the request. */
  readonly agent?: Agent | undefined;
  /** Whether the process stays alive for the request. Default: `true`. */
  readonly holdsProcess?: boolean;
}

/** The answer of a backend, of any status: redirects are not followed. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first 64 KiB; what follows is not read. */
  readonly body: Buffer;
  /** The pause that the header `Retry-After` asks for, in milliseconds; `undefined` without that header. */
  readonly retryAfter: number | undefined;
}

/** Bytes of an answer that are read. */
export const MAX_BODY = 64 * 1024;

/**
 * Sends a request and reads the answer.
 *
 * @throws the reason of the signal once it is aborted, else what kept the answer from arriving.
 */
export async function sendRequest(request: HttpRequest): Promise<HttpResponse> {
  const { timeout } = request;
  if (timeout === undefined) return exchange(request, request.signal);
  const aborter = new AbortController();
  const overdue = new Error(`The request took more than ${timeout} ms`);
  const timer = setTimeout(() => aborter.abort(overdue), timeout).unref();
  const { signal = aborter.signal } = request;
  try {
    return await exchange(request, AbortSignal.any([signal, aborter.signal]));
  } finally {
    clearTimeout(timer);
  }
}

async function exchange(
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  signal?.throwIfAborted();
  try {
    return await readResponse(await responseTo(request, signal));
  } catch (error) {
    signal?.throwIfAborted();
    // If a name has several addresses, the error for all of them has no message.
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

function responseTo(
  { method, url, headers, body, agent, holdsProcess = true }: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = open(url, {
      method,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: agent ?? false,
      ...(signal !== undefined && { signal }),
    });
    sent.on('error', reject);
    sent.on('response', resolve);
    if (!holdsProcess) sent.on('socket', unref);
    sent.end(body);
  });
}

/** Lets the process end while the socket is open. Node tries each address of a host name with a handle of its own, so `unref()` is called again for the handle that connects. */
function unref(socket: Socket): void {
  socket.unref().once('connect', () => socket.unref());
}

async function readResponse(response: IncomingMessage): Promise<HttpResponse> {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop closes the connection.
      if (size >= MAX_BODY) break;
    }
  } catch (cause) {
    throw new Error('the answer was cut off', { cause });
  }
  const body = Buffer.concat(chunks).subarray(0, MAX_BODY);
  return { status, headers, body, retryAfter: retryAfterOf(headers) };
}

/** Each of the three forms of a date begins with the day of the week (RFC 9110, "Date/Time Formats"). */
const DATE = /^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * Milliseconds, from the seconds or the date in a `Retry-After` (RFC 9110); `undefined` if
 * it is missing or malformed. A date counts from the server's own `Date`, so that the clocks
 * of both need not agree.
 */
export function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after'];
  if (text === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1_000;
  const until = timeOf(text);
  if (until === undefined) return undefined;
  return Math.max(0, until - (timeOf(headers.date) ?? Date.now()));
}

/** The time of an HTTP date, in milliseconds since the Unix epoch. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || !DATE.test(text)) return undefined;
  // The oldest form does not name its time zone, which is always GMT.
  const time = Date.parse(/GMT\s*$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

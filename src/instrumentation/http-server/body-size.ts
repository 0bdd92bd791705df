import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';

type Write = (this: unknown, ...args: any[]) => any;

/** The announced size of the request body in bytes; `undefined` if it was not announced, as for a streamed upload. */
export function requestBodySize(req: IncomingMessage): number | undefined {
  const length = req.headers['content-length'];
  if (length !== undefined) return Number(length);
  return hasNoBody(req) ? 0 : undefined;
}

/** HTTP/1.1 tells by a header (RFC 9112, 6.3), HTTP/2 by a flag of the headers (RFC 9113, 8.1). */
function hasNoBody(req: IncomingMessage | Http2ServerRequest): boolean {
  return 'stream' in req
    ? req.stream?.endAfterHeaders === true
    : req.headers['transfer-encoding'] === undefined;
}

/**
 * Counts the bytes of a body while they are written.
 *
 * @returns a function that returns the bytes so far, without headers and the framing of chunks.
 */
export function countResponseBody(res: ServerResponse): () => number {
  let bytes = 0;
  // end() may call write(): only the outer call counts bytes.
  let isInside = false;
  const counted = (original: Write): Write =>
    function (...args) {
      if (isInside) return original.apply(this, args);
      bytes += byteLength(args[0], args[1]);
      isInside = true;
      try {
        return original.apply(this, args);
      } finally {
        isInside = false;
      }
    };
  for (const method of ['write', 'end'] as const) {
    res[method] = counted(res[method]);
  }
  return () => (hasBody(res) ? bytes : 0);
}

/** Node drops the body of such responses (RFC 9110, 6.4.1). */
function hasBody({ req, statusCode }: ServerResponse): boolean {
  return req.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;
}

function byteLength(chunk: unknown, encoding: unknown): number {
  if (chunk instanceof Uint8Array) return chunk.byteLength;
  if (typeof chunk !== 'string') return 0;
  const known = typeof encoding === 'string' && Buffer.isEncoding(encoding);
  return Buffer.byteLength(chunk, known ? encoding : 'utf8');
}

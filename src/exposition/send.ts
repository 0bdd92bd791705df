import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';

/** Bytes from which on it is worth while to compress. */
const COMPRESS_FROM = 1_024;

/** Sends a body, compressed if that is worth while and accepted. Never rejects. */
export async function send(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  type: string,
  chunks: readonly Buffer[],
): Promise<void> {
  if (isAnswered(res)) return;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const compressed = length >= COMPRESS_FROM && acceptsGzip(req);
  res.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    Vary: 'Accept, Accept-Encoding',
    ...(compressed
      ? { 'Content-Encoding': 'gzip' }
      : { 'Content-Length': length }),
  });
  if (req.method === 'HEAD') return void res.end();
  const source = Readable.from(oneATurn(chunks));
  // Compression runs on the thread pool. A scraper that hangs up in the middle is its own affair.
  const sent = compressed
    ? pipeline(source, createGzip({ level: 1 }), res)
    : pipeline(source, res);
  await sent.catch(() => {});
}

/** A socket on a fast network takes a whole page at once, which would keep the event loop from all else. */
async function* oneATurn(chunks: readonly Buffer[]) {
  for (const [i, chunk] of chunks.entries()) {
    // Not after the last: who has a whole page must find it ended, and may close the server then.
    if (i > 0) await setImmediate();
    yield chunk;
  }
}

/** By the header `Accept-Encoding` (RFC 9110, section 12.5.3). */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  return String(headers['accept-encoding'] ?? '')
    .split(',')
    .map((coding) =>
      coding
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q=/),
    )
    .some(([coding, weight = '1']) => coding === 'gzip' && Number(weight) > 0);
}

/** Sends a line of text. */
export function sendText(
  res: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (isAnswered(res)) return;
  res.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  });
  res.end(text);
}

/** By a time-out of the app, say, or by a scraper that has hung up. */
function isAnswered(res: ServerResponse): boolean {
  return res.headersSent || res.destroyed;
}

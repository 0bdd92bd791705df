import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Content } from '../exposition/content.js';
import { Deadline } from './response-deadline.js';
import { preferencesOf } from './preferences.js';

/** Bytes from which on it is worth while to compress. */
const COMPRESS_FROM = 1_024;

/** What every answer has: nothing of it is kept, and no browser takes it for markup. */
const ALWAYS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Sends content, compressed if that is worth while and accepted. Has ended when
 * the client has taken it, or is gone. Never rejects.
 */
export async function send(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  type: string,
  content: Content,
): Promise<void> {
  const compressed = content.length >= COMPRESS_FROM && acceptsGzip(req);
  if (compressed) content = await content.compressed();
  if (isAnswered(res)) return;
  res.writeHead(status, {
    'Content-Type': type,
    'Content-Length': content.length,
    ...ALWAYS,
    Vary: 'Accept, Accept-Encoding',
    ...(compressed && { 'Content-Encoding': 'gzip' }),
  });
  const deadline = Deadline.begun(res);
  if (req.method === 'HEAD') return end(res, deadline);
  // A scraper that hangs up in the middle is its own affair.
  const sent = write(content, res, deadline).catch(() => void res.destroy());
  await (deadline?.over ?? sent);
}

/**
 * Writes content to its end. Never settles if the client leaves. A pipeline of Node's
 * would add a dozen listeners to the response; Node warns about a leak when an event
 * has more than ten, those of the app and of tracing included.
 */
async function write(
  content: Content,
  res: ServerResponse,
  deadline: Deadline | undefined,
): Promise<void> {
  for await (const chunk of content.inTurns()) {
    if (res.destroyed || res.writableEnded) return;
    if (res.write(chunk) === false) {
      await new Promise((resolve) => res.once('drain', resolve));
    }
  }
  end(res, deadline);
}

function end(
  res: ServerResponse,
  deadline: Deadline | undefined,
  text?: string,
): void {
  if (deadline !== undefined) res.once('finish', () => deadline.taken());
  res.end(text);
}

/** By the header `Accept-Encoding` (RFC 9110, section 12.5.3). */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  const codings = preferencesOf(String(headers['accept-encoding'] ?? ''));
  return codings.some(({ value, weight }) => value === 'gzip' && weight > 0);
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
    'Content-Length': Buffer.byteLength(text),
    ...ALWAYS,
    ...headers,
  });
  end(res, Deadline.begun(res), text);
}

/** EventLoopYielder a request away that could be answered a little later. */
export function sendUnavailable(res: ServerResponse, text: string): void {
  sendText(res, 503, text, { 'Retry-After': '1' });
}

/** Whether there is nobody to answer any more: a time limit was quicker, say, or the scraper has hung up. */
export function isAnswered(res: ServerResponse): boolean {
  return res.headersSent || res.destroyed;
}

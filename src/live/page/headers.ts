import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** Only files of the page itself are loaded and run, and no other site shows it in a frame. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Headers of every answer. An exchange adds its own. */
export const SAFE: OutgoingHttpHeaders = {
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  Vary: 'Accept-Encoding',
};

/** Headers of what a browser may keep, and asks about each time. */
export function revalidated(etag: string): OutgoingHttpHeaders {
  return { ...SAFE, 'Cache-Control': 'private, no-cache', ETag: etag };
}

/** Headers of files that never change: their names have the hash of their content. */
export function immutable(etag: string): OutgoingHttpHeaders {
  return {
    ...SAFE,
    'Cache-Control': 'private, max-age=31536000, immutable',
    ETag: etag,
  };
}

/** Whether the client has this content already (RFC 9110, section 13.1.2). */
export function isKnown({ headers }: IncomingMessage, etag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  const opaque = etag.replace(/^W\//, '');
  return known
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === '*' || one === opaque);
}

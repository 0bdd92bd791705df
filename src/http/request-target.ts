import type { IncomingMessage } from 'node:http';

/** Bytes of a request target that are read: enough for a query of some fifty metric names. */
const MAX_TARGET = 2 * 1024;

/** Whether a request target is longer than anyone needs. */
export function isTargetTooLong({ url }: IncomingMessage): boolean {
  return url!.length > MAX_TARGET;
}

/**
 * The path that is asked for, exactly as it was sent: nothing is decoded and no
 * `..` resolved, so that there is one way to write each. Proxies may send a whole
 * URL (absolute form: RFC 9112, section 3.2.2).
 */
export function pathOf({ url }: IncomingMessage): string {
  const path = url!.replace(/^https?:\/\/[^/?#]*/i, '');
  return path.split(/[?#]/, 1)[0]!;
}

/** Whether a request has a body, which nobody is going to read. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length = '0' } = headers;
  return headers['transfer-encoding'] !== undefined || length !== '0';
}

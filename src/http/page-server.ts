import type { ScrapeHandler } from './scrape-handler.js';

/** Receives the requests for the metrics and the health: a server of the collector's own, or routes on an app. */
export interface PageServer {
  /** Whether the server receives requests now. */
  readonly running: boolean;
  /** The URL of the metrics page, as far as it is known. */
  readonly url: string;
  /** Starts to pass requests to the handler. */
  start(handler: ScrapeHandler): Promise<void>;
  /** Stops, once running requests are answered. */
  stop(): Promise<void>;
}

/** The URL of a page; a server that listens on all addresses is reached through localhost. */
export function pageUrl(
  host: string,
  port: number,
  path: string | false,
  scheme: 'http' | 'https' = 'http',
): string {
  if (path === false) return '';
  if (host === '0.0.0.0' || host === '::') host = 'localhost';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

import type { ScrapeHandler } from './scrape-handler.js';

/** Where scrapes come in: a server of the collector's own, or routes on an app. */
export interface Endpoint {
  /** Whether scrapes are answered now. */
  readonly running: boolean;
  /** The address of the metrics, as far as it is known. */
  readonly url: string;
  /** Begins to answer. */
  start(handler: ScrapeHandler): Promise<void>;
  /** Stops answering, after running scrapes have got their page. */
  stop(): Promise<void>;
}

/** The URL under which a page can be called; a server that listens on all addresses is reached through localhost. */
export function endpointUrl(
  host: string,
  port: number,
  path: string | false,
  scheme: 'http' | 'https' = 'http',
): string {
  if (path === false) return '';
  if (host === '0.0.0.0' || host === '::') host = 'localhost';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

import type { IncomingMessage } from 'node:http';

/** What scrapes may take, of the app and of the scraper's patience. */
export interface ScrapeLimits {
  /** How many scrapes are answered at the same time. */
  readonly maxScrapes: number;
  /** Milliseconds until an answer begins, and from then on until the client has taken it. */
  readonly scrapeTimeout: number;
}

export const SCRAPE_LIMITS: ScrapeLimits = {
  maxScrapes: 64,
  scrapeTimeout: 10_000,
};

/** The share of its patience that is left to the scraper, so that our answer is there before it gives up. */
const MARGIN = 0.1;

/** In milliseconds. */
const LEAST_MARGIN = 50;

/** Milliseconds that an answer has in any case, however short a time the request names. */
const LEAST_TIME = 250;

/**
 * Milliseconds until the answer to a request has to begin. Prometheus says in
 * `X-Prometheus-Scrape-Timeout-Seconds` how long it waits; anybody else can too, so a
 * very short time counts as a quarter of a second.
 */
export function timeToBegin(
  { headers }: IncomingMessage,
  scrapeTimeout: number,
): number {
  const header = String(headers['x-prometheus-scrape-timeout-seconds'] ?? '');
  const patience = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1_000 : 0;
  if (patience === 0) return scrapeTimeout;
  const ours = Math.min(patience * (1 - MARGIN), patience - LEAST_MARGIN);
  return Math.min(scrapeTimeout, Math.max(ours, LEAST_TIME));
}

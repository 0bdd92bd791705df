import type { ServerOptions } from 'node:http';

/** Limits of scrapes, which options set. */
export interface ScrapeLimits {
  /** How many scrapes are answered at the same time. */
  readonly maxScrapes: number;
  /** Milliseconds until an answer must begin, and from then on until the client must have received it. */
  readonly scrapeTimeout: number;
}

export const SCRAPE_LIMITS: ScrapeLimits = {
  maxScrapes: 64,
  scrapeTimeout: 10_000,
};

/** Limits of the metrics server for each client, in milliseconds and bytes. */
// Why: docs/decisions/endpoints.md, "The limits of the server are constants".
export const SERVER_OPTIONS: ServerOptions = {
  /** Milliseconds until the headers of a request are complete, and until a new connection has sent its first byte. */
  headersTimeout: 5_000,
  /** Milliseconds until the whole request is complete. */
  requestTimeout: 5_000,
  /** How often Node checks the two timeouts above. Its default is half a minute. */
  connectionsCheckingInterval: 1_000,
  /** Bytes of the request line and the headers. Larger requests get 431. */
  maxHeaderSize: 8 * 1024,
  /** Longer than the usual scrape interval of up to a minute, so that scrapers keep their connection. */
  keepAliveTimeout: 65_000,
};

/** Far more than the scrapes and probes that are answered at the same time. A further connection closes an older one. */
export const MAX_CONNECTIONS = 256;

/**
 * Connections without a complete request that are spared while idle ones can be closed:
 * as many scrapers and probes may have connected in the same moment.
 */
export const SPARED_CONNECTIONS = 32;

/** After so many requests a connection is closed, so that load balancers can distribute clients again. */
export const MAX_REQUESTS_PER_CONNECTION = 1_000;

/** Requests of one connection that may wait for their answers. Scrapers send one at a time. */
export const MAX_PIPELINED = 16;

/** Bytes of a request target: enough for a query of some fifty metric names. */
export const MAX_TARGET = 2 * 1024;

/** Metric names that one request may ask for. */
export const MAX_NAMES = 100;

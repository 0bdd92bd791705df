import type { ServerOptions } from 'node:http';

/**
 * What a client may take of the metrics server, in milliseconds and bytes. A
 * scraper sends one short request, so these limits need no options.
 */
export const SERVER_OPTIONS: ServerOptions = {
  /** Until the headers of a request are there. Also until a new connection has sent any. */
  headersTimeout: 5_000,
  /** Until the whole request is there. */
  requestTimeout: 5_000,
  /** How often the two above are looked at. Node's default is half a minute. */
  connectionsCheckingInterval: 1_000,
  /** The request line and the headers. Else 431. */
  maxHeaderSize: 8 * 1024,
  /** Longer than the usual scrape interval of up to a minute, so that scrapers keep their connection. */
  keepAliveTimeout: 65_000,
};

/** Far beyond the scrapes that are answered at once, and their probes. One more, and an older connection is closed. */
export const MAX_CONNECTIONS = 256;

/**
 * Connections without a whole request that are spared while idle ones can be closed:
 * as many scrapers and probes may have connected in the same moment.
 */
export const SPARED_CONNECTIONS = 32;

/** Then a connection is closed, and the client opens another: load balancers can distribute them again. */
export const MAX_REQUESTS_PER_CONNECTION = 1_000;

/** Requests of one connection that may wait for their answers. Scrapers send one at a time. */
export const MAX_PIPELINED = 16;

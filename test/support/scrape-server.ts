import { pathsOf } from '../../src/http/resources.js';
import { ScrapeServer } from '../../src/http/scrape-server.js';
import { ServerTls } from '../../src/http/tls/server-tls.js';
import type { TlsOptions } from '../../src/index.js';

/** The server that a collector has by default, on a free port of this machine. */
export function makeScrapeServer(tls?: TlsOptions): ScrapeServer {
  const warn = () => {};
  return new ScrapeServer({
    port: 0,
    host: '127.0.0.1',
    paths: pathsOf('/metrics', '/health'),
    tls: tls && new ServerTls(tls, 'tls', warn),
    warn,
  });
}

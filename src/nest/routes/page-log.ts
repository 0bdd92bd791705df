import type { Server } from 'node:http';
import type { PageServer } from '../../http/page-server.js';
import type { Paths } from '../../http/resources.js';

/**
 * Logs the URLs of the pages, once their server listens.
 *
 * @param server the server of the app; `undefined` if the collector has its own, which listens already.
 * @param pages what serves the pages.
 */
export function logPages(
  paths: Paths,
  server: Server | undefined,
  pages: Pick<PageServer, 'running' | 'url'>,
  log: (message: string) => void,
): void {
  if (pagesText(paths, '') === '') return;
  const announce = () => log(`Serves ${pagesText(paths, pages.url)}`);
  if (server === undefined && !pages.running) {
    log(
      `Another process listens on the port for ${pagesText(paths, pages.url)}; this one takes over when that ends`,
    );
  } else if (server === undefined || server.listening) announce();
  else server.once('listening', announce);
}

function pagesText({ metrics, health, live_page }: Paths, url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  const pages = [
    metrics !== false && `metrics at ${origin}${metrics}`,
    health !== false && `health at ${origin}${health}`,
    live_page !== false && `the live page at ${origin}${live_page}`,
  ].filter(Boolean);
  return pages.join(', ');
}

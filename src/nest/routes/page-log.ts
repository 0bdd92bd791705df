import type { Server } from 'node:http';
import type { Paths } from '../../http/resources.js';

/**
 * Logs the URLs of the pages, once their server listens.
 *
 * @param server the server of the app; `undefined` if the collector has its own, which listens already.
 * @param url returns the URL of the metrics page; empty if it is not served.
 */
export function logPages(
  paths: Paths,
  server: Server | undefined,
  url: () => string,
  log: (message: string) => void,
): void {
  if (paths.metrics === false && paths.health === false) return;
  const announce = () => log(pagesText(paths, url()));
  if (server === undefined || server.listening) announce();
  else server.once('listening', announce);
}

function pagesText({ metrics, health }: Paths, url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  const pages = [
    metrics !== false && `metrics at ${origin}${metrics}`,
    health !== false && `health at ${origin}${health}`,
  ].filter(Boolean);
  return `Serves ${pages.join(', ')}`;
}

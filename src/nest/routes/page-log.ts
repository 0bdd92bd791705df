import type { Server } from 'node:http';
import type { Paths } from '../../http/resources.js';

/**
 * Logs where the pages are, once the server listens that serves them.
 *
 * @param server the server of the app; `undefined` if the collector has one of its own, which listens already.
 * @param url of the metrics page; empty if there is none.
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

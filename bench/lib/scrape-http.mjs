import { once } from 'node:events';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';

/**
 * A real server on the loopback, scraped by a client in another thread.
 *
 * @param {(req, res) => unknown} serve
 */
export async function openScrapes(serve) {
  const server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const worker = new Worker(new URL('./scraper.mjs', import.meta.url));
  await once(worker, 'online');
  return {
    /** @returns {Promise<{ ms: number, bytes: number }>} as the client sees it. */
    async scrape(path = '/metrics') {
      worker.postMessage({ port, path });
      const [answer] = await once(worker, 'message');
      return answer;
    },
    async close() {
      await worker.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** How a page of prom-client's is served by hand. */
export async function servePromPage(registry, res) {
  const page = Buffer.from(await registry.metrics());
  res.writeHead(200, {
    'Content-Type': registry.contentType,
    'Content-Length': page.length,
  });
  res.end(page);
}

/** The longest stall of the event loop during some work, in ms. */
export async function stallOf(work) {
  const stop = watchStalls();
  await work();
  return stop();
}

/** Watches for stalls until it is stopped, which gives the longest, in ms. */
function watchStalls() {
  let longest = 0;
  let last = performance.now();
  let watching = true;
  const look = () => {
    const time = performance.now();
    longest = Math.max(longest, time - last);
    last = time;
    if (watching) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    watching = false;
    return Math.max(longest, performance.now() - last);
  };
}

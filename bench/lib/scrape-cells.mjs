import { setTimeout as sleep } from 'node:timers/promises';
import { canRenderPage } from './ours.mjs';
import { interleaveOnce } from './rounds.mjs';
import { openScrapes, servePromPage, stallOf } from './scrape-http.mjs';
import {
  change,
  joinedSeries,
  otelSeries,
  ourSeries,
  promSeries,
} from './series.mjs';

/** Bytes ready for the socket, without one. A tenth of the series changes between scrapes. */
export async function render({ kind, size, rounds }) {
  const filled = {
    ours: ourSeries(kind, size),
    peer: promSeries(kind, size),
    bound: joinedSeries(kind, size),
    otel: otelSeries(kind, size),
  };
  if (!(await canRenderPage(filled.ours.collector))) {
    throw new Error(
      "lib/ours.mjs does not fit this build's page; the rows over HTTP do not need it",
    );
  }
  let bytes = Infinity;
  const consume = (chunk) => (bytes += chunk.byteLength);
  const contestants = Object.fromEntries(
    Object.entries(filled).map(([name, { render: bytesOf }]) => [
      name,
      () => bytesOf(consume),
    ]),
  );
  return interleaveOnce(contestants, rounds, (name) => {
    // What the turn before this one wrote.
    checkPage(bytes, size);
    bytes = 0;
    change(filled[name], size);
  });
}

/** A line for each series has more than 40 bytes. */
function checkPage(bytes, size) {
  if (bytes < size * 40) throw new Error(`a page of ${bytes} bytes only`);
}

/** Whole scrapes through a real server, as the scraper sees them. */
export async function http({ kind, size, rounds }) {
  const ours = ourSeries(kind, size);
  const peer = promSeries(kind, size);
  const { scrape, close } = await openScrapes((req, res) =>
    req.url === '/ours'
      ? ours.collector.serveMetrics(req, res)
      : servePromPage(peer.registry, res),
  );
  const figures = await interleaveOnce(
    { ours: () => scrape('/ours'), peer: () => scrape('/peer') },
    rounds,
    (name) => change(name === 'ours' ? ours : peer, size),
  );
  await close();
  return figures;
}

/**
 * The longest stall of a few scrapes, the very first included, and as long a look
 * at an idle loop. The server has answered before, with no metrics: what Node
 * itself needs for the first answer of a process is a figure of its own.
 */
export async function stalls({ kind, size, who, scrapes }) {
  const series = (who === 'ours' ? ourSeries : promSeries)(kind, size);
  const { scrape, close } = await openScrapes((req, res) => {
    if (req.url === '/nothing') return res.end('nothing');
    return who === 'ours'
      ? series.collector.serveMetrics(req, res)
      : servePromPage(series.registry, res);
  });
  const cold = await stallOf(() => scrape('/nothing'));
  await sleep(300);
  const found = [];
  let ms = 0;
  for (let i = 0; i < scrapes; i++) {
    const start = performance.now();
    found.push(await stallOf(scrape));
    ms += performance.now() - start;
    change(series, size);
    await sleep(50);
  }
  const idle = await stallOf(() => sleep(ms));
  await close();
  return { first: found[0], longest: Math.max(...found), idle, cold };
}

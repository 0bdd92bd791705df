/**
 * The package under test, as a user has it: `run.mjs` puts the built package
 * into `bench/node_modules`, where it shares one prom-client and one NestJS
 * with its peers.
 */
import { PrometheusCollector } from 'nestjs-agent-metrics';

/** 12 upper bounds. */
export const BUCKETS = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** A collector that is not listening. @returns {PrometheusCollector} */
export function newCollector(maxSeriesPerMetric = 2000, options = {}) {
  return new PrometheusCollector({
    namespace: '',
    maxSeriesPerMetric,
    ...options,
  });
}

/** The sum of all samples on a page whose name ends with `suffix`. */
export function sumOf(page, suffix) {
  let sum = 0;
  for (const line of page.split('\n')) {
    if (line.startsWith('#') || line === '') continue;
    const name = line.slice(0, line.search(/[{ ]/));
    if (name.endsWith(suffix)) sum += Number(line.split(' ').at(-1));
  }
  return sum;
}

/**
 * This knows internals: renders the page, in the text format, as
 * it goes to the socket, and hands each chunk to `consume`. The rows over HTTP do
 * without.
 *
 * @param {PrometheusCollector} collector
 * @param {(chunk: Uint8Array) => void} consume
 */
export async function renderPage(collector, consume) {
  const { renderer, formats } = collector.parts.endpoint;
  const { content, release } = await renderer.acquire({ format: formats[0] });
  for (const chunk of content.chunks) consume(chunk);
  release();
}

/**
 * The second place that knows internals: gathers the metrics of all processes, without making a
 * page. Returns the value of one series.
 */
export async function gatherAll(collector, name, label) {
  const { metrics } = await collector.parts.renderer.source.gather({});
  const { cells } = metrics.find((metric) => metric.name === name);
  return cells.find(({ values }) => values[0] === label).value;
}

/** Whether {@link renderPage} works with this build: it must give the page that the public API gives. */
export async function canRenderPage(collector) {
  try {
    let bytes = 0;
    await renderPage(collector, (chunk) => (bytes += chunk.byteLength));
    return bytes === Buffer.byteLength(await collector.metrics());
  } catch {
    return false;
  }
}

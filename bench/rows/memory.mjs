import { setTimeout as sleep } from 'node:timers/promises';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import { runCell } from '../lib/cell.mjs';
import { failed, limit } from '../lib/rows.mjs';
import { openScrapes, servePromPage } from '../lib/scrape-http.mjs';
import { LABELS, ourSeries, promSeries } from '../lib/series.mjs';
import { median } from '../lib/stats.mjs';

export const title = 'Memory';

export const cells = { kept, garbage };

/** Bytes that stay, per series, once everything was scraped. */
async function kept({ kind, size, who, unique }) {
  // Code and whatever a client makes once are paid for before.
  const open = await opened(kind, 100, who, unique);
  await open.scrapes.scrape();
  const before = await settled();
  const large = await opened(kind, size, who, unique);
  await large.scrapes.scrape();
  const after = await settled();
  await Promise.all([open.scrapes.close(), large.scrapes.close()]);
  return {
    heap: (after.heapUsed - before.heapUsed) / size,
    outside: (after.external - before.external) / size,
    // Read at the end, so that it is still there.
    keep: typeof large.series,
  };
}

/**
 * Bytes that are allocated during a scrape, per series, on the heap and outside.
 * What collections took away meanwhile is added to what was there at the end.
 */
async function garbage({ kind, size, who, scrapes }) {
  const { series, scrapes: client } = await opened(kind, size, who);
  for (let i = 0; i < 3; i++) await client.scrape();
  await settled();
  const found = [];
  for (let i = 0; i < scrapes; i++) {
    for (let touched = 0; touched < size; touched += 10) series.touch(touched);
    await settled();
    const profiler = new GCProfiler();
    profiler.start();
    const before = used(getHeapStatistics());
    await client.scrape();
    const after = used(getHeapStatistics());
    let freed = 0;
    for (const { beforeGC, afterGC } of profiler.stop().statistics) {
      freed += used(beforeGC.heapStatistics) - used(afterGC.heapStatistics);
    }
    found.push((after - before + freed) / size);
  }
  await client.close();
  return found;
}

function used(statistics) {
  const heap = statistics.usedHeapSize ?? statistics.used_heap_size;
  const outside = statistics.externalMemory ?? statistics.external_memory;
  return heap + outside;
}

async function opened(kind, size, who, unique = 'first') {
  const make = who === 'ours' ? ourSeries : promSeries;
  const series = make(kind, size, LABELS[unique]);
  const scrapes = await openScrapes((req, res) =>
    who === 'ours'
      ? series.collector.serveMetrics(req, res)
      : servePromPage(series.registry, res),
  );
  return { series, scrapes };
}

async function settled() {
  for (let i = 0; i < 4; i++) {
    await sleep(20);
    globalThis.gc();
  }
  return process.memoryUsage();
}

/** @param {boolean} quick */
export async function* rows(quick) {
  const processes = quick ? 1 : 3;
  for (const unique of Object.keys(LABELS)) {
    const counters = quick ? 25_000 : 100_000;
    yield* keptRow('counter', counters, unique, 400, processes);
    const histograms = quick ? 5000 : 20_000;
    yield* keptRow('histogram', histograms, unique, 650, processes);
  }
  yield* garbageRow(quick ? 2500 : 10_000, quick ? 3 : 11);
}

// Code that is flushed between the two looks at the heap would be taken for memory that series gave back.
const execArgv = ['--expose-gc', '--no-flush-bytecode'];

async function* keptRow(kind, size, unique, atMost, processes) {
  const series = kind === 'counter' ? kind : '12-bucket histogram';
  const name = `heap per ${series} series, after a scrape, unique label sorts ${unique}`;
  try {
    const heap = { ours: [], prom: [] };
    const outside = [];
    for (let i = 0; i < processes; i++) {
      for (const who of ['ours', 'prom']) {
        const params = { kind, size, who, unique };
        const cell = await runCell(import.meta.url, 'kept', params, {
          execArgv,
        });
        heap[who].push(cell.heap);
        if (who === 'ours') outside.push(cell.outside);
      }
    }
    yield limit({
      name,
      unit: 'B',
      ours: heap.ours,
      peer: heap.prom,
      atMost,
      note: `${size} series; ours keeps ${median(outside).toFixed(0)} B per series in buffers outside of the heap as well`,
    });
  } catch (error) {
    yield failed(name, error);
  }
}

async function* garbageRow(size, scrapes) {
  const name = 'garbage per scrape, per histogram series';
  try {
    const run = (who) =>
      runCell(
        import.meta.url,
        'garbage',
        { kind: 'histogram', size, who, scrapes },
        { execArgv: [...execArgv, '--max-semi-space-size=64'] },
      );
    const ours = await run('ours');
    const peer = await run('prom');
    const note = 'on the heap and in buffers, the socket included';
    yield limit({ name, unit: 'B', ours, peer, atMost: 400, note });
  } catch (error) {
    yield failed(name, error);
  }
}

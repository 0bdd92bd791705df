import perfHooks, {
  type PerformanceEntry,
  type PerformanceObserverEntryList,
} from 'node:perf_hooks';
import { EventLoopDelays } from './event-loop-delays.js';

/** Undoes the set-up. */
export type Dispose = () => void;

type PerformanceObserverCallback = ConstructorParameters<
  typeof perfHooks.PerformanceObserver
>[0];

/** Stops what prom-client observes. */
export interface ProcessObservers {
  /** Of garbage collections. */
  readonly stopGc: Dispose;
  /** Of delays of the event loop. */
  readonly stopEventLoop: Dispose;
  readonly stopAll: Dispose;
}

/** Captures the observers that prom-client creates for its process metrics and never stops. */
// Why: docs/decisions/pages.md, "Observers of the process end at shutdown".
export function captureObservers(start: () => void): ProcessObservers {
  const { PerformanceObserver, monitorEventLoopDelay } = perfHooks;
  const { setInterval } = globalThis;
  const ofGc: Dispose[] = [];
  const ofEventLoop: Dispose[] = [];
  const timers: Dispose[] = [];
  const stopAll = () =>
    [...ofGc, ...ofEventLoop, ...timers].forEach((dispose) => dispose());
  try {
    perfHooks.PerformanceObserver = class extends PerformanceObserver {
      constructor(callback: PerformanceObserverCallback) {
        super(entryByEntry(callback));
        ofGc.push(() => this.disconnect());
      }
    };
    perfHooks.monitorEventLoopDelay = (options) => {
      const delays = new EventLoopDelays(() => monitorEventLoopDelay(options));
      ofEventLoop.push(() => delays.disable());
      return delays as unknown as ReturnType<typeof monitorEventLoopDelay>;
    };
    globalThis.setInterval = ((...args: Parameters<typeof setInterval>) => {
      const timer = setInterval(...args);
      timers.push(() => clearInterval(timer));
      return timer;
    }) as typeof setInterval;
    start();
  } catch (error) {
    stopAll();
    throw error;
  } finally {
    Object.assign(perfHooks, { PerformanceObserver, monitorEventLoopDelay });
    globalThis.setInterval = setInterval;
  }
  return {
    stopGc: () => ofGc.forEach((dispose) => dispose()),
    stopEventLoop: () => ofEventLoop.forEach((dispose) => dispose()),
    stopAll,
  };
}

/** prom-client reads only the first entry of a list; each entry gets a list of its own. */
function entryByEntry(
  callback: PerformanceObserverCallback,
): PerformanceObserverCallback {
  return (list, observer) => {
    for (const entry of list.getEntries()) callback(listOf(entry), observer);
  };
}

function listOf(entry: PerformanceEntry): PerformanceObserverEntryList {
  const getEntries = () => [entry];
  return {
    getEntries,
    getEntriesByName: getEntries,
    getEntriesByType: getEntries,
  };
}

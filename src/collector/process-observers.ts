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

/**
 * Captures the observers that prom-client creates for its process metrics and never stops.
 *
 * @returns a function that stops all of them.
 */
// Why: docs/decisions/pages.md, "Observers of the process end at shutdown".
export function captureObservers(start: () => void): Dispose {
  const { PerformanceObserver, monitorEventLoopDelay } = perfHooks;
  const { setInterval } = globalThis;
  const disposals: Dispose[] = [];
  const disposeAll = () => disposals.forEach((dispose) => dispose());
  try {
    perfHooks.PerformanceObserver = class extends PerformanceObserver {
      constructor(callback: PerformanceObserverCallback) {
        super(entryByEntry(callback));
        disposals.push(() => this.disconnect());
      }
    };
    perfHooks.monitorEventLoopDelay = (options) => {
      const delays = new EventLoopDelays(() => monitorEventLoopDelay(options));
      disposals.push(() => delays.disable());
      return delays as unknown as ReturnType<typeof monitorEventLoopDelay>;
    };
    globalThis.setInterval = ((...args: Parameters<typeof setInterval>) => {
      const timer = setInterval(...args);
      disposals.push(() => clearInterval(timer));
      return timer;
    }) as typeof setInterval;
    start();
  } catch (error) {
    disposeAll();
    throw error;
  } finally {
    Object.assign(perfHooks, { PerformanceObserver, monitorEventLoopDelay });
    globalThis.setInterval = setInterval;
  }
  return disposeAll;
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

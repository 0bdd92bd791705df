import perfHooks, {
  type PerformanceEntry,
  type PerformanceObserverEntryList,
} from 'node:perf_hooks';
import { EventLoopDelays } from './event-loop-delays.js';

/** Undoes what was set up. */
export type Dispose = () => void;

type PerformanceObserverCallback = ConstructorParameters<
  typeof perfHooks.PerformanceObserver
>[0];

/**
 * Has prom-client set up its metrics of the process, and takes hold of what it keeps to
 * itself and would let outlive the app: a `PerformanceObserver`, a monitor of the event
 * loop and, in `@prometheus-io/client`, a timer. They are created through properties of
 * `node:perf_hooks` and the global `setInterval`, which stand in for a moment, synchronously.
 *
 * @returns ends all of them.
 */
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

/** prom-client looks at the first of the entries that come together, and would lose the others. */
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

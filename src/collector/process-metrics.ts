import perfHooks from 'node:perf_hooks';
import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Present wherever prom-client's default metrics are. */
const WITNESS = 'process_cpu_user_seconds_total';

/** Undoes what was set up. */
export type Dispose = () => void;

/**
 * Registers prom-client's default metrics of the process, unless the registry has
 * them already.
 *
 * @returns takes the metrics out again and ends what observes the process for them.
 */
export function collectProcessMetrics(
  registry: Registry,
  labels: Record<string, string>,
): Dispose {
  if (registry.getSingleMetric(WITNESS) !== undefined) return () => {};
  const before = new Set(namesIn(registry));
  const stopObserving = captureObservers(() =>
    collectDefaultMetrics({ register: registry, labels }),
  );
  const added = namesIn(registry).filter((name) => !before.has(name));
  return () => {
    stopObserving();
    for (const name of added) registry.removeSingleMetric(name);
  };
}

/**
 * prom-client starts a `PerformanceObserver` and an event-loop monitor and keeps
 * them to itself, so that they would outlive the app. They are created through
 * properties of `node:perf_hooks`, which stand in for a moment, synchronously.
 */
function captureObservers(start: () => void): Dispose {
  const { PerformanceObserver, monitorEventLoopDelay } = perfHooks;
  const disposals: Dispose[] = [];
  try {
    perfHooks.PerformanceObserver = class extends PerformanceObserver {
      constructor(
        callback: ConstructorParameters<typeof PerformanceObserver>[0],
      ) {
        super(callback);
        disposals.push(() => this.disconnect());
      }
    };
    perfHooks.monitorEventLoopDelay = (options) => {
      const monitor = monitorEventLoopDelay(options);
      disposals.push(() => monitor.disable());
      return monitor;
    };
    start();
  } finally {
    Object.assign(perfHooks, { PerformanceObserver, monitorEventLoopDelay });
  }
  return () => disposals.forEach((dispose) => dispose());
}

function namesIn(registry: Registry): string[] {
  return registry.getMetricsAsArray().map(({ name }) => name);
}

import perfHooks from 'node:perf_hooks';
import {
  collectDefaultMetrics,
  type MetricObject,
  type Registry,
} from 'prom-client';

/** Present wherever prom-client's default metrics are. */
const WITNESS = 'process_cpu_user_seconds_total';

/** The labels that some default metrics have themselves. */
const OWN_LABELS = new Set([
  'kind',
  'major',
  'minor',
  'patch',
  'space',
  'type',
  'version',
]);

/** Undoes what was set up. */
type Dispose = () => void;

/** Who uses the process metrics that were put into a registry by us. */
interface Use {
  users: number;
  dispose: Dispose;
}

const uses = new WeakMap<Registry, Use>();

/**
 * Registers prom-client's default metrics of the process, unless the registry has
 * them already.
 *
 * @returns takes the metrics out again and ends what observes the process for them,
 *   once nobody else in the registry needs them.
 */
export function collectProcessMetrics(
  registry: Registry,
  labels: Record<string, string>,
): Dispose {
  let use = uses.get(registry);
  if (use === undefined) {
    if (registry.getSingleMetric(WITNESS) !== undefined) return () => {};
    use = { users: 0, dispose: startCollecting(registry, labels) };
    uses.set(registry, use);
  }
  const used = use;
  used.users++;
  return () => {
    if (--used.users > 0) return;
    uses.delete(registry);
    used.dispose();
  };
}

function startCollecting(
  registry: Registry,
  labels: Record<string, string>,
): Dispose {
  const before = new Set(registry.getMetricsAsArray());
  const added = () =>
    registry.getMetricsAsArray().filter((metric) => !before.has(metric));
  try {
    const stopObserving = captureObservers(() =>
      collectDefaultMetrics({ register: registry, labels: withoutOwn(labels) }),
    );
    const ours = added();
    return () => {
      stopObserving();
      removeFrom(registry, ours);
    };
  } catch (error) {
    removeFrom(registry, added());
    throw error;
  }
}

/** Only these very metrics: others may have taken their names since. */
function removeFrom(registry: Registry, metrics: MetricObject[]): void {
  for (const metric of metrics) {
    const there: unknown = registry.getSingleMetric(metric.name);
    if (there === metric) registry.removeSingleMetric(metric.name);
  }
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
  } catch (error) {
    disposals.forEach((dispose) => dispose());
    throw error;
  } finally {
    Object.assign(perfHooks, { PerformanceObserver, monitorEventLoopDelay });
  }
  return () => disposals.forEach((dispose) => dispose());
}

/** prom-client lets the labels that it is given take the place of a metric's own. */
function withoutOwn(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => !OWN_LABELS.has(name)),
  );
}

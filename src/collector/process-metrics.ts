import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { MetricRegistry } from '../registry/metric-registry.js';
import { registeredName } from '../registry/registry-index.js';
import { sharedWeakMap } from '../core/shared-state.js';
import { captureObservers, type Dispose } from './process-observers.js';

/** A metric that is registered if and only if prom-client's default metrics are. */
const WITNESS = 'process_cpu_user_seconds_total';

/** Labels that some default metrics set themselves. */
const OWN_LABELS = new Set([
  'kind',
  'major',
  'minor',
  'patch',
  'space',
  'type',
  'version',
]);

/** The process metrics in a registry, and how many collectors use them. */
interface Use {
  users: number;
  dispose: Dispose;
}

const uses = sharedWeakMap<MetricRegistry, Use>('process-metrics');

/**
 * Registers prom-client's default metrics of the process, unless the registry has
 * them already.
 *
 * @returns a function that removes the metrics and stops their observers, once no other
 *   collector of the registry uses them.
 */
export function collectProcessMetrics(
  registry: MetricRegistry,
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
  registry: MetricRegistry,
  labels: Record<string, string>,
): Dispose {
  const before = new Set(registry.getMetricsAsArray());
  const added = () =>
    registry.getMetricsAsArray().filter((metric) => !before.has(metric));
  const config = { register: registry as Registry, labels: withoutOwn(labels) };
  try {
    const stopObserving = captureObservers(() => collectDefaultMetrics(config));
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

/** Removes exactly these metrics: the names may belong to others by now. */
function removeFrom(registry: MetricRegistry, metrics: object[]): void {
  for (const metric of metrics) {
    const name = registeredName(registry, metric);
    if (name !== undefined) registry.removeSingleMetric(name);
  }
}

/** Leaves out labels that default metrics set themselves: in prom-client, given labels would replace them. */
function withoutOwn(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => !OWN_LABELS.has(name)),
  );
}

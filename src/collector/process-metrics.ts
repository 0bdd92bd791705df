import { collectDefaultMetrics, type Registry } from 'prom-client';
import { OptionsError, shown } from '../core/errors.js';
import { suggestion } from '../core/suggestion.js';
import type { MetricRegistry } from '../registry/metric-registry.js';
import { registeredName } from '../registry/registry-index.js';
import { sharedWeakMap } from '../core/shared-state.js';
import { isMeant } from './filters/name-pattern.js';
import type { ProcessMetricsConfig } from './process-metrics.options.js';
import { captureObservers, type Dispose } from './process-observers.js';

/** A metric that is registered if and only if prom-client's default metrics are. */
const WITNESS = 'process_cpu_user_seconds_total';

/** The metric of garbage collections. */
const GC = 'nodejs_gc_duration_seconds';

/** What the names of all metrics of the event loop's delays begin with. */
const EVENT_LOOP = 'nodejs_eventloop_lag_';

/** Metrics that not all platforms have. */
const OF_SOME_PLATFORMS = [
  'process_open_fds',
  'process_max_fds',
  'process_virtual_memory_bytes',
  'process_heap_bytes',
];

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
 * Registers prom-client's default metrics of the process, or some of them, unless the
 * registry has them already.
 *
 * @returns a function that removes the metrics and stops their observers, once no other
 *   collector of the registry uses them.
 * @throws {OptionsError} if a selected metric does not exist.
 */
export function collectProcessMetrics(
  registry: MetricRegistry,
  labels: Record<string, string>,
  config: ProcessMetricsConfig,
): Dispose {
  let use = uses.get(registry);
  if (use === undefined) {
    if (registry.getSingleMetric(WITNESS) !== undefined) return () => {};
    use = { users: 0, dispose: startCollecting(registry, labels, config) };
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
  config: ProcessMetricsConfig,
): Dispose {
  const before = new Set(registry.getMetricsAsArray());
  const added = () =>
    registry.getMetricsAsArray().filter((metric) => !before.has(metric));
  const { prefix } = config;
  const register = registry as Registry;
  const given = { register, labels: withoutOwn(labels), prefix };
  try {
    const observers = captureObservers(() => collectDefaultMetrics(given));
    const all = added();
    const names = all.map(
      (metric) => registeredName(registry, metric)?.slice(prefix.length) ?? '',
    );
    checkPatterns(config, names);
    const isKept = (name: string) => isSelected(name, config);
    removeFrom(
      registry,
      all.filter((_, i) => !isKept(names[i]!)),
    );
    const kept = names.filter(isKept);
    if (!kept.includes(GC)) observers.stopGc();
    if (!kept.some((name) => name.startsWith(EVENT_LOOP)))
      observers.stopEventLoop();
    const ours = added();
    return () => {
      observers.stopAll();
      removeFrom(registry, ours);
    };
  } catch (error) {
    removeFrom(registry, added());
    throw error;
  }
}

function isSelected(
  name: string,
  { only = ['*'], except }: ProcessMetricsConfig,
): boolean {
  return (
    only.some((pattern) => isMeant(name, pattern)) &&
    !except.some((pattern) => isMeant(name, pattern))
  );
}

/** @throws {OptionsError} if a pattern is that of no metric: the one that was meant would be missing, or be there. */
function checkPatterns(
  { only = [], except }: ProcessMetricsConfig,
  here: readonly string[],
): void {
  const names = [...here, ...OF_SOME_PLATFORMS];
  for (const [option, patterns] of Object.entries({ only, except })) {
    for (const [i, pattern] of patterns.entries()) {
      if (names.some((name) => isMeant(name, pattern))) continue;
      const meant = suggestion(String(pattern), names);
      throw new OptionsError(
        `defaultMetrics.${option}[${i}] is ${shown(pattern)}, which no metric of the process is named; expected one of ${names.join(', ')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
      );
    }
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

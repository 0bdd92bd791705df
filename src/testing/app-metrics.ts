import type { PrometheusCollector } from '../collector/prometheus-collector.js';
import type { MetricSnapshot, MetricsSnapshot } from '../exporters/snapshot.js';
import { exposedType, type MetricType } from '../model/metric-type.js';
import { differencesOf, MetricChanges } from './changes.js';
import { NotRefreshedError } from './errors.js';
import { MetricNames } from './metric-names.js';
import { type FindMetric, MetricsReader } from './metrics-reader.js';

/** The metrics of an app or a collector, read as they are at the moment of the call. */
export class AppMetrics extends MetricsReader {
  private readonly names: MetricNames;
  /** What the last refresh has read. */
  private refreshed: MetricsSnapshot = { time: 0, metrics: [] };

  /** @internal */
  constructor(private readonly collector: PrometheusCollector) {
    super();
    this.names = new MetricNames(collector);
  }

  /** @internal */
  override readonly find: FindMetric = (given) => {
    const now = this.collector.snapshotNow();
    const { unread = [] } = now;
    const metrics = withDeclared(now.metrics, this.collector.declaredTypes());
    const existing = new Set([...unread, ...metrics.keys()]);
    const name = this.names.find(given, existing);
    return unread.includes(name) ? this.readBefore(name) : metrics.get(name)!;
  };

  /**
   * Reads the metrics that can only be read asynchronously: gauges with a callback, and metrics
   * that were made with prom-client. Until the next call they read as of this one.
   */
  async refresh(): Promise<void> {
    this.refreshed = await this.collector.snapshot();
  }

  /** Sets all metrics back: removes their series, and starts those without labels at 0 again. */
  reset(): void {
    this.collector.registry.resetMetrics();
    this.refreshed = { time: 0, metrics: [] };
  }

  /**
   * Runs a piece of work, and returns what it has changed. What runs at the same time counts too.
   * Gauges with a callback and metrics of prom-client are read before and after.
   *
   * @throws whatever the work throws.
   *
   * @example
   * const changes = await metrics.changes(() => assistant.run('Hello'));
   * expect(changes).toHaveIncremented('agent_executions_total', { agent: 'Assistant' });
   */
  async changes<T>(work: () => T | Promise<T>): Promise<MetricChanges<T>> {
    const before = await this.collector.snapshot();
    const result = await work();
    const after = await this.collector.snapshot();
    const unread = new Set([before, after].flatMap((one) => one.unread ?? []));
    const differences = differencesOf(before, after).filter(
      ({ name }) => !unread.has(name),
    );
    const metrics = withDeclared(differences, this.collector.declaredTypes());
    const existing = new Set([...metrics.keys(), ...unread]);
    return new MetricChanges(result, differences, (given) => {
      const name = this.names.find(given, existing);
      if (!unread.has(name)) return metrics.get(name)!;
      throw new NotRefreshedError(
        `Metric "${name}" could not be read both before and after the work: its callback has failed, which the log explains`,
      );
    });
  }

  private readBefore(name: string): MetricSnapshot {
    const { time, metrics, unread = [] } = this.refreshed;
    const metric = metrics.find((one) => one.name === name);
    if (metric !== undefined && !unread.includes(name)) return metric;
    throw new NotRefreshedError(
      time > 0 && unread.includes(name)
        ? `Metric "${name}" could not be read by the last refresh(): its callback has failed, which the log explains`
        : `Metric "${name}" is read asynchronously; call "await metrics.refresh()" first`,
    );
  }
}

/** Metrics by exposed name, with those that are declared and have no series yet. */
function withDeclared(
  metrics: readonly MetricSnapshot[],
  declared: ReadonlyMap<string, MetricType>,
): Map<string, MetricSnapshot> {
  const empty = [...declared].map(([name, type]) => emptyMetric(name, type));
  return new Map([...empty, ...metrics].map((one) => [one.name, one]));
}

function emptyMetric(name: string, type: MetricType): MetricSnapshot {
  const metric = { name, help: name, unit: undefined, series: [] };
  const exposed = exposedType(type);
  return exposed === 'histogram'
    ? { ...metric, type: exposed, bounds: [] }
    : { ...metric, type: exposed };
}

import type { ErrorReporter } from '../core/catch-and-report.js';
import { CoalescedTask } from '../core/coalesced-task.js';
import { PromClientMetricError } from '../core/errors.js';
import type { TimeSlice } from '../core/event-loop-yielder.js';
import type { LabelSet } from '../model/labels.js';
import {
  filteredMetric,
  NO_FILTERS,
  type PromClientFilters,
  withDistinctNames,
  withFilters,
} from './filtered-metric.js';
import { type GatherRequest, isTotal, selection } from './gather-request.js';
import type { FamilyHeader, MetricFamily, PageType } from './metric-family.js';
import type { MetricRegistry } from './metric-registry.js';
import { readPromClientMetric } from './prom-client-reader.js';
import { promClientLabels } from './prom-client-sample.js';
import { refreshed, snapshotOf } from './refreshed-family.js';
import { RegistryAdapter } from './registry-adapter.js';
import {
  type RegisteredMetric,
  registeredMetrics,
  RegistryIndex,
} from './registry-index.js';
import { distinctWith } from './relabelled.js';
import type { ReservedNames } from './sample-names.js';

/** Metrics of a registry as they are at one moment. */
export interface GatheredMetrics {
  /** The headers of all metrics in the registry, requested or not. */
  readonly headers: readonly FamilyHeader[];
  readonly metrics: readonly MetricFamily[];
  /** Labels that the registry adds to all series. */
  readonly added: LabelSet;
  /** Names of registered metrics that could not be read this time. */
  readonly unread: readonly string[];
}

/** Gathers the metrics of a page or snapshot. */
export interface MetricsSource {
  /** Whether other processes show the same metrics: a page that is being made may be older than one that they have shown. Default: false. */
  readonly spansProcesses?: boolean;
  gather(request: GatherRequest, slice: TimeSlice): Promise<GatheredMetrics>;
  /** Reports why a metric is left out, as a whole or in part; `*` stands for all metrics. */
  reportFailed(metric: string, error: unknown): void;
}

export const NO_LABELS: LabelSet = { names: [], values: [] };

/** Gathers the metrics of a registry: our families, and its other metrics, those of prom-client. */
export class Gatherer implements MetricsSource {
  /** The running reads of prom-client metrics. */
  private readonly reads = new WeakMap<object, CoalescedTask<unknown>>();
  /** The types of prom-client metrics as last read: in some versions a metric has no type before it is read. */
  private readonly types = new WeakMap<object, PageType>();
  /** The index of the registry's metrics at the last read. */
  private known = new RegistryIndex([], [], () => undefined);

  /** @param filters those for metrics of prom-client. Default: none. */
  constructor(
    private readonly registry: MetricRegistry,
    private readonly errors: ErrorReporter,
    private readonly filters: PromClientFilters = NO_FILTERS,
  ) {}

  reportFailed(metric: string, error: unknown): void {
    this.errors.reportError('foreign_metric', error, `metric "${metric}"`);
  }

  /**
   * Gathers the requested metrics. All callbacks run at the same time, and our series are
   * copied when the last one has ended, so that they are of one moment. What would make a
   * page invalid in any format is left out and reported.
   */
  async gather(
    request: GatherRequest,
    slice: TimeSlice,
  ): Promise<GatheredMetrics> {
    const before = this.index();
    const isRequested = selection(request);
    const { families, unread } = await this.readAll(
      this.requested(before, request, isRequested).filter(
        (one) => !request.totalsOnly || isTotal(this.typeOf(one) ?? 'unknown'),
      ),
      slice,
      request,
    );
    const { headers, reserved } = this.withTypes(before);
    const added = this.addedLabels();
    const metrics = families
      .filter((one) => isRequested(one) && this.ownsItsNames(one, reserved))
      .map((one) => this.withDistinctSeries(one, added));
    return { headers, metrics, added, unread };
  }

  /** Our counters and histograms as they are now. Metrics of prom-client can only be read asynchronously. */
  totalsNow(): readonly MetricFamily[] {
    return this.ownNow(({ type }) => isTotal(type));
  }

  /** Our persistent gauges as they are now. Their callbacks are not called. */
  persistentNow(): readonly MetricFamily[] {
    return this.ownNow(({ family }) => family.isPersistent);
  }

  /** All of our metrics as they are now. Those with a callback, and those of prom-client, are `unread`. */
  gatherNow(): Omit<GatheredMetrics, 'headers'> {
    const isReadNow = ({ metric }: RegisteredMetric) =>
      metric instanceof RegistryAdapter && !metric.family.isReadThrough;
    return {
      metrics: this.ownNow(({ family }) => !family.isReadThrough),
      added: this.addedLabels(),
      unread: this.index()
        .all.filter((one) => !isReadNow(one))
        .map(({ name }) => name),
    };
  }

  private ownNow(
    isWanted: (adapter: RegistryAdapter) => boolean,
  ): readonly MetricFamily[] {
    return this.index()
      .all.map(({ metric }) => metric)
      .filter((metric) => metric instanceof RegistryAdapter)
      .filter(isWanted)
      .map((adapter) => snapshotOf({ adapter, isFresh: true }));
  }

  private index(): RegistryIndex {
    const metrics = this.registry.getMetricsAsArray();
    if (this.known.isOf(metrics)) return this.known;
    let failures = 0;
    const all = registeredMetrics(this.registry, metrics, (error) => {
      failures++;
      this.reportFailed('*', error);
    });
    const shown = withDistinctNames(
      all.flatMap((one) => this.filtered(one)),
      (name, error) => this.reportFailed(name, error),
    );
    const index = new RegistryIndex(metrics.slice(), shown, this.typeOf);
    // A metric whose name cannot be read now may have one the next time.
    if (failures === 0) this.known = index;
    return index;
  }

  /** A metric with the filters that apply to it; none if it is left out. Our own were filtered when they were made. */
  private filtered(one: RegisteredMetric): RegisteredMetric[] {
    const isOurs = one.metric instanceof RegistryAdapter;
    return isOurs ? [one] : withFilters(one, this.filters);
  }

  /** The index with the types that metrics have shown since it was made. */
  private withTypes(index: RegistryIndex): RegistryIndex {
    if (!index.isOutdated(this.typeOf)) return index;
    const renewed = new RegistryIndex(index.registered, index.all, this.typeOf);
    if (this.known === index) this.known = renewed;
    return renewed;
  }

  private readonly typeOf = ({ type, metric }: RegisteredMetric) =>
    type ?? this.types.get(metric);

  private requested(
    index: RegistryIndex,
    { registered, names, except }: GatherRequest,
    isRequested: (header: FamilyHeader) => boolean,
  ): readonly RegisteredMetric[] {
    const requested = registered === undefined ? names : [registered];
    if (requested === undefined) {
      return except === undefined
        ? index.all
        : index.all.filter(({ name }) => !except.has(name));
    }
    return index.candidates(requested).filter((one) => {
      const type = this.typeOf(one);
      return type === undefined || isRequested({ name: one.name, type });
    });
  }

  private async readAll(
    requested: readonly RegisteredMetric[],
    slice: TimeSlice,
    { limit, isShown = true }: GatherRequest,
  ) {
    const unread: string[] = [];
    const failed = (name: string) => void unread.push(name);
    const results = await Promise.all(
      requested.map((one) =>
        one.metric instanceof RegistryAdapter
          ? refreshed(one.metric, failed, limit, !isShown)
          : this.readOther(one, slice, failed, limit),
      ),
    );
    const families = results
      .filter((one) => one !== undefined)
      .map((one) => ('adapter' in one ? snapshotOf(one) : one));
    return { families, unread };
  }

  /** Reads a metric of prom-client. */
  private async readOther(
    one: RegisteredMetric,
    slice: TimeSlice,
    failed: (name: string) => void,
    limit: number | undefined,
  ): Promise<MetricFamily | undefined> {
    const get = () => this.readOf(one).get(limit);
    try {
      const { metric, omitted } = await readPromClientMetric(one, get, slice);
      this.types.set(one.metric, metric.type);
      if (omitted !== undefined) this.reportFailed(one.name, omitted);
      const filtered = filteredMetric(metric, one.labelFilter);
      if (filtered.hasClash) this.reportClash(one.name, 'after the filters');
      return filtered.metric;
    } catch (error) {
      const name = one.registeredAs ?? one.name;
      const present: unknown = this.registry.getSingleMetric(name);
      if (present === one.metric) {
        failed(one.name);
        this.reportFailed(one.name, error);
      }
      return undefined;
    }
  }

  private readOf({ name, metric }: RegisteredMetric): CoalescedTask<unknown> {
    let read = this.reads.get(metric);
    if (read === undefined) {
      const get = async () => (metric as { get(): unknown }).get();
      read = new CoalescedTask(name, get);
      this.reads.set(metric, read);
    }
    return read;
  }

  private ownsItsNames(metric: FamilyHeader, reserved: ReservedNames): boolean {
    const owner = reserved.ownerAmong(metric);
    if (owner === undefined) return true;
    const why = owner.startsWith(metric.name)
      ? `a sample of it would be named "${owner}", which is another metric`
      : `"${owner}" has a sample of that name`;
    const error = new PromClientMetricError(
      `Metric "${metric.name}" is left out, as ${why}; give one of them another name`,
    );
    this.reportFailed(metric.name, error);
    return false;
  }

  private withDistinctSeries(
    metric: MetricFamily,
    added: LabelSet,
  ): MetricFamily {
    if (added.names.length === 0) return metric;
    const cells = distinctWith(metric.cells, added);
    if (cells === metric.cells) return metric;
    this.reportClash(metric.name, 'once those of the registry are added');
    return { ...metric, cells };
  }

  private reportClash(metric: string, when: string): void {
    const error = new PromClientMetricError(
      `Series of metric "${metric}" have the same labels ${when}; only the first of them is shown`,
    );
    this.reportFailed(metric, error);
  }

  /** Labels that the registry adds to all series without a label of that name; none if they are invalid. */
  addedLabels(): LabelSet {
    try {
      // prom-client has no method that returns the default labels.
      const { _defaultLabels } = this.registry as {
        readonly _defaultLabels?: object;
      };
      const labels = _defaultLabels ?? {};
      return Object.keys(labels).length === 0
        ? NO_LABELS
        : promClientLabels(labels, '*');
    } catch (error) {
      this.reportFailed('*', error);
      return NO_LABELS;
    }
  }
}

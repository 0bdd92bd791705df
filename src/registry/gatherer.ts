import type { ErrorReporter } from '../core/catch-and-report.js';
import { CoalescedTask } from '../core/coalesced-task.js';
import { ForeignMetricError } from '../core/errors.js';
import { type Family, HistogramFamily } from '../model/family.js';
import type { LabelSet } from '../model/labels.js';
import { exposedType } from '../model/metric-type.js';
import { sameItems } from '../core/same-items.js';
import { promClientLabels } from './prom-client-labels.js';
import { readPromClientMetric } from './prom-client-reader.js';
import type { MetricFamily, FamilyHeader, PageType } from './metric-family.js';
import type { ReservedNames } from './reserved-names.js';
import { namesOf } from './sample-names.js';
import type { MetricRegistry } from './metric-registry.js';
import { RegistryAdapter } from './registry-adapter.js';
import {
  defaultLabelsOf,
  type RegisteredMetric,
  registeredMetrics,
} from './registered-metrics.js';
import { RegistryIndex } from './registry-index.js';
import { distinctWith } from './relabelled.js';
import type { TimeSlice } from '../core/event-loop-yielder.js';

/** Which metrics to read. */
export interface GatherRequest {
  /** Only metrics with these names, of their own or of their samples. Default: all. */
  readonly names?: readonly string[] | undefined;
  /** Only the metric that is registered under this name. */
  readonly registered?: string | undefined;
  /** Milliseconds that a metric is waited for. Default: as pages do. */
  readonly limit?: number | undefined;
}

/** A family of ours that is collected; its series are taken when all the others are too. */
interface CollectedFamily {
  readonly family: Family;
  readonly fresh: boolean;
}

/** Metrics of a registry as they are at one moment. */
export interface GatheredMetrics {
  /** All metrics that there are, whether they were asked for or not. */
  readonly headers: readonly FamilyHeader[];
  readonly metrics: readonly MetricFamily[];
  /** Labels that the registry adds to all series. */
  readonly added: LabelSet;
  /** Names of metrics that are there and could not be read this time. */
  readonly unread: readonly string[];
}

const NO_LABELS: LabelSet = { names: [], values: [] };

/** Reads the metrics of a registry, ours and those of prom-client alike. */
export class Gatherer {
  /** Of foreign metrics. */
  private readonly collections = new WeakMap<object, CoalescedTask<unknown>>();
  /** Of foreign metrics that tell theirs only when they are read. */
  private readonly types = new WeakMap<object, PageType>();
  /** The metrics that the registry had last, and what their names tell. */
  private known: { metrics: readonly object[]; index: RegistryIndex } = {
    metrics: [],
    index: new RegistryIndex([], () => undefined),
  };

  constructor(
    private readonly registry: MetricRegistry,
    private readonly errors: ErrorReporter,
  ) {}

  /** Reports why a metric is left out, as a whole or in part; `*` stands for all metrics. */
  reportFailed(metric: string, error: unknown): void {
    this.errors.reportError('foreign_metric', error, `metric "${metric}"`);
  }

  /**
   * Reads all metrics that are asked for, side by side: those that are slow to collect
   * are waited for once, and not in turn. What is read is of the moment when all of them
   * are there, whatever is cleared and removed later on. It can be written in any format:
   * what would make a page invalid is left out, and reported.
   */
  async gather(
    request: GatherRequest,
    slice: TimeSlice,
  ): Promise<GatheredMetrics> {
    const before = this.index();
    const isAsked = selection(request);
    const { exposed, unread } = await this.collect(
      this.asked(before, request, isAsked),
      slice,
      request.limit,
    );
    const { headers, reserved } = this.withTypes(before);
    const added = this.defaultLabels();
    const metrics = exposed
      .filter((one) => isAsked(one) && this.ownsItsNames(one, reserved))
      .map((one) => this.withDistinctSeries(one, added));
    return { headers, metrics, added, unread };
  }

  private index(): RegistryIndex {
    const metrics = this.registry.getMetricsAsArray();
    if (sameItems(metrics, this.known.metrics)) return this.known.index;
    let failures = 0;
    const all = registeredMetrics(this.registry, metrics, (error) => {
      failures++;
      this.reportFailed('*', error);
    });
    const index = new RegistryIndex(all, this.typeOf);
    // What cannot be looked at now may tell its name the next time.
    if (failures === 0) this.known = { metrics, index };
    return index;
  }

  /** The same metrics, with the types that some of them have told since. */
  private withTypes(index: RegistryIndex): RegistryIndex {
    if (!index.isOutdated(this.typeOf)) return index;
    const renewed = new RegistryIndex(index.all, this.typeOf);
    if (this.known.index === index) this.known.index = renewed;
    return renewed;
  }

  private readonly typeOf = ({ type, metric }: RegisteredMetric) =>
    type ?? this.types.get(metric);

  private asked(
    index: RegistryIndex,
    { registered, names }: GatherRequest,
    isAsked: (head: FamilyHeader) => boolean,
  ): readonly RegisteredMetric[] {
    const asked = registered === undefined ? names : [registered];
    if (asked === undefined) return index.all;
    return index.candidates(asked).filter((one) => {
      const type = this.typeOf(one);
      return type === undefined || isAsked({ name: one.name, type });
    });
  }

  private async collect(
    asked: readonly RegisteredMetric[],
    slice: TimeSlice,
    limit: number | undefined,
  ) {
    const unread: string[] = [];
    const failed = (name: string) => void unread.push(name);
    const collected = await Promise.all(
      asked.map((one) =>
        one.metric instanceof RegistryAdapter
          ? refreshed(one.metric.family, failed, limit)
          : this.foreign(one, slice, failed, limit),
      ),
    );
    const exposed = collected
      .filter((one) => one !== undefined)
      .map((one) => ('family' in one ? exposedFamily(one) : one));
    return { exposed, unread };
  }

  private async foreign(
    one: RegisteredMetric,
    slice: TimeSlice,
    failed: (name: string) => void,
    limit: number | undefined,
  ): Promise<MetricFamily | undefined> {
    const get = () => this.collectionOf(one).get(limit);
    try {
      const { metric, omitted } = await readPromClientMetric(one, get, slice);
      this.types.set(one.metric, metric.type);
      if (omitted !== undefined) this.reportFailed(one.name, omitted);
      return metric;
    } catch (error) {
      const there: unknown = this.registry.getSingleMetric(one.name);
      if (there === one.metric) {
        failed(one.name);
        this.reportFailed(one.name, error);
      }
      return undefined;
    }
  }

  private collectionOf({ name, metric }: RegisteredMetric) {
    let collection = this.collections.get(metric);
    if (collection === undefined) {
      const get = async () => (metric as { get(): unknown }).get();
      collection = new CoalescedTask(name, get);
      this.collections.set(metric, collection);
    }
    return collection;
  }

  private ownsItsNames(metric: FamilyHeader, reserved: ReservedNames): boolean {
    const owner = reserved.ownerAmong(metric);
    if (owner === undefined) return true;
    const why = owner.startsWith(metric.name)
      ? `a sample of it would be named "${owner}", which is another metric`
      : `"${owner}" has a sample of that name`;
    const error = new ForeignMetricError(
      `Metric "${metric.name}" is left out, as ${why}; give one of them another name`,
    );
    this.reportFailed(metric.name, error);
    return false;
  }

  private withDistinctSeries(
    metric: MetricFamily,
    added: LabelSet,
  ): MetricFamily {
    const cells = distinctWith(metric.cells, added);
    if (cells === metric.cells) return metric;
    const error = new ForeignMetricError(
      `Series of metric "${metric.name}" have the same labels once those of the registry are added; only the first of them is shown`,
    );
    this.reportFailed(metric.name, error);
    return { ...metric, cells };
  }

  /** What the registry adds to all metrics; nothing if that cannot be written. */
  private defaultLabels(): LabelSet {
    try {
      return promClientLabels(defaultLabelsOf(this.registry), '*');
    } catch (error) {
      this.reportFailed('*', error);
      return NO_LABELS;
    }
  }
}

/** Whether a metric is among those that are asked for, by its own name or by one of its samples. */
function selection({
  names,
  registered,
}: GatherRequest): (head: FamilyHeader) => boolean {
  if (registered !== undefined) return ({ name }) => name === registered;
  if (names === undefined) return () => true;
  const asked = new Set(names);
  return (head) => namesOf(head).some((name) => asked.has(name));
}

async function refreshed(
  family: Family,
  failed: (name: string) => void,
  limit: number | undefined,
): Promise<CollectedFamily> {
  const fresh = await family.refresh(limit);
  if (!fresh) failed(family.name);
  return { family, fresh };
}

function exposedFamily({ family, fresh }: CollectedFamily): MetricFamily {
  const { name, type, help, unit } = family;
  return {
    name,
    type: exposedType(type),
    help,
    unit,
    bounds: family instanceof HistogramFamily ? family.bounds : [],
    cells: family.cellsAfter(fresh).slice(),
  };
}

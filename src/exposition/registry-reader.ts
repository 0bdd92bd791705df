import type { Registry } from 'prom-client';
import { Collection } from '../model/collection.js';
import { type Family, HistogramFamily } from '../model/family.js';
import type { LabelSet } from '../model/labels.js';
import { exposedType } from '../model/metric-type.js';
import { foreignLabels } from './foreign-labels.js';
import { readForeign } from './foreign-metric.js';
import type { ExposedMetric } from './formats/exposed-metric.js';
import { PromClientMetric } from './prom-client-metric.js';
import {
  defaultLabelsOf,
  type RegisteredMetric,
  registeredMetrics,
} from './registered-metrics.js';
import type { Turn } from './turns.js';

/** A family of ours that is collected; its series are taken when all the others are too. */
interface CollectedFamily {
  readonly family: Family;
  readonly fresh: boolean;
}

/** Metrics of a registry as they are at one moment. */
export interface RegistryReading {
  readonly metrics: readonly ExposedMetric[];
  /** Names of those that are there and could not be read this time. */
  readonly unread: readonly string[];
}

const NO_LABELS: LabelSet = { names: [], values: [] };

/** Reads the metrics of a registry, ours and those of prom-client alike. */
export class RegistryReader {
  /** Of foreign metrics. */
  private readonly collections = new WeakMap<object, Collection<unknown>>();

  /** @param metricFailed hears of a metric that could not be read; `*` stands for all. */
  constructor(
    private readonly registry: Registry,
    readonly metricFailed: (metric: string, error: unknown) => void,
  ) {}

  all(): RegisteredMetric[] {
    return registeredMetrics(this.registry);
  }

  /** What the registry adds to all metrics; nothing if that cannot be written. */
  defaultLabels(): LabelSet {
    try {
      return foreignLabels(defaultLabelsOf(this.registry), '*');
    } catch (error) {
      this.metricFailed('*', error);
      return NO_LABELS;
    }
  }

  /**
   * Side by side: metrics that are slow to collect are waited for once, and not in
   * turn. What is read is of the moment when all of them are there, whatever is
   * cleared and removed later on.
   *
   * @param limit milliseconds that a metric is waited for. Default: as pages do.
   */
  async collect(
    asked: readonly RegisteredMetric[],
    turn: Turn,
    limit?: number,
  ): Promise<RegistryReading> {
    const unread: string[] = [];
    const failed = (name: string) => void unread.push(name);
    const collected = await Promise.all(
      asked.map((one) =>
        one.metric instanceof PromClientMetric
          ? refreshed(one.metric.family, failed, limit)
          : this.foreign(one, turn, failed, limit),
      ),
    );
    const metrics = collected
      .filter((one) => one !== undefined)
      .map((one) => ('family' in one ? exposed(one) : one));
    return { metrics, unread };
  }

  private async foreign(
    one: RegisteredMetric,
    turn: Turn,
    failed: (name: string) => void,
    limit: number | undefined,
  ): Promise<ExposedMetric | undefined> {
    const get = () => this.collectionOf(one).get(limit);
    try {
      return await readForeign(one, get, turn);
    } catch (error) {
      const there: unknown = this.registry.getSingleMetric(one.name);
      if (there === one.metric) {
        failed(one.name);
        this.metricFailed(one.name, error);
      }
      return undefined;
    }
  }

  private collectionOf({ name, metric }: RegisteredMetric) {
    let collection = this.collections.get(metric);
    if (collection === undefined) {
      const get = async () => (metric as { get(): unknown }).get();
      collection = new Collection(name, get);
      this.collections.set(metric, collection);
    }
    return collection;
  }
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

function exposed({ family, fresh }: CollectedFamily): ExposedMetric {
  const { name, type, help, unit, cells } = family;
  return {
    name,
    type: exposedType(type),
    help,
    unit,
    bounds: family instanceof HistogramFamily ? family.bounds : [],
    cells: fresh ? cells.slice() : [],
  };
}

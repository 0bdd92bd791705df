import type { LabelFilter } from '../model/labels.js';
import {
  checkBuckets,
  DEFAULT_HISTOGRAM_BUCKETS,
  DEFAULT_TIMER_BUCKETS,
} from '../model/buckets.js';
import { CounterFamily } from '../model/counter-family.js';
import { Counter } from '../model/counter.js';
import type { FamilyDescriptor } from '../model/family-descriptor.js';
import type { FamilyKeeper } from '../model/family-keeper.js';
import type { Family } from '../model/family.js';
import { GaugeFamily } from '../model/gauge-family.js';
import { Gauge } from '../model/gauge.js';
import { Histogram, HistogramFamily } from '../model/histogram.js';
import { MetricType } from '../model/metric-type.js';
import {
  buildMetricName,
  checkMetricName,
  type NamePrefix,
} from '../model/names.js';
import type { CollectorConfig } from './collector.options.js';
import { type FilteredMetric, Filters } from './filters/filters.js';

export type AnyInstrument = Counter | Gauge | Histogram;

/** The options that families depend on. */
export type FamilyConfig = Pick<
  CollectorConfig,
  | 'namespace'
  | 'subsystem'
  | 'defaultLabels'
  | 'maxMetrics'
  | 'maxSeriesPerMetric'
  | 'buckets'
  | 'filters'
  | 'initialSeries'
  | 'processes'
  | 'persistence'
>;

/** A metric before it is created, whatever its type. */
export interface ResolvedMetric extends FilteredMetric {
  readonly exposed: string;
  /** Whether this is a self-metric: a metric about the metrics. Its recordings make no events, as delivering them would record more. */
  readonly isSelfMetric: boolean;
}

/** A family and its instrument. */
interface Made {
  readonly family: Family;
  readonly instrument: AnyInstrument;
}

const NO_PREFIX: NamePrefix = { namespace: '', subsystem: '' };

/** The filters of self-metrics: none, as the filters of users do not apply to them. */
const UNFILTERED = new Filters([]);

/** Creates families from options and filters. */
export class FamilyFactory {
  private readonly filters: Filters;
  /** Whether counters and histograms are added to those of other processes or runs, and must not fall. */
  // Why: docs/decisions/recording.md, "A series expires after it was shown".
  private readonly sharesTotals: boolean;

  constructor(
    private readonly config: FamilyConfig,
    private readonly keeper: FamilyKeeper,
  ) {
    this.filters = new Filters(config.filters);
    this.sharesTotals =
      Boolean(config.processes) || Boolean(config.persistence);
  }

  /** @throws {MetricNameError} if the name, or what filters make of it, is unusable. */
  resolve(name: string, prefixed: boolean): ResolvedMetric {
    checkMetricName(name);
    const filtered = this.filters.apply(name);
    const prefix = prefixed ? this.config : NO_PREFIX;
    const exposed = buildMetricName(filtered.name, prefix);
    return { ...filtered, exposed, isSelfMetric: false };
  }

  /** The metric of a name that is exposed as it is, past all filters. */
  resolveExposed(exposed: string): ResolvedMetric {
    return { ...UNFILTERED.apply(exposed), exposed, isSelfMetric: true };
  }

  isDenied(name: string): boolean {
    return this.filters.apply(name).denied;
  }

  /** The name that filters give to a metric of this name, past namespace and subsystem. */
  renamed(name: string): string {
    const renamed = this.filters.apply(name).name;
    return renamed === name ? name : buildMetricName(renamed, NO_PREFIX);
  }

  /** How filters change the labels of a metric with this name; `undefined` if they do not. */
  labelFilter(name: string): LabelFilter | undefined {
    return this.filters.apply(name).labelFilter(name);
  }

  /** @throws {BucketsError} if the buckets that were asked for cannot be used. */
  make(
    resolved: ResolvedMetric,
    type: MetricType,
    buckets: readonly number[] | undefined,
  ): Made {
    const { keeper } = this;
    const definition = this.definitionOf(resolved, type);
    if (type === MetricType.COUNTER) {
      const family = new CounterFamily(definition, keeper);
      return { family, instrument: new Counter(family) };
    }
    if (type === MetricType.GAUGE) {
      const family = new GaugeFamily(definition, keeper);
      return { family, instrument: new Gauge(family) };
    }
    const bounds = this.bucketsOf(resolved, type, buckets);
    const family = new HistogramFamily(definition, keeper, bounds);
    return { family, instrument: new Histogram(family) };
  }

  private definitionOf(
    resolved: ResolvedMetric,
    type: MetricType,
  ): FamilyDescriptor {
    const { exposed } = resolved;
    return {
      name: exposed,
      type,
      help: exposed,
      unit: type === MetricType.TIMER ? 'seconds' : undefined,
      defaultLabels: this.config.defaultLabels,
      maxSeries: resolved.maxSeries ?? this.config.maxSeriesPerMetric,
      canExpire: type === MetricType.GAUGE || !this.sharesTotals,
      hasInitialSeries: this.config.initialSeries,
      filterLabels: resolved.labelFilter(exposed),
    };
  }

  private bucketsOf(
    { name, exposed }: ResolvedMetric,
    type: MetricType,
    given: readonly number[] | undefined,
  ): readonly number[] {
    const { buckets } = this.config;
    const byDefault =
      type === MetricType.TIMER
        ? DEFAULT_TIMER_BUCKETS
        : DEFAULT_HISTOGRAM_BUCKETS;
    return checkBuckets(
      given ??
        ownValue(buckets, exposed) ??
        ownValue(buckets, name) ??
        byDefault,
      exposed,
    );
  }
}

function ownValue<V>(
  record: Readonly<Record<string, V>>,
  key: string,
): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

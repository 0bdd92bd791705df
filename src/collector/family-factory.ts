import {
  checkBuckets,
  DEFAULT_HISTOGRAM_BUCKETS,
  DEFAULT_TIMER_BUCKETS,
} from '../model/buckets.js';
import { Counter } from '../model/counter.js';
import {
  CounterFamily,
  type Family,
  HistogramFamily,
} from '../model/family.js';
import type {
  FamilyDefinition,
  FamilyKeeper,
} from '../model/family-definition.js';
import { GaugeFamily } from '../model/gauge-family.js';
import { Gauge } from '../model/gauge.js';
import { Histogram } from '../model/histogram.js';
import { MetricType } from '../model/metric-type.js';
import {
  buildMetricName,
  checkMetricName,
  type NamePrefix,
} from '../model/names.js';
import type { CollectorConfig } from './collector.options.js';
import { type FilteredMetric, Filters } from './filters/filters.js';

export type AnyInstrument = Counter | Gauge | Histogram;

/** What the options say about metrics. */
export type MetricSettings = Pick<
  CollectorConfig,
  | 'namespace'
  | 'subsystem'
  | 'defaultLabels'
  | 'maxMetrics'
  | 'maxSeriesPerMetric'
  | 'buckets'
  | 'filters'
>;

/** A metric as it is to be made, whatever its type. */
export interface MetricDescriptor extends FilteredMetric {
  readonly exposed: string;
  /** Whether it is a metric about the metrics: nobody hears of its recordings, lest telling of them makes more. */
  readonly isOwn: boolean;
}

/** A family, and the instrument that users hold. */
interface Made {
  readonly family: Family;
  readonly instrument: AnyInstrument;
}

const NO_PREFIX: NamePrefix = { namespace: '', subsystem: '' };

/** For what is exposed whatever users filter. */
const UNFILTERED = new Filters([]);

/** Makes families as options and filters say. */
export class FamilyFactory {
  private readonly filters: Filters;

  constructor(
    private readonly settings: MetricSettings,
    private readonly keeper: FamilyKeeper,
  ) {
    this.filters = new Filters(settings.filters);
  }

  /** @throws {MetricNameError} if the name, or what filters make of it, is unusable. */
  descriptor(name: string, prefixed: boolean): MetricDescriptor {
    checkMetricName(name);
    const filtered = this.filters.apply(name);
    const prefix = prefixed ? this.settings : NO_PREFIX;
    const exposed = buildMetricName(filtered.name, prefix);
    return { ...filtered, exposed, isOwn: false };
  }

  /** The plan for a name that is exposed as it is, past all filters. */
  planExposed(exposed: string): MetricDescriptor {
    return { ...UNFILTERED.apply(exposed), exposed, isOwn: true };
  }

  isDenied(name: string): boolean {
    return this.filters.apply(name).denied;
  }

  /** @throws {BucketsError} if the buckets that were asked for cannot be used. */
  make(
    descriptor: MetricDescriptor,
    type: MetricType,
    buckets: readonly number[] | undefined,
  ): Made {
    const { keeper } = this;
    const definition = this.definitionOf(descriptor, type);
    if (type === MetricType.COUNTER) {
      const family = new CounterFamily(definition, keeper);
      return { family, instrument: new Counter(family) };
    }
    if (type === MetricType.GAUGE) {
      const family = new GaugeFamily(definition, keeper);
      return { family, instrument: new Gauge(family) };
    }
    const bounds = this.bucketsOf(descriptor, type, buckets);
    const family = new HistogramFamily(definition, keeper, bounds);
    return { family, instrument: new Histogram(family) };
  }

  private definitionOf(
    descriptor: MetricDescriptor,
    type: MetricType,
  ): FamilyDefinition {
    const { exposed } = descriptor;
    return {
      name: exposed,
      type,
      help: exposed,
      unit: type === MetricType.TIMER ? 'seconds' : undefined,
      defaultLabels: this.settings.defaultLabels,
      maxSeries: descriptor.maxSeries ?? this.settings.maxSeriesPerMetric,
      filterLabels: descriptor.labelFilter(exposed),
    };
  }

  private bucketsOf(
    { name, exposed }: MetricDescriptor,
    type: MetricType,
    given: readonly number[] | undefined,
  ): readonly number[] {
    const { buckets } = this.settings;
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

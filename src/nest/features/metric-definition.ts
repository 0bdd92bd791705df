import type {
  GaugeOptions,
  HistogramOptions,
  InstrumentOptions,
} from '../../collector/metrics-collector.js';
import { MetricType } from '../../model/metric-type.js';

/** A metric that `MetricsModule.forFeature()` provides. Made by {@link counter}, {@link gauge}, {@link histogram} and {@link timer}. */
export type MetricDefinition =
  | DefinitionOf<MetricType.COUNTER, InstrumentOptions>
  | DefinitionOf<MetricType.GAUGE, GaugeOptions>
  | DefinitionOf<MetricType.HISTOGRAM | MetricType.TIMER, HistogramOptions>;

interface DefinitionOf<T extends MetricType, O> {
  /** The type of the metric. */
  readonly type: T;
  /** The name without namespace and subsystem. */
  readonly name: string;
  /** What the method of the same name of `MetricsCollector` takes. */
  readonly options: O;
}

/** Defines a counter, which `@InjectCounter()` injects. Its options are those of `MetricsCollector.counter()`. */
export function counter(
  name: string,
  options: InstrumentOptions = {},
): MetricDefinition {
  return { type: MetricType.COUNTER, name, options };
}

/** Defines a gauge, which `@InjectGauge()` injects. Its options are those of `MetricsCollector.gauge()`. */
export function gauge(
  name: string,
  options: GaugeOptions = {},
): MetricDefinition {
  return { type: MetricType.GAUGE, name, options };
}

/** Defines a histogram, which `@InjectHistogram()` injects. Its options are those of `MetricsCollector.histogram()`. */
export function histogram(
  name: string,
  options: HistogramOptions = {},
): MetricDefinition {
  return { type: MetricType.HISTOGRAM, name, options };
}

/** Defines a histogram of durations in seconds, which `@InjectHistogram()` injects. Its options are those of `MetricsCollector.timer()`. */
export function timer(
  name: string,
  options: HistogramOptions = {},
): MetricDefinition {
  return { type: MetricType.TIMER, name, options };
}

/** The types of metrics. A `TIMER` is a histogram of durations, in seconds. */
export enum MetricType {
  /** A value that only goes up. */
  COUNTER = 'counter',
  /** A value that goes up and down. */
  GAUGE = 'gauge',
  /** Observations, counted in buckets. */
  HISTOGRAM = 'histogram',
  /** Durations in seconds, counted in buckets. */
  TIMER = 'timer',
}

/** The types of the Prometheus exposition format; a `TIMER` is exposed as a histogram. */
export type ExposedType = 'counter' | 'gauge' | 'histogram';

// Why: docs/decisions/recording.md, "TIMER and HISTOGRAM share a type".
export function exposedType(type: MetricType): ExposedType {
  return type === MetricType.TIMER ? 'histogram' : type;
}

/** Whether two metrics have the same type on a page. */
export function areExposedAlike(
  one: { readonly type: MetricType },
  other: { readonly type: MetricType },
): boolean {
  return exposedType(one.type) === exposedType(other.type);
}

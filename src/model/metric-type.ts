/** The kinds of metric. A `TIMER` is a histogram of durations, in seconds. */
export enum MetricType {
  COUNTER = 'counter',
  GAUGE = 'gauge',
  HISTOGRAM = 'histogram',
  TIMER = 'timer',
}

/** The types of the Prometheus exposition format; a `TIMER` is exposed as a histogram. */
export type ExposedType = 'counter' | 'gauge' | 'histogram';

export function exposedType(type: MetricType): ExposedType {
  return type === MetricType.TIMER ? 'histogram' : type;
}

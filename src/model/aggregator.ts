/**
 * How prom-client's `AggregatorRegistry` aggregates the values of a cluster's processes;
 * `omit` leaves the metric out.
 */
export type Aggregator = 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit';

export const AGGREGATORS = [
  'sum',
  'first',
  'min',
  'max',
  'average',
  'omit',
] as const satisfies Aggregator[];

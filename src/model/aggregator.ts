/**
 * How prom-client's `AggregatorRegistry` makes one value of those that the processes
 * of a cluster have; `omit` leaves the metric out.
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

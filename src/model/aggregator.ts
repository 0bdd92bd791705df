/**
 * How the values of several processes are merged: as prom-client's `AggregatorRegistry` does,
 * by the value that changed last (`latest`), or not at all (`each`: a series for each process,
 * with a label `process`). `omit` leaves the metric out.
 */
export type Aggregator =
  'sum' | 'first' | 'min' | 'max' | 'average' | 'omit' | 'latest' | 'each';

export const AGGREGATORS = [
  'sum',
  'first',
  'min',
  'max',
  'average',
  'omit',
  'latest',
  'each',
] as const satisfies Aggregator[];

import type { Layout } from '../state/layout.js';
import type { StoredExemplar } from '../state/stored-series.js';

/** The metrics of one member, or the totals of ended ones, as they are merged. */
export interface MemberMetrics {
  /** The member's name: the label `process` of gauges that are shown for each process. */
  readonly process: string;
  /** When the member was started (Unix seconds): the newest decides type and buckets of a metric. */
  readonly started: number;
  /** Whether the member lives. Gauges of others are not shown. */
  readonly isAlive: boolean;
  /** Another object if the layout is another one. */
  readonly layout: Layout;
  readonly values: Float64Array;
  /** The exact parts of values that are no single number, by their index. */
  readonly parts?: ReadonlyMap<number, readonly number[]> | undefined;
  readonly exemplars?: readonly StoredExemplar[] | undefined;
  /** Whether the values are subtracted: they are counted elsewhere already. */
  readonly isNegative?: boolean | undefined;
}

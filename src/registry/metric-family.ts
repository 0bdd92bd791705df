import type { Aggregator } from '../model/aggregator.js';
import { Cell } from '../model/cells.js';
import type { Centiseconds } from '../core/wall-clock.js';
import { latin1OfUtf8, labelPairs } from '../model/label-text.js';
import type { LabelSet } from '../model/labels.js';
import type { ExposedType } from '../model/metric-type.js';

/** The types of metrics on a page: our own types, and two more that prom-client's metrics may have. */
export type PageType = ExposedType | 'summary' | 'unknown';

/** What is known of a metric before its series are gathered. */
export interface FamilyHeader {
  readonly name: string;
  readonly type: PageType;
  /** Whether this is a metric of the collector, not of prom-client. Default: `false`. */
  readonly isOurs?: boolean;
}

/**
 * A metric with its series, in the form that formats write: one of our families, or a
 * metric of prom-client. By type, each cell is a `HistogramCell`, a {@link SummaryCell}
 * or a `ValueCell`.
 */
export interface MetricFamily extends FamilyHeader {
  readonly help: string;
  readonly unit: string | undefined;
  /** How the values of several processes are merged. Default: `sum`. */
  readonly aggregator?: Aggregator | undefined;
  /** Whether the last value of a gauge outlives its process. Default: `false`. */
  readonly isPersistent?: boolean | undefined;
  /** Whether it has only the series that a counter starts with, which goes when others come. Default: `false`. */
  readonly isProvisional?: boolean | undefined;
  /** The upper bounds of a histogram's buckets, without `+Inf`. */
  readonly bounds: readonly number[];
  readonly cells: readonly Cell[];
}

/** The value at a quantile, from 0 to 1. */
export interface Quantile {
  readonly quantile: number;
  readonly value: number;
}

/** A series of a summary, a type that only prom-client's metrics have. Its text is its labels. */
export class SummaryCell extends Cell {
  constructor(
    labels: LabelSet,
    readonly quantiles: readonly Quantile[],
    readonly sum: number,
    readonly count: number,
    created: Centiseconds,
  ) {
    super(labels, latin1OfUtf8(labelPairs(labels)), created);
  }
}

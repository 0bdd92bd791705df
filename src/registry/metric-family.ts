import { Cell } from '../model/cells.js';
import type { Centiseconds } from '../core/wall-clock.js';
import { latin1OfUtf8, labelPairs } from '../model/label-text.js';
import type { LabelSet } from '../model/labels.js';
import type { ExposedType } from '../model/metric-type.js';

/** The types that pages have: ours, and those that prom-client's metrics have beside them. */
export type PageType = ExposedType | 'summary' | 'unknown';

/** What is known of a metric before it is collected. */
export interface FamilyHeader {
  readonly name: string;
  readonly type: PageType;
  /** Whether it is one of our families. Default: `false`. */
  readonly isOurs?: boolean;
}

/**
 * A metric as formats write it: one of our families, or one of prom-client's in
 * the same form. Its cells are a {@link HistogramCell}, a {@link SummaryCell} or a
 * `ValueCell` each, as its type says.
 */
export interface MetricFamily extends FamilyHeader {
  readonly help: string;
  readonly unit: string | undefined;
  /** The upper bounds of a histogram's buckets, without `+Inf`. */
  readonly bounds: readonly number[];
  readonly cells: readonly Cell[];
}

/** A value with the quantile, from 0 to 1, that it is at. */
export interface Quantile {
  readonly quantile: number;
  readonly value: number;
}

/** A series of a summary, which only prom-client has. Its text is its labels. */
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

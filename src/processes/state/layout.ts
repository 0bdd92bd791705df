import type { Aggregator } from '../../model/aggregator.js';
import { labelPairs, latin1OfUtf8 } from '../../model/label-text.js';
import type { PageType } from '../../registry/metric-family.js';

/** What is stored of a metric beside its series. */
export interface StoredFamily {
  readonly name: string;
  readonly type: PageType;
  readonly help: string;
  readonly unit?: string | undefined;
  readonly aggregator?: Aggregator | undefined;
  /** Whether the last value of a gauge outlives its process. */
  readonly isPersistent?: boolean | undefined;
  /** Whether it has only the series that a counter starts with, which goes when others come. */
  readonly isProvisional?: boolean | undefined;
  /** The upper bounds of a histogram, or the quantiles of a summary. */
  readonly bounds: readonly number[];
}

/** A series: the index of its family, label names, label values, and when it was created (Unix seconds; 0: unknown). */
export type StoredSeries = readonly [
  family: number,
  names: readonly string[],
  values: readonly string[],
  created: number,
];

/** A part of a layout. The families and series of later parts follow those of earlier ones. */
export interface LayoutPart {
  readonly families: readonly StoredFamily[];
  readonly series: readonly StoredSeries[];
}

/** A series with the place of its values. */
export interface LayoutSeries {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly created: number;
  /** Its labels as a page has them: the same for the same labels. */
  readonly text: string;
  /** The index of its first value. */
  readonly offset: number;
}

export interface LayoutFamily extends StoredFamily {
  readonly series: LayoutSeries[];
}

/**
 * How many values a series has. A histogram has its sum and the count of each bucket, a
 * summary its sum, its count and the value of each quantile, a gauge with the aggregator
 * `latest` its value and when that changed (Unix seconds); all others have one value.
 */
export function widthOf({ type, bounds, aggregator }: StoredFamily): number {
  if (type === 'histogram' || type === 'summary') return bounds.length + 2;
  return aggregator === 'latest' ? 2 : 1;
}

/** Names and places of all values of a state. */
export class Layout {
  readonly families: LayoutFamily[] = [];
  /** How many values a state with this layout has. */
  size = 0;
  /** How many parts it was made of. */
  readonly parts: number;

  /** @throws {Error} if a part is malformed. */
  constructor(parts: readonly LayoutPart[]) {
    for (const part of parts) this.add(part);
    this.parts = parts.length;
  }

  private add({ families, series }: LayoutPart): void {
    for (const family of families) {
      this.families.push({ ...family, series: [] });
    }
    for (const [at, names, values, created] of series) {
      const family = this.families[at]!;
      const text = latin1OfUtf8(labelPairs({ names, values }));
      const offset = this.size;
      family.series.push({ names, values, created, text, offset });
      this.size += widthOf(family);
    }
  }
}

import { CounterSeries } from '../../model/counter.js';
import type { Histogram } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import type { Tally } from '../../model/tally.js';
import type { AnySeries } from './kept-series.js';

/**
 * Recordings that are made together or not at all: all series exist, which may have thrown,
 * before the first value is written.
 */
export class RecordingBatch {
  private readonly series: AnySeries[] = [];
  private readonly values: number[] = [];
  private readonly others: (() => void)[] = [];

  /** @param value must be one that the metric takes. */
  addTo(series: AnySeries, value: number): void {
    this.series.push(series);
    this.values.push(value);
  }

  /** @param totalOf returns the value that the series will have, from its present one. */
  addTotal(
    series: CounterSeries,
    totalOf: (series: { readonly value: number }) => number,
  ): void {
    this.others.push(() => series.raise(totalOf));
  }

  /** Adds observations of a histogram that were counted by bucket. */
  addTally(histogram: Histogram, labels: Labels, tally: Tally): void {
    this.others.push(() => histogram.addTally(labels, tally));
  }

  write(): void {
    const { series, values } = this;
    for (let i = 0; i < series.length; i++) {
      const one = series[i]!;
      if (one instanceof CounterSeries) one.inc(values[i]);
      else one.observe(values[i]!);
    }
    for (const write of this.others) write();
  }
}

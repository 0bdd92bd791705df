import type { Counter } from '../../model/counter.js';
import { Histogram } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import type { Tally } from '../../model/tally.js';

/**
 * Recordings that are made together or not at all: each makes its series, which
 * may throw, before the first is written.
 */
export class Draft {
  private readonly recordings: (() => void)[] = [];

  /**
   * @param labels are kept until it is written.
   * @param value one that the metric takes.
   * @throws {LabelError} if the labels cannot be written.
   */
  add(metric: Counter | Histogram, labels: Labels, value: number): void {
    metric.prepare(labels);
    this.recordings.push(() => {
      if (metric instanceof Histogram) metric.observe(labels, value);
      else metric.inc(labels, value);
    });
  }

  /**
   * @param labels are kept until it is written.
   * @param values finite numbers.
   * @param tally more observations of the same series, counted by bucket.
   * @throws {LabelError} if the labels cannot be written.
   */
  addAll(
    histogram: Histogram,
    labels: Labels,
    values: readonly number[],
    tally: Tally | undefined,
  ): void {
    const series = histogram.labels(labels);
    this.recordings.push(() => {
      for (const value of values) series.observe(value);
      if (tally !== undefined) histogram.addTally(labels, tally);
    });
  }

  write(): void {
    for (const record of this.recordings) record();
  }
}

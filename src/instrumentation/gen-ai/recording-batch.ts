import type { Counter } from '../../model/counter.js';
import { Histogram } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import type { Tally } from '../../model/tally.js';

/**
 * Recordings that are made together or not at all: all series are created, which may
 * throw, before the first value is written.
 */
export class RecordingBatch {
  private readonly recordings: (() => void)[] = [];

  /**
   * @param labels must not change before the batch is written.
   * @param value must be one that the metric takes.
   * @throws {LabelError} if the metric does not take the labels.
   */
  add(metric: Counter | Histogram, labels: Labels, value: number): void {
    metric.prepare(labels);
    this.recordings.push(() => {
      if (metric instanceof Histogram) metric.observe(labels, value);
      else metric.inc(labels, value);
    });
  }

  /**
   * @param labels must not change before the batch is written.
   * @param totalOf returns the value that the series will have, from its present one.
   * @throws {LabelError} if the metric does not take the labels.
   */
  addTotal(
    counter: Counter,
    labels: Labels,
    totalOf: (series: { readonly value: number }) => number,
  ): void {
    counter.prepare(labels);
    this.recordings.push(() => counter.raise(labels, totalOf));
  }

  /**
   * @param labels must not change before the batch is written.
   * @param values finite numbers.
   * @param tally more observations of the same series, counted by bucket.
   * @throws {LabelError} if the metric does not take the labels.
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

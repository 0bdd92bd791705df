import type { Counter } from '../../model/counter.js';
import { Histogram } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';

interface Recording {
  readonly metric: Counter | Histogram;
  readonly labels: Labels;
  readonly value: number;
}

/**
 * Recordings that are made together or not at all: each makes its series, which
 * may throw, before the first is written.
 */
export class Draft {
  private readonly recordings: Recording[] = [];

  /**
   * @param labels are kept until it is written.
   * @param value one that the metric takes.
   * @throws {LabelError} if the labels cannot be written.
   */
  add(metric: Counter | Histogram, labels: Labels, value: number): void {
    metric.prepare(labels);
    this.recordings.push({ metric, labels, value });
  }

  write(): void {
    for (const { metric, labels, value } of this.recordings) {
      if (metric instanceof Histogram) metric.observe(labels, value);
      else metric.inc(labels, value);
    }
  }
}

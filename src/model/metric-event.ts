import { ownLabels } from './given-labels.js';
import { type Labels, NO_LABELS } from './labels.js';
import type { MetricType } from './metric-type.js';

/** What a {@link MetricEvent} is made from. */
export interface MetricEventInit {
  /** The name without namespace and subsystem, e.g. `requests_total`. */
  name: string;
  /** The kind of metric; a name has one only. */
  type: MetricType;
  /**
   * Counter: how much to add, 0 or more. Gauge: the value to set. Histogram: the
   * value to observe. Timer: the duration to observe, in seconds.
   */
  value: number;
  /** Default: no labels. */
  labels?: Labels;
  /** The metric's help text. The first one that is given stays. */
  description?: string;
  /** The unit of the value in words, e.g. `bytes`. Timers are always in `seconds`. */
  unit?: string;
  /** When it happened. Default: now. */
  timestamp?: Date;
}

/**
 * One thing that happened, to be recorded by a collector.
 *
 * @example
 * await collector.sendMetric(
 *   new MetricEvent({
 *     name: 'requests_total',
 *     type: MetricType.COUNTER,
 *     value: 1,
 *     labels: { method: 'GET', status: '200' },
 *     description: 'Total HTTP requests',
 *   }),
 * );
 */
export class MetricEvent {
  /** The name of the metric: as it was given, or the exposed one in what a listener gets. */
  readonly name: string;
  /** The kind of metric. */
  readonly type: MetricType;
  /** How much a counter was increased by, the value of a gauge, or what was observed (timers: seconds). */
  readonly value: number;
  /** A copy of the labels that were given; empty if there were none. */
  readonly labels: Labels;
  /** The help text of the metric, if there is one. */
  readonly description: string | undefined;
  /** The unit of the value in words, if it is known. */
  readonly unit: string | undefined;
  /** When it happened. */
  readonly timestamp: Date;

  /** @throws {LabelError} if the labels are no object of label names and values. */
  constructor(init: MetricEventInit) {
    this.name = init.name;
    this.type = init.type;
    this.value = init.value;
    this.labels = ownLabels(init.labels ?? NO_LABELS, init.name);
    this.description = init.description;
    this.unit = init.unit;
    this.timestamp = init.timestamp ? new Date(init.timestamp) : new Date();
  }
}

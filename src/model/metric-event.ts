import { type Labels, NO_LABELS, ownLabels } from './labels.js';
import type { MetricType } from './metric-type.js';

/** The data of a {@link MetricEvent}. */
export interface MetricEventInit {
  /** The name without namespace and subsystem, e.g. `requests_total`. */
  name: string;
  /** The type of the metric, which is the same in all events of a name. */
  type: MetricType;
  /**
   * Counter: how much to add, 0 or more. Gauge: the value to set. Histogram: the
   * value to observe. Timer: the duration to observe, in seconds.
   */
  value: number;
  /** Default: no labels. */
  labels?: Labels;
  /** The metric's help text. The first one that is given is kept. */
  description?: string;
  /** The unit of the value in words, e.g. `bytes`. Timers are always in `seconds`. */
  unit?: string;
  /** When the event happened. Default: now. */
  timestamp?: Date;
}

/**
 * An event for a collector to record.
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
  /** The name of the metric: as it was given, or the exposed name in events for listeners. */
  readonly name: string;
  /** The type of the metric. */
  readonly type: MetricType;
  /** The increase of a counter, the value of a gauge, or the observed value (timers: seconds). */
  readonly value: number;
  /** A copy of the given labels. Default: empty. */
  readonly labels: Labels;
  /** The help text of the metric, if it has one. */
  readonly description: string | undefined;
  /** The unit of the value in words, if it is known. */
  readonly unit: string | undefined;
  /** When the event happened. */
  readonly timestamp: Date;

  /** @throws {LabelError} if the labels are not an object of label names and values. */
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

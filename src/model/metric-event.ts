import type { Labels } from './labels.js';
import type { MetricType } from './metric-type.js';

/** What a {@link MetricEvent} is made from. */
export interface MetricEventInit {
  /** The name without namespace and subsystem, e.g. `requests_total`. */
  name: string;
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
  readonly name: string;
  readonly type: MetricType;
  readonly value: number;
  readonly labels: Labels;
  readonly description: string | undefined;
  readonly unit: string | undefined;
  readonly timestamp: Date;

  constructor(init: MetricEventInit) {
    this.name = init.name;
    this.type = init.type;
    this.value = init.value;
    this.labels = { ...init.labels };
    this.description = init.description;
    this.unit = init.unit;
    this.timestamp = init.timestamp ? new Date(init.timestamp) : new Date();
  }
}

import type { MetricEvent } from '../../model/metric-event.js';
import type { MetricType } from '../../model/metric-type.js';

/** The observations of one series that are not delivered yet. */
export interface QueuedSeries {
  readonly name: string;
  readonly type: MetricType;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: number[];
  /** How many of the values, from the first, have been delivered. */
  delivered: number;
}

/** A bounded queue of observations until they are delivered: one number each, by series. */
export class ObservationQueue {
  private readonly bySeries = new Map<string, QueuedSeries>();
  private count = 0;

  constructor(private readonly maxSize: number) {}

  get length(): number {
    return this.count;
  }

  /** The series that have observations now; what is added later does not show in it. */
  get series(): QueuedSeries[] {
    return [...this.bySeries.values()];
  }

  /** Returns `false` if the queue is full. */
  add({ name, type, labels, value }: MetricEvent): boolean {
    if (this.count >= this.maxSize) return false;
    this.count++;
    const key = keyOf(name, labels);
    const known = this.bySeries.get(key);
    if (known !== undefined) {
      known.values.push(value);
      return true;
    }
    const own = labels as Record<string, string>;
    const values = [value];
    this.bySeries.set(key, { name, type, labels: own, values, delivered: 0 });
    return true;
  }

  removeDelivered(): void {
    for (const [key, series] of this.bySeries) {
      this.count -= series.delivered;
      series.values.splice(0, series.delivered);
      series.delivered = 0;
      if (series.values.length === 0) this.bySeries.delete(key);
    }
  }
}

/** The key of a series. Events of one series have their labels in the same order. */
function keyOf(name: string, labels: MetricEvent['labels']): string {
  let key = name;
  for (const label in labels) key += `\0${label}\0${String(labels[label])}`;
  return key;
}

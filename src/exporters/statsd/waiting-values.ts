import type { MetricEvent } from '../../model/metric-event.js';
import type { MetricType } from '../../model/metric-type.js';

/** The observations of one series that were not sent yet. */
export interface WaitingSeries {
  readonly name: string;
  readonly type: MetricType;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: number[];
  /** How many of them, from the first, have been delivered. */
  delivered: number;
}

/** Observations by series, until they are sent: a number each, and so many of them at most. */
export class WaitingValues {
  private readonly series = new Map<string, WaitingSeries>();
  private count = 0;

  constructor(private readonly limit: number) {}

  /** How many there are. */
  get length(): number {
    return this.count;
  }

  /** Returns whether there was room for it. */
  add({ name, type, labels, value }: MetricEvent): boolean {
    if (this.count >= this.limit) return false;
    this.count++;
    const key = keyOf(name, labels);
    const known = this.series.get(key);
    if (known !== undefined) {
      known.values.push(value);
      return true;
    }
    const own = labels as Record<string, string>;
    const values = [value];
    this.series.set(key, { name, type, labels: own, values, delivered: 0 });
    return true;
  }

  all(): IterableIterator<WaitingSeries> {
    return this.series.values();
  }

  /** Lets go of what has been delivered. */
  forgetDelivered(): void {
    for (const [key, series] of this.series) {
      this.count -= series.delivered;
      series.values.splice(0, series.delivered);
      series.delivered = 0;
      if (series.values.length === 0) this.series.delete(key);
    }
  }
}

/** Events of one series have their labels in the same order. */
function keyOf(name: string, labels: MetricEvent['labels']): string {
  let key = name;
  for (const label in labels) key += `\0${label}\0${String(labels[label])}`;
  return key;
}

import { bucketOf } from './buckets.js';
import { emptyCounts } from './cells.js';

/** Observations of one histogram by bucket. However many there are, it takes the same memory. */
export class Tally {
  readonly counts: number[];
  sum = 0;
  length = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = emptyCounts(bounds);
  }

  /** @param value a finite number. */
  observe(value: number): void {
    this.counts[bucketOf(this.bounds, value)]!++;
    this.sum += value;
    this.length++;
  }
}

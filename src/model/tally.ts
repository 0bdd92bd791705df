import { bucketOf } from './buckets.js';
import { emptyCounts } from './cells.js';

/** Counts observations of a histogram by bucket, in constant memory. */
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

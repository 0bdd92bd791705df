import type { SampleAt } from './window.js';

/** Receives what happened in series. Each kind of measure takes in what it needs. */
export abstract class Measure {
  /** A counter grew, or a histogram has more observations. */
  add(_at: SampleAt, _amount: number): void {}

  /** A histogram has more observations in one of its buckets. */
  bucket(at: SampleAt, _bucket: number, count: number): void {
    this.add(at, count);
  }

  /** The sum of a histogram grew by an integer. */
  sum(_at: SampleAt, _amount: number): void {}

  /** The level of a gauge at a sample. */
  level(_at: SampleAt, _level: number): void {}
}

import { type Instant, instant, secondsSince } from '../core/clock.js';
import type { Cell } from './cells.js';

/** Notes when the series of one metric were recorded in, and finds those that were not for long. */
// Why: docs/decisions/recording.md, "A series expires after it was shown".
export class SeriesExpiry {
  private readonly touched = new WeakMap<Cell, Instant>();
  private lastRead: Instant = instant();

  /** @param seconds how long a series stays that is not recorded in. */
  constructor(readonly seconds: number) {}

  touch(cell: Cell): void {
    this.touched.set(cell, instant());
  }

  /** The series that are due, at the beginning of a read. One that no read has shown since its last recording is not. */
  dueAmong<C extends Cell>(cells: readonly C[]): C[] {
    const due = cells.filter((cell) => this.isDue(cell));
    this.lastRead = instant();
    return due;
  }

  /** The time of a series begins when it is recorded in, or else when it is read first. */
  private isDue(cell: Cell): boolean {
    const at = this.touched.get(cell);
    if (at === undefined) this.touch(cell);
    return (
      at !== undefined && at <= this.lastRead && secondsSince(at) > this.seconds
    );
  }
}

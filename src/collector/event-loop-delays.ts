import type { IntervalHistogram } from 'node:perf_hooks';
import { type Instant, instant, secondsSince } from '../core/clock.js';

/** The shortest time that a reading covers, in seconds: the longest usual interval of scrapes and exports. */
export const MIN_WINDOW = 60;

/** The members that prom-client reads of its monitor, in nanoseconds. */
type DelayMonitor = Pick<
  IntervalHistogram,
  | 'enable'
  | 'disable'
  | 'reset'
  | 'min'
  | 'max'
  | 'mean'
  | 'stddev'
  | 'percentile'
>;

/**
 * The delays of the event loop in the last minutes, for any number of readers. Two monitors
 * alternate: readings come from the one that has run for longer, and it is reset once the other
 * one has run for {@link MIN_WINDOW} seconds.
 */
// Why: docs/decisions/pages.md, "The event loop lag does not depend on its readers".
export class EventLoopDelays implements DelayMonitor {
  private current: IntervalHistogram;
  private next: IntervalHistogram;
  /** When the next monitor started. */
  private nextSince: Instant = instant();

  /** @param start creates a monitor, as `monitorEventLoopDelay()` does. */
  constructor(start: () => IntervalHistogram) {
    this.current = start();
    this.next = start();
  }

  get min(): number {
    return this.ofCurrent(({ min }) => min);
  }

  get max(): number {
    return this.ofCurrent(({ max }) => max);
  }

  get mean(): number {
    return this.ofCurrent(({ mean }) => mean);
  }

  get stddev(): number {
    return this.ofCurrent(({ stddev }) => stddev);
  }

  percentile(percentile: number): number {
    return this.ofCurrent((delays) => delays.percentile(percentile));
  }

  enable(): boolean {
    this.nextSince = instant();
    return this.next.enable() && this.current.enable();
  }

  disable(): boolean {
    return this.next.disable() && this.current.disable();
  }

  /** Called by prom-client after each reading. */
  reset(): void {
    if (secondsSince(this.nextSince) < MIN_WINDOW) return;
    const { current } = this;
    current.reset();
    this.current = this.next;
    this.next = current;
    this.nextSince = instant();
  }

  /** Before the first delay, Node reports 2 to the power of 63 as the minimum and NaN as the mean. */
  private ofCurrent(read: (delays: IntervalHistogram) => number): number {
    return this.current.count === 0 ? 0 : read(this.current);
  }
}

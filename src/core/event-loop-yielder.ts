import { instant, secondsSince } from './clock.js';
import { setImmediate, setTimeout } from './timers.js';

/** Steps, such as samples that are written, between two reads of the clock. */
export const STEPS_PER_CLOCK_READ = 64;

/** Seconds of work after which a time slice is used up. */
// Why: docs/decisions/pages.md, "Scrapes do not block the event loop".
const TIME_SLICE = 0.001;

/** Milliseconds between two slices while several tasks wait for one. */
const GAP = 1;

/**
 * Lets long tasks yield to the event loop. Only one of them goes on in each round of the
 * loop, in the order in which they yielded: however many pages are rendered and sent at
 * the same time, the app gets the greater share of the time.
 */
export class EventLoopYielder {
  private readonly waiting: (() => void)[] = [];

  /** Resolves when the caller may go on. */
  yield(): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.push(resolve) === 1) setImmediate(this.resumeNext);
    });
  }

  private readonly resumeNext = (): void => {
    this.waiting.shift()!();
    // By way of an immediate: on a busy machine a round may run several timers.
    if (this.waiting.length > 0) setTimeout(this.resumeSoon, GAP);
  };

  private readonly resumeSoon = (): void => {
    setImmediate(this.resumeNext);
  };
}

/** The time that a task may take before it yields to the event loop. It starts at once. */
export class TimeSlice {
  private start = instant();

  constructor(private readonly yielder: EventLoopYielder) {}

  isUsedUp(): boolean {
    return secondsSince(this.start) > TIME_SLICE;
  }

  /** Waits for the event loop, and then starts the next slice. */
  async yield(): Promise<void> {
    await this.yielder.yield();
    this.start = instant();
  }
}

/** Does work for each item, and yields whenever the time slice is used up. */
export async function forEachInSlices<T>(
  items: Iterable<T>,
  slice: TimeSlice,
  work: (item: T) => void,
): Promise<void> {
  let done = 0;
  for (const item of items) {
    work(item);
    if (++done % STEPS_PER_CLOCK_READ === 0 && slice.isUsedUp()) {
      await slice.yield();
    }
  }
}
